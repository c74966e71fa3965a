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


def terms_by_ids(term_ids: Sequence[str]) -> tuple[TermRow, ...]:
    """These terms, but for internal ones, in the order given."""
    query = sa.select(Term.id, Term.taxonomy, Term.name, Term.slug, Term.path)
    query = query.where(Term.id.in_(list(term_ids)), Term.internal.is_(False))
    found = {row[0]: TermRow(*row) for row in db.session().execute(query)}
    return tuple(found[each] for each in term_ids if each in found)


def bylines_by_ids(profile_ids: Sequence[str]) -> tuple[BylineRow, ...]:
    """These profiles, in the order given."""
    query = sa.select(Profile.id, Profile.name, Profile.handle, Profile.image)
    query = query.where(Profile.id.in_(list(profile_ids)))
    found = {row[0]: BylineRow(*row) for row in db.session().execute(query)}
    return tuple(found[each] for each in profile_ids if each in found)


def list_by_ids(publication_ids: Sequence[str], *, now: datetime) -> tuple[Card, ...]:
    """The cards of these publications that are live, in the order given."""
    if not publication_ids:
        return ()
    query = sa.select(*CARD_COLUMNS).where(Publication.id.in_(publication_ids), is_live_at(now))
    found = {row.id: Card(**row._mapping) for row in db.session().execute(query)}
    return complete([found[each] for each in publication_ids if each in found])


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


def texts_of(publication_ids: Sequence[str]) -> Mapping[str, str]:
    """The stored HTML of each of these publications."""
    if not publication_ids:
        return {}
    query = sa.select(Publication.id, Publication.html).where(Publication.id.in_(publication_ids))
    return {row[0]: row[1] for row in db.session().execute(query)}


def opened(selection: Selection) -> Selection:
    """The same list without what is behind a password."""
    return replace(selection, open_only=True)


def find_by_path(path: str, *, now: datetime) -> Card | None:
    """The entry that stands at this path now, if everyone may see it."""
    query = _select(Selection(unlisted=True, open_only=True), now, CARD_COLUMNS)
    row = db.session().execute(query.where(Publication.path == path).limit(1)).first()
    return complete([Card(**row._mapping)])[0] if row else None


def find_term(taxonomy: str, slug: str) -> TermRow | None:
    """The public term of this slug, or of this path below its taxonomy's."""
    path = f"/{taxonomy}/{slug.strip('/')}/"
    query = sa.select(Term.id, Term.taxonomy, Term.name, Term.slug, Term.path)
    row = db.session().execute(query.where(Term.path == path, Term.internal.is_(False))).first()
    return TermRow(*row) if row else None


def find_profile(handle: str) -> BylineRow | None:
    """The profile with this handle."""
    query = sa.select(Profile.id, Profile.name, Profile.handle, Profile.image)
    row = db.session().execute(query.where(Profile.handle == handle)).first()
    return BylineRow(*row) if row else None


def list_addresses(
    selection: Selection, *, now: datetime, limit: int, offset: int
) -> list[tuple[str, datetime]]:
    """Path and time of the last change of each entry of a list that search engines may show."""
    columns = (Publication.path, Publication.updated_at, Publication.seo)
    query = _select(selection, now, columns).order_by(Publication.entry_id)
    rows = db.session().execute(query.limit(limit).offset(offset))
    return [(str(row[0]), row[1]) for row in rows if not (row[2] or {}).get("noindex")]


def list_used_handles(*, now: datetime) -> tuple[str, ...]:
    """The handles of the profiles that are named in what visitors can read."""
    inner = _select(posts(), now, (Publication.id,)).subquery()
    query = (
        sa.select(Profile.handle)
        .join(PublicationByline, PublicationByline.profile_id == Profile.id)
        .join(inner, inner.c.id == PublicationByline.publication_id)
        .distinct()
        .order_by(Profile.handle)
    )
    return tuple(db.session().scalars(query))


def with_descendants(term_id: str, *, now: datetime) -> tuple[str, ...]:
    """The term and all terms below it."""

    def make() -> tuple[str, ...]:
        found, level = [term_id], [term_id]
        while level:
            query = sa.select(Term.id).where(Term.parent_id.in_(level))
            level = [each for each in db.session().scalars(query) if each not in found]
            found += level
        return tuple(found)

    return generation.remember(("below", term_id), make, now=now)


def list_featured(*, now: datetime, limit: int) -> tuple[Card, ...]:
    """The newest featured posts, remembered while nothing changes."""

    def make() -> tuple[Card, ...]:
        return list_cards(posts(featured=True), now=now, limit=limit)

    key = ("featured", limit)
    return generation.remember(key, make, now=now, until=lambda: next_boundary(now))


def ancestors(entry_id: str, *, now: datetime) -> tuple[Card, ...]:
    """The live pages above this one, the topmost first."""
    above: list[str] = []
    entry = db.session().get(Entry, entry_id)
    while entry is not None and entry.parent_id and entry.parent_id not in above:
        above.append(entry.parent_id)
        entry = db.session().get(Entry, entry.parent_id)
    if not above:
        return ()
    selection = Selection(entry_ids=tuple(above), unlisted=True)
    place = {each: number for number, each in enumerate(reversed(above))}
    found = list_cards(selection, now=now, limit=len(above))
    return tuple(sorted(found, key=lambda card: place[card.entry_id]))


def list_used_terms(taxonomy: str, *, now: datetime) -> tuple[tuple[TermRow, int], ...]:
    """The public terms that visitors find entries under, by name, with how many."""

    def make() -> tuple[tuple[TermRow, int], ...]:
        inner = _select(Selection(), now, (Publication.id,)).subquery()
        query = (
            sa.select(
                Term.id, Term.taxonomy, Term.name, Term.slug, Term.path, sa.func.count().label("n")
            )
            .join(PublicationTerm, PublicationTerm.term_id == Term.id)
            .join(inner, inner.c.id == PublicationTerm.publication_id)
            .where(Term.taxonomy == taxonomy, Term.internal.is_(False))
            .group_by(Term.id, Term.taxonomy, Term.name, Term.slug, Term.path)
            .order_by(Term.name)
        )
        return tuple((TermRow(*row[:5]), row[5]) for row in db.session().execute(query))

    key = ("terms", taxonomy)
    return generation.remember(key, make, now=now, until=lambda: next_boundary(now))


def paths_of(entry_ids: Iterable[str], *, now: datetime) -> Mapping[str, tuple[str, str | None]]:
    """Path and title of each of these entries that visitors may know of now."""
    wanted = tuple(set(entry_ids))
    if not wanted:
        return {}
    columns = (Publication.entry_id, Publication.path, Publication.title)
    query = _select(Selection(entry_ids=wanted, unlisted=True), now, columns)
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
