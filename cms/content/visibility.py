"""Who may see what: one decision, asked by pages, lists, feeds, search, sitemap and Markdown."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import sqlalchemy as sa

from cms import db
from cms.content.models import Entry, Publication
from cms.content.schedule import is_live_at, next_boundary
from cms.history import generation


class Verdict(StrEnum):
    """What a visitor gets to see."""

    VISIBLE = "visible"
    LOCKED = "locked"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Restriction:
    """A rule that holds for an entry: its own, or that of a page above."""

    access: str
    holder_id: str
    password_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks: the public, perhaps with some passwords given, or someone of the staff.

    `unlocked` holds a mark for each password that was given, made by whoever checked it.
    """

    is_staff: bool = False
    unlocked: frozenset[str] = frozenset()


PUBLIC = Visitor()


class Shown(Protocol):
    """What of a publication decides over who may see it."""

    @property
    def entry_id(self) -> str: ...
    @property
    def access(self) -> str: ...


class Guarded(Shown, Protocol):
    """The same with what opens it."""

    @property
    def password_hash(self) -> str | None: ...


def decide(
    restriction: Restriction | None, site_access: str, visitor: Visitor, *, mark: str = ""
) -> Verdict:
    """Whether this visitor may see something with this rule on a site with that one. PURE.

    `mark` is what stands for the rule's password in `visitor.unlocked`.
    """
    if visitor.is_staff:
        return Verdict.VISIBLE
    if site_access != "public":
        return Verdict.HIDDEN
    if restriction is None:
        return Verdict.VISIBLE
    if restriction.access == "password":
        return Verdict.VISIBLE if mark in visitor.unlocked else Verdict.LOCKED
    return Verdict.HIDDEN


def restriction_of(publication: Guarded, *, now: datetime) -> Restriction | None:
    """The rule that holds for a publication: its own, else that of the nearest page above."""
    if publication.access == "public":
        return None
    if publication.access in ("password", "staff"):
        return Restriction(publication.access, publication.entry_id, publication.password_hash)
    return inherited(now=now).get(publication.entry_id)


def is_open(shown: Shown, *, now: datetime) -> bool:
    """Whether everyone may see this, as far as the entry itself decides."""
    if shown.access in ("password", "staff"):
        return False
    return shown.access == "public" or shown.entry_id not in inherited(now=now)


def inherited(*, now: datetime) -> Mapping[str, Restriction]:
    """The rule for each entry that stands below a restricted page, and for that page itself.

    A page that is not live any more still guards what stands below it.
    """
    return generation.remember(
        "restrictions", lambda: _inherited(now), now=now, until=lambda: next_boundary(now)
    )


def _inherited(now: datetime) -> Mapping[str, Restriction]:
    found = {each.holder_id: each for each in _restricted(now)}
    level: Collection[str] = list(found)
    while level:
        fresh = {
            child_id: found[parent_id]
            for child_id, parent_id, access in _children(level, now)
            if child_id not in found and access != "public"
        }
        found |= fresh
        level = list(fresh)
    return found


def _restricted(now: datetime) -> list[Restriction]:
    """The pages whose latest publication, ended or not, is restricted and that have children."""
    later = sa.orm.aliased(Publication)
    child = sa.orm.aliased(Entry)
    query = (
        sa.select(Publication.access, Publication.entry_id, Publication.password_hash)
        .where(Publication.access.in_(("password", "staff")), Publication.from_at <= now)
        .where(
            ~sa.exists().where(
                later.entry_id == Publication.entry_id,
                later.from_at <= now,
                later.from_at > Publication.from_at,
            )
        )
        .where(sa.exists().where(child.parent_id == Publication.entry_id))
    )
    return [Restriction(*row) for row in db.session().execute(query)]


def _children(parents: Collection[str], now: datetime) -> list[tuple[str, str, str | None]]:
    query = (
        sa.select(Entry.id, Entry.parent_id, Publication.access)
        .outerjoin(Publication, sa.and_(Publication.entry_id == Entry.id, is_live_at(now)))
        .where(Entry.parent_id.in_(parents))
    )
    return [(row[0], str(row[1]), row[2]) for row in db.session().execute(query)]
