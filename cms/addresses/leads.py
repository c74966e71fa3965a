"""The lists of what leads on; each page begins behind the last line of the one before."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from cms import db
from cms.addresses import book, hits
from cms.addresses.models import Address, RedirectPattern

HAND, LEFT, PATTERN = "hand", "left", "pattern"
KINDS = ("", HAND, LEFT, PATTERN)
SORTS = ("path", "newest", "used")
FEW = 2_000  # redirects whose counts are asked for one by one


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to, and its order."""

    kind: str = ""
    words: str = ""
    sort: str = "path"


def list_lines(wanted: Filter, *, limit: int, after: str = "") -> Sequence[Address]:
    """Lines of the book that lead on, behind the path (or id, from the newest) `after`."""
    if wanted.sort == "used":
        return _most_used(wanted, limit=limit, after=after)
    column = Address.id if wanted.sort == "newest" else Address.path
    order = column.desc() if wanted.sort == "newest" else column
    parts = []
    for by_hand in (True, False):
        if wanted.kind == (LEFT if by_hand else HAND):
            continue
        query = _narrowed(wanted).where(Address.by_hand == sa.literal(by_hand))
        if after:
            query = query.where(column < after if wanted.sort == "newest" else column > after)
        # Each half is one scan of an index that ends early.
        parts.append(query.order_by(order).limit(limit).subquery())
    ids = sa.union_all(*(sa.select(part.c.id) for part in parts)).subquery()
    found = sa.select(Address).join(ids, ids.c.id == Address.id)
    return db.session().scalars(found.order_by(order).limit(limit)).all()


def cursor(wanted: Filter, line: Address, counted: dict[str, hits.Hits]) -> str:
    """What the page behind this line begins after."""
    if wanted.sort == "used":
        return f"{counted.get(line.id, hits.NONE).count}.{line.id}"
    return line.id if wanted.sort == "newest" else line.path


def list_patterns(wanted: Filter) -> Sequence[RedirectPattern]:
    """The patterns that hold these words, in the order in which they are tried."""
    words = wanted.words
    rows = book.list_patterns()
    return [row for row in rows if words in row.source or words in (row.location or "")]


def _narrowed(wanted: Filter) -> sa.Select[str]:
    query = sa.select(Address.id).where(Address.state == "former")
    if wanted.words:
        held = (Address.path, Address.location)
        query = query.where(
            sa.or_(*(column.contains(wanted.words, autoescape=True) for column in held))
        )
    return query


def _most_used(wanted: Filter, *, limit: int, after: str) -> Sequence[Address]:
    """Those that were ever used; the counts lie beside the content, so they are asked first."""
    place = _place(after)
    query = _narrowed(wanted)
    if wanted.kind:
        query = query.where(Address.by_hand == sa.literal(wanted.kind == HAND))
    if wanted.words or wanted.kind:
        ids = db.session().scalars(query.limit(FEW + 1)).all()
        if len(ids) <= FEW:
            return _ranked(ids, limit=limit, after=place)
    # Of those that are many, some are met soon.
    found: list[Address] = []
    step = limit * 2
    while len(found) < limit:
        ranked = hits.most_used(limit=step, after=place)
        if not ranked:
            break
        some = [each for each, _hits in ranked]
        rows = _rows(db.session().scalars(query.where(Address.id.in_(some))).all())
        found += [rows[each] for each in some if each in rows]
        last, counted = ranked[-1]
        place, step = (counted.count, last), min(step * 4, FEW)
    return found[:limit]


def _ranked(ids: Sequence[str], *, limit: int, after: tuple[int, str] | None) -> Sequence[Address]:
    places = sorted(((used.count, each) for each, used in hits.of(ids).items()), reverse=True)
    some = [each for count, each in places if after is None or (count, each) < after][:limit]
    rows = _rows(some)
    return [rows[each] for each in some]


def _rows(ids: Sequence[str]) -> dict[str, Address]:
    rows = db.session().scalars(sa.select(Address).where(Address.id.in_(ids)))
    return {row.id: row for row in rows}


def _place(after: str) -> tuple[int, str] | None:
    count, _dot, redirect_id = after.partition(".")
    return (int(count[:18]), redirect_id) if count.isascii() and count.isdigit() else None
