"""What visitors read: publications that hold now, as plain rows, in few queries.

Lists ask for columns, never for whole objects: the HTML of a publication is only read where one
entry is shown.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from cms import db
from cms.addresses import paths
from cms.addresses.models import Address
from cms.content.models import (
    Entry,
    Profile,
    Publication,
    PublicationByline,
    PublicationTerm,
    Term,
)
from cms.content.schedule import is_live_at, next_boundary
from cms.content.selection import (
    NOW,
    Selection,
    ask,
    in_period,
    opened,
    posts,
    question,
)
from cms.history import generation

__all__ = ["Selection", "in_period", "opened", "posts"]

MAX_PINNED = 20
MAX_RELATED_TERMS = 4

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TermRow:
    """A term as a card names it."""

    id: str
    taxonomy: str
    name: str
    slug: str
    path: str


@dataclass(frozen=True, slots=True)
class BylineRow:
    """A profile as a byline names it."""

    id: str
    name: str
    handle: str
    image: Any = None


@dataclass(frozen=True, slots=True)
class Card:
    """A publication as lists show it, without its text."""

    id: str
    entry_id: str
    type: str
    locale: str
    direction: str
    title: str | None
    path: str | None
    dated_at: datetime
    updated_at: datetime
    pinned_at: datetime | None
    featured: bool
    access: str
    words: int
    guid: str | None
    excerpt: str
    image: Any
    terms: tuple[TermRow, ...] = ()
    bylines: tuple[BylineRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Whole:
    """A publication with its text, as its own page shows it."""

    id: str
    entry_id: str
    revision_id: str
    type: str
    locale: str
    direction: str
    title: str | None
    path: str | None
    dated_at: datetime
    updated_at: datetime
    pinned_at: datetime | None
    featured: bool
    listed: bool
    access: str
    password_hash: str | None
    template: str
    words: int
    excerpt: str
    image: Any
    seo: Any
    fields: Any
    headings: Any
    html: str


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the address book, and what visitors may read there now if it is an entry's."""

    path: str
    target_kind: str
    target_id: str | None
    state: str
    location: str | None
    code: int
    whole: Whole | None = None


CARD = tuple(each.name for each in fields(Card) if each.name not in ("terms", "bylines"))
WHOLE = tuple(each.name for each in fields(Whole))
PLACE = tuple(each.name for each in fields(Place) if each.name != "whole")


# --- one entry ------------------------------------------------------------------------------


def find_published(entry_id: str, *, now: datetime) -> Publication | None:
    """What visitors may see of this entry now, as an object that editors work with."""
    query = sa.select(Publication).where(Publication.entry_id == entry_id, is_live_at(now))
    return db.session().scalars(query).first()


def find_whole(entry_id: str, *, now: datetime) -> Whole | None:
    """What visitors may see of this entry now; who may see it is for the caller to decide."""
    row = db.read(_FIND_WHOLE, {"entry_id": entry_id, "now": now}).first()
    return Whole(*row) if row else None


def find_place(wanted: Sequence[str], *, now: datetime) -> Place | None:
    """Who stands at the first of these paths that is anyone's, in either slash form; one query."""
    forms = [form for path in wanted for form in (path, paths.other_slash(path))]
    names = dict(zip(_FORMS, forms * len(_FORMS), strict=False))
    rows = {row[0]: row for row in db.read(_FIND_PLACE, {**names, "now": now})}
    row = next((rows[form] for form in forms if form in rows), None)
    if row is None:
        return None
    split = len(PLACE)
    values = [*row[:split], Whole(*row[split:]) if row[split] is not None else None]
    return Place(*values)


def was_at(entry_id: str, path: str, *, now: datetime) -> bool:
    """Whether the entry was public at this path once, so that the path leads on."""
    query = sa.select(Publication.id).where(
        Publication.entry_id == entry_id, Publication.path == path, Publication.from_at <= now
    )
    return db.session().execute(query.limit(1)).first() is not None


