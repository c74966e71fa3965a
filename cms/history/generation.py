"""The generation: a number that grows with every committed change of the content.

It is raised in the transaction of the change itself, so a reader who sees the new number sees the
change, on every worker. What follows from the content alone may be remembered under it.
"""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from cms import db
from cms.history import recording
from cms.history.models import Generation

MAX_REMEMBERED = 2_000

T = TypeVar("T")


class Memory:
    """What one process remembers of one generation of one site."""

    def __init__(self) -> None:
        """An empty memory."""
        self._lock = threading.Lock()
        self._number = -1
        self._values: dict[object, tuple[Any, datetime | None]] = {}

    def find(self, number: int, key: object, now: datetime) -> tuple[Any] | None:
        """The value in a tuple of one, when it was made in this generation and still holds."""
        with self._lock:
            if number != self._number:
                return None
            found = self._values.get(key)
        if found is None or (found[1] is not None and found[1] <= now):
            return None
        return (found[0],)

    def keep(self, number: int, key: object, value: Any, until: datetime | None) -> None:
        """Remember a value; a newer generation forgets all older ones."""
        with self._lock:
            if number < self._number:
                return
            if number > self._number or len(self._values) >= MAX_REMEMBERED:
                self._values.clear()
                self._number = number
            self._values[key] = (value, until)


def number() -> int:
    """The present generation, read once in each unit of work."""
    info = db.session().info
    if "generation" not in info:
        query = sa.select(Generation.number).where(Generation.id == 1)
        info["generation"] = db.session().scalar(query) or 0
    return int(info["generation"])


def remember(
    key: object,
    make: Callable[[], T],
    *,
    now: datetime,
    until: Callable[[], datetime | None] | None = None,
) -> T:
    """The value of `make`, made anew when the content changed or the instant `until` is reached.

    Only frozen values may be remembered: every thread gets the same one.
    """
    if db.session().info.get("writes"):
        return make()
    memory = _memory(db.database())
    present = number()
    found = memory.find(present, key, now)
    if found is not None:
        return found[0]  # type: ignore[no-any-return]
    value = make()
    memory.keep(present, key, value, until() if until else None)
    return value


def _memory(database: db.Database) -> Memory:
    if database.memory is None:
        database.memory = Memory()
    memory: Memory = database.memory
    return memory


@event.listens_for(Session, "before_flush")
def _raise(session: Session, _context: Any, _instances: Any) -> None:
    if session.info.get("writes"):
        return
    touched = (*session.new, *session.dirty, *session.deleted)
    if any(recording.is_tracked(getattr(row, "__tablename__", "")) for row in touched):
        session.info["writes"] = True
        raised = sa.update(Generation).values(number=Generation.number + 1)
        if session.connection().execute(raised.where(Generation.id == 1)).rowcount == 0:
            session.connection().execute(sa.insert(Generation).values(id=1, number=1))


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, *_args: Any) -> None:
    session.info.pop("writes", None)
    session.info.pop("generation", None)
