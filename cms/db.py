"""All that SQLAlchemy needs, once: column types, engines, the current unit of work.

Rooms ask `session()`; only doors `commit()`. On SQLite the driver runs in autocommit mode and each
transaction says at its start whether it will write, because a read that turns into a write fails
at once with "database is locked", whatever the timeout. What counts or ticks (sessions, throttles)
lives beside the content, in a file of its own on SQLite, so that a visitor's request never writes
to the content.
"""

import json
import logging
import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator, TypeEngine

from cms import ids

try:
    from pysqlite3 import dbapi2 as sqlite_driver
except ImportError:
    sqlite_driver = sqlite3

log = logging.getLogger(__name__)

BUSY_TIMEOUT = 10_000  # milliseconds a SQLite writer waits for another
MAX_PATH = 700  # characters; a UNIQUE key on MariaDB ends at 3072 bytes
# SQLite 3.7.0 to 3.51.2 can corrupt a WAL file that several connections write
# (sqlite.org/wal.html, "the WAL-reset bug").
WAL_IS_SAFE_FROM = (3, 51, 3)
_MARIADB = ("mysql", "mariadb")
# 1305: MariaDB ended the whole transaction in a deadlock, so its savepoint is not there any more.
_RETRYABLE = {"1205", "1213", "1020", "1305", "40001", "40P01"}

T = TypeVar("T")
# What a question is answered with; mypy knows no way yet to say "rows of anything".
Answer = Any


# --- column types ---------------------------------------------------------------------------


def _for_mariadb(type_: TypeEngine[Any], variant: TypeEngine[Any]) -> TypeEngine[Any]:
    return type_.with_variant(variant, *_MARIADB)


def key(length: int) -> TypeEngine[str]:
    """Text that is compared letter by letter, at most `length` characters, for keys and paths."""
    variant = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_nopad_bin")
    postgres = sa.String(length, collation="C")
    return _for_mariadb(sa.String(length), variant).with_variant(postgres, "postgresql")


def line(length: int) -> TypeEngine[str]:
    """One line of text for people, at most `length` characters."""
    variant = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_unicode_520_ci")
    return _for_mariadb(sa.String(length), variant)