def find_by_path(path: str, *, now: datetime) -> Card | None:
    """The entry that stands at this path now, if everyone may see it."""
    query, values = _asked(Selection(unlisted=True, open_only=True), now)
    found = _cards(db.read(query.where(Publication.__table__.c.path == path).limit(1), values))
    return found[0] if found else None


def paths_of(entry_ids: Iterable[str], *, now: datetime) -> Mapping[str, tuple[str, str | None]]:
    """Path and title of each of these entries that visitors may know of now."""
    wanted = tuple(set(entry_ids))
    if not wanted:
        return {}
    selection = Selection(entry_ids=wanted, unlisted=True)
    return {
        row[0]: (row[1], row[2]) for row in ask(selection, ("entry_id", "path", "title"), now=now)
    }


def ancestors(entry_id: str, *, now: datetime) -> tuple[Card, ...]:
    """The live pages above this one, the topmost first; remembered while nothing changes."""

    def make() -> tuple[Card, ...]:
        above: list[str] = []
        current = db.read(_PARENT, {"id": entry_id}).scalar()
        while current is not None and current not in above:
            above.insert(0, current)
            current = db.read(_PARENT, {"id": current}).scalar()
        return _in_order_of(above, Selection(unlisted=True), now)

    return _remembered(("above", entry_id), make, now)


# --- lists ----------------------------------------------------------------------------------


def list_cards(
    selection: Selection, *, now: datetime, limit: int, offset: int = 0
) -> tuple[Card, ...]:
    """The cards of a list in its own order, with their terms and bylines; two queries."""
    return _cards(ask(selection, CARD, now=now, limit=limit, offset=offset, order="list"))


def list_by_ids(publication_ids: Sequence[str], *, now: datetime) -> tuple[Card, ...]:
    """The cards of these publications that are live, in the order given."""
    if not publication_ids:
        return ()
    rows = db.read(_CARDS_BY_ID, {"ids": list(publication_ids), "now": now})
    found = {card.id: card for card in _cards(rows)}
    return tuple(found[each] for each in publication_ids if each in found)


def list_home(*, now: datetime, limit: int, offset: int = 0) -> tuple[Card, ...]:
    """Posts for the home page: the pinned ones first, then the newest."""
    pinned = list_pinned(now=now)
    first = pinned[offset : offset + limit]
    rest = limit - len(first)
    if rest <= 0:
        return first
    selection = posts(without=tuple(card.entry_id for card in pinned))
    return first + list_cards(selection, now=now, limit=rest, offset=max(0, offset - len(pinned)))


def list_pinned(*, now: datetime) -> tuple[Card, ...]:
    """What is pinned on top of the home page, the latest pinned first."""
    return _remembered(
        "pinned", lambda: list_cards(posts(pinned=True), now=now, limit=MAX_PINNED), now
    )


def list_featured(*, now: datetime, limit: int) -> tuple[Card, ...]:
    """The newest featured posts, remembered while nothing changes."""
    return _remembered(
        ("featured", limit), lambda: list_cards(posts(featured=True), now=now, limit=limit), now
    )


def neighbours(card: Publication | Whole, *, now: datetime) -> tuple[Card | None, Card | None]:
    """The older and the newer post beside this one."""
    query, values = _asked(Selection(types=(card.type,)), now)
    query = query.where(_PUBLISHED.c.entry_id != sa.bindparam("beside"))
    # Left to itself MariaDB walks from the newest post to this one.
    query = query.with_hint(_PUBLISHED, f"FORCE INDEX ({_LIST_INDEX})", "mariadb")
    older = query.where(_BEFORE).order_by(*_NEWEST_FIRST).limit(1).subquery()
    newer = query.where(_AFTER).order_by(*_OLDEST_FIRST).limit(1).subquery()
    both = sa.union_all(sa.select(older), sa.select(newer))
    here = {"beside": card.entry_id, "here_at": card.dated_at, "here_id": card.id}
    found = _cards(db.read(both, {**values, **here}))
    here_place = (card.dated_at, card.id)
    return (
        next((each for each in found if (each.dated_at, each.id) < here_place), None),
        next((each for each in found if (each.dated_at, each.id) > here_place), None),
    )


