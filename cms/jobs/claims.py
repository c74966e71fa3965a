"""Who runs a job: held for a while, renewed while it goes on, free again when a worker dies.

A worker that was asleep for longer than its claim may find its job run by another. The steps of the
job guard themselves (see progress); here the one that came too late learns that it did.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cms import db
from cms.i18n import gettext as _
from cms.jobs.models import Job

LEASE = timedelta(seconds=30)
MOST_ATTEMPTS = 5  # times that workers may die over one job
_BLIND = {"synchronize_session": False}

T = TypeVar("T")


class Lost(Exception):
    """Another worker runs this job now."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One run of one job by one worker."""

    database: db.Database
    job_id: str
    worker: str
    attempt: int


def claim(database: db.Database, job_id: str, *, worker: str, now: datetime) -> Claim | None:
    """Take a queued job that is due; None when it is not, or another worker was first."""
    taken = sa.update(Job).where(Job.id == job_id, Job.state == "queued", Job.due_at <= now)
    values = {
        "state": "running",
        "claimed_by": worker,
        "claimed_until": now + LEASE,
        "attempts": Job.attempts + 1,
        "started_at": sa.func.coalesce(Job.started_at, sa.literal(now, db.UtcDateTime())),
        "finished_at": None,
        "error": "",
    }

    def take(ticks: Session) -> Claim | None:
        if not _changed(ticks.execute(taken.values(**values), execution_options=_BLIND)):
            return None
        return Claim(database, job_id, worker, ticks.get_one(Job, job_id).attempts)

    return _writing(database, take)


def report(claim: Claim, *, now: datetime, done: int, total: int | None, words: str) -> bool:
    """Note how far a job is and keep it; answers whether someone wants it cancelled."""
    values = {"done": done, "total": total, "words": words, "claimed_until": now + LEASE}

    def note(ticks: Session) -> bool:
        if not _changed(ticks.execute(_held(claim).values(**values), execution_options=_BLIND)):
            raise Lost
        return bool(ticks.scalar(sa.select(Job.wants_cancel).where(Job.id == claim.job_id)))

    return _writing(claim.database, note)


def end(claim: Claim, *, state: str, now: datetime, **values: Any) -> bool:
    """Note the end of a run; False when another worker has the job."""
    values |= {"state": state, "claimed_by": None, "claimed_until": None, "wants_cancel": False}
    if state != "queued":
        values["finished_at"] = now
    ended = _held(claim).values(**values)
    return _writing(
        claim.database, lambda ticks: _changed(ticks.execute(ended, execution_options=_BLIND))
    )


def renew(database: db.Database, job_ids: Collection[str], *, worker: str, now: datetime) -> None:
    """Keep what a living worker runs, however long one step takes."""
    if not job_ids:
        return
    # By their ids: a search for the worker's name would lock rows of others on MariaDB.
    held = sa.update(Job).where(
        Job.id.in_(job_ids), Job.claimed_by == worker, Job.state == "running"
    )
    kept = held.values(claimed_until=now + LEASE)
    _writing(database, lambda ticks: ticks.execute(kept, execution_options=_BLIND))


def release_lost(database: db.Database, *, now: datetime) -> list[str]:
    """Queue jobs of dead workers again; returns the ids of those that are given up instead."""
    lost = (Job.state == "running", Job.claimed_until <= now)
    with database.ticking(write=False) as ticks:
        if ticks.scalar(sa.select(Job.id).where(*lost).limit(1)) is None:
            return []
    freed = {"claimed_by": None, "claimed_until": None, "queued_at": None}
    again = sa.update(Job).where(*lost, Job.attempts < MOST_ATTEMPTS)
    again = again.values(state="queued", due_at=now, **freed)
    words = _("Its workers died over it {n} times.", n=MOST_ATTEMPTS)
    never = sa.update(Job).where(*lost)
    never = never.values(state="failed", finished_at=now, error=words, **freed)

    def free(ticks: Session) -> list[str]:
        ticks.execute(again, execution_options=_BLIND)
        hopeless = list(ticks.scalars(sa.select(Job.id).where(*lost).with_for_update()))
        ticks.execute(never, execution_options=_BLIND)
        return hopeless

    return _writing(database, free)


def _writing(database: db.Database, act: Callable[[Session], T]) -> T:
    """A short transaction, repeated when it loses a race: what is lost here is held for ever."""

    def attempt() -> T:
        with database.ticking() as ticks:
            return act(ticks)

    return db.retrying(attempt)


def _held(claim: Claim) -> sa.Update:
    return sa.update(Job).where(
        Job.id == claim.job_id,
        Job.state == "running",
        Job.claimed_by == claim.worker,
        Job.attempts == claim.attempt,
    )


def _changed(result: Any) -> bool:
    return bool(result.rowcount == 1)
