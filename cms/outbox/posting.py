"""Posting errands in the transaction of their cause, and looking at what became of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cms import db, ids
from cms.history import recording
from cms.outbox.models import MAX_KEY, Errand

KEPT_DONE = timedelta(days=14)  # as long a second errand of the same key is known as such
KEPT_FAILED = timedelta(days=90)
NOTE = "posted"  # what a unit of work remembers when something was posted in it


def post(
    kind: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    once_key: str = "",
    due_at: datetime | None = None,
) -> str | None:
    """Write an errand down and return its id; None when there is one of this key already.

    It is run soon after the commit, not before `due_at`, and never when nothing is committed.
    """
    if len(once_key) > MAX_KEY:
        raise ValueError("the key of an errand is too long")
    change_set = recording.current()
    errand_id = ids.new_id()
    # What else waits to be written must not be mistaken for a second errand of this key.
    db.session().flush()
    errand = Errand(
        id=errand_id,
        kind=kind,
        once_key=once_key or errand_id,
        payload=dict(payload),
        change_set_id=change_set.id if change_set else None,
        created_at=now,
        due_at=due_at or now,
    )
    try:
        with db.session().begin_nested():
            db.session().add(errand)
    except IntegrityError:
        return None
    db.unit().notes[NOTE] = True
    return errand_id


def has_posted() -> bool:
    """Whether something was posted in the current unit of work."""
    return bool(db.unit().notes.get(NOTE))


def find(errand_id: str) -> Errand | None:
    """The errand with this id."""
    return db.session().get(Errand, errand_id)


def count_done(change_set_id: str, kinds: Sequence[str]) -> int:
    """How many errands of these kinds were run because of an act; of the last weeks only."""
    query = sa.select(sa.func.count()).where(
        Errand.change_set_id == change_set_id, Errand.kind.in_(kinds), Errand.state == "done"
    )
    return db.session().scalar(query) or 0


def list_failed(kinds: Sequence[str], *, limit: int = 100) -> list[Errand]:
    """Errands of these kinds that were given up, newest first."""
    query = sa.select(Errand).where(Errand.state == "failed", Errand.kind.in_(kinds))
    return list(db.session().scalars(query.order_by(Errand.id.desc()).limit(limit)))


def list_waiting(kinds: Sequence[str], *, limit: int = 100) -> list[Errand]:
    """Errands of these kinds that were not run yet, newest first."""
    query = sa.select(Errand).where(Errand.state == "waiting", Errand.kind.in_(kinds))
    return list(db.session().scalars(query.order_by(Errand.id.desc()).limit(limit)))


def count_failed() -> int:
    """How many errands were given up and wait for a person."""
    query = sa.select(sa.func.count()).select_from(Errand).where(Errand.state == "failed")
    return db.session().scalar(query) or 0


def retry(errand: Errand, *, now: datetime) -> None:
    """Run a failed errand again from the beginning."""
    if errand.state != "failed":
        return
    errand.state, errand.attempts, errand.error = "waiting", 0, ""
    errand.due_at, errand.finished_at = now, None
    db.session().flush()
    db.unit().notes[NOTE] = True


def drop(errand: Errand) -> None:
    """Forget a failed errand."""
    db.session().delete(errand)
    db.session().flush()


def forget_old(*, now: datetime) -> int:
    """Remove rows of errands that ended long ago; returns how many."""
    removed = 0
    for state, kept in (("done", KEPT_DONE), ("failed", KEPT_FAILED)):
        gone = db.session().execute(
            sa.delete(Errand).where(Errand.state == state, Errand.finished_at < now - kept)
        )
        removed += gone.rowcount  # type: ignore[attr-defined]
    return removed
