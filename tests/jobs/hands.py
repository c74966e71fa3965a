"""A real worker process with jobs of the tests: `python -m tests.jobs.hands`; see test_processes.

Claims are short and the worker looks round often, so that a killed one is missed soon.
"""

from datetime import timedelta

from cms import clock, jobs, logs
from cms.config import Settings
from cms.jobs import claims, worker
from cms.mail import letters
from cms.outbox import delivery, posting

__all__ = ["letters"]  # its errands are to be run

STEPS = ("first", "second", "third")

claims.LEASE = timedelta(seconds=3)
delivery._claims["job"] = timedelta(seconds=3)
worker.BEAT = timedelta(seconds=0.5)
worker.LOST_IN_QUEUE = timedelta(seconds=3)


@jobs.job("tally")
def tally(payload: jobs.Payload, progress: jobs.Progress) -> None:
    """Leave one row behind for each step."""

    def effect(names: list[str]) -> None:
        for name in names:
            values = {"job": progress.job_id, "name": name, "number": payload["number"]}
            posting.post("effect", values, now=clock.now())

    progress.each(STEPS, effect, size=1)


if __name__ == "__main__":
    logs.configure("INFO", "text")
    worker.Worker(Settings.from_environment(), threads=4).run()
