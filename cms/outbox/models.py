"""The outbox: one row for each errand that waits, was run, or could not be run."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cms import db, ids

MAX_KEY = 200  # characters
MAX_ERROR = 300  # characters


class Errand(db.Base):
    """Something to do once the transaction of its cause is committed."""

    __tablename__ = "outbox"
    __table_args__ = (
        sa.UniqueConstraint("once_key"),
        sa.Index(None, "state", "due_at"),
        sa.Index(None, "finished_at"),
        sa.CheckConstraint("state IN ('waiting', 'done', 'failed')", "state"),
        sa.CheckConstraint("attempts >= 0", "attempts"),
        db.TABLE,
    )

    id: Mapped[str] = mapped_column(db.Id, primary_key=True, default=ids.new_id)
    kind: Mapped[str] = mapped_column(db.key(32))
    # Two errands with one key are one errand.
    once_key: Mapped[str] = mapped_column(db.key(MAX_KEY))
    # What is needed to run it; empty once it was run. Secrets never stand here.
    payload: Mapped[dict[str, Any]] = mapped_column(db.Json)
    # The act that it follows from, when there was one.
    change_set_id: Mapped[str | None] = mapped_column(db.Id)
    state: Mapped[str] = mapped_column(db.key(16), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    # Whoever runs it holds it until then; the same errand is due again when they were killed.
    claimed_by: Mapped[str | None] = mapped_column(db.key(64))
    claimed_until: Mapped[datetime | None] = mapped_column(db.UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(db.UtcDateTime)
    error: Mapped[str] = mapped_column(db.line(MAX_ERROR), default="")
