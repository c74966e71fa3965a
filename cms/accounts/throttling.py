"""Slowing down whoever guesses passwords: per account and per network address.

An attempt is counted before the password is looked at, so many at once gain nothing. The delay
grows and has an end: nobody is locked out for good by a stranger's guesses. The counts are rows,
so they survive a restart and are shared by all processes.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cms import db
from cms.accounts.models import Throttle
from cms.errors import CmsError
from cms.i18n import gettext as _
from cms.i18n import ngettext

# kind → (attempts without any delay, the longest delay)
LIMITS = {
    "account": (5, timedelta(minutes=5)),
    # A browser on which the owner signed in before: a stranger's guesses do not count here.
    "device": (5, timedelta(minutes=5)),
    # Someone signed in who proves once more that it is them.
    "confirm": (5, timedelta(minutes=5)),
    "address": (20, timedelta(minutes=15)),
    # The passwords of pages, apart from signing in: per entry and per network address.
    "wall": (100, timedelta(minutes=1)),
    "visitor": (20, timedelta(minutes=15)),
    "letter": (3, timedelta(hours=1)),
}
FIRST_DELAY = timedelta(seconds=2)
FORGOTTEN_AFTER = timedelta(hours=24)
_DOUBLINGS = 20  # beyond this the longest delay is reached anyway


class Throttled(CmsError):
    """Too many attempts (429); `retry_after` says how many seconds to wait."""

    status = 429

    def __init__(self, retry_after: int) -> None:
        seconds, minutes = max(1, retry_after), -(-retry_after // 60)
        if seconds < 90:
            wait = ngettext("one second", "{n} seconds", seconds)
        else:
            wait = ngettext("one minute", "{n} minutes", minutes)
        super().__init__(_("Too many attempts. Wait {wait} and try again.").format(wait=wait))
        self.retry_after = seconds


def count_attempt(keys: Iterable[str], *, now: datetime) -> None:
    """Count one attempt for each key, or raise Throttled and count nothing."""
    wanted = sorted(set(keys))

    def count() -> None:
        with db.database().ticking() as ticks:
            rows = [_locked_row(ticks, key, now) for key in wanted]
            wait = max((row.blocked_until - now for row in rows), default=timedelta())
            if wait > timedelta():
                raise Throttled(-int(-wait.total_seconds() // 1))
            for row in rows:
                _count_failure(row, now)

    db.retrying(count)


def forgive(keys: Iterable[str]) -> None:
    """Forget what was counted for these keys, because the attempt turned out to be good."""
    wanted = sorted(set(keys))

    def forget() -> None:
        with db.database().ticking() as ticks:
            ticks.execute(sa.delete(Throttle).where(Throttle.key.in_(wanted)))

    db.retrying(forget)


def take_back(keys: Iterable[str], *, now: datetime) -> None:
    """Take one counted attempt back, leaving what others did from the same address."""

    def take() -> None:
        with db.database().ticking() as ticks:
            query = (
                sa.update(Throttle)
                .where(Throttle.key.in_(sorted(set(keys))), Throttle.failures > 0)
                .values(failures=Throttle.failures - 1, blocked_until=now)
            )
            ticks.execute(query.execution_options(synchronize_session=False))

    db.retrying(take)


def forget_old(*, now: datetime) -> None:
    """Remove counts that no longer matter."""
    with db.database().ticking() as ticks:
        ticks.execute(sa.delete(Throttle).where(Throttle.failed_at < now - FORGOTTEN_AFTER))


def account_key(email_key: str) -> str:
    """The key that counts attempts on one account, known or not."""
    return "account:" + hashlib.sha256(email_key.encode("utf-8", "replace")).hexdigest()


def device_key(account_id: str, mark: str) -> str:
    """The key that counts attempts on an account from a browser that its owner signed in on."""
    return "device:" + hashlib.sha256(f"{account_id}:{mark}".encode()).hexdigest()


def confirmation_key(account_id: str) -> str:
    """The key that counts passwords typed once more by whoever is signed in already."""
    return f"confirm:{account_id}"


def wall_key(entry_id: str) -> str:
    """The key that counts passwords typed at the wall before one entry."""
    return f"wall:{entry_id}"


def visitor_key(address: str) -> str:
    """The key that counts passwords of pages typed from one network address."""
    return "visitor:" + address_key(address).partition(":")[2]


def letter_key(email_key: str) -> str:
    """The key that counts letters asked for one account."""
    return "letter:" + hashlib.sha256(email_key.encode("utf-8", "replace")).hexdigest()


def address_key(address: str) -> str:
    """The key that counts attempts from one network address; IPv6 counts by /64."""
    try:
        ip = ip_address(address.split("%")[0])
    except ValueError:
        return "address:unknown"
    mapped = getattr(ip, "ipv4_mapped", None)
    if mapped is not None:
        ip = mapped
    if ip.version == 6:
        return f"address:{ip_network((ip, 64), strict=False)}"
    return f"address:{ip}"


def delay_after(failures: int, kind: str) -> timedelta:
    """How long to wait after that many failures."""
    free, longest = LIMITS[kind]
    if failures < free:
        return timedelta()
    doublings: int = min(failures - free, _DOUBLINGS)
    return min(FIRST_DELAY * (1 << doublings), longest)


def _count_failure(row: Throttle, now: datetime) -> None:
    if now - row.failed_at > FORGOTTEN_AFTER:
        row.failures = 0
    row.failures += 1
    row.failed_at = now
    row.blocked_until = now + delay_after(row.failures, row.key.split(":")[0])


def _locked_row(ticks: Session, key: str, now: datetime) -> Throttle:
    query = sa.select(Throttle).where(Throttle.key == key).with_for_update()
    row = ticks.scalar(query)
    if row is not None:
        return row
    try:
        with ticks.begin_nested():
            ticks.add(Throttle(key=key, failures=0, failed_at=now, blocked_until=now))
    except IntegrityError:
        pass  # Another process was first; its row is there now.
    return ticks.scalars(query.execution_options(populate_existing=True)).one()
