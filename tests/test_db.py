"""The column types and transactions of the ground, on every database."""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from cms import db
from cms.config import ROOT

INSTANT = datetime(2026, 2, 28, 23, 59, 59, 123456, tzinfo=UTC)
BARE = {"Text", "String", "Unicode", "UnicodeText", "DateTime", "JSON", "VARCHAR", "TEXT"}
EXCUSED = {"cms/db/columns.py", "cms/ddl.py"}


@pytest.fixture
def table(database: db.Database) -> Iterator[sa.Table]:
    """A table with a column of each type."""
    table = sa.Table(
        "type_test",
        sa.MetaData(),
        sa.Column("id", db.key(40), primary_key=True),
        sa.Column("line", db.line(20)),
        sa.Column("text", db.long_text()),
        sa.Column("at", db.UtcDateTime),
        sa.Column("data", db.Json),
        **db.TABLE,
    )
    table.create(database.engine)
    yield table
    table.drop(database.engine)


def _round(database: db.Database, table: sa.Table, **values: object) -> sa.Row:
    with database.engine.begin() as connection:
        connection.execute(table.insert(), {"id": "x", **values})
        return connection.execute(sa.select(table)).one()


def test_an_instant_comes_back_to_the_microsecond_in_utc(database, table):
    elsewhere = INSTANT.astimezone(timezone(timedelta(hours=9)))
    at = _round(database, table, at=elsewhere).at
    assert at == INSTANT
    assert at.tzinfo is UTC or at.utcoffset() == timedelta(0)
    with database.engine.connect() as connection:
        for compared, expected in (
            (table.c.at == elsewhere, 1),
            (table.c.at < INSTANT + timedelta(microseconds=1), 1),
            (table.c.at < INSTANT, 0),
        ):
            query = sa.select(sa.func.count()).select_from(table).where(compared)
            assert connection.scalar(query) == expected


def test_a_naive_time_is_refused(database, table):
    with pytest.raises(StatementError, match="aware"):
        _round(database, table, at=datetime(2026, 1, 1))


def test_letters_beyond_ascii_are_lowered_too(database, table):
    row = _round(database, table, line="Über uns", text="ŁÓDŹ")
    lowered = sa.select(sa.func.lower(table.c.line), sa.func.lower(table.c.text), sa.func.lower(
        table.c.data))  # fmt: skip
    with database.engine.connect() as connection:
        assert connection.execute(lowered).one() == ("über uns", "łódź", None)
    assert row.line == "Über uns"


def test_keys_differ_by_case_accents_and_trailing_spaces(database, table):
    keys = ["a", "A", "ä", "a\u0308", "a ", "á", "ａ", "😀"]
    with database.engine.begin() as connection:
        connection.execute(table.insert(), [{"id": key} for key in keys])
        for key in keys:
            assert connection.scalar(sa.select(table.c.id).where(table.c.id == key)) == key
        ordered = list(connection.scalars(sa.select(table.c.id).order_by(table.c.id)))
        assert ordered == sorted(keys)
    with pytest.raises(IntegrityError), database.engine.begin() as connection:
        connection.execute(table.insert(), {"id": "a "})


def test_a_text_has_no_limit_of_its_own(database, table):
    text = "ü😀數" * 700_000  # 6.3 MB
    assert _round(database, table, text=text).text == text


def test_plain_data_comes_back_as_it_was(database, table):
    data = {"list": [1, 2.5, None, True, "ü😀"], "": {"deep": [[]]}}
    assert _round(database, table, data=data, line="Grüße 😀").data == data


def test_no_data_is_null(database, table):
    with database.engine.begin() as connection:
        connection.execute(table.insert(), {"id": "x", "data": None})
        assert connection.scalar(sa.select(table.c.data.is_(None)))


def test_bare_column_types_appear_in_the_ground_only():
    for path in sorted((ROOT / "cms").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name not in EXCUSED:
            assert not _bare_types(path), f"{name} uses a bare column type; use those of cms.db"


def _bare_types(path: Path) -> list[str]:
    found = []
    for piece in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(piece, ast.Attribute) and isinstance(piece.value, ast.Name):
            if piece.value.id in ("sa", "sqlalchemy") and piece.attr in BARE:
                found.append(piece.attr)
        elif isinstance(piece, ast.ImportFrom) and (piece.module or "").startswith("sqlalchemy"):
            found += [alias.name for alias in piece.names if alias.name in BARE]
    return found


def test_a_reader_cannot_write_on_sqlite(database, table):
    if not database.is_sqlite:
        pytest.skip("only SQLite's readers are told apart")
    with (
        db.unit_of_work(database, write=False) as unit,
        pytest.raises(OperationalError, match="readonly"),
    ):
        unit.session.execute(table.insert(), {"id": "x"})
    with db.unit_of_work(database) as unit:
        unit.session.execute(table.insert(), {"id": "x"})
        unit.commit()


def test_a_reader_does_not_wait_for_a_writer(database, table):
    with db.unit_of_work(database) as writing:
        writing.session.execute(table.insert(), {"id": "x"})
        with db.unit_of_work(database, write=False) as reading:
            assert reading.session.execute(sa.select(table.c.id)).all() == []
        writing.commit()


def test_what_is_not_committed_is_dropped(database, table):
    with db.unit_of_work(database):
        db.session().execute(table.insert(), {"id": "x"})
    with db.unit_of_work(database):
        assert db.session().execute(sa.select(table.c.id)).all() == []


def test_foreign_keys_hold(database):
    with pytest.raises(IntegrityError), database.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO entry_term (entry_id, term_id, position) VALUES ('x', 'y', 1)"
        )


def test_a_lost_race_is_run_again():
    attempts = []

    def act() -> str:
        attempts.append(1)
        if len(attempts) < 3:
            raise OperationalError("", {}, Exception("database is locked"))
        return "done"

    assert db.retrying(act) == "done"
    assert len(attempts) == 3


def test_another_failure_is_not_run_again():
    def act() -> str:
        raise OperationalError("", {}, Exception("no such table"))

    with pytest.raises(OperationalError):
        db.retrying(act)