def related(
    card: Publication | Whole, term_ids: Sequence[str], *, now: datetime, limit: int = 3
) -> tuple[Card, ...]:
    """The newest posts that share a term with this one; those of its first term go first."""
    found: tuple[Card, ...] = ()
    for term_id in term_ids[:MAX_RELATED_TERMS]:
        if len(found) < limit:
            without = (card.entry_id, *(each.entry_id for each in found))
            selection = posts(term_ids=(term_id,), without=without)
            found += list_cards(selection, now=now, limit=limit - len(found))
    return found


def count(selection: Selection, *, now: datetime) -> int:
    """How many cards a list holds; counted once in each generation."""

    def make() -> int:
        asked = question(selection, ("id",), now=now)
        counted = sa.select(sa.func.count()).select_from(asked.statement.subquery())
        return db.read(counted, asked.values).scalar() or 0

    return _remembered(("count", selection), make, now)


def shown_terms(term_ids: Iterable[str], *, now: datetime) -> Mapping[str, tuple[str, str]]:
    """Path and name of each of these terms under which visitors find something.

    A tag that only drafts carry is nobody's business yet.
    """
    wanted = list(set(term_ids))
    if not wanted:
        return {}
    query = sa.select(Term.id, Term.path, Term.name)
    rows = db.read(query.where(Term.id.in_(wanted), Term.internal.is_(False))).all()
    return {
        row[0]: (row[1], row[2])
        for row in rows
        if count(posts(term_ids=with_descendants(row[0], now=now)), now=now)
    }


def texts_of(publication_ids: Sequence[str]) -> Mapping[str, str]:
    """The stored HTML of each of these publications."""
    if not publication_ids:
        return {}
    return {row[0]: row[1] for row in db.read(_TEXTS, {"ids": list(publication_ids)})}


def list_addresses(
    selection: Selection, *, now: datetime, limit: int, offset: int
) -> list[tuple[str, datetime]]:
    """Path and time of the last change of each entry of a list that search engines may show."""
    columns = ("path", "updated_at", "seo")
    rows = ask(selection, columns, now=now, limit=limit, offset=offset, order="entry_id")
    return [(row[0], row[1]) for row in rows if not (row[2] or {}).get("noindex")]


@dataclass(frozen=True, slots=True)
class Period:
    """A month of the archive."""

    year: int
    month: int
    count: int


def periods(zone: ZoneInfo, *, now: datetime) -> tuple[Period, ...]:
    """The months that hold posts, the newest first, in the site's time zone."""

    def make() -> tuple[Period, ...]:
        counts: dict[tuple[int, int], int] = defaultdict(int)
        for (moment,) in ask(posts(), ("dated_at",), now=now):
            day = moment.astimezone(zone)
            counts[day.year, day.month] += 1
        return tuple(Period(*key, counts[key]) for key in sorted(counts, reverse=True))

    return _remembered(("periods", str(zone)), make, now)


# --- terms and bylines ----------------------------------------------------------------------


def links_of(
    publication_ids: Iterable[str],
) -> Mapping[str, tuple[tuple[TermRow, ...], tuple[BylineRow, ...]]]:
    """The public terms and the profiles of each publication, in the editor's order; one query."""
    terms: dict[str, list[TermRow]] = defaultdict(list)
    bylines: dict[str, list[BylineRow]] = defaultdict(list)
    wanted = list(publication_ids)
    if not wanted:
        return {}
    for owner, image, id_, taxonomy, name, slug, path, _position in db.read(
        _LINKS, {"ids": wanted}
    ):
        if taxonomy:
            terms[owner].append(TermRow(id_, taxonomy, name, slug, path))
        else:
            bylines[owner].append(BylineRow(id_, name, slug, image))
    return {each: (tuple(terms[each]), tuple(bylines[each])) for each in wanted}


def terms_by_ids(term_ids: Sequence[str]) -> tuple[TermRow, ...]:
    """These terms, but for internal ones, in the order given."""
    query = _TERMS.where(_TERM.id.in_(list(term_ids)))
    found = {row[0]: TermRow(*row) for row in db.read(query)}
    return tuple(found[each] for each in term_ids if each in found)


