"""The lists of the admin: entries with their states, filtered, sorted and paged."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cms import db
from cms.content import status
from cms.content.models import (
    Entry,
    EntryByline,
    EntryTerm,
    Profile,
    Publication,
    Revision,
    Term,
)
from cms.content.schedule import is_live_at
from cms.content.status import State, Status

SORTS = ("updated", "title", "date", "position")


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to, and its order."""

    type: str
    words: str = ""
    status: Status | None = None
    term_id: str | None = None
    profile_id: str | None = None
    created_by: str | None = None
    sort: str = "updated"
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in a list of the admin."""

    id: str
    type: str
    title: str | None
    path: str | None
    parent_id: str | None
    position: int
    updated_at: datetime
    dated_at: datetime | None
    created_by: str | None
    author_id: str | None
    featured: bool
    pinned: bool
    access: str
    state: State
    terms: tuple[str, ...] = ()
    bylines: tuple[str, ...] = ()


# Columns, not whole rows: a list never reads the texts.
_COLUMNS = (
    Entry.id,
    Entry.type,
    Entry.parent_id,
    Entry.position,
    Entry.created_by,
    Entry.head_id,
    Entry.trashed_at,
    Revision.title,
    Revision.path,
    Revision.created_at.label("updated_at"),
    Revision.dated_at,
    Revision.author_id,
    Revision.featured,
    Revision.pinned,
    Revision.access,
)


@dataclass(frozen=True, slots=True)
class _Span:
    entry_id: str
    revision_id: str
    from_at: datetime
    until_at: datetime | None


def list_entries(wanted: Filter, *, now: datetime, limit: int, offset: int = 0) -> tuple[Line, ...]:
    """The entries that the filter finds, in its order; four queries."""
    query = _select(wanted, now, _COLUMNS).limit(limit).offset(offset)
    return _lines(db.session().execute(_ordered(query, wanted)).all(), now=now)


def count_entries(wanted: Filter, *, now: datetime) -> int:
    """How many entries the filter finds."""
    inner = _select(wanted, now, (Entry.id,)).subquery()
    return db.session().scalar(sa.select(sa.func.count()).select_from(inner)) or 0


def count_by_status(type_name: str, *, now: datetime) -> dict[Status, int]:
    """How many entries of a type are in each state; “published” includes the changed ones."""
    return {state: count_entries(Filter(type=type_name, status=state), now=now) for state in Status}


def list_tree(type_name: str, *, now: datetime) -> tuple[tuple[int, Line], ...]:
    """All pages in tree order with their depth (0 at the top), without the trash."""
    query = _select(Filter(type=type_name), now, _COLUMNS).order_by(Entry.position, Entry.id)
    lines = _lines(db.session().execute(query).all(), now=now)
    below: dict[str | None, list[Line]] = defaultdict(list)
    known = {line.id for line in lines}
    for line in lines:
        below[line.parent_id if line.parent_id in known else None].append(line)
    ordered: list[tuple[int, Line]] = []
    waiting = [(0, line) for line in reversed(below[None])]
    while waiting:
        depth, line = waiting.pop()
        ordered.append((depth, line))
        waiting += [(depth + 1, child) for child in reversed(below[line.id])]
    return tuple(ordered)


def _select(wanted: Filter, now: datetime, columns: Sequence[Any]) -> sa.Select[Any]:
    query = sa.select(*columns).select_from(Entry)
    query = query.join(Revision, Revision.id == Entry.head_id).where(Entry.type == wanted.type)
    if wanted.status is Status.TRASHED:
        query = query.where(Entry.trashed_at.is_not(None))
    else:
        query = query.where(Entry.trashed_at.is_(None))
    if wanted.words:
        pattern = "%" + _escaped(wanted.words.lower()) + "%"
        query = query.where(sa.func.lower(Revision.title).like(pattern, escape="!"))
    if wanted.term_id:
        query = query.join(EntryTerm, EntryTerm.entry_id == Entry.id)
        query = query.where(EntryTerm.term_id == wanted.term_id)
    if wanted.profile_id:
        query = query.join(EntryByline, EntryByline.entry_id == Entry.id)
        query = query.where(EntryByline.profile_id == wanted.profile_id)
    if wanted.created_by:
        query = query.where(Entry.created_by == wanted.created_by)
    return query.where(*_of_status(wanted.status, now))


def _of_status(wanted: Status | None, now: datetime) -> list[sa.ColumnElement[bool]]:
    of_entry = Publication.entry_id == Entry.id
    live = sa.exists().where(of_entry, is_live_at(now))
    coming = sa.exists().where(of_entry, Publication.from_at > now)
    last = sa.orm.aliased(Publication)
    newest = sa.exists().where(
        of_entry,
        Publication.revision_id == Entry.head_id,
        sa.or_(Publication.until_at.is_(None), Publication.until_at > now),
        ~sa.exists().where(
            last.entry_id == Publication.entry_id, last.from_at > Publication.from_at
        ),
    )
    conditions: dict[Status | None, list[sa.ColumnElement[bool]]] = {
        Status.DRAFT: [~live, ~coming],
        Status.SCHEDULED: [~live, coming],
        Status.PUBLISHED: [live],
        Status.CHANGED: [live, ~newest],
    }
    return conditions.get(wanted, [])


def _ordered(query: sa.Select[tuple[object, ...]], wanted: Filter) -> sa.Select[tuple[object, ...]]:
    column: Any = {
        "title": sa.func.lower(Revision.title),
        "date": Revision.dated_at,
        "position": Entry.position,
    }.get(wanted.sort, Entry.head_id)  # Ids of revisions sort by the time they were written.
    by = column.desc() if wanted.descending else column
    return query.order_by(by, Entry.id)


def _lines(rows: Sequence[sa.Row[Any]], *, now: datetime) -> tuple[Line, ...]:
    entry_ids = [row.id for row in rows]
    spans = _spans(entry_ids)
    terms = _names(EntryTerm, Term, "term_id", entry_ids)
    bylines = _names(EntryByline, Profile, "profile_id", entry_ids)
    lines = []
    for row in rows:
        values = dict(row._mapping)
        trashed, head_id = values.pop("trashed_at") is not None, values.pop("head_id")
        state = status.derive(
            trashed=trashed, head_id=head_id, intervals=spans.get(row.id, ()), now=now
        )
        values["terms"], values["bylines"] = terms.get(row.id, ()), bylines.get(row.id, ())
        lines.append(Line(**values, state=state))
    return tuple(lines)


def _spans(entry_ids: Iterable[str]) -> dict[str, tuple[_Span, ...]]:
    columns = (
        Publication.entry_id,
        Publication.revision_id,
        Publication.from_at,
        Publication.until_at,
    )
    query = sa.select(*columns).where(Publication.entry_id.in_(list(entry_ids)))
    found: dict[str, tuple[_Span, ...]] = {}
    for row in db.session().execute(query):
        found[row.entry_id] = (*found.get(row.entry_id, ()), _Span(*row))
    return found


def _names(
    link: type[EntryTerm | EntryByline],
    model: type[Term | Profile],
    column: str,
    entry_ids: Iterable[str],
) -> dict[str, tuple[str, ...]]:
    query = (
        sa.select(link.entry_id, model.name)
        .join(model, model.id == getattr(link, column))
        .where(link.entry_id.in_(list(entry_ids)))
        .order_by(link.entry_id, link.position)
    )
    found: dict[str, tuple[str, ...]] = {}
    for entry_id, name in db.session().execute(query):
        found[entry_id] = (*found.get(entry_id, ()), name)
    return found


def _escaped(words: str) -> str:
    return words.replace("!", "!!").replace("%", "!%").replace("_", "!_")
