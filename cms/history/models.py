"""The log: a change set for every act, and the rows it touched."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cms import db, ids


class ChangeSet(db.Base):
    """One act of a person or a program, named for people."""

    __tablename__ = "change_set"
    __table_args__ = (
        sa.Index(None, "created_at", "id"),
        sa.Index(None, "account_id", "created_at", "id"),
        sa.Index(None, "via", "created_at", "id"),
        sa.Index(None, "state", "created_at", "id"),
        sa.Index(None, "undoes_id"),
        sa.CheckConstraint("actor IN ('person', 'job', 'program')", "actor"),
        sa.CheckConstraint("state IN ('applied', 'undone', 'proposed')", "state"),
        db.TABLE,
    )

    id: Mapped[str] = mapped_column(db.Id, primary_key=True, default=ids.new_id)
    label: Mapped[str] = mapped_column(db.line(300))
    actor: Mapped[str] = mapped_column(db.key(16))
    account_id: Mapped[str | None] = mapped_column(db.Id)
    on_behalf_of: Mapped[str | None] = mapped_column(db.Id)
    via: Mapped[str] = mapped_column(db.key(40))
    state: Mapped[str] = mapped_column(db.key(16), default="applied")
    created_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    # The act that this one took back; doing it again takes back the taking back.
    undoes_id: Mapped[str | None] = mapped_column(db.Id)


class ChangeSubject(db.Base):
    """What an act was about: an entry, a term, a menu … so that acts are found by it."""

    __tablename__ = "change_subject"
    __table_args__ = (
        sa.Index(None, "kind", "created_at", "change_set_id"),
        sa.Index(None, "kind", "subject_id", "created_at", "change_set_id"),
        db.TABLE,
    )

    change_set_id: Mapped[str] = mapped_column(
        sa.ForeignKey("change_set.id"), type_=db.Id, primary_key=True
    )
    kind: Mapped[str] = mapped_column(db.key(16), primary_key=True)
    subject_id: Mapped[str] = mapped_column(db.key(100), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(db.UtcDateTime)


class Change(db.Base):
    """One row that an act inserted, updated or deleted, with its values before and after."""

    __tablename__ = "change"
    __table_args__ = (
        sa.Index(None, "change_set_id"),
        sa.Index(None, "row_table", "row_id"),
        sa.CheckConstraint("operation IN ('insert', 'update', 'delete')", "operation"),
        db.TABLE,
    )

    id: Mapped[str] = mapped_column(db.Id, primary_key=True, default=ids.new_id)
    change_set_id: Mapped[str] = mapped_column(sa.ForeignKey("change_set.id"), type_=db.Id)
    row_table: Mapped[str] = mapped_column(db.key(40))
    row_id: Mapped[str] = mapped_column(db.key(100))
    operation: Mapped[str] = mapped_column(db.key(8))
    before: Mapped[Any | None] = mapped_column(db.Json)
    after: Mapped[Any | None] = mapped_column(db.Json)


class Generation(db.Base):
    """A single row: a number that grows with every change of the content."""

    __tablename__ = "generation"
    __table_args__ = (sa.CheckConstraint("id = 1", "single"), db.TABLE)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(sa.BigInteger)
