"""Secrets for one purpose and one use, sent by letter or shown once; the row keeps a hash only."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from cms import db
from cms.accounts.models import Token

SETUP = "setup"
PASSWORD_RESET = "password-reset"  # noqa: S105
INVITATION = "invitation"
OPENING = (PASSWORD_RESET, INVITATION)  # with these an account's owner chooses a password


def issue(
    purpose: str,
    *,
    now: datetime,
    lifetime: timedelta,
    account_id: str | None = None,
    data: dict[str, Any] | None = None,
) -> str:
    """A new secret for this purpose; earlier ones of the same purpose and account end."""
    drop(purpose, account_id=account_id)
    text = secrets.token_urlsafe(32)
    token = Token(
        purpose=purpose,
        hash=fingerprint(text),
        account_id=account_id,
        data=data or {},
        created_at=now,
        expires_at=now + lifetime,
    )
    db.session().add(token)
    db.session().flush()
    return text


def find(purpose: str, text: str, *, now: datetime) -> Token | None:
    """The token behind a secret that can still be used, or None."""
    query = sa.select(Token).where(
        Token.hash == fingerprint(text),
        Token.purpose == purpose,
        Token.used_at.is_(None),
        Token.expires_at > now,
    )
    return db.session().scalar(query)


def use(token: Token, *, now: datetime) -> bool:
    """Use a token up; False when someone else was first."""
    changed = db.session().execute(
        sa.update(Token)
        .where(Token.id == token.id, Token.used_at.is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount == 1)  # type: ignore[attr-defined]


def drop(purpose: str, *, account_id: str | None = None) -> None:
    """End every unused token of this purpose and account."""
    db.session().execute(
        sa.delete(Token).where(
            Token.purpose == purpose, Token.account_id.is_not_distinct_from(account_id)
        )
    )


def drop_opening(account_id: str) -> None:
    """End every link with which a password of this account could be chosen."""
    for purpose in OPENING:
        drop(purpose, account_id=account_id)


def fingerprint(text: str) -> str:
    """What is kept of a random secret; 256 bits need no slow hash."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
