"""Running what waits: claimed by one process at a time, again after a while when it fails.

An errand is run at least once. It is run twice when a process is killed between the errand's
effect and the note that it was run; handlers make this harmless where that is possible.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from cms import clock, db, text
from cms.config import Settings
from cms.errors import CmsError
from cms.outbox.models import MAX_ERROR, Errand

log = logging.getLogger(__name__)

CLAIM = timedelta(seconds=30)  # as long an errand waits for another process when one was killed
LOOKED_AT = 20  # errands that one search brings
_STEPS = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 43200)  # seconds
DELAYS = tuple(timedelta(seconds=step) for step in _STEPS)


class GiveUp(CmsError):
    """Trying again would not help; the words say why to whoever looks after the site."""


class TryAgain(CmsError):
    """It may work later; the words say what stood in the way."""


@dataclass(frozen=True, slots=True)
class Task:
    """An errand as its handler gets it; the row itself is not held meanwhile."""

    id: str
    kind: str
    payload: dict[str, Any]
    attempt: int
    settings: Settings
    now: datetime


Handler = Callable[[Task], None]
_handlers: dict[str, Handler] = {}
_claims: dict[str, timedelta] = {}


def handles(kind: str, *, claim: timedelta = CLAIM) -> Callable[[Handler], Handler]:
    """Declare how errands of a kind are run; none may take longer than its `claim`.

    The handler is called in a unit of work of its own and commits it if it changes something.
    """

    def declare(handler: Handler) -> Handler:
        _handlers[kind], _claims[kind] = handler, claim
        return handler

    return declare


def drain(
    database: db.Database,
    settings: Settings,
    *,
    worker: str,
    kinds: Sequence[str] | None = None,
    now: Callable[[], datetime] = clock.now,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Run everything that is due (of these kinds), one after the other; returns how many."""
    count = 0
    wanted = tuple(_handlers) if kinds is None else kinds
    while not stopping():
        task = _claim_next(database, settings, worker, wanted, now())
        if task is None:
            break
        _run(database, task, worker, now)
        count += 1
    return count


def deliver(
    database: db.Database,
    settings: Settings,
    errand_id: str,
    *,
    worker: str,
    now: Callable[[], datetime] = clock.now,
) -> None:
    """Run this one errand now, unless it was run, is not due or is being run elsewhere."""
    task = db.retrying(lambda: _claim(database, settings, worker, errand_id, now()))
    if task is not None:
        _run(database, task, worker, now)


def is_anything_due(database: db.Database, *, now: datetime) -> bool:
    """Whether something waits to be run."""
    with db.unit_of_work(database, write=False) as unit:
        return unit.read(_due(tuple(_handlers), now).limit(1)).first() is not None


def _due(kinds: Sequence[str], now: datetime) -> sa.Select[str]:
    free = sa.or_(Errand.claimed_until.is_(None), Errand.claimed_until <= now)
    return (
        sa.select(Errand.id)
        .where(Errand.state == "waiting", Errand.due_at <= now, free, Errand.kind.in_(kinds))
        .order_by(Errand.due_at, Errand.id)
    )


def _claim_next(
    database: db.Database, settings: Settings, worker: str, kinds: Sequence[str], now: datetime
) -> Task | None:
    while True:
        with db.unit_of_work(database, write=False) as unit:
            found = list(unit.read(_due(kinds, now).limit(LOOKED_AT)).scalars())
        if not found:
            return None
        for errand_id in found:
            task = db.retrying(lambda: _claim(database, settings, worker, errand_id, now))  # noqa: B023
            if task is not None:
                return task


def _claim(
    database: db.Database, settings: Settings, worker: str, errand_id: str, now: datetime
) -> Task | None:
    """The errand as a task, or None when another process was first."""
    with db.unit_of_work(database) as unit:
        free = sa.or_(Errand.claimed_until.is_(None), Errand.claimed_until <= now)
        claimed = unit.session.execute(
            sa.update(Errand)
            .where(Errand.id == errand_id, Errand.state == "waiting", Errand.due_at <= now, free)
            .values(claimed_by=worker, claimed_until=now + CLAIM, attempts=Errand.attempts + 1)
            .execution_options(synchronize_session=False)
        )
        if claimed.rowcount != 1:  # type: ignore[attr-defined]
            return None
        errand = unit.session.get_one(Errand, errand_id)
        errand.claimed_until = now + _claims.get(errand.kind, CLAIM)
        unit.commit()
        return Task(errand.id, errand.kind, errand.payload, errand.attempts, settings, now)


def _run(database: db.Database, task: Task, worker: str, now: Callable[[], datetime]) -> None:
    error = ""
    is_final = True
    try:
        with db.unit_of_work(database):
            _handlers[task.kind](task)
    except GiveUp as refusal:
        error = refusal.message
    except TryAgain as refusal:
        error, is_final = refusal.message, task.attempt > len(DELAYS)
    except Exception as trouble:
        # What an errand holds is not logged: it may be a person's words.
        log.exception("an errand failed", extra={"errand": task.id, "kind": task.kind})
        error, is_final = type(trouble).__name__, task.attempt > len(DELAYS)
    db.retrying(lambda: _note(database, task, worker, error, is_final, now()))


def _note(
    database: db.Database, task: Task, worker: str, error: str, is_final: bool, now: datetime
) -> None:
    """Write down what came of it, unless the claim ran out and another process holds it."""
    values: dict[str, Any] = {"claimed_by": None, "claimed_until": None}
    values["error"] = text.truncate(text.clean_line(error), MAX_ERROR)
    if not error:
        values |= {"state": "done", "finished_at": now, "payload": {}}
    elif is_final:
        values |= {"state": "failed", "finished_at": now}
    else:
        values["due_at"] = now + DELAYS[task.attempt - 1]
    with db.unit_of_work(database) as unit:
        unit.session.execute(
            sa.update(Errand)
            .where(Errand.id == task.id, Errand.claimed_by == worker)
            .values(**values)
            .execution_options(synchronize_session=False)
        )
        unit.commit()
