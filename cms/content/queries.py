"""What visitors read: publications that hold now, as plain rows, in few queries.

Lists ask for columns, never for whole objects: the HTML of a publication is only read where one
entry is shown.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from cms import db
from cms.addresses import paths
from cms.addresses.models import Address
from cms.content import filing, naming, schedule
from cms.content.models import Publication, Revision, Term
from cms.content.rows import CARD, PLACE, WHOLE, Card, Place, Whole
from cms.content.schedule import is_live_at
from cms.content.selection import NOW, Selection, ask, posts, question

MAX_PINNED = 20


# --- one entry ------------------------------------------------------------------------------


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
    shown = db.session().execute(query.limit(1)).first() is not None
    return shown or path in naming.past_paths(entry_id)


def find_by_path(path: str, *, now: datetime) -> Card | None:
    """The entry that stands at this path now, if everyone may see it."""
    asked = question(Selection(unlisted=True, open_only=True), CARD, now=now)
    query = asked.statement.where(Publication.__table__.c.path == path).limit(1)
    found = cards_of(db.read(query, asked.values))
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


# --- lists ----------------------------------------------------------------------------------


def list_cards(
    selection: Selection, *, now: datetime, limit: int, offset: int = 0
) -> tuple[Card, ...]:
    """The cards of a list in its own order, with their terms and bylines; two queries."""
    return cards_of(ask(selection, CARD, now=now, limit=limit, offset=offset, order="list"))


def list_by_ids(publication_ids: Sequence[str], *, now: datetime) -> tuple[Card, ...]:
    """The cards of these publications that are live, in the order given."""
    if not publication_ids:
        return ()
    rows = db.read(_CARDS_BY_ID, {"ids": list(publication_ids), "now": now})
    found = {card.id: card for card in cards_of(rows)}
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
    return schedule.remembered(
        "pinned", lambda: list_cards(posts(pinned=True), now=now, limit=MAX_PINNED), now
    )


def list_featured(*, now: datetime, limit: int) -> tuple[Card, ...]:
    """The newest featured posts, remembered while nothing changes."""
    return schedule.remembered(
        ("featured", limit), lambda: list_cards(posts(featured=True), now=now, limit=limit), now
    )


def count(selection: Selection, *, now: datetime) -> int:
    """How many cards a list holds; counted once in each generation."""

    def make() -> int:
        asked = question(selection, ("id",), now=now)
        counted = sa.select(sa.func.count()).select_from(asked.statement.subquery())
        return db.read(counted, asked.values).scalar() or 0

    return schedule.remembered(("count", selection), make, now)


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
        if count(posts(term_ids=filing.with_descendants(row[0], now=now)), now=now)
    }


def texts_of(publication_ids: Sequence[str]) -> Mapping[str, str]:
    """The stored HTML of each of these publications."""
    if not publication_ids:
        return {}
    return {row[0]: row[1] for row in db.read(_TEXTS, {"ids": list(publication_ids)})}


def source_of(publication: Whole) -> str:
    """What was written that visitors now read as this publication."""
    wanted = sa.select(Revision.source).where(Revision.id == publication.revision_id)
    source: str = db.read(wanted).scalar_one()
    return source


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

    return schedule.remembered(("periods", str(zone)), make, now)


def cards_of(rows: Iterable[Any]) -> tuple[Card, ...]:
    """Rows as cards, with their terms and bylines; one query for all of them."""
    found = [tuple(row) for row in rows]
    links = filing.links_of([row[0] for row in found])
    complete = [(*row, *links[row[0]]) for row in found]
    return tuple(Card(*values) for values in complete)


# --- the questions, built once ----------------------------------------------------------------


_PUBLISHED, _ADDRESS = Publication.__table__, Address.__table__

_LIVE = is_live_at(NOW, _PUBLISHED.c)

_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)

_FORMS = ("exact", "other", "base_exact", "base_other")  # of one path, or of two

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