def bylines_by_ids(profile_ids: Sequence[str]) -> tuple[BylineRow, ...]:
    """These profiles, in the order given."""
    query = _BYLINES.where(_PROFILE.id.in_(list(profile_ids)))
    found = {row[0]: BylineRow(*row) for row in db.read(query)}
    return tuple(found[each] for each in profile_ids if each in found)


def find_term(taxonomy: str, slug: str) -> TermRow | None:
    """The public term of this slug, or of this path below its taxonomy's."""
    path = f"/{taxonomy}/{slug.strip('/')}/"
    row = db.read(_TERMS.where(_TERM.path == path)).first()
    return TermRow(*row) if row else None


def find_profile(handle: str) -> BylineRow | None:
    """The profile with this handle."""
    row = db.read(_BYLINES.where(_PROFILE.handle == handle)).first()
    return BylineRow(*row) if row else None


def with_descendants(term_id: str, *, now: datetime) -> tuple[str, ...]:
    """The term and all terms below it."""

    def make() -> tuple[str, ...]:
        found, level = [term_id], [term_id]
        while level:
            query = sa.select(_TERM.id).where(_TERM.parent_id.in_(level))
            level = [each for each in db.read(query).scalars() if each not in found]
            found += level
        return tuple(found)

    return generation.remember(("below", term_id), make, now=now)


def list_used_terms(taxonomy: str, *, now: datetime) -> tuple[tuple[TermRow, int], ...]:
    """The public terms that visitors find posts under, by name, with how many."""

    def make() -> tuple[tuple[TermRow, int], ...]:
        asked = question(posts(), ("id",), now=now)
        inner = asked.statement.subquery()
        number = sa.func.count().label("number")
        query = (
            _TERMS.add_columns(number)
            .join(_FILED, _FILED.c.term_id == _TERM.id)
            .join(inner, inner.c.id == _FILED.c.publication_id)
            .where(_TERM.taxonomy == taxonomy)
            .group_by(*_TERMS.selected_columns)
            .order_by(_TERM.name)
        )
        return tuple((TermRow(*row[:5]), row[5]) for row in db.read(query, asked.values))

    return _remembered(("terms", taxonomy), make, now)


def list_used_handles(*, now: datetime) -> tuple[str, ...]:
    """The handles of the profiles that are named in what visitors can read."""

    def make() -> tuple[str, ...]:
        asked = question(posts(), ("id",), now=now)
        inner = asked.statement.subquery()
        query = (
            sa.select(_PROFILE.handle)
            .join(_SIGNED, _SIGNED.c.profile_id == _PROFILE.id)
            .join(inner, inner.c.id == _SIGNED.c.publication_id)
            .distinct()
            .order_by(_PROFILE.handle)
        )
        return tuple(db.read(query, asked.values).scalars())

    return _remembered("handles", make, now)


# --- the questions, built once ----------------------------------------------------------------

_PUBLISHED, _ENTRY = Publication.__table__, Entry.__table__
_FILED, _SIGNED = PublicationTerm.__table__, PublicationByline.__table__
_TERM, _PROFILE, _ADDRESS = Term.__table__.c, Profile.__table__.c, Address.__table__
_TERMS = sa.select(_TERM.id, _TERM.taxonomy, _TERM.name, _TERM.slug, _TERM.path).where(
    _TERM.internal.is_(False)
)
_BYLINES = sa.select(_PROFILE.id, _PROFILE.name, _PROFILE.handle, _PROFILE.image)
_LIVE = is_live_at(NOW, _PUBLISHED.c)
_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)

_FORMS = ("exact", "other", "base_exact", "base_other")  # of one path, or of two

