"""What people do with jobs: cancel, try again; and running a small one at once without a worker."""

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from cms import clock, db
from cms.accounts.permissions import Permission, Person, may
from cms.config import Settings
from cms.errors import NotAllowed, NotFound, Rejected
from cms.i18n import gettext as _
from cms.jobs import listing, running
from cms.jobs.listing import Line
from cms.jobs.models import Job
from cms.outbox import delivery

PATIENCE = timedelta(seconds=8)  # that someone waits for a page at most
HERE = "request"


def get_job_for(person: Person, job_id: str) -> Line:
    """The job, for whoever started it or looks after the site; raises NotFound to others."""
    line = listing.get_job(job_id)
    if line.started_by != person.id and not sees_all(person):
        raise NotFound(_("There is no such job."))
    return line


def sees_all(person: Person) -> bool:
    """Whether the person looks after the jobs of everyone."""
    return bool(may(person, Permission.MANAGE_SETTINGS))


def cancel(line: Line, *, by: Person, now: datetime, settings: Settings) -> None:
    """Stop a job: at once while it waits, after its present step while it runs."""
    _ensure_may(by, line)
    _ensure_row(line, settings)
    queued = sa.update(Job).where(Job.id == line.id, Job.state == "queued")
    running_ = sa.update(Job).where(Job.id == line.id, Job.state == "running")
    with db.database().ticking() as ticks:
        ended = ticks.execute(
            queued.values(state="cancelled", finished_at=now, words=_("Cancelled."))
        )
        asked = ticks.execute(running_.values(wants_cancel=True))
    if not (ended.rowcount or asked.rowcount):  # type: ignore[attr-defined]
        raise Rejected(_("It is over, so there is nothing to cancel."))


def retry(line: Line, *, by: Person, now: datetime) -> None:
    """Run a failed or cancelled job again; the steps that were done stay done."""
    _ensure_may(by, line)
    over = sa.update(Job).where(Job.id == line.id, Job.state.in_(("failed", "cancelled")))
    values = {
        "state": "queued",
        "due_at": now,
        "queued_at": None,
        "finished_at": None,
        "attempts": 0,
        "wants_cancel": False,
        "error": "",
        "words": "",
    }
    with db.database().ticking() as ticks:
        changed = ticks.execute(over.values(**values))
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise Rejected(_("Only a job that failed or was cancelled can be tried again."))


def forget(line: Line, *, by: Person) -> None:
    """Take a job that is over from the list; its steps stay marked as done."""
    _ensure_may(by, line)
    over = sa.delete(Job).where(Job.id == line.id, Job.state.not_in(listing.UNFINISHED))
    with db.database().ticking() as ticks:
        removed = ticks.execute(over)
    if not removed.rowcount:  # type: ignore[attr-defined]
        raise Rejected(_("It is not over yet. Cancel it first."))


def run_here(
    database: db.Database,
    settings: Settings,
    job_id: str,
    *,
    now: Callable[[], datetime] = clock.now,
) -> None:
    """Run a job in this process for a few seconds; what is left waits for a worker.

    The door has committed, and holds nothing of the database meanwhile.
    """
    until = now() + PATIENCE
    delivery.deliver(database, settings, job_id, worker=HERE, now=now)
    running.run(database, job_id, worker=HERE, now=now, stopping=lambda: now() >= until)


def _ensure_row(line: Line, settings: Settings) -> None:
    """Give a job that was posted only a moment ago its row."""
    database = db.database()
    with database.ticking(write=False) as ticks:
        if ticks.get(Job, line.id) is not None:
            return
    db.unit().close()
    delivery.deliver(database, settings, line.id, worker=HERE)


def _ensure_may(by: Person, line: Line) -> None:
    if line.started_by != by.id and not sees_all(by):
        raise NotAllowed(_("Only whoever started it, or an administrator, can do this."))
