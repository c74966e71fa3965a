"""The current unit of work: rooms ask `session()`, only doors `commit()`."""

from collections.abc import Mapping
from contextvars import ContextVar, Token
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from cms.db.engines import Database

# What a question is answered with; mypy knows no way yet to say "rows of anything".
Answer = Any


class UnitOfWork:
    """One session, opened at its first use, and what wants to know of its commit."""

    def __init__(self, database: Database, *, write: bool) -> None:
        """A unit that will write or only read."""
        self.database = database
        self.write = write
        # What rooms note down for as long as the unit lasts.
        self.notes: dict[str, Any] = {}
        self._session: Session | None = None
        self._connection: Connection | None = None
        self._tokens: list[Token[UnitOfWork | None]] = []

    def __enter__(self) -> Self:
        """Become the current unit of work."""
        self._tokens.append(_current.set(self))
        return self

    def __exit__(self, *_error: object) -> None:
        """Give way to the unit that was current before."""
        _current.reset(self._tokens.pop())
        self.close()

    @property
    def session(self) -> Session:
        """The session, opened now if it was not."""
        if self._session is None:
            self._session = self.database.open_session(None if self.write else self._reader())
        return self._session

    def read(self, query: sa.Executable, values: Mapping[str, Any] | None = None) -> Answer:
        """The answer to a question; while nothing can be changed, straight from the database."""
        if self.write:
            return self.session.execute(query, values)
        return self._reader().execute(query, values)

    def commit(self) -> None:
        """Make all that was done permanent."""
        if self._session is not None:
            self._session.commit()

    def close(self) -> None:
        """Drop what was not committed and give the connection back."""
        if self._session is not None:
            self._session.close()
            self._session = None
        if self._connection is not None:
            connection, self._connection = self._connection, None
            self.database.take_back(connection)
        self.notes.clear()

    def _reader(self) -> Connection:
        """The one connection that a reading unit asks, by itself and through its session."""
        if self._connection is None:
            self._connection = self.database.open_reader()
        return self._connection


_current: ContextVar[UnitOfWork | None] = ContextVar("unit_of_work", default=None)


def unit() -> UnitOfWork:
    """The unit of work that a door, a job or a test has opened."""
    current = _current.get()
    if current is None:
        raise RuntimeError("no unit of work is open; wrap this in db.unit_of_work(database)")
    return current


def session() -> Session:
    """The session of the current unit of work."""
    return unit().session


def read(query: sa.Executable, values: Mapping[str, Any] | None = None) -> Answer:
    """The answer to a question of the current unit of work."""
    return unit().read(query, values)


def database() -> Database:
    """The database of the current unit of work."""
    return unit().database


def commit() -> None:
    """Commit the current unit of work; only doors call this."""
    unit().commit()


def unit_of_work(database: Database, *, write: bool = True) -> UnitOfWork:
    """Open a unit of work for a `with` block; what is not committed in it is dropped."""
    return UnitOfWork(database, write=write)