_PARENT = sa.select(_ENTRY.c.parent_id).where(_ENTRY.c.id == sa.bindparam("id"))
_TEXTS = sa.select(_PUBLISHED.c.id, _PUBLISHED.c.html).where(_PUBLISHED.c.id.in_(_IDS))
_CARDS_BY_ID = sa.select(*(_PUBLISHED.c[name] for name in CARD)).where(
    _PUBLISHED.c.id.in_(_IDS), _LIVE
)
_WHOLE_COLUMNS = tuple(_PUBLISHED.c[name] for name in WHOLE)
_FIND_WHOLE = sa.select(*_WHOLE_COLUMNS).where(
    _PUBLISHED.c.entry_id == sa.bindparam("entry_id"), _LIVE
)
_FIND_PLACE = (
    sa.select(*(_ADDRESS.c[name] for name in PLACE), *_WHOLE_COLUMNS)
    .select_from(
        _ADDRESS.outerjoin(
            _PUBLISHED,
            sa.and_(
                _ADDRESS.c.target_kind == "entry",
                _PUBLISHED.c.entry_id == _ADDRESS.c.target_id,
                _LIVE,
            ),
        )
    )
    .where(_ADDRESS.c.path.in_([sa.bindparam(name, type_=db.key(db.MAX_PATH)) for name in _FORMS]))
)

_LIST_INDEX = "ix_publication_type_listed_dated_at_id"
# Not as pairs: MariaDB compares those only after it has read the row, and SQLite, once it knows
# how much there is in each index, takes the wrong one.
_AT, _HERE_AT = _PUBLISHED.c.dated_at, sa.bindparam("here_at", type_=db.UtcDateTime())
_ID, _HERE_ID = _PUBLISHED.c.id, sa.bindparam("here_id", type_=db.Id)
_BEFORE = sa.and_(_AT <= _HERE_AT, sa.or_(_AT < _HERE_AT, _ID < _HERE_ID))
_AFTER = sa.and_(_AT >= _HERE_AT, sa.or_(_AT > _HERE_AT, _ID > _HERE_ID))
_NEWEST_FIRST = (_PUBLISHED.c.dated_at.desc(), _PUBLISHED.c.id.desc())
_OLDEST_FIRST = (_PUBLISHED.c.dated_at, _PUBLISHED.c.id)

# Bylines first: the type of `image` counts for the whole union. They have no taxonomy.
_LINKS = sa.union_all(
    sa.select(
        _SIGNED.c.publication_id,
        _PROFILE.image,
        _PROFILE.id,
        sa.literal("", db.key(40)).label("taxonomy"),
        _PROFILE.name,
        _PROFILE.handle,
        sa.literal("", db.key(db.MAX_PATH)).label("path"),
        _SIGNED.c.position.label("place"),
    )
    .join_from(_SIGNED, Profile.__table__, _PROFILE.id == _SIGNED.c.profile_id)
    .where(_SIGNED.c.publication_id.in_(_IDS)),
    sa.select(
        _FILED.c.publication_id,
        sa.null(),
        *_TERMS.selected_columns,
        _FILED.c.position,
    )
    .join_from(_FILED, Term.__table__, _TERM.id == _FILED.c.term_id)
    .where(_FILED.c.publication_id.in_(_IDS), _TERM.internal.is_(False)),
).order_by("place")


def _asked(selection: Selection, now: datetime) -> tuple[sa.Select[Any], dict[str, Any]]:
    asked = question(selection, CARD, now=now)
    return asked.statement, asked.values


def _cards(rows: Iterable[Any]) -> tuple[Card, ...]:
    """Rows as cards, with their terms and bylines; one query for all of them."""
    found = [tuple(row) for row in rows]
    links = links_of([row[0] for row in found])
    complete = [(*row, *links[row[0]]) for row in found]
    return tuple(Card(*values) for values in complete)


def _in_order_of(entry_ids: Sequence[str], selection: Selection, now: datetime) -> tuple[Card, ...]:
    if not entry_ids:
        return ()
    wanted = replace(selection, entry_ids=tuple(entry_ids))
    found = {card.entry_id: card for card in list_cards(wanted, now=now, limit=len(entry_ids))}
    return tuple(found[each] for each in entry_ids if each in found)


def _remembered(key: object, make: Callable[[], T], now: datetime) -> T:
    """What follows from the content and the clock, kept until either moves on."""
    return generation.remember(key, make, now=now, until=lambda: next_boundary(now))
