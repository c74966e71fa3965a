"""Up, down, up again on every database, with rows in every table."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from cms import config, db, ids, migrating
from cms.config import ROOT
from cms.errors import CmsError, Rejected


def test_up_down_and_up_again(bare, rows):
    assert not migrating.is_current(bare)
    migrating.upgrade(bare)
    assert migrating.is_current(bare)
    rows.fill()
    before = rows.read()
    assert all(before.values())
    assert migrating.upgrade(bare) == []
    assert rows.read() == before

    steps = migrating.downgrade(bare, "base")
    assert {step.direction for step in steps} == {"down"}
    assert not migrating.is_current(bare)
    left = sa.inspect(bare.engine).get_table_names()
    assert set(left) <= {"alembic_version", "alembic_version_ticks", "migration_step"}

    migrating.upgrade(bare)
    rows.fill()
    assert all(rows.read().values())


def test_models_and_migrations_agree(bare):
    migrating.upgrade(bare)
    migrating.load_models()
    bases = {migrating.CONTENT: (db.Base, db.Ticks), migrating.TICKS: (db.Ticks, db.Base)}
    engines = {migrating.CONTENT: bare.engine, migrating.TICKS: bare.ticks_engine}
    for branch, (base, other) in bases.items():
        with engines[branch].connect() as connection:
            context = MigrationContext.configure(
                connection,
                opts={
                    "version_table": branch.version_table,
                    "include_name": _of(other.metadata),
                },
            )
            assert compare_metadata(context, base.metadata) == []


def _of(other: sa.MetaData) -> Callable[..., bool]:
    def include(name: str | None, kind: str, parents: object) -> bool:
        return migrating.belongs(name, kind) and not (kind == "table" and name in other.tables)

    return include


def test_history_is_never_rewritten_but_undone_and_purged(bare, rows):
    migrating.upgrade(bare)
    rows.fill()
    before = rows.read()
    for statement in REWRITINGS:
        change = "`change`" if bare.dialect == "mariadb" else '"change"'
        _ensure_refused(bare, statement.format(change=change))
    assert rows.read() == before

    with bare.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE change_set SET state = 'undone'")
        for table in ("publication_term", "publication_byline", "publication", "reference"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
        assert connection.exec_driver_sql("DELETE FROM revision").rowcount == 2
        # What was purged takes its words along.
        assert connection.exec_driver_sql("SELECT count(*) FROM search_document").scalar() == 0
        if bare.is_sqlite:
            found = "SELECT count(*) FROM search_words WHERE search_words MATCH 'zwbody'"
            assert connection.exec_driver_sql(found).scalar() == 0


REWRITINGS = [
    "UPDATE change_set SET label = 'nothing happened'",
    "UPDATE change_set SET state = 'undone', account_id = NULL",
    "DELETE FROM change_set",
    "UPDATE {change} SET row_id = 'x'",
    "DELETE FROM {change}",
    "UPDATE revision SET source = 'nicer'",
    "UPDATE revision SET note = 'x', base_id = NULL",
]


def _ensure_refused(database: db.Database, statement: str) -> None:
    with (
        pytest.raises(sa.exc.DBAPIError, match="never changed"),
        database.engine.begin() as connection,
    ):
        connection.exec_driver_sql(statement)


def test_a_database_of_a_newer_release_is_left_alone(bare):
    migrating.upgrade(bare)
    with bare.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'c999'")
    assert migrating.is_current(bare)
    with pytest.raises(migrating.NewerDatabase, match="newer release"):
        migrating.upgrade(bare)


def test_an_unknown_step_is_refused(bare):
    with pytest.raises(Rejected, match="no revision c999"):
        migrating.plan(bare, "c999")


def test_several_may_start_at_once(bare):
    missing = len(migrating.plan(bare))
    program = (
        "import sys; from cms import db, migrating;"
        "database = db.Database(sys.argv[1]);"
        "print(len(migrating.upgrade(database)), migrating.is_current(database));"
        "database.dispose()"
    )
    url = bare.url.render_as_string(hide_password=False)
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", program, url],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    answers = [process.communicate(timeout=300) for process in starting]
    assert [process.returncode for process in starting] == [0] * 3, answers
    assert sorted(out.strip() for out, _ in answers) == sorted(["0 True"] * 2 + [f"{missing} True"])


def test_asking_leaves_no_file_behind(tmp_path):
    database = db.Database(f"sqlite:///{tmp_path / 'none.sqlite3'}")
    assert not migrating.is_current(database)
    database.dispose()
    assert list(tmp_path.iterdir()) == []


def test_the_scripts_are_found_in_a_checkout_and_in_a_package(tmp_path, monkeypatch):
    assert (migrating.folder() / "content" / "env.py").is_file()
    monkeypatch.setattr(config, "ROOT", tmp_path)
    assert migrating.folder() == tmp_path / "cms" / "_bundled" / "migrations"


def test_every_column_type_comes_from_the_ground():
    migrating.load_models()
    for metadata in (db.Base.metadata, db.Ticks.metadata):
        for table in metadata.tables.values():
            for column in table.columns:
                kind = column.type
                if isinstance(kind, sa.String):
                    assert "mariadb" in kind._variant_mapping, f"{column} is bare"
                assert not isinstance(kind, sa.DateTime), f"{column} is bare"


def test_a_name_that_any_database_may_shorten_is_refused():
    migrating.load_models()
    for metadata in (db.Base.metadata, db.Ticks.metadata):
        for table in metadata.tables.values():
            for thing in [*table.constraints, *table.indexes]:
                assert thing.name, f"{table} has a constraint without a name"
                assert len(str(thing.name)) <= 63, thing.name


def test_broken_references_stop_a_step_on_sqlite(tmp_path, later_step: Callable[[str], Path]):
    database = db.Database(f"sqlite:///{tmp_path / 'site.sqlite3'}")
    migrating.upgrade(database)
    migrating.load_models()
    with database.engine.begin() as connection:
        for name in ("menu", "menu_item"):
            table = db.Base.metadata.tables[name]
            row = {"id": ids.new_id(), "place": "head", "name": "Head", "locale": ""}
            if name == "menu_item":
                row = {
                    "id": ids.new_id(),
                    "menu_id": connection.scalar(sa.text("SELECT id FROM menu")),
                    "target_kind": "entry",
                }
            connection.execute(table.insert(), row)
    with pytest.raises(CmsError, match="menu_item would refer to nothing"):
        migrating.upgrade(database, root=later_step("op.execute('DELETE FROM menu')"))
    with database.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM menu")) == 1
        assert connection.scalar(sa.text("PRAGMA foreign_keys")) == 1
    database.dispose()
