"""Databases for tests: a SQLite file per test, one PostgreSQL and one MariaDB per process.

A server that does not answer makes its tests skipped by name, or failed with REQUIRE_SERVICES=1.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
import sqlalchemy as sa

from cms import db, migrating
from cms.config import Settings

SERVERS = {
    "postgresql": os.environ.get("TEST_POSTGRESQL_URL", "postgresql://root@127.0.0.1/postgres"),
    "mariadb": os.environ.get("TEST_MARIADB_URL", "mariadb://root@127.0.0.1/mysql"),
}
DIALECTS = ("sqlite", "postgresql", "mariadb")
# What does not depend on the database is tested on one.
on_sqlite = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
_GUARDED = {"change", "change_set", "change_subject"}
_NAME = re.compile(r"carafe_test_(\d+)")
# For each of this process's databases: what empties it, whose connection lasts from test to test,
# and its tables as the migrations made them.
_sweepers: dict[str, db.Database] = {}
_tables: dict[str, list[str]] = {}


def params() -> list[object]:
    """The dialects as parameters of a fixture."""
    marks = {"sqlite": ()}
    return [pytest.param(name, marks=marks.get(name, pytest.mark.services)) for name in DIALECTS]


def ensure_server(dialect: str) -> None:
    """Skip (or fail) the present test when its database server is not there."""
    if dialect == "sqlite" or _answers(dialect):
        return
    words = f"no {dialect} answers at {SERVERS[dialect]}"
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(words)
    pytest.skip(words)


def make_tables(database: db.Database) -> None:
    """Bring an empty database to the shape of this release."""
    migrating.load_models()
    if any((migrating.folder() / "content" / "versions").glob("*.py")):
        migrating.upgrade(database)
        return
    db.Base.metadata.create_all(database.engine)
    db.Ticks.metadata.create_all(database.ticks_engine)


@contextmanager
def sqlite_template(folder: Path) -> Iterator[Path]:
    """A folder with the files of an empty site, to be copied for each test."""
    database = db.Database(f"sqlite:///{folder / 'carafe.sqlite3'}")
    make_tables(database)
    database.dispose()
    yield folder


def copy_sqlite(template: Path, folder: Path) -> str:
    """The URL of a fresh SQLite site."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in template.glob("*.sqlite3"):
        shutil.copyfile(file, folder / file.name)
    return f"sqlite:///{folder / 'carafe.sqlite3'}"


@contextmanager
def server_database(dialect: str) -> Iterator[str]:
    """The URL of a database on a server, with empty tables; dropped in the end."""
    server = sa.make_url(_url(dialect))
    name = f"carafe_test_{os.getpid()}"
    _drop_orphans(server)
    _run(server, [f"DROP DATABASE IF EXISTS {name}", _create(dialect, name)])
    url = server.set(database=name).render_as_string(hide_password=False)
    _sweepers[url] = db.Database(url)
    make_tables(_sweepers[url])
    try:
        yield url
    finally:
        _sweepers.pop(url).dispose()
        force = " WITH (FORCE)" if dialect == "postgresql" else ""
        _run(server, [f"DROP DATABASE IF EXISTS {name}{force}"])


def empty_tables(url: str) -> None:
    """Remove every row that a test left behind."""
    database = _sweepers[url]
    off = {
        "postgresql": "SET LOCAL session_replication_role = replica",
        "mariadb": "SET foreign_key_checks = 0",
    }
    with database.engine.begin() as connection:
        names = _filled_tables(connection, url)
        connection.exec_driver_sql(off[database.dialect])
        for name in names:
            if name in _GUARDED and database.dialect == "mariadb":
                # Triggers refuse to delete from the log; emptying it whole passes them by.
                connection.exec_driver_sql(f"TRUNCATE TABLE `{name}`")
            else:
                connection.execute(sa.delete(sa.table(name)))
        if database.dialect == "mariadb":
            connection.exec_driver_sql("SET foreign_key_checks = 1")


def _filled_tables(connection: sa.Connection, url: str) -> list[str]:
    """The tables that hold rows, found by one question: most tests touch few of them."""
    if url not in _tables:
        found = sa.inspect(connection).get_table_names()
        _tables[url] = [name for name in found if not name.startswith("alembic_")]
    quoted = connection.dialect.identifier_preparer.quote
    asked = (f"SELECT '{name}', EXISTS (SELECT 1 FROM {quoted(name)})" for name in _tables[url])
    rows = connection.exec_driver_sql(" UNION ALL ".join(asked))
    return [name for name, is_filled in rows if is_filled]


@cache
def _answers(dialect: str) -> bool:
    try:
        _run(sa.make_url(_url(dialect)), ["SELECT 1"])
    except sa.exc.SQLAlchemyError:
        return False
    return True


def _url(dialect: str) -> str:
    settings = Settings.from_environment({"DATABASE_URL": SERVERS[dialect]})
    return settings.database_url


def _create(dialect: str, name: str) -> str:
    options = " ENCODING 'UTF8' TEMPLATE template0" if dialect == "postgresql" else ""
    return f"CREATE DATABASE {name}{options}"


def _drop_orphans(server: sa.URL) -> None:
    """Remove databases of test runs that were killed."""
    listing = "SELECT schema_name FROM information_schema.schemata"
    if server.get_backend_name() == "postgresql":
        listing = "SELECT datname FROM pg_database"
    for row in _run(server, [listing]):
        found = _NAME.fullmatch(str(row[0]))
        if found and not Path(f"/proc/{found[1]}").exists():
            _run(server, [f"DROP DATABASE IF EXISTS {row[0]}"])


def _run(server: sa.URL, statements: list[str]) -> list[tuple[object, ...]]:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    rows: list[tuple[object, ...]] = []
    try:
        with engine.connect() as connection:
            for statement in statements:
                result = connection.exec_driver_sql(statement)
                rows = [tuple(row) for row in result] if result.returns_rows else []
    finally:
        engine.dispose()
    return rows
