"""Engines: each database set up as it needs to be.

On SQLite the driver runs in autocommit mode and each transaction says at its start whether it will
write, because a read that turns into a write fails at once with "database is locked", whatever the
timeout.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session, sessionmaker

from cms.db.columns import MARIADB

try:
    from pysqlite3 import dbapi2 as sqlite_driver
except ImportError:
    sqlite_driver = sqlite3

MAX_IDLE = 4  # readers that stay open between requests
BUSY_TIMEOUT = 10_000  # milliseconds a SQLite writer waits for another

# SQLite 3.7.0 to 3.51.2 can corrupt a WAL file that several connections write
# (sqlite.org/wal.html, "the WAL-reset bug").
WAL_IS_SAFE_FROM = (3, 51, 3)


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
        # What is listened for here is heard of all connections to the content.
        self.reading_engine = make_engine(self.url)
        self.engine = _beginning(self.reading_engine)
        self.ticks_engine = self.engine
        if self.is_sqlite:
            self.ticks_engine = _beginning(make_engine(ticks_url(self.url)))
        self._sessions: sessionmaker[Session] = sessionmaker(expire_on_commit=False)
        self._ticks_reader = self.ticks_engine.execution_options(writes=False)
        self._idle_readers: list[Connection] = []

    @property
    def is_sqlite(self) -> bool:
        """Whether the content lives in a SQLite file."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def dialect(self) -> str:
        """`sqlite`, `postgresql` or `mariadb`."""
        return self.engine.dialect.name

    def open_session(self, bind: Connection | None = None) -> Session:
        """A session that writes to the content, or one that reads by way of a connection."""
        return self._sessions(bind=bind or self.engine)

    def open_reader(self) -> Connection:
        """A connection to the content for questions only; on SQLite it cannot write."""
        if not self.is_sqlite:
            return self.reading_engine.connect()
        try:
            connection = self._idle_readers.pop()
        except IndexError:
            connection = self.reading_engine.connect()
        # By hand: an engine whose transactions are listened to makes each connection half as dear
        # again.
        _begin(connection, writes=False)
        return connection

    def take_back(self, reader: Connection) -> None:
        """End what a reader read; on SQLite a few are kept, for pooling costs more than asking."""
        if not self.is_sqlite or len(self._idle_readers) >= MAX_IDLE:
            reader.close()
            return
        try:
            reader.rollback()
            driver: Any = reader.connection.driver_connection
            if driver.in_transaction:  # nothing was asked
                driver.rollback()
        except Exception:
            reader.close()
            raise
        self._idle_readers.append(reader)

    @contextmanager
    def ticking(self, *, write: bool = True) -> Iterator[Session]:
        """A short transaction on the ticking tables, committed at the end of the block."""
        engine = self.ticks_engine if write else self._ticks_reader
        with self._sessions(bind=engine) as ticks, ticks.begin():
            yield ticks

    def dispose(self) -> None:
        """Close every connection."""
        while self._idle_readers:
            self._idle_readers.pop().close()
        self.reading_engine.dispose()
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
    if backend in MARIADB:
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


def sqlite_module() -> Any:
    """The driver in use, for another file that the site keeps."""
    return sqlite_driver


def sqlite_version() -> tuple[int, ...]:
    """The version of the SQLite library in use."""
    return tuple(map(int, sqlite_driver.sqlite_version.split(".")))


def _make_sqlite(url: sa.URL) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = sa.create_engine(
        url,
        module=sqlite_driver,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT / 1000},
    )
    event.listen(engine, "connect", _set_up_sqlite)
    return engine


def _beginning(engine: Engine) -> Engine:
    """The same engine, which on SQLite tells the database of each transaction's beginning."""
    beginning = engine.execution_options(writes=True)
    if engine.dialect.name == "sqlite":
        event.listen(beginning, "begin", _begin_sqlite)
    return beginning


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
    # Its own knows the letters of ASCII only, and then “über” does not find “Über uns”.
    connection.create_function("lower", 1, _lower, deterministic=True)


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _begin_sqlite(connection: Connection) -> None:
    _begin(connection, writes=connection.get_execution_options()["writes"])


def _begin(connection: Connection, *, writes: bool) -> None:
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
