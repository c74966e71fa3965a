"""What Alembic lacks for us: triggers that outlive batch mode, and steps that survive a kill.

SQLite changes a table by copying it, which drops its triggers; here they are put back. MariaDB
commits at every change of a table, so a migration that was cut off has done half of its work;
here each statement is noted, and the next run goes on where the last one ended.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, cast

import sqlalchemy as sa
from alembic.autogenerate.api import AutogenContext
from alembic.ddl.mysql import MariaDBImpl
from alembic.ddl.sqlite import SQLiteImpl
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.sql import Executable
from sqlalchemy.sql.ddl import ExecutableDDLElement

from cms import db
from cms.errors import CmsError

JOURNAL = "migration_step"
_COPY = "_alembic_tmp_"

# What MariaDB says when a change of a table has been made already: the kill came after the change
# and before its note. Each change is atomic since MariaDB 10.6, so there is no third possibility.
_DONE_ALREADY = {
    1050,  # table exists
    1051,  # unknown table
    1054,  # unknown column
    1060,  # column exists
    1061,  # index exists
    1068,  # primary key exists
    1091,  # nothing to drop
    1146,  # no such table
    1359,  # trigger exists
    1360,  # no such trigger
    1826,  # constraint exists
}
_DUPLICATE_CONSTRAINT = (1005, "errno: 121")
_DDL_WORDS = {"CREATE", "ALTER", "DROP", "RENAME", "TRUNCATE"}


class SqliteWithTriggers(SQLiteImpl):
    """SQLite whose batch mode keeps the triggers of a table that is copied."""

    __dialect__ = "sqlite"

    def prep_table_for_batch(self, batch_impl: Any, table: sa.Table) -> None:
        """Remember the table's triggers before it is replaced by its copy."""
        self.triggers = self._triggers_of(table.name)
        super().prep_table_for_batch(batch_impl, table)

    def rename_table(self, old_table_name: str, new_table_name: Any, schema: Any = None) -> None:
        """Rename; the copy that takes a table's place gets its triggers."""
        super().rename_table(old_table_name, new_table_name, schema)
        if old_table_name.startswith(_COPY):
            for statement in self.triggers:
                self._connection().exec_driver_sql(statement)

    def _triggers_of(self, table: str) -> list[str]:
        question = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
        return [row[0] for row in self._connection().exec_driver_sql(question, (table,))]

    def _connection(self) -> Connection:
        return cast(Connection, self.connection)


class MariaDbWithJournal(MariaDBImpl):
    """MariaDB that notes each statement, so that an interrupted migration can be finished.

    Only what goes through `op` is noted; a migration that writes through `op.get_bind()` must
    bear to be run twice.
    """

    __dialect__ = "mariadb"
    journal: "Journal | None" = None

    def _exec(
        self,
        construct: Executable | str,
        execution_options: Mapping[str, Any] | None = None,
        multiparams: Sequence[Mapping[str, Any]] | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> "CursorResult[Any] | None":
        def run() -> "CursorResult[Any] | None":
            return super(MariaDbWithJournal, self)._exec(
                construct, execution_options, multiparams, params or {}
            )

        if self.journal is None or self.as_sql:
            return run()
        return self.journal.run(construct, run)


class Journal:
    """The statements that a migration has carried out so far, kept until it is complete."""

    def __init__(self, connection: Connection, branch: str) -> None:
        """Read what an interrupted run of this branch has left behind."""
        self.connection = connection
        self.branch = branch
        self.number = 0
        connection.exec_driver_sql(
            f"CREATE TABLE IF NOT EXISTS {JOURNAL} (branch VARCHAR(80), number INT,"
            " digest CHAR(64), PRIMARY KEY (branch, number)) ENGINE=InnoDB"
        )
        self.noted = self._read()

    def run(
        self, construct: Executable | str, act: Callable[[], "CursorResult[Any] | None"]
    ) -> "CursorResult[Any] | None":
        """Carry out the next statement, unless it was carried out before the interruption."""
        self.number += 1
        statement = self._text(construct)
        digest = hashlib.sha256(statement.encode()).hexdigest()
        known = self.noted.get(self.number)
        if known not in (None, digest):
            raise CmsError(
                "An interrupted migration was going the other way, or was written by another"
                " release. Finish it with that release first."
            )
        if not _changes_tables(construct, statement):
            if known:
                return None
            result = act()
            self._note(digest)
            return result
        if known and self.number < max(self.noted):
            return None
        if not known:
            self._note(digest)
        return self._change(act, tolerant=known is not None)

    def forget(self) -> None:
        """The migration is complete, and its version is written: begin a new page."""
        self.connection.execute(
            sa.text(f"DELETE FROM {JOURNAL} WHERE branch = :branch"),  # noqa: S608
            {"branch": self.branch},
        )
        self.connection.exec_driver_sql("COMMIT")
        self.number = 0
        self.noted = {}

    def _change(
        self, act: Callable[[], "CursorResult[Any] | None"], *, tolerant: bool
    ) -> "CursorResult[Any] | None":
        try:
            return act()
        except sa.exc.DBAPIError as error:
            if tolerant and _was_done_already(error):
                return None
            raise

    def _note(self, digest: str) -> None:
        # Not committed here: MariaDB commits it just before the change of a table that follows,
        # and together with the rows when rows were changed.
        self.connection.execute(
            sa.text(f"INSERT INTO {JOURNAL} VALUES (:branch, :number, :digest)"),  # noqa: S608
            {"branch": self.branch, "number": self.number, "digest": digest},
        )

    def _read(self) -> dict[int, str]:
        question = sa.text(f"SELECT number, digest FROM {JOURNAL} WHERE branch = :branch")  # noqa: S608
        rows = self.connection.execute(question, {"branch": self.branch})
        return {row.number: row.digest for row in rows}

    def _text(self, construct: Executable | str) -> str:
        if isinstance(construct, str):
            return construct
        return str(cast(Any, construct).compile(dialect=self.connection.dialect))


def render_type(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """How `alembic revision --autogenerate` writes our column types."""
    if kind != "type":
        return False
    context.imports.add("from cms import db")
    if isinstance(item, db.UtcDateTime | db.Json):
        return f"db.{type(item).__name__}()"
    if isinstance(item, sa.Text):
        return "db.long_text()"
    if isinstance(item, sa.String):
        variant = item.dialect_impl(mysql.dialect())
        binary = str(getattr(variant, "collation", "")).endswith("_bin")
        return f"db.{'key' if binary else 'line'}({item.length})"
    return False


def _changes_tables(construct: Executable | str, statement: str) -> bool:
    if isinstance(construct, ExecutableDDLElement):
        return True
    words = statement.split(None, 1)
    return bool(words) and words[0].upper() in _DDL_WORDS


def _was_done_already(error: sa.exc.DBAPIError) -> bool:
    arguments = error.orig.args if error.orig else ()
    if not arguments:
        return False
    code, mark = _DUPLICATE_CONSTRAINT
    return arguments[0] in _DONE_ALREADY or (arguments[0] == code and mark in str(arguments))
