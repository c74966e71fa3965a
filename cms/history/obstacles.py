"""What stands in the way of undoing an act, found by reading alone.

A row may be put back only where it still is as the act left it and no later act that is in force
touched the same columns. Rows that it refers to must be there, rows that refer to it must not be
left behind, and what may exist once must be free. The rooms add what else must hold.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import defer

from cms import db
from cms.history import restoring, steps, tracking
from cms.history.models import Change, ChangeSet
from cms.history.restoring import Obstacle, Plan, Standing
from cms.history.steps import Key, Net
from cms.i18n import gettext as _

CHUNK = 300  # rows asked for at once
MOST = 50  # obstacles that are worth telling

Rows = dict[Key, Any]


def find(plan: Plan, present: Rows, *, since: str, now: datetime) -> tuple[Obstacle, ...]:
    """What stands in the way; `present` is what `read_rows` gave, `since` the act's last step."""
    found: list[Obstacle | Standing] = []
    for look in (_changed_since, _different, _without_parents, _with_children, _taken):
        found += look(plan, present, since)
    for keeper in restoring.keepers_of(plan):
        found += keeper.find_obstacles(plan, now=now)
    for find_more in restoring.looks():
        found += find_more(plan)
    return _in_words(found, since)


def find_unknown(plan: Plan) -> Obstacle | None:
    """Tables that nobody keeps, and columns that a later release dropped."""
    for net in plan.nets.values():
        model: Any = tracking.find_model(net.table)
        if model is None or restoring.find_keeper(net.table) is None:
            return Obstacle(_("This kind of change cannot be undone."), is_final=True)
        if net.columns - set(model.__table__.columns.keys()):
            words = _("The site was upgraded since; this is kept in another form now.")
            return Obstacle(words, is_final=True)
    return None


def read_rows(plan: Plan, *, hold: bool) -> Rows:
    """The rows of the plan as they stand now, by table and key; those not there are left out.

    With `hold` nobody changes them until the end of the transaction.
    """
    found: Rows = {}
    for table, nets in _by_table(plan).items():
        model: Any = tracking.find_model(table)
        columns = list(sa.inspect(model).primary_key)
        left_out = [defer(getattr(model, each)) for each in tracking.untracked_columns(table)]
        for chunk in _chunks(nets):
            keys = [steps.key_values(net.table, net.row_id) or () for net in chunk]
            query = sa.select(model).where(_is_one_of(columns, keys)).options(*left_out)
            query = query.order_by(*columns).execution_options(populate_existing=True)
            if hold:
                query = query.with_for_update()
            for row in db.session().scalars(query):
                found[table, tracking.key_of(row)] = row
    return found


def is_there(table: str, row_id: str) -> bool:
    """Whether a table has a row of this id."""
    return bool(_existing(table, [row_id]))


def missing(table: str, row_id: str) -> Standing | Obstacle:
    """What stands in the way where a row is needed that is not there."""
    keeper = restoring.find_keeper(table)
    if keeper is None or keeper.is_lost(table, row_id):
        return Obstacle(_("Something that belongs to it was deleted for good."), is_final=True)
    return Standing(table, row_id)


def _changed_since(plan: Plan, _present: Rows, since: str) -> Iterator[Standing | Obstacle]:
    """Later acts that touched the same columns and are in force."""
    for table, nets in _by_table(plan).items():
        for chunk in _chunks(nets):
            wanted = {net.row_id: net for net in chunk}
            query = (
                sa.select(Change, ChangeSet)
                .join(ChangeSet, ChangeSet.id == Change.change_set_id)
                .where(Change.row_table == table, Change.row_id.in_(wanted), Change.id > since)
                .where(ChangeSet.state == "applied", ChangeSet.undoes_id.is_(None))
                .where(ChangeSet.id != plan.act.id)
                .order_by(Change.id.desc())
            )
            for change, act in db.session().execute(query):
                if _touches(change, wanted[change.row_id]):
                    yield Obstacle(act=act)


def _touches(change: Change, net: Net) -> bool:
    if net.is_insert or net.is_delete or change.operation != "update":
        return True
    return bool(net.columns & set(change.after or ()))


def _different(plan: Plan, present: Rows, _since: str) -> Iterator[Standing]:
    """Rows that are not as the act left them."""
    for net in plan.nets.values():
        row = present.get(net.key)
        if net.after is None:
            if row is not None:
                yield Standing(*net.key)
            continue
        different = {
            name
            for name, value in net.after.items()
            if row is None or tracking.plain(getattr(row, name)) != value
        }
        if different:
            yield Standing(*net.key, columns=frozenset(different) if row is not None else _ANY)


