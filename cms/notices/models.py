"""Rows of the notices room."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cms import db, ids

MAX_KEY = 120  # characters


class Notice(db.Base):
    """One line for one person, until it is read and a while after."""

    __tablename__ = "notice"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "once_key"),
        sa.Index(None, "account_id", "read_at"),
        sa.Index(None, "account_id", "told_at", "id"),
        sa.Index(None, "mail", "account_id"),
        sa.Index(None, "read_at"),
        sa.CheckConstraint("mail IN ('none', 'waiting', 'sent')", "mail"),
        sa.CheckConstraint("times >= 1", "times"),
        db.TABLE,
    )

    id: Mapped[str] = mapped_column(db.Id, primary_key=True, default=ids.new_id)
    account_id: Mapped[str] = mapped_column(db.Id)
    kind: Mapped[str] = mapped_column(db.key(32))
    subject_kind: Mapped[str] = mapped_column(db.key(16))
    subject_id: Mapped[str] = mapped_column(db.Id)
    # Names and titles, as they were then.
    values: Mapped[dict[str, Any]] = mapped_column(db.Json)
    # One cause tells one person once.
    once_key: Mapped[str] = mapped_column(db.key(MAX_KEY))
    # How often the same happened while it was not read.
    times: Mapped[int] = mapped_column(default=1)
    mail: Mapped[str] = mapped_column(db.key(8), default="none")
    told_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(db.UtcDateTime)


class NoticeChoice(db.Base):
    """How one person wants to hear of things; without a row, as each kind says."""

    __tablename__ = "notice_choice"
    __table_args__ = (
        sa.CheckConstraint("digest IN ('at-once', 'daily')", "digest"),
        db.TABLE,
    )

    account_id: Mapped[str] = mapped_column(db.Id, primary_key=True)
    # kind → channel; a kind that is not in it goes by its default.
    channels: Mapped[dict[str, str]] = mapped_column(db.Json)
    digest: Mapped[str] = mapped_column(db.key(8), default="at-once")
    updated_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
