"""Inserting a row, or changing the one that has its key: one statement, said in three dialects."""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, sqlite

Changes = Callable[[Any], Mapping[str, Any]]


def upsert(dialect: str, table: sa.Table, changes: Changes) -> sa.Executable:
    """The statement for this table; `changes` is given the new values where a row was there."""
    if dialect == "mariadb":
        into = mysql.insert(table)
        return into.on_duplicate_key_update(**changes(into.inserted))
    insert: Any = _insert_on_postgresql(table) if dialect == "postgresql" else sqlite.insert(table)
    return insert.on_conflict_do_update(  # type: ignore[no-any-return]
        index_elements=list(table.primary_key.columns), set_=dict(changes(insert.excluded))
    )


def _insert_on_postgresql(table: sa.Table) -> Any:
    # A site on another database starts sooner without all that this brings.
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)