def _without_parents(plan: Plan, present: Rows, _since: str) -> Iterator[Standing | Obstacle]:
    """Rows that would come back and refer to what is not there any more."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for net in plan.nets.values():
        for column, to in _references(net, present.get(net.key)):
            value = (net.before or {}).get(column)
            if value is not None:
                wanted[to].add(value)
    for table, ids in wanted.items():
        gone = ids - _existing(table, ids)
        for row_id in sorted(gone):
            if not plan.brings_back(table, row_id):
                yield missing(table, row_id)
        for row_id in sorted(ids - gone):
            if plan.deletes(table, row_id):
                yield Standing(table, row_id)


def _with_children(plan: Plan, _present: Rows, _since: str) -> Iterator[Standing]:
    """Rows that would be left behind, referring to what is taken away."""
    for table, nets in _by_table(plan).items():
        going = [net.row_id for net in nets if net.is_insert]
        for child, column, kind_column in _referring_to(table):
            for row_id, _target in _rows_naming(child, column, going, kind_column, table):
                net = plan.nets.get((child.name, row_id))
                if net is None or not (net.is_insert or column in net.columns):
                    words = restoring.words_for(child.name)
                    yield Standing(child.name, row_id, frozenset((column,)), words=words)


def _taken(plan: Plan, _present: Rows, _since: str) -> Iterator[Standing]:
    """What may exist once, and exists elsewhere by now."""
    for table, nets in _by_table(plan).items():
        model: Any = tracking.find_model(table)
        for names in _unique(model.__table__):
            touching = [net for net in nets if net.before and set(names) & set(net.before)]
            for net in touching:
                yield from _taken_by_another(plan, net, model.__table__, names)


def _taken_by_another(
    plan: Plan, net: Net, table: sa.Table, names: Sequence[str]
) -> Iterator[Standing]:
    values = steps.decode(net.table, net.before or {})
    if not set(names) <= set(values):
        values = {**_present_values(table, net.row_id, names), **values}
    wanted = {name: values.get(name) for name in names}
    if any(value is None for value in wanted.values()):
        return
    keys = list(table.primary_key.columns)
    query = sa.select(*keys, *(table.c[name] for name in names))
    query = query.where(*(table.c[name] == value for name, value in wanted.items()))
    for row in db.session().execute(query):
        row_id = "/".join(map(str, row[: len(keys)]))
        if row_id == net.row_id or plan.deletes(net.table, row_id):
            continue
        other = plan.nets.get((net.table, row_id))
        if other is None or not set(names) & other.columns:
            yield Standing(net.table, row_id, frozenset(names))


_ANY: frozenset[str] = frozenset()


def _in_words(found: Iterable[Obstacle | Standing], since: str) -> tuple[Obstacle, ...]:
    """The obstacles, each act and each word once, those that stay for ever first."""
    told: dict[object, Obstacle] = {}
    for each in found:
        obstacle = each if isinstance(each, Obstacle) else _behind(each, since)
        told.setdefault(obstacle.act.id if obstacle.act else obstacle.words, obstacle)
        if len(told) >= MOST:
            break
    return tuple(sorted(told.values(), key=lambda obstacle: not obstacle.is_final))


def _behind(standing: Standing, since: str) -> Obstacle:
    """The last act that made a row what it is."""
    query = (
        sa.select(Change, ChangeSet)
        .join(ChangeSet, ChangeSet.id == Change.change_set_id)
        .where(Change.row_table == standing.table, Change.row_id == standing.row_id)
        .where(Change.id > since, ChangeSet.state == "applied")
        .order_by(Change.id.desc())
    )
    for change, act in db.session().execute(query):
        touched = set(change.after or ()) | set(change.before or ())
        if not standing.columns or change.operation != "update" or touched & standing.columns:
            return Obstacle(act=act)
    return Obstacle(standing.words or _("It was changed since, outside of the history."))


# --- what the tables say of each other ----------------------------------------------------------


def _references(net: Net, row: Any) -> Iterator[tuple[str, str]]:
    """The columns of a row that name rows of other tables, with those tables."""
    model: Any = tracking.find_model(net.table)
    for key in model.__table__.foreign_keys:
        yield key.parent.name, key.column.table.name
    for pointer in restoring.pointers():
        if pointer.table != net.table:
            continue
        kind = pointer.kind_column
        if kind is None or (net.before or {}).get(kind, getattr(row, kind, "")) == pointer.to:
            yield pointer.column, pointer.to


def _referring_to(table: str) -> Iterator[tuple[sa.Table, str, str | None]]:
    for child in db.Base.metadata.tables.values():
        for key in child.foreign_keys:
            if key.column.table.name == table:
                yield child, key.parent.name, None
    for pointer in restoring.pointers():
        if pointer.to == table:
            yield db.Base.metadata.tables[pointer.table], pointer.column, pointer.kind_column


def _rows_naming(
    child: sa.Table, column: str, ids: Sequence[str], kind_column: str | None, kind: str
) -> Iterator[tuple[str, str]]:
    keys = list(child.primary_key.columns)
    for chunk in _chunks(ids):
        query = sa.select(*keys, child.c[column]).where(child.c[column].in_(chunk))
        if kind_column is not None:
            query = query.where(child.c[kind_column] == kind)
        for row in db.session().execute(query):
            yield "/".join(map(str, row[: len(keys)])), row[-1]


def _existing(table: str, ids: Iterable[str]) -> set[str]:
    key = next(iter(db.Base.metadata.tables[table].primary_key.columns))
    found: set[str] = set()
    for chunk in _chunks(sorted(ids)):
        found |= set(db.session().scalars(sa.select(key).where(key.in_(chunk))))
    return found


def _unique(table: sa.Table) -> Iterator[tuple[str, ...]]:
    for constraint in table.constraints:
        if isinstance(constraint, sa.UniqueConstraint):
            yield tuple(constraint.columns.keys())


def _present_values(table: sa.Table, row_id: str, names: Sequence[str]) -> dict[str, Any]:
    keys = steps.key_values(table.name, row_id) or ()
    query = sa.select(*(table.c[name] for name in names)).where(
        *(column == value for column, value in zip(table.primary_key, keys, strict=True))
    )
    row = db.session().execute(query).one_or_none()
    return dict(row._mapping) if row else {}


def _is_one_of(columns: Sequence[Any], keys: Sequence[tuple[Any, ...]]) -> sa.ColumnElement[bool]:
    if len(columns) == 1:
        found: sa.ColumnElement[bool] = columns[0].in_([key[0] for key in keys])
        return found
    return sa.tuple_(*columns).in_(keys)


def _by_table(plan: Plan) -> dict[str, list[Net]]:
    found: dict[str, list[Net]] = defaultdict(list)
    for net in plan.nets.values():
        found[net.table].append(net)
    return found


def _chunks(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (rows[at : at + CHUNK] for at in range(0, len(rows), CHUNK))
