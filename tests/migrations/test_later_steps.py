"""What a later release may do to tables that are full, and being cut off while it does so."""

import pytest
import sqlalchemy as sa

from cms import db, ddl, migrating

ALTERATION = """
with op.batch_alter_table("entry") as batch:
    batch.alter_column("type", existing_type=db.key(40), type_=db.key(60), nullable=False)
    batch.add_column(sa.Column("later", db.key(10), nullable=True))
for table in ("revision", "change_set"):
    with op.batch_alter_table(table) as batch:
        batch.alter_column("id", existing_type=db.key(26), type_=db.key(30), nullable=False)
"""
BACK = """
for table in ("change_set", "revision"):
    with op.batch_alter_table(table) as batch:
        batch.alter_column("id", existing_type=db.key(30), type_=db.key(26), nullable=False)
with op.batch_alter_table("entry") as batch:
    batch.drop_column("later")
    batch.alter_column("type", existing_type=db.key(60), type_=db.key(40), nullable=False)
"""
# MariaDB refuses to change the type of a column that other tables refer to.
ALTERATION_MARIADB = """
with op.batch_alter_table("entry") as batch:
    batch.alter_column("type", existing_type=db.key(40), type_=db.key(60), nullable=False)
    batch.add_column(sa.Column("later", db.key(10), nullable=True))
for table in ("revision", "change_set"):
    with op.batch_alter_table(table) as batch:
        batch.add_column(sa.Column("later", db.key(10), nullable=True))
"""
BACK_MARIADB = """
for table in ("revision", "change_set"):
    with op.batch_alter_table(table) as batch:
        batch.drop_column("later")
with op.batch_alter_table("entry") as batch:
    batch.drop_column("later")
    batch.alter_column("type", existing_type=db.key(60), type_=db.key(40), nullable=False)
"""


def test_a_parent_table_is_altered_and_no_row_trigger_or_check_is_lost(bare, rows, later_step):
    migrating.upgrade(bare)
    rows.fill()
    before = rows.read()
    maria = bare.dialect == "mariadb"
    root = later_step(ALTERATION_MARIADB if maria else ALTERATION, BACK_MARIADB if maria else BACK)

    for _ in range(2):
        steps = migrating.upgrade(bare, root=root)
        assert [step.revision for step in steps] == ["x999"]
        assert rows.read() == before
        _ensure_guarded(bare)
        migrating.downgrade(bare, _released_head(), root=root)
        assert rows.read() == before
        _ensure_guarded(bare)
    assert migrating.is_current(bare)
    assert not migrating.is_current(bare, root=root)


def _released_head() -> str:
    steps = migrating.folder() / "content" / "versions"
    return max(file.name.split("_")[0] for file in steps.glob("c*.py"))


def _ensure_guarded(database: db.Database) -> None:
    for statement in (
        "UPDATE revision SET source = 'nicer'",
        "UPDATE change_set SET label = 'nothing happened'",
        "DELETE FROM change_set",
        "UPDATE change_set SET state = 'of no known kind'",
        "DELETE FROM entry",
    ):
        with pytest.raises(sa.exc.DBAPIError), database.engine.begin() as connection:
            connection.exec_driver_sql(statement)


MANY = """
op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True), **TABLE)
op.execute("INSERT INTO later VALUES (1), (2)")
op.add_column("later", sa.Column("number", sa.Integer(), nullable=True))
op.execute("UPDATE later SET number = id * 10")
op.execute("UPDATE later SET number = number + 1")
op.create_index("ix_later_number", "later", ["number"])
op.rename_table("later", "latest")
op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True), **TABLE)
op.execute("INSERT INTO later SELECT number FROM latest")
op.execute("UPDATE latest SET number = number + 1")
""".replace(", **TABLE", "")
BACK_FROM_MANY = """
op.drop_table("later")
op.drop_table("latest")
"""
STATEMENTS = 11  # of MANY, with the one that writes the version


class Killed(BaseException):
    """The process is gone: nothing catches this."""


@pytest.mark.parametrize("after", [False, True], ids=["before it", "after it"])
def test_a_step_cut_off_at_any_statement_is_finished_by_the_next_run(
    bare, later_step, monkeypatch, after
):
    migrating.upgrade(bare)
    root = later_step(MANY, BACK_FROM_MANY)
    for number in range(1, STATEMENTS + 1):
        with monkeypatch.context() as patch:
            _kill_at(patch, number, after=after)
            with pytest.raises(Killed):
                migrating.upgrade(bare, root=root)
        assert [step.revision for step in migrating.upgrade(bare, root=root)] == ["x999"]
        with bare.engine.connect() as connection:
            latest = connection.execute(sa.text("SELECT id, number FROM latest ORDER BY id"))
            later = connection.execute(sa.text("SELECT id FROM later ORDER BY id"))
            assert latest.all() == [(1, 12), (2, 22)], number
            assert later.all() == [(11,), (21,)], number
        migrating.downgrade(bare, _released_head(), root=root)


def _kill_at(patch: pytest.MonkeyPatch, number: int, *, after: bool) -> None:
    """End the run at the statement of that number, as `kill -9` would."""
    from alembic.ddl.impl import DefaultImpl

    real = DefaultImpl._exec
    count = 0

    def execute(self, *arguments, **named):
        nonlocal count
        count += 1
        if count == number and not after:
            raise Killed
        result = real(self, *arguments, **named)
        if count == number:
            raise Killed
        return result

    patch.setattr(DefaultImpl, "_exec", execute)


def test_turning_round_after_an_interruption_is_refused(bare, later_step, monkeypatch):
    if bare.dialect != "mariadb":
        pytest.skip("only MariaDB leaves half of a step behind")
    migrating.upgrade(bare)
    root = later_step(MANY)
    with monkeypatch.context() as patch:
        _kill_at(patch, 3, after=True)
        with pytest.raises(Killed):
            migrating.upgrade(bare, root=root)
    with pytest.raises(migrating.CmsError, match="interrupted"):
        migrating.downgrade(bare, "base", root=root)
    migrating.upgrade(bare, root=root)
    assert migrating.is_current(bare, root=root)
    with bare.engine.connect() as connection:
        assert connection.scalar(sa.text(f"SELECT count(*) FROM {ddl.JOURNAL}")) == 0
