"""The lists of the admin: entries with their states, filtered, sorted and paged.

Ids are found first, by narrow indexes; only the rows that are shown are read. How many there are
is counted once in each generation of the content.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from cms import db, text
from cms.accounts import permissions
from cms.accounts.permissions import Permission, Person
from cms.content import listed, narrowing, schedule, status, types
from cms.content.models import (
    Entry,
    EntryByline,
    EntryTerm,
    Profile,
    Publication,
    Revision,
    Term,
)
from cms.content.narrowing import SORTS, Filter, Only
from cms.content.status import State, Status

LAST_LETTER = "\U0010ffff"
MOST_COMING = 2_000  # of what goes out, the soonest

__all__ = ["SORTS", "Filter", "Line", "Only", "count_below", "count_by_status", "count_entries",
           "find_by_title", "find_lines", "list_coming", "list_entries", "list_ids", "list_level",
           "list_locales", "list_named", "list_titles", "list_tree", "sees"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Name:
    """A term or a profile that a line names."""

    id: str
    name: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in a list of the admin."""

    id: str
    type: str
    head_id: str
    title: str | None
    path: str | None
    parent_id: str | None
    position: int
    locale: str
    updated_at: datetime
    dated_at: datetime | None
    created_by: str | None
    author_id: str | None
    featured: bool
    pinned: bool
    access: str
    state: State
    terms: tuple[Name, ...] = ()
    bylines: tuple[Name, ...] = ()


