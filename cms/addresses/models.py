"""A line of the address book, and a pattern that leads many paths elsewhere."""

from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cms import db, ids
from cms.history import tracking

TargetKind = Literal["entry", "term", "profile", "redirect"]

MAX_LOCATION = 2000  # characters
MAX_SUFFIX = 300


@tracking.track
class Address(db.Base):
    """A path and whose it is.

    `pending` is kept for a draft or a scheduled change, `former` always leads on, because its
    target moved away or because someone led it there by hand; whether a path is the one to answer
    at this instant follows from its target's publications.
    """

    __tablename__ = "address"
    __table_args__ = (
        sa.UniqueConstraint("path"),
        sa.Index(None, "target_kind", "target_id"),
        # What leads on, by path and from the newest; all of it is two such scans in one.
        sa.Index(None, "state", "by_hand", "path"),
        sa.Index(None, "state", "by_hand", "id"),
        sa.CheckConstraint("target_kind IN ('entry', 'term', 'profile', 'redirect')", "target"),
        sa.CheckConstraint("(target_kind = 'redirect') = (location IS NOT NULL)", "location"),
        sa.CheckConstraint("state IN ('pending', 'current', 'former')", "state"),
        sa.CheckConstraint("code IN (301, 302, 307, 308, 410)", "code"),
        db.TABLE,
    )

    id: Mapped[str] = mapped_column(db.Id, primary_key=True, default=ids.new_id)
    path: Mapped[str] = mapped_column(db.key(db.MAX_PATH))
    target_kind: Mapped[str] = mapped_column(db.key(16))
    target_id: Mapped[str | None] = mapped_column(db.Id)
    state: Mapped[str] = mapped_column(db.key(16), default="current")
    by_hand: Mapped[bool] = mapped_column(default=False)
    # Where a redirect leads that has no thing of the site for its target; empty for what is gone.
    location: Mapped[str | None] = mapped_column(db.key(MAX_LOCATION))
    # What follows the target's path: a form of it (feed.xml, .md), a query, a place in the text.
    suffix: Mapped[str] = mapped_column(db.key(MAX_SUFFIX), default="")
    code: Mapped[int] = mapped_column(default=301)
    created_at: Mapped[datetime] = mapped_column(db.UtcDateTime)

    def about(self) -> tuple[str, str]:
        """The redirect itself, or what stands at the path."""
        if self.by_hand or self.target_id is None:
            return "redirect", self.id
        return self.target_kind, self.target_id


@tracking.track
class RedirectPattern(db.Base):
    """Leads every path of one shape elsewhere, where no line of the book knows the path."""

    __tablename__ = "redirect_pattern"
    __table_args__ = (
        sa.UniqueConstraint("source"),
        sa.CheckConstraint("target_kind IN ('entry', 'term', 'profile', 'redirect')", "target"),
        sa.CheckConstraint("(target_kind = 'redirect') = (location IS NOT NULL)", "location"),
        sa.CheckConstraint("code IN (301, 302, 307, 308, 410)", "code"),
        db.TABLE,
    )

    id: Mapped[str] = mapped_column(db.Id, primary_key=True, default=ids.new_id)
    position: Mapped[int]
    source: Mapped[str] = mapped_column(db.key(db.MAX_PATH))
    target_kind: Mapped[str] = mapped_column(db.key(16))
    target_id: Mapped[str | None] = mapped_column(db.Id)
    location: Mapped[str | None] = mapped_column(db.key(MAX_LOCATION))
    suffix: Mapped[str] = mapped_column(db.key(MAX_SUFFIX), default="")
    code: Mapped[int] = mapped_column(default=301)
    created_at: Mapped[datetime] = mapped_column(db.UtcDateTime)

    def about(self) -> tuple[str, str]:
        """The redirects that lead whole shapes of paths."""
        return "redirect", self.id


class RedirectHit(db.Ticks):
    """How often a line or a pattern has led someone on, and when it last did."""

    __tablename__ = "redirect_hit"
    __table_args__ = (sa.Index(None, "hits", "redirect_id"), db.TABLE)

    redirect_id: Mapped[str] = mapped_column(db.Id, primary_key=True)
    hits: Mapped[int] = mapped_column(sa.BigInteger)
    last_at: Mapped[datetime] = mapped_column(db.UtcDateTime)


class MissingPath(db.Ticks):
    """A path that visitors asked for and nothing answers; it tells nothing of who asked."""

    __tablename__ = "missing_path"
    __table_args__ = (
        sa.Index(None, "hits", "path"),
        sa.Index(None, "last_at"),
        db.TABLE,
    )

    path: Mapped[str] = mapped_column(db.key(db.MAX_PATH), primary_key=True)
    hits: Mapped[int] = mapped_column(sa.BigInteger)
    first_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    # An own path, or the name of another site; never a whole address of elsewhere.
    referrer: Mapped[str] = mapped_column(db.key(300), default="")
    dismissed: Mapped[bool] = mapped_column(default=False)
