"""Chores: what comes again and again, begun by one worker however many there are."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cms import db
from cms.accounts import sessions, throttling
from cms.config import Settings
from cms.content import going_live
from cms.jobs.models import ChoreRun, Job, JobMark, JobWorker
from cms.mail import telling
from cms.notices import reading
from cms.outbox import posting

log = logging.getLogger(__name__)

KEPT_DONE = timedelta(days=30)
KEPT_FAILED = timedelta(days=90)
KEPT_WORKERS = timedelta(days=1)
SLACK = timedelta(seconds=5)  # a minute's chore may be early by so much


@dataclass(frozen=True, slots=True)
class Round:
    """What a chore is given: it opens units of work of its own."""

    database: db.Database
    settings: Settings
    now: datetime


Work = Callable[[Round], None]
_chores: dict[str, tuple[timedelta, Work]] = {}


def every(pause: timedelta, name: str) -> Callable[[Work], Work]:
    """Declare a chore; it must be harmless when it is begun again after it was cut short."""

    def declare(work: Work) -> Work:
        _chores[name] = (pause, work)
        return work

    return declare


def run_due(database: db.Database, settings: Settings, *, now: datetime) -> list[str]:
    """Run the chores whose time has come; returns their names."""
    begun = []
    for name, (pause, work) in _chores.items():
        if not _begin(database, name, now=now, pause=pause):
            continue
        begun.append(name)
        try:
            work(Round(database, settings, now))
        except Exception:
            log.exception("a chore failed", extra={"chore": name})
    return begun


def _begin(database: db.Database, name: str, *, now: datetime, pause: timedelta) -> bool:
    """Whether it is time, and no other worker was first."""
    with database.ticking(write=False) as ticks:
        before = ticks.get(ChoreRun, name)
    if before is None:
        return _begin_first(database, name, now)
    if now - before.ran_at < pause - SLACK:
        return False
    moved = (
        sa.update(ChoreRun)
        .where(ChoreRun.name == name, ChoreRun.ran_at == before.ran_at)
        .values(ran_at=now)
        .execution_options(synchronize_session=False)
    )
    with database.ticking() as ticks:
        return bool(ticks.execute(moved).rowcount)  # type: ignore[attr-defined]


def _begin_first(database: db.Database, name: str, now: datetime) -> bool:
    try:
        with database.ticking() as ticks:
            ticks.add(ChoreRun(name=name, ran_at=now))
    except IntegrityError:
        return False
    return True


@every(timedelta(hours=1), "thinning")
def thin(round_: Round) -> None:
    """Forget what ended long ago: sessions, throttles, errands, jobs, workers."""
    now = round_.now
    with db.unit_of_work(round_.database):
        sessions.forget_ended(now=now)
        throttling.forget_old(now=now)
        posting.forget_old(now=now)
        reading.forget_old(now=now)
        db.session().execute(sa.delete(JobMark).where(JobMark.done_at < now - KEPT_FAILED))
        db.commit()
    over = {"done": KEPT_DONE, "cancelled": KEPT_DONE, "failed": KEPT_FAILED}
    with round_.database.ticking() as ticks:
        for state, kept in over.items():
            ticks.execute(sa.delete(Job).where(Job.state == state, Job.finished_at < now - kept))
        ticks.execute(sa.delete(JobWorker).where(JobWorker.seen_at < now - KEPT_WORKERS))


@every(timedelta(minutes=5), "digests")
def post_digests(round_: Round) -> None:
    """Post the day's letter of everyone for whom it is morning."""
    telling.post_digests(round_.database, now=round_.now)


@every(timedelta(minutes=1), "went-live")
def tell_of_what_went_live(round_: Round) -> None:
    """Tell those who scheduled it what went out by itself."""
    with db.unit_of_work(round_.database, write=False):
        if not going_live.is_anything_untold(now=round_.now):
            return
    with db.unit_of_work(round_.database):
        going_live.tell(now=round_.now)
        db.commit()