# Columns, not whole rows: a list never reads the texts.
_COLUMNS = (
    Entry.id,
    Entry.type,
    Entry.head_id,
    Entry.parent_id,
    Entry.position,
    Entry.locale,
    Entry.created_by,
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
    revision_id: str
    from_at: datetime
    until_at: datetime | None


def list_entries(wanted: Filter, *, now: datetime, limit: int, offset: int = 0) -> tuple[Line, ...]:
    """The entries that the filter finds, in its order; five queries."""
    found = list_ids(wanted, now=now, limit=limit, offset=offset)
    lines = find_lines(found, now=now)
    return tuple(lines[each] for each in found)


def list_ids(
    wanted: Filter, *, now: datetime, limit: int | None = None, offset: int = 0
) -> list[str]:
    """The ids of the entries that the filter finds, in its order."""
    query = narrowing.select_ids(wanted, now=now).order_by(*narrowing.order(wanted))
    return list(db.session().scalars(query.limit(limit).offset(offset)))


def list_titles(wanted: Filter, *, now: datetime, limit: int) -> list[tuple[str, str | None]]:
    """The ids and titles of the entries that the filter finds, for a choice."""
    query = sa.select(Entry.id, Revision.title).join(Revision, Revision.id == Entry.head_id)
    query = query.where(*narrowing.conditions(wanted, now=now)).order_by(*narrowing.order(wanted))
    return [(row.id, row.title) for row in db.session().execute(query.limit(limit))]


def list_coming(*, now: datetime, limit: int, made_by: str | None = None) -> list[str]:
    """The ids of entries of which something goes out, the soonest first; of the next thousands."""
    coming = sa.select(Publication.entry_id, Publication.from_at).where(Publication.from_at > now)
    # Few are to come, so each is looked at from its own side.
    window = coming.order_by(Publication.from_at).limit(MOST_COMING).subquery()
    found: list[tuple[datetime, str]] = []
    for kind in types.list_types():
        known = narrowing.conditions(Filter(kind.name, made_by=made_by), now=now)
        query = sa.select(window.c.from_at, Entry.id).join(Entry, Entry.id == window.c.entry_id)
        query = query.where(*known).order_by(window.c.from_at, Entry.id)
        found += [(row[0], row[1]) for row in db.session().execute(query.limit(limit))]
    return [entry_id for _moment, entry_id in sorted(found)[:limit]]


def find_lines(entry_ids: Iterable[str], *, now: datetime) -> dict[str, Line]:
    """These entries as lines, by id, the trashed ones too."""
    wanted = set(entry_ids)
    if not wanted:
        return {}
    query = sa.select(*_COLUMNS).join(Revision, Revision.id == Entry.head_id)
    rows = db.session().execute(query.where(Entry.id.in_(wanted))).all()
    return {line.id: line for line in _lines(rows, now=now)}


def find_by_title(title: str, *, limit: int = 2) -> Sequence[Entry]:
    """The entries with this title, letter case aside, but for those in the trash."""
    begins = listed.name_key(title, None)
    query = sa.select(Entry).join(Revision, Revision.id == Entry.head_id)
    query = query.where(
        Entry.type.in_([kind.name for kind in types.list_types()]),
        Entry.trashed_at.is_(None),
        Entry.name_key >= begins,
        Entry.name_key < begins + LAST_LETTER,
        sa.func.lower(Revision.title) == title.lower(),
    )
    return db.session().scalars(query.order_by(Entry.id).limit(limit)).all()


def list_named(type_name: str, words: str, *, now: datetime, limit: int) -> tuple[Line, ...]:
    """Entries of a type whose title or address holds all words, by title; texts are not read."""
    wanted = Filter(type_name, sort="title", descending=False)
    named = [Entry.name_key.contains(each, autoescape=True) for each in text.fold(words).split()]
    query = narrowing.select_ids(wanted, now=now).where(*named[: narrowing.MAX_WORDS])
    found = list(db.session().scalars(query.order_by(*narrowing.order(wanted)).limit(limit)))
    lines = find_lines(found, now=now)
    return tuple(lines[each] for each in found)


def sees(person: Person, line: Line) -> bool:
    """Whether an entry stands in the lists of this person."""
    if permissions.may(person, Permission.EDIT_ANY) or line.created_by == person.id:
        return True
    own = sa.select(Profile.id).where(Profile.account_id == person.id)
    named = {each.id for each in line.bylines}
    return db.session().scalar(own.where(Profile.id.in_(named)).limit(1)) is not None


def count_entries(wanted: Filter, *, now: datetime) -> int:
    """How many entries the filter finds; counted once in each generation."""
    plain = Filter(wanted.type, status=wanted.status, owned_by=wanted.owned_by)
    if wanted.unordered == plain and wanted.status is not Status.TRASHED:
        return count_by_status(wanted.type, now=now, owned_by=wanted.owned_by)[wanted.status]

    def make() -> int:
        inner = narrowing.select_ids(wanted, now=now).subquery()
        return db.session().scalar(sa.select(sa.func.count()).select_from(inner)) or 0

    return schedule.remembered(("listed", wanted.unordered), make, now)


def count_by_status(
    type_name: str, *, now: datetime, owned_by: str | None = None
) -> Mapping[Status | None, int]:
    """How many entries of a type are in each state, and how many there are outside the trash.

    “Published” includes the changed ones.
    """

    def make() -> Mapping[Status | None, int]:
        known = narrowing.conditions(Filter(type_name, owned_by=owned_by), now=now)
        total, published, changed = db.session().execute(_shown_now(now).where(*known)).one()
        later = _shown_later(known, now)
        scheduled, more_changed = db.session().execute(later).one()
        counts = {
            None: total,
            Status.DRAFT: total - published - int(scheduled or 0),
            Status.SCHEDULED: int(scheduled or 0),
            Status.PUBLISHED: published,
            Status.CHANGED: int(changed or 0) + int(more_changed or 0),
        }
        return MappingProxyType(counts)

    return schedule.remembered(("states", type_name, owned_by), make, now)


def list_locales(type_name: str) -> tuple[str, ...]:
    """The languages that entries of a type are written in, each by one short look at an index."""
    found: list[str] = []
    known = Entry.type == type_name
    while True:
        query = sa.select(sa.func.min(Entry.locale)).where(known)
        following = db.session().scalar(query.where(Entry.locale > found[-1]) if found else query)
        if following is None:
            return tuple(found)
        found.append(following)


def list_level(
    type_name: str, parent_id: str | None, *, now: datetime, limit: int, offset: int = 0
) -> tuple[Line, ...]:
    """The entries of a type right below another one (None: at the top), in hand-made order."""
    query = _in_hand_made_order(type_name, now).where(Entry.parent_id == parent_id)
    return _lines(db.session().execute(query.limit(limit).offset(offset)).all(), now=now)


def count_below(type_name: str, parent_ids: Sequence[str | None]) -> dict[str | None, int]:
    """How many entries of a type stand right below each of these (None: at the top)."""
    wanted = [each for each in parent_ids if each is not None]
    known = [Entry.type == type_name, Entry.trashed_at.is_(None)]
    query = sa.select(Entry.parent_id, sa.func.count()).where(*known, Entry.parent_id.in_(wanted))
    found = {row[0]: row[1] for row in db.session().execute(query.group_by(Entry.parent_id))}
    if None in parent_ids:
        top = sa.select(sa.func.count()).select_from(Entry)
        found[None] = db.session().scalar(top.where(*known, Entry.parent_id.is_(None))) or 0
    return found


def list_tree(type_name: str, *, now: datetime) -> tuple[tuple[int, Line], ...]:
    """All pages in tree order with their depth (0 at the top), without the trash."""
    lines = _lines(db.session().execute(_in_hand_made_order(type_name, now)).all(), now=now)
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


def _shown_now(now: datetime) -> Any:
    """All entries, those that are live, and those of which an older revision is."""
    live = sa.orm.aliased(Publication)
    query = sa.select(
        sa.func.count(), sa.func.count(live.entry_id), _sum(live.revision_id != Entry.head_id)
    )
    holds = sa.and_(live.entry_id == Entry.id, schedule.is_live_at(now, live))
    return query.select_from(Entry).outerjoin(live, holds)


def _shown_later(known: Sequence[Any], now: datetime) -> Any:
    """What is to come of these: how many are not live yet, and how many more are changed by it.

    A live entry is changed when what comes last is not its newest revision, whatever is live now.
    """
    live = sa.orm.aliased(Publication)
    of_entry = (Entry.id == Publication.entry_id, *known)
    head = sa.select(Entry.head_id).where(*of_entry).correlate(Publication).scalar_subquery()
    shown = sa.select(live.revision_id).where(
        live.entry_id == Publication.entry_id, schedule.is_live_at(now, live)
    )
    # Few are to come, so each is looked at from its own side.
    each = (
        sa.select(
            Publication.revision_id.label("coming"),
            head.label("head"),
            shown.correlate(Publication).limit(1).scalar_subquery().label("live"),
        )
        .where(Publication.from_at > now)
        .subquery()
    )
    more = sa.and_(each.c.live == each.c.head, each.c.coming != each.c.head)
    fewer = sa.and_(each.c.live != each.c.head, each.c.coming == each.c.head)
    changed = sa.func.sum(sa.case((more, 1), (fewer, -1), else_=0))
    return sa.select(_sum(each.c.live.is_(None)), changed).where(each.c.head.is_not(None))


def _sum(condition: sa.ColumnElement[bool]) -> Any:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _in_hand_made_order(type_name: str, now: datetime) -> Any:
    wanted = Filter(type_name, sort="position", descending=False)
    query = sa.select(*_COLUMNS).join(Revision, Revision.id == Entry.head_id)
    return query.where(*narrowing.conditions(wanted, now=now)).order_by(*narrowing.order(wanted))


def _lines(rows: Sequence[Any], *, now: datetime) -> tuple[Line, ...]:
    entry_ids = [row.id for row in rows]
    spans = _spans(entry_ids)
    terms = _names(EntryTerm, Term, "term_id", entry_ids)
    bylines = _names(EntryByline, Profile, "profile_id", entry_ids)
    lines = []
    for row in rows:
        values = dict(row._mapping)
        trashed = values.pop("trashed_at") is not None
        state = status.derive(
            trashed=trashed, head_id=row.head_id, intervals=spans.get(row.id, ()), now=now
        )
        values["terms"] = tuple(terms.get(row.id, ()))
        values["bylines"] = tuple(bylines.get(row.id, ()))
        lines.append(Line(**values, state=state))
    return tuple(lines)


def _spans(entry_ids: Iterable[str]) -> dict[str, list[_Span]]:
    columns = (
        Publication.entry_id,
        Publication.revision_id,
        Publication.from_at,
        Publication.until_at,
    )
    query = sa.select(*columns).where(Publication.entry_id.in_(list(entry_ids)))
    found: dict[str, list[_Span]] = defaultdict(list)
    for row in db.session().execute(query):
        found[row.entry_id].append(_Span(row.revision_id, row.from_at, row.until_at))
    return found


def _names(
    link: type[EntryTerm | EntryByline],
    model: type[Term | Profile],
    column: str,
    entry_ids: Iterable[str],
) -> dict[str, list[Name]]:
    kind: Any = Term.taxonomy if model is Term else sa.literal("profile")
    query = (
        sa.select(link.entry_id, model.id, model.name, kind)
        .join(model, model.id == getattr(link, column))
        .where(link.entry_id.in_(list(entry_ids)))
        .order_by(link.entry_id, link.position)
    )
    found: dict[str, list[Name]] = defaultdict(list)
    for entry_id, *named in db.session().execute(query):
        found[entry_id].append(Name(*named))
    return found
