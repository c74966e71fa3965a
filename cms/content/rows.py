"""What visitors read, as plain rows: what a card, a byline, a whole page is made of. PURE."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any


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
    id: str
    target_kind: str
    target_id: str | None
    state: str
    by_hand: bool
    location: str | None
    suffix: str
    code: int
    whole: Whole | None = None


CARD = tuple(each.name for each in fields(Card) if each.name not in ("terms", "bylines"))

WHOLE = tuple(each.name for each in fields(Whole))

PLACE = tuple(each.name for each in fields(Place) if each.name != "whole")
