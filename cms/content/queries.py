"""What visitors read: publications that hold now, as plain rows, in few queries.

Lists ask for columns, never for whole objects: the HTML of a publication is only read where one
entry is shown.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from cms import db
from cms.content import types, visibility
from cms.content.models import (
    Entry,
    Profile,
    Publication,
    PublicationByline,
    PublicationTerm,
    Term,
)
from cms.content.schedule import is_live_at, next_boundary
from cms.history import generation

MAX_PINNED = 20


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
    oldest_first: bool = False
    unlisted: bool = False
    open_only: bool = False


_CARD = tuple(name for name in Card.__dataclass_fields__ if name not in ("terms", "bylines"))
CARD_COLUMNS = tuple(getattr(Publication, name) for name in _CARD)


def posts(**values: Any) -> Selection:
    """A selection of dated entries."""
    return Selection(types=types.dated_types(), **values)


def find_published(entry_id: str, *, now: datetime) -> Publication | None:
    """What visitors may see of this entry now."""
    query = sa.select(Publication).where(Publication.entry_id == entry_id, is_live_at(now))
    return db.session().scalars(query).first()


def was_at(entry_id: str, path: str, *, now: datetime) -> bool:
    """Whether the entry was public at this path once, so that the path leads on."""
    query = sa.select(Publication.id).where(
        Publication.entry_id == entry_id, Publication.path == path, Publication.from_at <= now
    )
    return db.session().execute(query.limit(1)).first() is not None


def list_cards(
    selection: Selection, *, now: datetime, limit: int, offset: int = 0
) -> tuple[Card, ...]:
    """The cards of a list, the newest first, with their terms and bylines; three queries."""
    query = _select(selection, now, CARD_COLUMNS)
    order = (Publication.dated_at, Publication.id)
    if selection.parent_id is not None or selection.top_level:
        query = query.order_by(Entry.position, Entry.id)
    elif selection.oldest_first:
        query = query.order_by(*order)
    elif selection.term_ids:
        query = query.order_by(PublicationTerm.dated_at.desc(), Publication.id.desc())
    elif selection.profile_id:
        query = query.order_by(PublicationByline.dated_at.desc(), Publication.id.desc())
    else:
        query = query.order_by(*(column.desc() for column in order))
    rows = db.session().execute(query.limit(limit).offset(offset))
    return complete([Card(**row._mapping) for row in rows])


def list_home(*, now: datetime, limit: int, offset: int = 0) -> tuple[Card, ...]:
    """Posts for the home page: the pinned ones first, then the newest."""
    pinned = pinned_ids(now=now)
    first: tuple[Card, ...] = ()
    if offset < len(pinned):
        chosen = pinned[offset : offset + limit]
        found = list_cards(posts(entry_ids=chosen), now=now, limit=limit)
        place = {entry_id: number for number, entry_id in enumerate(chosen)}
        first = tuple(sorted(found, key=lambda card: place[card.entry_id]))
    rest = limit - len(first)
    if rest <= 0:
        return first
    selection = posts(without=pinned)
    return first + list_cards(selection, now=now, limit=rest, offset=max(0, offset - len(pinned)))


def pinned_ids(*, now: datetime) -> tuple[str, ...]:
    """The entries pinned on top of the home page, the latest pinned first."""

    def make() -> tuple[str, ...]:
        query = _select(posts(), now, (Publication.entry_id,))
        query = query.where(Publication.pinned_at.is_not(None))
        return tuple(
            db.session().scalars(query.order_by(Publication.pinned_at.desc()).limit(MAX_PINNED))
        )

    return generation.remember("pinned", make, now=now, until=lambda: next_boundary(now))


def count(selection: Selection, *, now: datetime) -> int:
    """How many cards a list holds; counted once in each generation."""

    def make() -> int:
        inner = _select(selection, now, (Publication.id,)).subquery()
        return db.session().scalar(sa.select(sa.func.count()).select_from(inner)) or 0

    return generation.remember(
        ("count", selection), make, now=now, until=lambda: next_boundary(now)
    )


def neighbours(card: Publication | Card, *, now: datetime) -> tuple[Card | None, Card | None]:
    """The older and the newer post beside this one."""
    place = sa.tuple_(Publication.dated_at, Publication.id)
    here = sa.tuple_(sa.literal(card.dated_at, Publication.dated_at.type), sa.literal(card.id))
    listed = _select(Selection(types=(card.type,)), now, CARD_COLUMNS)
    listed = listed.where(Publication.entry_id != card.entry_id)
    newest = (Publication.dated_at.desc(), Publication.id.desc())
    oldest = (Publication.dated_at, Publication.id)
    before = db.session().execute(listed.where(place < here).order_by(*newest).limit(1)).first()
    after = db.session().execute(listed.where(place > here).order_by(*oldest).limit(1)).first()
    return (
        Card(**before._mapping) if before else None,
        Card(**after._mapping) if after else None,
    )


def related(
    card: Publication | Card, term_ids: Sequence[str], *, now: datetime, limit: int = 3
) -> tuple[Card, ...]:
    """The newest posts that share the first term with this one."""
    if not term_ids:
        return ()
    selection = posts(term_ids=(term_ids[0],), without=(card.entry_id,))
    return list_cards(selection, now=now, limit=limit)


def complete(cards: Sequence[Card]) -> tuple[Card, ...]:
    """The cards with their terms and bylines filled in; two queries for all of them."""
    if not cards:
        return ()
    terms, bylines = terms_of([card.id for card in cards]), bylines_of([card.id for card in cards])
    return tuple(
        replace(card, terms=terms.get(card.id, ()), bylines=bylines.get(card.id, ()))
        for card in cards
    )


def terms_of(publication_ids: Iterable[str]) -> Mapping[str, tuple[TermRow, ...]]:
    """The public terms of each publication, in the editor's order."""
    query = (
        sa.select(
            PublicationTerm.publication_id, Term.id, Term.taxonomy, Term.name, Term.slug, Term.path
        )
        .join(Term, Term.id == PublicationTerm.term_id)
        .where(PublicationTerm.publication_id.in_(list(publication_ids)))
        .where(Term.internal.is_(False))
        .order_by(PublicationTerm.publication_id, PublicationTerm.position)
    )
    found: dict[str, list[TermRow]] = defaultdict(list)
    for publication_id, *row in db.session().execute(query):
        found[publication_id].append(TermRow(*row))
    return {key: tuple(rows) for key, rows in found.items()}


