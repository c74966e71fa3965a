"""What lists of the admin are narrowed to: a filter, and the conditions that it stands for."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from cms import db, text
from cms.content import filing, search
from cms.content.listed import Mark
from cms.content.models import (
    Entry,
    EntryByline,
    EntryTerm,
    Profile,
    Publication,
    ReviewRequest,
    Revision,
)
from cms.content.status import Status
from cms.history import generation

SORTS = ("updated", "title", "date", "position")
# Texts that are not published stand in no index of words; so many of the newest are looked through.
MOST_UNPUBLISHED = 2_000
MOMENTS = ("since", "until")
MAX_WORDS = 8  # of one search; more would cost time and find nothing


class Only(StrEnum):
    """What a list can be narrowed to beside states, terms and people."""

    FEATURED = "featured"
    PINNED = "pinned"
    UNLISTED = "unlisted"
    RESTRICTED = "restricted"
    UNDESCRIBED = "undescribed"
    UNTITLED = "untitled"
    PLANNED = "planned"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to, and its order."""

    type: str
    words: str = ""
    status: Status | None = None
    term_id: str | None = None
    category_id: str | None = None
    profile_id: str | None = None
    # Whose entries: those that an account made or in whose byline it stands.
    owned_by: str | None = None
    # Whose entries, bylines apart: a scan of one index, for what must be quick for everyone.
    made_by: str | None = None
    locale: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    only: Only | None = None
    sort: str = "updated"
    descending: bool = True

    @property
    def unordered(self) -> "Filter":
        """The same without its order: for what counts only."""
        return replace(self, sort="updated", descending=True)

    def as_json(self) -> dict[str, Any]:
        """Plain values that JSON can hold."""
        moments = {name: moment.isoformat() for name in MOMENTS if (moment := getattr(self, name))}
        return {**asdict(self), **moments}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Filter":
        """What `as_json` gave."""
        known = dict(values)
        for name, read in (("status", Status), ("only", Only),
                           *((each, datetime.fromisoformat) for each in MOMENTS)):  # fmt: skip
            known[name] = read(known[name]) if known.get(name) else None
        return cls(**known)


def select_ids(wanted: Filter, *, now: datetime) -> sa.Select[Any]:
    """The ids of the entries that the filter finds, without an order."""
    return sa.select(Entry.id).where(*conditions(wanted, now=now))


def conditions(wanted: Filter, *, now: datetime) -> list[sa.ColumnElement[bool]]:
    """What must hold of an entry."""
    is_trashed = wanted.status is Status.TRASHED
    found = [
        Entry.type == wanted.type,
        Entry.trashed_at.is_not(None) if is_trashed else Entry.trashed_at.is_(None),
        *of_status(wanted.status, now),
    ]
    if wanted.words:
        found.append(_holding(wanted, now))
    if wanted.term_id:
        found.append(_carrying([wanted.term_id]))
    if wanted.category_id:
        found.append(_carrying(filing.with_descendants(wanted.category_id, now=now)))
    if wanted.profile_id:
        signed = sa.select(EntryByline.entry_id)
        found.append(Entry.id.in_(signed.where(EntryByline.profile_id == wanted.profile_id)))
    if wanted.owned_by:
        found.append(owned_by(wanted.owned_by))
    if wanted.made_by:
        found.append(Entry.created_by == wanted.made_by)
    if wanted.locale:
        found.append(Entry.locale == wanted.locale)
    if wanted.since:
        found.append(Entry.sort_at >= wanted.since)
    if wanted.until:
        found.append(Entry.sort_at < wanted.until)
    if wanted.only is Only.PLANNED:
        found.append(_has_coming(now))
    elif wanted.only is Only.REVIEW:
        waiting = sa.select(ReviewRequest.entry_id).where(ReviewRequest.state == "open")
        found.append(Entry.id.in_(waiting))
    elif wanted.only:
        found.append(Entry.marks.bitwise_and(int(Mark[wanted.only.name])) != 0)
    return found


def order(wanted: Filter) -> list[Any]:
    """The order of the list; the id decides between equals, so that no page repeats a row."""
    column: Any = {
        "title": Entry.name_key,
        "date": Entry.sort_at,
        "position": Entry.position,
    }.get(wanted.sort, Entry.head_id)  # Ids of revisions sort by the time they were written.
    return [each.desc() if wanted.descending else each for each in (column, Entry.id)]


