"""What an act did to rows, as the log has it: step by step, and what it comes to for each row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import class_mapper

from cms import db
from cms.history import tracking
from cms.history.models import Change

Values = Mapping[str, Any]
Key = tuple[str, str]  # table, row


@dataclass(frozen=True, slots=True)
class Net:
    """A row before and after an act; None where there was no row. An update has what differs."""

    table: str
    row_id: str
    before: Values | None
    after: Values | None

    @property
    def key(self) -> Key:
        """The table and the row's own key."""
        return self.table, self.row_id

    @property
    def is_insert(self) -> bool:
        """Whether the act made the row."""
        return self.before is None

    @property
    def is_delete(self) -> bool:
        """Whether the act deleted the row."""
        return self.after is None

    @property
    def columns(self) -> frozenset[str]:
        """The columns that the act touched."""
        return frozenset(self.before or ()) | frozenset(self.after or ())

    def value(self, column: str) -> Any:
        """What the column held after the act, or before it where the row is gone."""
        values = self.before if self.after is None else self.after
        return (values or {}).get(column)


def list_steps(change_set_id: str, *, limit: int | None = None) -> Sequence[Change]:
    """The rows that an act touched, in the order in which it did."""
    query = sa.select(Change).where(Change.change_set_id == change_set_id).order_by(Change.id)
    return db.session().scalars(query.limit(limit)).all()


def sum_up(steps: Iterable[Change]) -> tuple[Net, ...]:
    """What the steps come to for each row; what comes to nothing is left out."""
    found: dict[Key, tuple[Values | None, Values | None]] = {}
    for step in steps:
        key = (step.row_table, step.row_id)
        before, after = step.before, step.after
        if key in found:
            first, last = found[key]
            if step.operation == "update":
                after = {**(last or {}), **(after or {})}
            # A row that the act made itself has no values before it; what was changed and then
            # deleted had others before than when it went.
            before = None if first is None else {**(before or {}), **first}
        found[key] = before, after
    nets = (
        _without_same(Net(*key, before=before, after=after))
        for key, (before, after) in found.items()
    )
    return tuple(net for net in nets if net.columns)


def _without_same(net: Net) -> Net:
    if net.before is None or net.after is None:
        return net
    names = [name for name in net.after if net.before.get(name) != net.after[name]]
    return Net(
        net.table,
        net.row_id,
        before={name: net.before.get(name) for name in names},
        after={name: net.after[name] for name in names},
    )


def key_values(table: str, row_id: str) -> tuple[Any, ...] | None:
    """The primary key that a row's name in the log stands for; None when it cannot be read."""
    model = tracking.find_model(table)
    if model is None:
        return None
    columns = class_mapper(model).primary_key
    # Only the first part may hold a slash itself.
    parts = row_id.rsplit("/", len(columns) - 1)
    if len(parts) != len(columns):
        return None
    return tuple(
        int(part) if column.type.python_type is int else part
        for column, part in zip(columns, parts, strict=True)
    )


def decode(table: str, values: Values) -> dict[str, Any]:
    """Values as the log keeps them, as values of the model's columns."""
    model = tracking.find_model(table)
    assert model is not None
    columns = model.__table__.columns
    return {
        name: datetime.fromisoformat(value)
        if isinstance(value, str) and isinstance(columns[name].type, db.UtcDateTime)
        else value
        for name, value in values.items()
    }