def bylines_of(publication_ids: Iterable[str]) -> Mapping[str, tuple[BylineRow, ...]]:
    """The profiles named in each publication, in order."""
    query = (
        sa.select(
            PublicationByline.publication_id,
            Profile.id,
            Profile.name,
            Profile.handle,
            Profile.image,
        )
        .join(Profile, Profile.id == PublicationByline.profile_id)
        .where(PublicationByline.publication_id.in_(list(publication_ids)))
        .order_by(PublicationByline.publication_id, PublicationByline.position)
    )
    found: dict[str, list[BylineRow]] = defaultdict(list)
    for publication_id, *row in db.session().execute(query):
        found[publication_id].append(BylineRow(*row))
    return {key: tuple(rows) for key, rows in found.items()}


def paths_of(entry_ids: Iterable[str], *, now: datetime) -> Mapping[str, tuple[str, str | None]]:
    """Path and title of each of these entries that is live now."""
    wanted = list(set(entry_ids))
    if not wanted:
        return {}
    query = sa.select(Publication.entry_id, Publication.path, Publication.title).where(
        Publication.entry_id.in_(wanted), is_live_at(now), Publication.path.is_not(None)
    )
    return {row[0]: (str(row[1]), row[2]) for row in db.session().execute(query)}


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
        for moment in db.session().scalars(_select(posts(), now, (Publication.dated_at,))):
            day = moment.astimezone(zone)
            counts[day.year, day.month] += 1
        return tuple(Period(*key, counts[key]) for key in sorted(counts, reverse=True))

    key = ("periods", str(zone))
    return generation.remember(key, make, now=now, until=lambda: next_boundary(now))


def in_period(year: int, month: int | None, zone: ZoneInfo) -> Selection:
    """The posts of a year, or of one of its months, in the site's time zone."""
    start = datetime(year, month or 1, 1, tzinfo=zone)
    if month is None or month == 12:
        end = datetime(year + 1, 1, 1, tzinfo=zone)
    else:
        end = datetime(year, month + 1, 1, tzinfo=zone)
    return posts(since=start.astimezone(UTC), before=end.astimezone(UTC))


def _select(selection: Selection, now: datetime, columns: Sequence[Any]) -> sa.Select[Any]:
    query = sa.select(*columns).where(is_live_at(now), Publication.path.is_not(None))
    query = query.where(Publication.access != "staff")
    if not selection.unlisted:
        query = query.where(Publication.listed.is_(True))
    if selection.types:
        query = query.where(Publication.type.in_(selection.types))
    if selection.term_ids:
        query = _of_terms(query, selection.term_ids)
    if selection.profile_id is not None:
        query = query.join(
            PublicationByline, PublicationByline.publication_id == Publication.id
        ).where(PublicationByline.profile_id == selection.profile_id)
    if selection.since is not None:
        query = query.where(Publication.dated_at >= selection.since)
    if selection.before is not None:
        query = query.where(Publication.dated_at < selection.before)
    if selection.featured is not None:
        query = query.where(Publication.featured.is_(selection.featured))
    if selection.entry_ids is not None:
        query = query.where(Publication.entry_id.in_(selection.entry_ids))
    if selection.parent_id is not None or selection.top_level:
        query = query.join(Entry, Entry.id == Publication.entry_id)
        query = query.where(Entry.parent_id == selection.parent_id)
    return _without_hidden(query, selection, now)


def _of_terms(query: sa.Select[Any], term_ids: Sequence[str]) -> sa.Select[Any]:
    query = query.join(PublicationTerm, PublicationTerm.publication_id == Publication.id)
    if len(term_ids) == 1:
        return query.where(PublicationTerm.term_id == term_ids[0])
    # An entry may carry several of these terms; it stands in the list once, by its first one.
    other = sa.orm.aliased(PublicationTerm)
    earlier = sa.exists().where(
        other.publication_id == Publication.id,
        other.term_id.in_(term_ids),
        other.position < PublicationTerm.position,
    )
    return query.where(PublicationTerm.term_id.in_(term_ids), ~earlier)


def _without_hidden(query: sa.Select[Any], selection: Selection, now: datetime) -> sa.Select[Any]:
    restricted = visibility.inherited(now=now)
    hidden = [
        entry_id
        for entry_id, rule in restricted.items()
        if rule.access == "staff" or selection.open_only
    ]
    without = [*selection.without, *hidden]
    if without:
        query = query.where(Publication.entry_id.not_in(without))
    if selection.open_only:
        query = query.where(Publication.access != "password")
    return query
