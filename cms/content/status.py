"""The state of an entry, derived from its publications and the clock. PURE; stored nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from cms.i18n import LazyText
from cms.i18n import lazy_gettext as _


class Status(StrEnum):
    """The states that an entry can be in."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    CHANGED = "changed"
    TRASHED = "trashed"

    @property
    def label(self) -> LazyText:
        """The state in a word."""
        return LABELS[self]


LABELS = {
    Status.DRAFT: _("Draft"),
    Status.SCHEDULED: _("Scheduled"),
    Status.PUBLISHED: _("Published"),
    Status.CHANGED: _("Changed"),
    Status.TRASHED: _("Trashed"),
}


class Interval(Protocol):
    """What of a publication decides over a state."""

    @property
    def revision_id(self) -> str: ...
    @property
    def from_at(self) -> datetime: ...
    @property
    def until_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class State:
    """Where an entry stands at an instant, and what comes next."""

    status: Status
    live_from: datetime | None = None
    ends_at: datetime | None = None
    next_at: datetime | None = None
    was_public: bool = False

    @property
    def is_live(self) -> bool:
        """Whether visitors can read it now."""
        return self.status in (Status.PUBLISHED, Status.CHANGED)


def is_live(interval: Interval, now: datetime) -> bool:
    """Whether the interval [from, until) holds at this instant."""
    return interval.from_at <= now and (interval.until_at is None or now < interval.until_at)


def derive(
    *, trashed: bool, head_id: str | None, intervals: Sequence[Interval], now: datetime
) -> State:
    """The state of an entry at an instant; `head_id` is its newest revision."""
    was_public = any(each.from_at <= now for each in intervals)
    if trashed:
        return State(Status.TRASHED, was_public=was_public)
    live = next((each for each in intervals if is_live(each, now)), None)
    coming = sorted((each for each in intervals if each.from_at > now), key=_begin)
    next_at = coming[0].from_at if coming else None
    if live is None:
        status = Status.SCHEDULED if coming else Status.DRAFT
        return State(status, next_at=next_at, was_public=was_public)
    newest = coming[-1] if coming else live
    status = Status.PUBLISHED if newest.revision_id == head_id else Status.CHANGED
    return State(status, live.from_at, live.until_at, next_at, was_public=True)


def _begin(interval: Interval) -> datetime:
    return interval.from_at
