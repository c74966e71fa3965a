"""Secrets for one purpose and one use, sent by letter or shown once; the row keeps a hash only.

A secret that goes out by letter is made from a key of the site and the row's id, so it need not be
kept anywhere until the letter is written: whoever writes the letter makes the secret again.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from cms import db, ids
from cms.accounts.models import Token

SETUP = "setup"
PASSWORD_RESET = "password-reset"  # noqa: S105
INVITATION = "invitation"
PLACE = "place"  # an account that is not there yet
ADDRESS = "address"  # another address of an account, to be proven
ADDRESS_STOP = "address-stop"  # the same refused by the old one
OPENING = (PASSWORD_RESET, INVITATION)  # with these an account's owner chooses a password
# Several of one account hold beside each other: a later one must not silence an earlier warning.
BESIDE = (PLACE, ADDRESS_STOP)


class Issued(NamedTuple):
    """A secret, and the id of the token behind it."""

    token_id: str
    text: str


def issue(
    purpose: str,
    *,
    now: datetime,
    lifetime: timedelta,
    account_id: str | None = None,
    data: dict[str, Any] | None = None,
) -> str:
    """A new secret for this purpose; earlier ones of the same purpose and account end."""
    text = secrets.token_urlsafe(32)
    token = Token(purpose=purpose, account_id=account_id, data=data or {})
    _keep(token, text, now=now, lifetime=lifetime)
    return text


def issue_by_key(
    purpose: str,
    *,
    key: bytes,
    now: datetime,
    lifetime: timedelta,
    account_id: str | None = None,
    data: dict[str, Any] | None = None,
) -> Issued:
    """The same with a secret that `make_again` gives to whoever has the key."""
    token_id = ids.new_id()
    text = _derive(key, purpose, token_id)
    token = Token(id=token_id, purpose=purpose, account_id=account_id, data=data or {})
    _keep(token, text, now=now, lifetime=lifetime)
    return Issued(token_id, text)


def make_again(token_id: str, *, key: bytes, now: datetime) -> str | None:
    """The secret of a token issued with this key, or None when it cannot be used any more."""
    token = db.session().get(Token, token_id)
    if token is None:
        return None
    text = _derive(key, token.purpose, token_id)
    return text if find(token.purpose, text, now=now) else None


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
    """End every link by which this account gets another password or address."""
    for purpose in (*OPENING, ADDRESS):
        drop(purpose, account_id=account_id)


def fingerprint(text: str) -> str:
    """What is kept of a random secret; 256 bits need no slow hash."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _keep(token: Token, text: str, *, now: datetime, lifetime: timedelta) -> None:
    if token.purpose not in BESIDE:
        drop(token.purpose, account_id=token.account_id)
    token.hash = fingerprint(text)
    token.created_at, token.expires_at = now, now + lifetime
    db.session().add(token)
    db.session().flush()


def _derive(key: bytes, purpose: str, token_id: str) -> str:
    # Nobody can guess a keyed hash, so it is as good as 256 random bits.
    digest = hmac.digest(key, f"{purpose} {token_id}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
