"""Rows of the jobs room: jobs and their workers tick; marks lie beside what the jobs changed."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cms import db, ids

MAX_LABEL = 300  # characters
MAX_HREF = 700
MAX_MARK = 64

STATES = ("queued", "running", "done", "failed", "cancelled")


class Job(db.Ticks):
    """One piece of work: what it is, how far it is, what became of it."""

    __tablename__ = "job"
    __table_args__ = (
        sa.Index(None, "state", "due_at"),
        sa.Index(None, "started_by", "created_at"),
        sa.Index(None, "created_at"),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'cancelled')", "state"
        ),
        sa.CheckConstraint("done >= 0", "done"),
        sa.CheckConstraint("attempts >= 0", "attempts"),
        db.TABLE,
    )

    # The id of the errand that started it, so that it starts once.
    id: Mapped[str] = mapped_column(db.Id, primary_key=True, default=ids.new_id)
    kind: Mapped[str] = mapped_column(db.key(64))
    label: Mapped[str] = mapped_column(db.line(MAX_LABEL))
    payload: Mapped[dict[str, Any]] = mapped_column(db.Json)
    state: Mapped[str] = mapped_column(db.key(16), default="queued")
    done: Mapped[int] = mapped_column(default=0)
    # Unknown until the job has looked at what there is to do.
    total: Mapped[int | None]
    words: Mapped[str] = mapped_column(db.line(MAX_LABEL), default="")
    error: Mapped[str] = mapped_column(db.long_text(), default="")
    # The account that started it; without one the site itself did.
    started_by: Mapped[str | None] = mapped_column(db.Id)
    created_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    # When it was last handed to the queue; the queue may lose it.
    queued_at: Mapped[datetime | None] = mapped_column(db.UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(db.UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(db.UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_by: Mapped[str | None] = mapped_column(db.key(64))
    claimed_until: Mapped[datetime | None] = mapped_column(db.UtcDateTime)
    wants_cancel: Mapped[bool] = mapped_column(default=False)
    # The act in the history that holds all it changed.
    change_set_id: Mapped[str | None] = mapped_column(db.Id)
    # Where to look at what came of it: a local path.
    result_href: Mapped[str] = mapped_column(db.key(MAX_HREF), default="")


class JobWorker(db.Ticks):
    """A process that runs jobs, as long as it is seen."""

    __tablename__ = "job_worker"
    __table_args__ = (sa.Index(None, "seen_at"), db.TABLE)

    id: Mapped[str] = mapped_column(db.key(64), primary_key=True)
    host: Mapped[str] = mapped_column(db.line(120))
    started_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(db.UtcDateTime)


class ChoreRun(db.Ticks):
    """When a chore that comes again and again was last begun, on whatever worker."""

    __tablename__ = "chore"
    __table_args__ = (db.TABLE,)

    name: Mapped[str] = mapped_column(db.key(40), primary_key=True)
    ran_at: Mapped[datetime] = mapped_column(db.UtcDateTime)


class JobMark(db.Base):
    """A step of a job that is done, written in the transaction of the step itself."""

    __tablename__ = "job_mark"
    __table_args__ = (sa.Index(None, "done_at"), db.TABLE)

    job_id: Mapped[str] = mapped_column(db.Id, primary_key=True)
    name: Mapped[str] = mapped_column(db.key(MAX_MARK), primary_key=True)
    result: Mapped[Any | None] = mapped_column(db.Json)
    done_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
