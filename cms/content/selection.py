"""Which publications a list holds, and the question that finds them.

A question is built once for each kind of selection and asked again with other values: building
and comparing statements costs more than the database does. What comes back are plain rows.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from cms import db
from cms.content import types, visibility
from cms.content.models import Entry, Publication, PublicationByline, PublicationTerm
from cms.content.schedule import is_live_at
from cms.content.snapshot import EARLIEST, LATEST
from cms.errors import NotFound

published = Publication.__table__
entries = Entry.__table__
filed = PublicationTerm.__table__
signed = PublicationByline.__table__
NOW = sa.bindparam("now", type_=db.UtcDateTime())


@dataclass(frozen=True, slots=True)
class Selection:
    """Which publications a list holds; all that is set must be true."""

    types: tuple[str, ...] = ()
    term_ids: tuple[str, ...] = ()
    profile_id: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    featured: bool | None = None
    entry_ids: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()
    parent_id: str | None = None
    top_level: bool = False
    pinned: bool = False
    oldest_first: bool = False
    unlisted: bool = False
    open_only: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A statement without values, and the values that it is asked with."""

    statement: sa.Select[Any]
    values: dict[str, Any]


def posts(**values: Any) -> Selection:
    """A selection of dated entries."""
    return Selection(types=types.dated_types(), **values)


def opened(selection: Selection) -> Selection:
    """The same list without what is behind a password."""
    return replace(selection, open_only=True)


def in_period(year: int, month: int | None, zone: ZoneInfo) -> Selection:
    """The posts of a year, or of one of its months, in the site's time zone; raises NotFound."""
    if not EARLIEST.year <= year < LATEST.year or not 1 <= (month or 1) <= 12:
        raise NotFound
    start = datetime(year, month or 1, 1, tzinfo=zone)
    if month is None or month == 12:
        end = datetime(year + 1, 1, 1, tzinfo=zone)
    else:
        end = datetime(year, month + 1, 1, tzinfo=zone)
    return posts(since=start.astimezone(UTC), before=end.astimezone(UTC))


def question(
    selection: Selection,
    columns: tuple[str, ...],
    *,
    now: datetime,
    limit: int | None = None,
    offset: int = 0,
    order: str = "",
) -> Question:
    """The question for these columns of all that the selection holds.

    Nothing for staff is ever found. `order` is the name of a column, or "list" for the order in
    which visitors see the list.
    """
    values = _values(selection, now)
    if limit is not None:
        values |= {"limit": limit, "offset": offset}
    order = _order(selection) if order == "list" else order
    flags = (selection.unlisted, selection.open_only, selection.pinned, selection.top_level)
    return Question(_build(columns, frozenset(values), flags, order), values)


def ask(selection: Selection, columns: tuple[str, ...], **options: Any) -> db.Answer:
    """The answer to the question."""
    asked = question(selection, columns, **options)
    return db.read(asked.statement, asked.values)


def _values(selection: Selection, now: datetime) -> dict[str, Any]:
    """What the statement is asked with; its names say which conditions the statement has."""
    values: dict[str, Any] = {"now": now}
    for name in ("types", "term_ids"):
        wanted = getattr(selection, name)
        if len(wanted) == 1:
            values[name[:-1]] = wanted[0]
        elif wanted:
            values[name] = list(wanted)
    for name in ("profile_id", "since", "before", "featured", "parent_id"):
        wanted = getattr(selection, name)
        if wanted is not None:
            values[name] = wanted
    if selection.entry_ids is not None:
        values["entry_ids"] = list(selection.entry_ids)
    hidden = [
        entry_id
        for entry_id, rule in visibility.inherited(now=now).items()
        if rule.access == "staff" or selection.open_only
    ]
    if selection.without or hidden:
        values["without"] = [*selection.without, *hidden]
    return values


def _order(selection: Selection) -> str:
    if selection.pinned:
        return "pinned"
    if selection.parent_id is not None or selection.top_level:
        return "by hand"
    if selection.oldest_first:
        return "oldest"
    if selection.term_ids:
        return "filed"
    return "signed" if selection.profile_id else "newest"


_NEWEST = published.c.id.desc()
_ORDERS: dict[str, tuple[sa.ColumnElement[Any], ...]] = {
    "newest": (published.c.dated_at.desc(), _NEWEST),
    "oldest": (published.c.dated_at, published.c.id),
    "pinned": (published.c.pinned_at.desc(), _NEWEST),
    "by hand": (entries.c.position, entries.c.id),
    # By the link's own date, so that the list of a term is one scan of an index.
    "filed": (filed.c.dated_at.desc(), filed.c.publication_id.desc()),
    "signed": (signed.c.dated_at.desc(), signed.c.publication_id.desc()),
}


@lru_cache(maxsize=512)
def _build(
    columns: tuple[str, ...], asked: frozenset[str], flags: tuple[bool, ...], order: str
) -> sa.Select[Any]:
    unlisted, open_only, pinned, top_level = flags
    table = published.c
    query = sa.select(*(table[name] for name in columns))
    query = query.where(is_live_at(NOW, table), table.path.is_not(None), table.access != "staff")
    if not unlisted:
        # Not `IS true`, for which MariaDB looks into no index.
        query = query.where(table.listed == sa.true())
    if open_only:
        query = query.where(table.access != "password")
    if pinned:
        query = query.where(table.pinned_at.is_not(None))
    if top_level:
        query = query.where(entries.c.parent_id.is_(None))
    query = query.where(*(condition for name, condition in _CONDITIONS.items() if name in asked))
    query = _joined(query, asked, by_place=top_level or "parent_id" in asked)
    if order:
        query = query.order_by(*_ORDERS.get(order) or (table[order],))
    if "limit" in asked:
        query = query.limit(sa.bindparam("limit", type_=sa.Integer()))
        query = query.offset(sa.bindparam("offset", type_=sa.Integer()))
    return query


def _many(name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(name, expanding=True)


_CONDITIONS = {
    "type": published.c.type == sa.bindparam("type"),
    "types": published.c.type.in_(_many("types")),
    "since": published.c.dated_at >= sa.bindparam("since"),
    "before": published.c.dated_at < sa.bindparam("before"),
    "featured": published.c.featured == sa.bindparam("featured"),
    "parent_id": entries.c.parent_id == sa.bindparam("parent_id"),
    "entry_ids": published.c.entry_id.in_(_many("entry_ids")),
    "without": published.c.entry_id.not_in(_many("without")),
}


def _joined(query: sa.Select[Any], asked: frozenset[str], *, by_place: bool) -> sa.Select[Any]:
    if "term_id" in asked or "term_ids" in asked:
        query = query.join_from(published, filed, filed.c.publication_id == published.c.id)
        if "term_id" in asked:
            query = query.where(filed.c.term_id == sa.bindparam("term_id"))
        else:
            query = query.where(filed.c.term_id.in_(_many("term_ids")), ~_filed_before())
    if "profile_id" in asked:
        query = query.join_from(published, signed, signed.c.publication_id == published.c.id)
        query = query.where(signed.c.profile_id == sa.bindparam("profile_id"))
    if by_place:
        query = query.join_from(published, entries, entries.c.id == published.c.entry_id)
    return query


def _filed_before() -> sa.Exists:
    """An entry may carry several of the terms; it stands in the list once, by its first one."""
    other = filed.alias("other")
    return sa.exists().where(
        other.c.publication_id == published.c.id,
        other.c.term_id.in_(_many("term_ids")),
        other.c.position < filed.c.position,
    )
