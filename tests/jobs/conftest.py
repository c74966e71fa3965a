"""A worker's hands without its process: what is due is run when a test says so."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from cms import clock, db
from cms.accounts.permissions import Person
from cms.config import Settings
from cms.jobs import kinds, listing, running, starting
from cms.jobs.listing import Line
from cms.outbox import delivery

KIND = "tally"


@dataclass
class Bench:
    """Starts jobs of one kind and runs them."""

    database: db.Database
    settings: Settings
    by: Person
    now: datetime

    def enqueue(self, payload: kinds.Payload | None = None, **more: object) -> str:
        """A job that is committed."""
        with db.unit_of_work(self.database):
            job_id = starting.enqueue(
                KIND,
                payload or {},
                label="Count",
                by=self.by,
                now=self.now,
                **more,  # type: ignore[arg-type]
            )
            db.commit()
        return job_id

    def deliver(self) -> None:
        """Let what was posted become jobs."""
        delivery.drain(
            self.database, self.settings, worker="one", kinds=["job"], now=lambda: self.now
        )

    def run(self, job_id: str, *, worker: str = "one", stopping: bool = False) -> Line:
        """Run a job that was delivered, and say what became of it."""
        running.run(
            self.database,
            job_id,
            worker=worker,
            now=lambda: self.now,
            stopping=lambda: stopping,
        )
        return self.look(job_id)

    def do(self, payload: kinds.Payload | None = None) -> Line:
        """A job from its beginning to its end."""
        job_id = self.enqueue(payload)
        self.deliver()
        return self.run(job_id)

    def look(self, job_id: str) -> Line:
        """How a job stands."""
        with db.unit_of_work(self.database, write=False):
            return listing.get_job(job_id)

    def wait(self, pause: timedelta) -> None:
        """Let time go by."""
        self.now += pause


@pytest.fixture
def bench(database: db.Database, settings: Settings, ana: Person) -> Bench:
    """Ana starts jobs."""
    return Bench(database, settings, ana, clock.now().replace(microsecond=0))


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Callable[[kinds.Work], None]:
    """Says what jobs of this test's kind do."""
    monkeypatch.setitem(kinds._kinds, KIND, lambda _payload, _progress: None)

    def declare(function: kinds.Work) -> None:
        monkeypatch.setitem(kinds._kinds, KIND, function)

    return declare
