"""Sessions: rows on the server, so that ending one is felt at once by every process.

The browser keeps 256 random bits, the row only their hash: who reads the database cannot sign in.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from cms import db
from cms.accounts import tokens
from cms.accounts.models import Account, AccountSession

IDLE = timedelta(hours=8)
LONGEST = timedelta(days=14)
TIME_BETWEEN_SIGHTINGS = timedelta(minutes=5)
KEPT_AFTER_END = timedelta(days=30)
_SHOWN_AGENT = 255  # characters


@dataclass(frozen=True, slots=True)
class Sighting:
    """A session that is still good: whose it is, and with which epoch it began."""

    id: str
    account_id: str
    epoch: int
    auth_level: str
    created_at: datetime


def start(
    account: Account, *, now: datetime, ip: str = "", user_agent: str = "", level: str = "password"
) -> str:
    """Begin a session and return the secret for the cookie."""
    secret = secrets.token_urlsafe(32)
    with db.database().ticking() as ticks:
        ticks.add(
            AccountSession(
                id_hash=tokens.fingerprint(secret),
                account_id=account.id,
                created_at=now,
                seen_at=now,
                ip=ip[:64],
                user_agent=_plain(user_agent)[:_SHOWN_AGENT],
                epoch=account.session_epoch,
                auth_level=level,
            )
        )
    return secret


def look_up(secret: str, *, now: datetime) -> Sighting | None:
    """The session behind a cookie, noted as seen now and then; None when it ended.

    The caller compares the epoch with the account's.
    """
    with db.database().ticking(write=False) as ticks:
        row = ticks.get(AccountSession, tokens.fingerprint(secret))
    if row is None or not _is_good(row, now):
        return None
    if now - row.seen_at >= TIME_BETWEEN_SIGHTINGS:
        _note_sighting(row.id_hash, now)
    return Sighting(row.id_hash, row.account_id, row.epoch, row.auth_level, row.created_at)


def owner_of(secret: str) -> str | None:
    """Whose session it is, or was before it ended; the account's id."""
    with db.database().ticking(write=False) as ticks:
        row = ticks.get(AccountSession, tokens.fingerprint(secret))
    return row.account_id if row else None


def rotate(secret: str, *, epoch: int, now: datetime) -> str | None:
    """The same session under a new secret, or None when it ended.

    `epoch` is the account's present one: this session goes on where all others have ended.
    """
    fresh = secrets.token_urlsafe(32)
    with db.database().ticking() as ticks:
        row = ticks.get(AccountSession, tokens.fingerprint(secret), with_for_update=True)
        if row is None or not _is_good(row, now):
            return None
        row.id_hash, row.epoch = tokens.fingerprint(fresh), epoch
    return fresh


def end(secret: str, *, now: datetime) -> None:
    """End the session behind a cookie."""
    end_by_id(tokens.fingerprint(secret), now=now)


def end_by_id(session_id: str, *, now: datetime, account_id: str | None = None) -> bool:
    """End one session, of that account if given; False when there was none to end."""
    query = sa.update(AccountSession).where(
        AccountSession.id_hash == session_id, AccountSession.revoked_at.is_(None)
    )
    if account_id is not None:
        query = query.where(AccountSession.account_id == account_id)
    with db.database().ticking() as ticks:
        changed = ticks.execute(query.values(revoked_at=now))
    return bool(changed.rowcount)  # type: ignore[attr-defined]


def end_all(account: Account) -> None:
    """End every session of the account as soon as the door commits."""
    account.session_epoch += 1


def list_sessions(account: Account, *, now: datetime) -> list[AccountSession]:
    """The account's sessions that are still good, last seen first."""
    query = (
        sa.select(AccountSession)
        .where(
            AccountSession.account_id == account.id,
            AccountSession.epoch == account.session_epoch,
        )
        .order_by(AccountSession.seen_at.desc())
    )
    with db.database().ticking(write=False) as ticks:
        return [row for row in ticks.scalars(query) if _is_good(row, now)]


def last_seen(account_ids: Iterable[str]) -> dict[str, datetime]:
    """When each of these accounts was last here; who never was is left out."""
    query = (
        sa.select(AccountSession.account_id, sa.func.max(AccountSession.seen_at))
        .where(AccountSession.account_id.in_(list(account_ids)))
        .group_by(AccountSession.account_id)
    )
    with db.database().ticking(write=False) as ticks:
        return {row[0]: row[1] for row in ticks.execute(query)}


def forget(account_id: str) -> None:
    """Remove every trace of an account's sessions."""
    with db.database().ticking() as ticks:
        ticks.execute(sa.delete(AccountSession).where(AccountSession.account_id == account_id))


def forget_ended(*, now: datetime) -> None:
    """Remove rows of sessions that ended long ago.

    The last one of each account stays, without device and address: it says when they were here.
    """
    old = AccountSession.seen_at < now - KEPT_AFTER_END
    newer = sa.orm.aliased(AccountSession)
    is_followed = sa.exists().where(
        newer.account_id == AccountSession.account_id, newer.seen_at > AccountSession.seen_at
    )
    with db.database().ticking() as ticks:
        for statement in (
            sa.delete(AccountSession).where(old, is_followed),
            sa.update(AccountSession)
            .where(old, AccountSession.ip != "")
            .values(ip="", user_agent=""),
        ):
            ticks.execute(statement.execution_options(synchronize_session=False))


def _is_good(row: AccountSession, now: datetime) -> bool:
    if row.revoked_at is not None:
        return False
    return now - row.seen_at < IDLE and now - row.created_at < LONGEST


def _note_sighting(session_id: str, now: datetime) -> None:
    with db.database().ticking() as ticks:
        ticks.execute(
            sa.update(AccountSession)
            .where(AccountSession.id_hash == session_id, AccountSession.seen_at < now)
            .values(seen_at=now)
        )


def _plain(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())