def of_status(wanted: Status | None, now: datetime) -> list[sa.ColumnElement[bool]]:
    """What must hold of an entry in this state; the trash apart."""
    found: dict[Status | None, list[sa.ColumnElement[bool]]] = {
        Status.DRAFT: [~_has_open(now)],
        # Few are to come, so these are looked at from their side.
        Status.SCHEDULED: [_has_coming(now), ~is_live(now)],
        Status.PUBLISHED: [is_live(now)],
        Status.CHANGED: [is_live(now), newest_shown(now) != Entry.head_id],
    }
    return found.get(wanted, [])


def is_live(now: datetime) -> sa.ColumnElement[bool]:
    """Whether visitors can read the entry now."""
    return sa.exists().where(
        Publication.entry_id == Entry.id, Publication.from_at <= now, _goes_on(now)
    )


def newest_shown(now: datetime) -> sa.ColumnElement[str]:
    """The revision that is shown, or will be, last of all."""
    query = sa.select(Publication.revision_id).where(
        Publication.entry_id == Entry.id, _goes_on(now)
    )
    return query.order_by(Publication.from_at.desc()).limit(1).scalar_subquery()


def _has_open(now: datetime) -> sa.ColumnElement[bool]:
    return sa.exists().where(Publication.entry_id == Entry.id, _goes_on(now))


def _has_coming(now: datetime) -> sa.ColumnElement[bool]:
    return Entry.id.in_(sa.select(Publication.entry_id).where(Publication.from_at > now))


def _goes_on(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(Publication.until_at.is_(None), Publication.until_at > now)


def _carrying(term_ids: Any) -> sa.ColumnElement[bool]:
    carrying = sa.select(EntryTerm.entry_id).where(EntryTerm.term_id.in_(list(term_ids)))
    return Entry.id.in_(carrying)


def owned_by(account_id: str) -> sa.ColumnElement[bool]:
    """Whether an account made the entry, or stands in its byline."""
    made = sa.select(Entry.id).where(Entry.created_by == account_id)
    signed = (
        sa.select(EntryByline.entry_id)
        .join(Profile, Profile.id == EntryByline.profile_id)
        .where(Profile.account_id == account_id)
    )
    return Entry.id.in_(made.correlate(None).union(signed))


def _holding(wanted: Filter, now: datetime) -> sa.ColumnElement[bool]:
    """Every word stands in the title or the address, or all of them in the text."""
    words = text.fold(wanted.words).split()[:MAX_WORDS]
    named = sa.and_(*(Entry.name_key.contains(word, autoescape=True) for word in words))
    held = _find_in_texts(wanted.type, wanted.words, now)
    return sa.or_(named, Entry.id.in_(held)) if held else named


def count_sought(wanted: Filter, *, now: datetime) -> int:
    """How many of the newest texts alone were searched, where more hold the words; else 0."""
    if not wanted.words:
        return 0
    most = search.most_matches()
    return most if len(_find_in_texts(wanted.type, wanted.words, now)) >= most else 0


def _find_in_texts(type_name: str, words: str, now: datetime) -> tuple[str, ...]:
    """Entries whose text holds the words: the published by their index, the others by looking."""

    def make() -> tuple[str, ...]:
        published = search.find_entries(words, now=now)
        return tuple({*published, *_find_unpublished(type_name, words, now)})

    return generation.remember(("texts", type_name, words), make, now=now)


def _find_unpublished(type_name: str, words: str, now: datetime) -> list[str]:
    shown = sa.exists().where(
        Publication.entry_id == Entry.id, Publication.revision_id == Entry.head_id, _goes_on(now)
    )
    newest = (
        sa.select(Entry.id, Entry.head_id)
        .where(Entry.type == type_name, Entry.trashed_at.is_(None), ~shown)
        .order_by(Entry.head_id.desc())
        .limit(MOST_UNPUBLISHED)
        .subquery()
    )
    source = sa.func.lower(Revision.source)
    query = sa.select(newest.c.id).join(Revision, Revision.id == newest.c.head_id)
    held = (source.contains(word, autoescape=True) for word in words.lower().split()[:MAX_WORDS])
    return list(db.session().scalars(query.where(*held)))
