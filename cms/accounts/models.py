"""Rows of the accounts room: people and grants with the content, sessions among what ticks."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cms import db, ids
from cms.history import tracking

MAX_EMAIL = 254  # characters; RFC 5321 leaves no room for more
MAX_NAME = 120  # characters

STATES = ("active", "disabled", "invited")
COLOR_SCHEMES = ("auto", "light", "dark")


def one_of(column: str, values: tuple[str, ...]) -> str:
    """The SQL of a check that a column holds one of a few plain words."""
    words = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({words})"


@tracking.track
class Account(db.Base):
    """Someone who may sign in; readers of the site are never accounts."""

    # The log is never emptied, so it holds no secret and nothing that only the person minds.
    untracked = (
        "email",
        "email_key",
        "password_hash",
        "session_epoch",
        "language",
        "timezone",
        "theme",
        "preferences",
        "updated_at",
    )

    __tablename__ = "account"
    __table_args__ = (
        sa.UniqueConstraint("email_key"),
        sa.CheckConstraint(one_of("state", STATES), name="state"),
        sa.CheckConstraint(one_of("theme", COLOR_SCHEMES), name="theme"),
        sa.CheckConstraint("session_epoch >= 0", name="session_epoch"),
        db.TABLE,
    )

    id: Mapped[str] = mapped_column(db.Id, primary_key=True, default=ids.new_id)
    email: Mapped[str] = mapped_column(db.line(MAX_EMAIL))
    email_key: Mapped[str] = mapped_column(db.key(MAX_EMAIL))
    display_name: Mapped[str] = mapped_column(db.line(MAX_NAME))
    password_hash: Mapped[str | None] = mapped_column(db.key(255))
    state: Mapped[str] = mapped_column(db.key(16), default="active")
    language: Mapped[str] = mapped_column(db.key(35), default="en")
    # Empty: whatever zone the site has.
    timezone: Mapped[str] = mapped_column(db.key(64), default="")
    theme: Mapped[str] = mapped_column(db.key(8), default="auto")
    # Smaller choices by name; what is not there is as it comes.
    preferences: Mapped[Any | None] = mapped_column(db.Json)
    # Sessions remember the number they began with; raising it ends them all at once.
    session_epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(db.UtcDateTime)

    grants: Mapped[list["Grant"]] = relationship(
        cascade="all, delete-orphan", order_by="Grant.role", lazy="selectin"
    )

    def about(self) -> tuple[str, str]:
        """The person."""
        return "person", self.id


@tracking.track
class Grant(db.Base):
    """A role that an account holds; `scope` leaves room for parts of a site."""

    __tablename__ = "account_grant"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "role", "scope"),
        db.TABLE,
    )

    id: Mapped[str] = mapped_column(db.Id, primary_key=True, default=ids.new_id)
    account_id: Mapped[str] = mapped_column(db.Id, sa.ForeignKey("account.id"))
    role: Mapped[str] = mapped_column(db.key(32), index=True)
    scope: Mapped[str] = mapped_column(db.key(64), default="site")

    def about(self) -> tuple[str, str]:
        """The person who holds it."""
        return "person", self.account_id


class FormerAccount(db.Base):
    """The name of someone whose account was removed, for what they did here."""

    __tablename__ = "former_account"
    __table_args__ = (db.TABLE,)

    id: Mapped[str] = mapped_column(db.Id, primary_key=True)
    display_name: Mapped[str] = mapped_column(db.line(MAX_NAME))
    removed_at: Mapped[datetime] = mapped_column(db.UtcDateTime)


@tracking.track
class Invitation(db.Base):
    """A place offered to someone who has no account yet; its link is a token."""

    untracked = ("email", "email_key", "token_id")

    __tablename__ = "invitation"
    __table_args__ = (
        sa.UniqueConstraint("token_id"),
        sa.Index(None, "email_key"),
        sa.Index(None, "expires_at"),
        db.TABLE,
    )

    id: Mapped[str] = mapped_column(db.Id, primary_key=True, default=ids.new_id)
    # Empty: whoever has the link may use it.
    email: Mapped[str] = mapped_column(db.line(MAX_EMAIL), default="")
    email_key: Mapped[str] = mapped_column(db.key(MAX_EMAIL), default="")
    role: Mapped[str] = mapped_column(db.key(32))
    token_id: Mapped[str] = mapped_column(db.Id)
    invited_by: Mapped[str | None] = mapped_column(db.Id)
    created_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(db.UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(db.UtcDateTime)
    account_id: Mapped[str | None] = mapped_column(db.Id)


class Token(db.Base):
    """A secret sent to someone for one purpose and one use; only its hash is kept."""

    __tablename__ = "account_token"
    __table_args__ = (sa.UniqueConstraint("hash"), db.TABLE)

    id: Mapped[str] = mapped_column(db.Id, primary_key=True, default=ids.new_id)
    purpose: Mapped[str] = mapped_column(db.key(32), index=True)
    hash: Mapped[str] = mapped_column(db.key(64))
    account_id: Mapped[str | None] = mapped_column(db.Id, sa.ForeignKey("account.id"), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(db.Json, default=dict)
    created_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(db.UtcDateTime)


class AccountSession(db.Ticks):
    """One signed-in browser; the cookie holds the secret, the row only its hash."""

    __tablename__ = "account_session"

    id_hash: Mapped[str] = mapped_column(db.key(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(db.Id, index=True)
    created_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(db.UtcDateTime, index=True)
    ip: Mapped[str] = mapped_column(db.key(64), default="")
    user_agent: Mapped[str] = mapped_column(db.line(255), default="")
    epoch: Mapped[int]
    auth_level: Mapped[str] = mapped_column(db.key(16), default="password")
    revoked_at: Mapped[datetime | None] = mapped_column(db.UtcDateTime)


class Throttle(db.Ticks):
    """How often signing in failed lately for one account or one network address."""

    __tablename__ = "throttle"
    __table_args__ = (sa.CheckConstraint("failures >= 0", name="failures"), db.TABLE)

    key: Mapped[str] = mapped_column(db.key(100), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[datetime] = mapped_column(db.UtcDateTime, index=True)
    blocked_until: Mapped[datetime] = mapped_column(db.UtcDateTime)
