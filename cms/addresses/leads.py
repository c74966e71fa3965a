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
    found: list[Address] = []
    place = _place(after)
    while len(found) < limit:
        ranked = hits.most_used(limit=limit * 2, after=place)
        if not ranked:
            break
        query = sa.select(Address).where(
            Address.id.in_(_narrowed(wanted)), Address.id.in_([each for each, _hits in ranked])
        )
        if wanted.kind:
            query = query.where(Address.by_hand == sa.literal(wanted.kind == HAND))
        rows = {row.id: row for row in db.session().scalars(query)}
        found += [rows[each] for each, _hits in ranked if each in rows]
        last, counted = ranked[-1]
        place = (counted.count, last)
    return found[:limit]


def _place(after: str) -> tuple[int, str] | None:
    count, _dot, redirect_id = after.partition(".")
    return (int(count[:18]), redirect_id) if count.isascii() and count.isdigit() else None