def long_text() -> TypeEngine[str]:
    """Text without a limit of its own (MariaDB's TEXT ends at 64 KB)."""
    variant = mysql.LONGTEXT(charset="utf8mb4", collation="utf8mb4_unicode_520_ci")
    return _for_mariadb(sa.Text(), variant)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant in UTC with microseconds; naive values are refused."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name in _MARIADB:
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(sa.DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive date and time was given where an aware one is needed")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """Plain data as JSON text; a value is replaced, never changed in place."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(long_text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


Id = key(ids.LENGTH)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
TABLE = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4"}


class Base(DeclarativeBase):
    """The content: everything that a backup must hold."""

    metadata = sa.MetaData(naming_convention=NAMING)
    __table_args__: Any = TABLE


class Ticks(DeclarativeBase):
    """What counts or ticks: sessions, throttles; losing it loses no content."""

    metadata = sa.MetaData(naming_convention=NAMING)
    __table_args__: Any = TABLE


# --- engines --------------------------------------------------------------------------------


class Database:
    """The engines of one site: content, and the ticking tables beside it."""

    def __init__(self, url: str, *, site_url: str = "http://127.0.0.1:8000") -> None:
        """Make the engines for a normalised URL; nothing is opened yet.

        `site_url` is the public address of the site that lives here, without a closing slash.
        """
        self.url = sa.make_url(url)
        self.site_url = site_url
        # What a room remembers of the content between requests (see history.generation).
        self.memory: Any = None
        self.engine = make_engine(self.url)
        self.ticks_engine = self.engine
        if self.is_sqlite:
            self.ticks_engine = make_engine(ticks_url(self.url))
        self._sessions: sessionmaker[Session] = sessionmaker(expire_on_commit=False)
        self._reader = self.engine.execution_options(writes=False)
        self._ticks_reader = self.ticks_engine.execution_options(writes=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether the content lives in a SQLite file."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def dialect(self) -> str:
        """`sqlite`, `postgresql` or `mariadb`."""
        return self.engine.dialect.name

    def open_session(self, *, write: bool, bind: Connection | None = None) -> Session:
        """A session on the content; readers cannot write on SQLite."""
        return self._sessions(bind=bind or (self.engine if write else self._reader))

    def open_reader(self) -> Connection:
        """A connection to the content for questions only."""
        return self._reader.connect()

    @contextmanager
    def ticking(self, *, write: bool = True) -> Iterator[Session]:
        """A short transaction on the ticking tables, committed at the end of the block."""
        engine = self.ticks_engine if write else self._ticks_reader
        with self._sessions(bind=engine) as ticks, ticks.begin():
            yield ticks

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        self.ticks_engine.dispose()


def ticks_url(url: sa.URL) -> sa.URL:
    """Where the ticking tables of a SQLite site live: a file beside the content's."""
    if not url.database or url.database == ":memory:":
        return url
    path = Path(url.database)
    return url.set(database=str(path.with_name(f"{path.stem}-ticks{path.suffix}")))


def make_engine(url: sa.URL | str) -> Engine:
    """An engine set up for its database: WAL and foreign keys, or strict SQL and time-outs."""
    url = sa.make_url(url)
    backend = url.get_backend_name()
    if backend == "sqlite":
        return _make_sqlite(url)
    if backend in _MARIADB:
        engine = sa.create_engine(
            url.update_query_dict({"charset": "utf8mb4"}),
            pool_pre_ping=True,
            pool_recycle=1800,
            isolation_level="READ COMMITTED",
        )
        event.listen(engine, "connect", _set_up_mariadb)
        return engine
    options = "-c statement_timeout=30000 -c lock_timeout=10000 -c timezone=UTC"
    return sa.create_engine(url, pool_pre_ping=True, connect_args={"options": options})


def _make_sqlite(url: sa.URL) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        url,
        module=sqlite_driver,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT / 1000},
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    journal = "WAL" if sqlite_version() >= WAL_IS_SAFE_FROM else "DELETE"
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT}",
        f"journal_mode={journal}",
        "synchronous=FULL",
        "foreign_keys=ON",
        "trusted_schema=OFF",
        "cell_size_check=ON",
        "mmap_size=0",
        "cache_size=-16000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", True)
    # Straight to the driver: this stands before every page.
    driver: Any = connection.connection.driver_connection
    if connection.info.get("writes") != writes:
        driver.execute(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
        connection.info["writes"] = writes
    driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")


def _set_up_mariadb(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SET SESSION sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,"
            "ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE', time_zone='+00:00',"
            " innodb_lock_wait_timeout=10"
        )


def sqlite_version() -> tuple[int, ...]:
    """The version of the SQLite library in use."""
    return tuple(map(int, sqlite_driver.sqlite_version.split(".")))


# --- the current unit of work -----------------------------------------------------------------


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

    @property
    def session(self) -> Session:
        """The session, opened now if it was not."""
        if self._session is None:
            bind = None if self.write else self._reader()
            self._session = self.database.open_session(write=self.write, bind=bind)
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
            self._connection.close()
            self._connection = None
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


@contextmanager
def unit_of_work(database: Database, *, write: bool = True) -> Iterator[UnitOfWork]:
    """Open a unit of work for this block; what is not committed in it is dropped."""
    current = UnitOfWork(database, write=write)
    token = _current.set(current)
    try:
        yield current
    finally:
        _current.reset(token)
        current.close()


def is_retryable(error: DBAPIError) -> bool:
    """Whether the database gave up on a race (deadlock, lock wait) that is worth repeating."""
    original = error.orig
    # PyMySQL tells both a general state and MariaDB's own number; only the number is exact.
    codes = (
        {str(getattr(original, "sqlstate", None)), str(next(iter(original.args), None))}
        if original is not None
        else set()
    )
    return bool(codes & _RETRYABLE) or "database is locked" in str(original)


def retrying(act: Callable[[], T], *, attempts: int = 4) -> T:
    """Run a whole unit of work again when the database lost a race; raises the last error."""
    for attempt in range(1, attempts):
        try:
            return act()
        except OperationalError as error:
            if not is_retryable(error):
                raise
            log.info("a transaction lost a race and is repeated", extra={"attempt": attempt})
            time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311
    return act()
