"""The generation: a number that grows with every committed change of the content.

It is raised in the transaction of the change itself, so a reader who sees the new number sees the
change, on every worker. What follows from the content alone may be remembered under it.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from cms import db
from cms.history import tracking
from cms.history.models import Generation

MAX_REMEMBERED = 2_000
MAX_LARGE = 4_000_000  # characters, of everything that says how large it is
_QUESTION = sa.select(Generation.__table__.c.number).where(Generation.__table__.c.id == 1)

T = TypeVar("T")


class Memory:
    """What one process remembers of one generation of one site."""

    def __init__(self) -> None:
        """An empty memory."""
        self._lock = threading.Lock()
        self._number = -1
        # The longest unused first: those go when there is no more room.
        self._values: OrderedDict[object, tuple[Any, datetime, datetime | None]] = OrderedDict()
        # How large each value is that says so, in the order in which these were last made.
        self._large: OrderedDict[object, int] = OrderedDict()
        self._characters = 0

    def find(self, number: int, key: object, now: datetime) -> tuple[Any] | None:
        """The value in a tuple of one, when it was made in this generation and still holds."""
        with self._lock:
            if number != self._number:
                return None
            found = self._values.get(key)
            if found is None:
                return None
            self._values.move_to_end(key)
        value, since, until = found
        # What was made for a later instant, or before the clock was set back, does not hold now.
        if now < since or (until is not None and until <= now):
            return None
        return (value,)

    def keep(
        self,
        number: int,
        key: object,
        value: Any,
        *,
        since: datetime,
        until: datetime | None,
        size: int = 0,
    ) -> None:
        """Remember a value of so many characters; a newer generation forgets all older ones."""
        if size > MAX_LARGE:
            return
        with self._lock:
            if number < self._number:
                return
            if number > self._number:
                self._values.clear()
                self._large.clear()
                self._characters = 0
                self._number = number
            self._forget(key)
            self._values[key] = (value, since, until)
            if size:
                self._large[key] = size
                self._characters += size
            while self._characters > MAX_LARGE:
                self._forget(next(iter(self._large)))
            while len(self._values) > MAX_REMEMBERED:
                self._forget(next(iter(self._values)))

    def _forget(self, key: object) -> None:
        self._values.pop(key, None)
        self._characters -= self._large.pop(key, 0)


def number() -> int:
    """The present generation, read once in each unit of work."""
    return _number(db.unit())


def _number(unit: db.UnitOfWork) -> int:
    notes = unit.session.info if unit.write else unit.notes
    found: int | None = notes.get("generation")
    if found is None:
        found = notes["generation"] = int(unit.read(_QUESTION).scalar() or 0)
    return found


def remember(
    key: object,
    make: Callable[[], T],
    *,
    now: datetime,
    until: Callable[[], datetime | None] | None = None,
    size: Callable[[T], int] | None = None,
) -> T:
    """The value of `make`, made anew when the content changed or the instant `until` is reached.

    Only frozen values may be remembered: every thread gets the same one. What can be large, or
    asked for under any number of keys, tells its `size` in characters; then None is not kept.
    """
    unit = db.unit()
    if unit.write and unit.session.info.get("writes"):
        return make()
    memory = _memory(unit.database)
    present = _number(unit)
    found = memory.find(present, key, now)
    if found is not None:
        return found[0]  # type: ignore[no-any-return]
    value = make()
    if size is None or value is not None:
        ends, characters = until() if until else None, size(value) if size else 0
        memory.keep(present, key, value, since=now, until=ends, size=characters)
    return value


def _memory(database: db.Database) -> Memory:
    if database.memory is None:
        database.memory = Memory()
    memory: Memory = database.memory
    return memory


@event.listens_for(Session, "before_flush")
def _note_change(session: Session, _context: Any, _instances: Any) -> None:
    if session.info.get("writes"):
        return
    touched = (*session.new, *session.dirty, *session.deleted)
    if any(tracking.is_tracked(getattr(row, "__tablename__", "")) for row in touched):
        session.info["writes"] = True


@event.listens_for(Session, "before_commit")
def _raise(session: Session) -> None:
    """Raise the number as the last thing: every writer waits at this row for the one before it.

    Whoever held it from its first change on could stand in a circle with someone who holds the
    entry that it needs next.
    """
    if session.in_nested_transaction():
        return
    session.flush()
    if not session.info.get("writes"):
        return
    raised = sa.update(Generation).values(number=Generation.number + 1)
    if session.connection().execute(raised.where(Generation.id == 1)).rowcount == 0:
        session.connection().execute(sa.insert(Generation).values(id=1, number=1))


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop("writes", None)
        session.info.pop("generation", None)
