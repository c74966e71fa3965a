"""Which tables' rows are recorded, and what the log says of a row."""

from datetime import UTC, date, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import object_mapper
from sqlalchemy.orm.attributes import History

from cms import db
from cms.history.models import Change

Row = TypeVar("Row", bound=db.Base)

# Tables whose rows are recorded, and the columns that are kept out (secrets, bulk).
_tracked: dict[str, frozenset[str]] = {}
_models: dict[str, type[db.Base]] = {}


def track(model: type[Row]) -> type[Row]:
    """Record every change of this model's rows, but for the columns it calls `untracked`.

    A method `about` says what a row belongs to, as a kind and an id, or None when other rows of
    the same act say it; by default it is the row itself.
    """
    _tracked[model.__tablename__] = frozenset(getattr(model, "untracked", ()))
    _models[model.__tablename__] = model
    event.listen(model, "mapper_configured", _remember_old_values)
    return model


def _remember_old_values(_mapper: Any, model: type[db.Base]) -> None:
    """Without this the value before a change is unknown when the row was not loaded yet."""
    for column in model.__table__.columns:
        getattr(model, column.key).impl.active_history = True


def is_tracked(table: str) -> bool:
    """Whether changes of this table's rows are recorded."""
    return table in _tracked


def find_model(table: str) -> type[db.Base] | None:
    """The model whose rows stand in the log under this table's name."""
    return _models.get(table)


def untracked_columns(table: str) -> frozenset[str]:
    """The columns of a recorded table that are kept out of the log."""
    return _tracked[table]


def lines_of(row: Any, operation: str, change_set_id: str) -> list[Change]:
    """What the log says of a row about to be written: one line, or none."""
    table = row.__tablename__
    if table not in _tracked:
        return []
    if operation == "insert":
        _apply_defaults(row)
    before, after = _values(row, operation, _tracked[table])
    if operation == "update" and not after:
        return []
    return [
        Change(
            change_set_id=change_set_id,
            row_table=table,
            row_id=key_of(row),
            operation=operation,
            before=before,
            after=after,
        )
    ]


def key_of(row: Any) -> str:
    """A row's primary key as the log names it."""
    return "/".join(map(str, object_mapper(row).primary_key_from_instance(row)))


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
        before[attribute.key] = plain(old)
        after[attribute.key] = plain(getattr(row, attribute.key))
    return (
        None if operation == "insert" else before,
        None if operation == "delete" else after,
    )


def plain(value: Any) -> Any:
    """A column's value as the log keeps it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value
