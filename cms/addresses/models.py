"""A line of the address book."""

from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cms import db, ids
from cms.history import recording

TargetKind = Literal["entry", "term", "profile", "redirect"]


@recording.track
class Address(db.Base):
    """A path and whose it is.

    `pending` is kept for a draft or a scheduled change, `former` always leads on; whether a path
    is the one to answer at this instant follows from its target's publications.
    """

    __tablename__ = "address"
    __table_args__ = (
        sa.UniqueConstraint("path"),
        sa.Index(None, "target_kind", "target_id"),
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
    # Only an owner-made redirect has its own goal; the others lead to their target's present path.
    location: Mapped[str | None] = mapped_column(db.key(2000))
    code: Mapped[int] = mapped_column(default=301)
    created_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
