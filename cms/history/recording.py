"""Recording: what is flushed within an act is written down with it, in the same transaction.

Bulk statements, database cascades and JSON changed in place would escape the log; tracked tables
use none of them (docs/decisions.md).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session, object_mapper
from sqlalchemy.orm.attributes import History

from cms import db, text
from cms.history.models import Change, ChangeSet


class Actor(Protocol):
    """Who acts: a signed-in person has an id."""

    @property
    def id(self) -> str: ...


MAX_LABEL = 300  # characters

_current: ContextVar[ChangeSet | None] = ContextVar("change_set", default=None)

Row = TypeVar("Row", bound=db.Base)

# Tables whose rows are recorded, and the columns that are kept out (secrets, bulk).
_tracked: dict[str, frozenset[str]] = {}


def track(model: type[Row]) -> type[Row]:
    """Record every change of this model's rows, but for the columns it calls `untracked`."""
    _tracked[model.__tablename__] = frozenset(getattr(model, "untracked", ()))
    event.listen(model, "mapper_configured", _remember_old_values)
    return model


def _remember_old_values(_mapper: Any, model: type[db.Base]) -> None:
    """Without this the value before a change is unknown when the row was not loaded yet."""
    for column in model.__table__.columns:
        getattr(model, column.key).impl.active_history = True


def is_tracked(table: str) -> bool:
    """Whether changes of this table's rows are recorded."""
    return table in _tracked


@contextmanager
def act(label: str, *, by: Actor | None, now: datetime, via: str = "") -> Iterator[ChangeSet]:
    """Gather what is changed in this block under one label; an act within an act joins it.

    `via` says by which door it came; by default the admin for people, the terminal for others.
    """
    outer = _current.get()
    if outer is not None:
        yield outer
        return
    account_id = by.id or None if by is not None else None
    change_set = ChangeSet(
        label=text.truncate(label, MAX_LABEL),
        actor="person" if account_id else "program",
        account_id=account_id,
        via=via or ("admin" if account_id else "terminal"),
        created_at=now,
    )
    db.session().add(change_set)
    db.session().flush()
    token = _current.set(change_set)
    try:
        yield change_set
        db.session().flush()
    finally:
        _current.reset(token)


def find_before(table: str, row_id: str, column: str, value: Any) -> Any:
    """What a column of a row held before the last act that gave it this value; None if none did."""
    query = sa.select(Change).where(
        Change.row_table == table, Change.row_id == row_id, Change.operation == "update"
    )
    for change in db.session().scalars(query.order_by(Change.id.desc())):
        after: dict[str, Any] = change.after or {}
        if column in after and after[column] == value:
            return (change.before or {}).get(column)
    return None


@event.listens_for(Session, "before_flush")
def _record(session: Session, _context: Any, _instances: Any) -> None:
    change_set = _current.get()
    if change_set is None:
        return
    lines: list[Change] = []
    for row in session.new:
        lines += _line(change_set, row, "insert")
    for row in session.dirty:
        if session.is_modified(row, include_collections=False):
            lines += _line(change_set, row, "update")
    for row in session.deleted:
        lines += _line(change_set, row, "delete")
    session.add_all(lines)


@event.listens_for(Session, "do_orm_execute")
def _refuse_bulk(state: Any) -> None:
    if not (state.is_update or state.is_delete or state.is_insert):
        return
    table = getattr(getattr(state.statement, "table", None), "name", "")
    if table in _tracked:
        raise RuntimeError(f"a bulk statement on {table} would escape the history")


def _line(change_set: ChangeSet, row: Any, operation: str) -> list[Change]:
    table = row.__tablename__
    if table not in _tracked:
        return []
    if operation == "insert":
        _apply_defaults(row)
    before, after = _values(row, operation, _tracked[table])
    if operation == "update" and not after:
        return []
    key = object_mapper(row).primary_key_from_instance(row)
    return [
        Change(
            change_set_id=change_set.id,
            row_table=table,
            row_id="/".join(map(str, key)),
            operation=operation,
            before=before,
            after=after,
        )
    ]


def _apply_defaults(row: Any) -> None:
    """Ids and other defaults are filled in at flush; the log needs them a moment earlier."""
    present = sa.inspect(row).dict
    for attribute in object_mapper(row).column_attrs:
        default = attribute.columns[0].default
        if default is None or attribute.key in present:
            continue
        if default.is_callable:
            setattr(row, attribute.key, default.arg(None))
        elif default.is_scalar:
            setattr(row, attribute.key, default.arg)


def _values(
    row: Any, operation: str, left_out: frozenset[str]
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    state = sa.inspect(row)
    for attribute in object_mapper(row).column_attrs:
        if attribute.key in left_out:
            continue
        history: History = state.attrs[attribute.key].history
        if operation == "update" and not history.has_changes():
            continue
        old = history.deleted[0] if history.deleted else None
        if operation == "delete":
            old = getattr(row, attribute.key)
        before[attribute.key] = _plain(old)
        after[attribute.key] = _plain(getattr(row, attribute.key))
    return (
        None if operation == "insert" else before,
        None if operation == "delete" else after,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value
