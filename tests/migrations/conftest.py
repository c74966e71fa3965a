"""Databases without any table, and rows for every table there is."""

import os
import re
import shutil
import textwrap
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from cms import db, ids, migrating
from tests import databases

NOW = datetime(2026, 11, 20, 12, 30, 15, 123456, tzinfo=UTC)
Made = dict[tuple[str, int], dict[str, Any]]
# The migration itself puts a row into these.
_FILLED_ALREADY = {"generation"}
_CHOICE = re.compile(r"^(\w+) IN \('?([\w-]+)'?")


@pytest.fixture
def bare(dialect: str, tmp_path: Path) -> Iterator[db.Database]:
    """A database without any table."""
    if dialect == "sqlite":
        database = db.Database(f"sqlite:///{tmp_path / 'bare.sqlite3'}")
        yield database
        database.dispose()
        return
    server = sa.make_url(databases.SERVERS[dialect]).set(
        drivername={"postgresql": "postgresql+psycopg", "mariadb": "mariadb+pymysql"}[dialect]
    )
    name = f"carafe_bare_{os.getpid()}"
    force = " WITH (FORCE)" if dialect == "postgresql" else ""
    _order(server, f"DROP DATABASE IF EXISTS {name}{force}", f"CREATE DATABASE {name}")
    database = db.Database(server.set(database=name).render_as_string(hide_password=False))
    yield database
    database.dispose()
    _order(server, f"DROP DATABASE IF EXISTS {name}{force}")


def _order(server: sa.URL, *statements: str) -> None:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


class Rows:
    """Two rows in every table that the models know."""

    def __init__(self, database: db.Database) -> None:
        migrating.load_models()
        self.database = database

    def fill(self) -> None:
        """Insert them."""
        for engine, metadata in self._halves():
            made: Made = {}
            with engine.begin() as connection:
                for number in (1, 2):
                    for table in metadata.sorted_tables:
                        if table.name in _FILLED_ALREADY:
                            continue
                        made[table.name, number] = _row(table, number, made)
                        connection.execute(table.insert(), made[table.name, number])
        with self.database.engine.begin() as connection:
            for row in connection.execute(sa.text("SELECT id FROM publication")).all():
                connection.execute(sa.text(_DOCUMENT[self.database.dialect]), {"id": row.id})
            if self.database.is_sqlite:
                connection.exec_driver_sql(
                    "INSERT INTO search_words (rowid, title, extra, body)"
                    " SELECT id, 'zwtitle', '', 'zwbody' FROM search_document"
                )

    def read(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, as the models' columns see it."""
        found = {}
        for engine, metadata in self._halves():
            with engine.connect() as connection:
                for table in metadata.sorted_tables:
                    query = sa.select(table).order_by(*table.primary_key.columns)
                    found[table.name] = [tuple(row) for row in connection.execute(query)]
        with self.database.engine.connect() as connection:
            found["search_document"] = [
                tuple(row)
                for row in connection.execute(
                    sa.text("SELECT publication_id FROM search_document ORDER BY publication_id")
                )
            ]
        return found

    def _halves(self) -> list[tuple[sa.Engine, sa.MetaData]]:
        return [
            (self.database.engine, db.Base.metadata),
            (self.database.ticks_engine, db.Ticks.metadata),
        ]


_DOCUMENT = {
    "sqlite": "INSERT INTO search_document (publication_id) VALUES (:id)",
    "postgresql": "INSERT INTO search_document VALUES (:id, now(), CAST('zwtitle' AS tsvector))",
    "mariadb": "INSERT INTO search_document VALUES (:id, 1, 'zwtitle zwbody')",
}


def _row(table: sa.Table, number: int, made: Made) -> dict[str, Any]:
    row = {column.name: _value(column, number, made) for column in table.columns}
    if table.name == "publication":
        row["until_at"] = None
    if table.name == "revision":
        row["entry_id"] = made["entry", number]["id"]
    if table.name in ("address", "redirect_pattern"):
        row["location"] = None
    if table.name == "review_request":
        row["answered_at"] = None
    if table.name == "menu_item":
        row["url"] = None
    return row


def _value(column: sa.Column[Any], number: int, made: Made) -> Any:
    for key in column.foreign_keys:
        parent = key.column.table.name
        # In a tree the second row stands below the first, which has no parent.
        above = number - 1 if parent == column.table.name else number
        return made[parent, above][key.column.name] if above else None
    for constraint in column.table.constraints:
        if isinstance(constraint, sa.CheckConstraint):
            choice = _CHOICE.match(str(constraint.sqltext))
            if choice and choice[1] == column.name:
                return int(choice[2]) if choice[2].isdigit() else choice[2]
    if isinstance(column.type, db.UtcDateTime):
        return NOW.replace(microsecond=number)
    if isinstance(column.type, db.Json):
        return {"list": [number, "ü"], "empty": None}
    if isinstance(column.type, sa.Boolean):
        return number == 1
    if isinstance(column.type, sa.Integer):
        return number
    if getattr(column.type, "length", None) == ids.LENGTH:
        return ids.new_id()
    return f"{number} {column.name} ü 数 😀"[: getattr(column.type, "length", None) or 100]


@pytest.fixture
def rows(bare: db.Database) -> Rows:
    """Rows for every table of the bare database, once it has tables."""
    return Rows(bare)


@pytest.fixture
def later_step(tmp_path: Path) -> Callable[..., Path]:
    """Makes a copy of our scripts with one more step of the content; returns its folder."""

    def make(upgrade: str, downgrade: str = "pass") -> Path:
        root = tmp_path / "scripts"
        shutil.copytree(migrating.folder(), root, ignore=shutil.ignore_patterns("__pycache__"))
        head = migrating._scripts(migrating.CONTENT, None).get_current_head()
        (root / "content" / "versions" / "x999_later.py").write_text(
            STEP.format(
                head=head,
                upgrade=textwrap.indent(textwrap.dedent(upgrade).strip(), "    "),
                downgrade=textwrap.indent(textwrap.dedent(downgrade).strip(), "    "),
            )
        )
        return root

    return make


STEP = '''"""A later step."""

import sqlalchemy as sa
from alembic import op

from cms import db

revision = "x999"
down_revision = "{head}"


def upgrade():
{upgrade}


def downgrade():
{downgrade}
'''
