"""The clock's part in what is public: which publications hold now, and when that changes next."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from cms import db
from cms.content.models import Publication
from cms.history import generation

T = TypeVar("T")


def is_live_at(now: Any, of: Any = Publication) -> sa.ColumnElement[bool]:
    """The condition that a publication's interval holds at this instant."""
    return sa.and_(of.from_at <= now, sa.or_(of.until_at.is_(None), of.until_at > now))


def next_boundary(now: datetime) -> datetime | None:
    """The next instant at which something goes live or ends, or None."""
    return generation.remember("boundary", lambda: _next(now), now=now, until=lambda: _next(now))


def remembered(key: object, make: Callable[[], T], now: datetime) -> T:
    """What follows from the content and the clock, kept until either moves on."""
    return generation.remember(key, make, now=now, until=lambda: next_boundary(now))


def _next(now: datetime) -> datetime | None:
    begins = sa.select(sa.func.min(Publication.from_at)).where(Publication.from_at > now)
    ends = sa.select(sa.func.min(Publication.until_at)).where(Publication.until_at > now)
    found = [db.session().scalar(begins), db.session().scalar(ends)]
    return min((moment for moment in found if moment is not None), default=None)
