"""Redirects to an address that do not end where they should: in a circle, in steps, at nothing.

None of these can be made by the acts of this room. They come about beside them: by a setting that
moves a list, by a table that was restored in parts, by rows written by hand.
"""

from collections.abc import Collection, Iterator
from typing import Literal, NamedTuple

import sqlalchemy as sa

from cms import db
from cms.addresses import book, paths, patterns, targets
from cms.addresses.models import Address
from cms.addresses.targets import MAX_HOPS

CHUNK = 500  # redirects looked at together


class Tangle(NamedTuple):
    """A redirect, and what is wrong with where it leads."""

    source: str
    location: str
    fault: Literal["circle", "steps", "nothing"]


def find(lists: Collection[str]) -> Iterator[Tangle]:
    """Every redirect and pattern that leads round, on, or to where nothing stands.

    `lists` are the paths of lists that the site keeps without the book.
    """
    for rows in _leading_to_addresses():
        known = _present({each for row in rows for each in _forms(row.location or "")})
        for row in rows:
            path = patterns.bare(row.location or "")
            if path and (fault := _fault(row, path, known, lists)):
                yield Tangle(row.path, row.location or "", fault)
    ways = book.list_patterns()
    for way in ways:
        if patterns.has_circle(ways, way):
            yield Tangle(way.source, way.location or "", "circle")


def _leading_to_addresses() -> Iterator[list[Address]]:
    query = (
        sa.select(Address)
        .where(Address.state == "former", Address.by_hand == sa.true())
        .where(Address.target_kind == "redirect", Address.location.startswith("/"))
        .order_by(Address.path)
        .limit(CHUNK)
    )
    last = ""
    while rows := list(db.session().scalars(query.where(Address.path > last))):
        yield rows
        last = rows[-1].path


def _forms(location: str) -> tuple[str, ...]:
    path = patterns.bare(location)
    return (path, paths.other_slash(path)) if path else ()


def _present(wanted: Collection[str]) -> dict[str, Address]:
    ordered = sorted(wanted)
    found: dict[str, Address] = {}
    for first in range(0, len(ordered), CHUNK):
        query = sa.select(Address).where(Address.path.in_(ordered[first : first + CHUNK]))
        found |= {line.path: line for line in db.session().scalars(query)}
    return found


def _fault(
    row: Address, path: str, known: dict[str, Address], lists: Collection[str]
) -> Literal["circle", "steps", "nothing"] | None:
    line = known.get(path) or known.get(paths.other_slash(path))
    if line is not None and line.by_hand:
        return "circle" if _comes_back(row, line) else "steps"
    if line is not None or targets.is_of_core(path, lists):
        return None
    split = targets.split_form(path)
    if split is not None and book.find(split[0]) is not None:
        return None
    return "nothing" if patterns.lead(book.list_patterns(), path) is None else "steps"


def _comes_back(row: Address, line: Address) -> bool:
    seen = {row.id}
    step: Address | None = line
    while step is not None and step.by_hand and step.id not in seen and len(seen) <= MAX_HOPS:
        seen.add(step.id)
        path = patterns.bare(step.location or "")
        step = book.find(path) if path else None
    return step is not None and step.id in seen
