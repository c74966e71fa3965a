"""Signing in: one message and one cost, whether or not there is such an account."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from cms import db
from cms.accounts import passwords, people, sessions, throttling
from cms.accounts.models import Account
from cms.accounts.permissions import Permission, Person, may
from cms.errors import NotAllowed
from cms.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in, the secret of the new session for the cookie, and the browser's proof."""

    person: Person
    secret: str
    device: "Device"


class Device(NamedTuple):
    """A browser on which someone signed in before; the door signs it and gives it away."""

    account_id: str
    epoch: int
    mark: str  # tells browsers apart, so that one does not use up the attempts of another


def sign_in(
    email: str,
    password: str,
    *,
    address: str,
    now: datetime,
    user_agent: str = "",
    device: Device | None = None,
) -> SignedIn:
    """Begin a session; raises NotAllowed with the one message, or Throttled.

    The door commits afterwards: an outdated password hash is renewed on the way.
    """
    account = _find_for_sign_in(email)
    own = _key_of(account, email, device)
    counted = [own, throttling.address_key(address)]
    throttling.count_attempt(counted, now=now)
    is_right = passwords.is_right(password, account.password_hash if account else None)
    if account is None or not is_right or not _can_sign_in(account):
        raise NotAllowed(_("That email and password do not match. Check both and try again."))
    throttling.forgive(counted[:1])
    throttling.take_back(counted[1:], now=now)
    _renew_hash(account, password)
    secret = sessions.start(account, now=now, ip=address, user_agent=user_agent)
    _tidy(now)
    return SignedIn(people.person_of(account), secret, new_device(account))


def new_device(account: Account) -> Device:
    """The proof for a browser on which this account has just signed in."""
    return Device(account.id, account.session_epoch, secrets.token_urlsafe(12))


def find_person(secret: str, *, now: datetime) -> Person | None:
    """Who is behind a session cookie; None when it ended or the account was closed."""
    sighting = sessions.look_up(secret, now=now)
    if sighting is None:
        return None
    account = people.find_account(sighting.account_id)
    if account is None or account.session_epoch != sighting.epoch or not _can_sign_in(account):
        return None
    return people.person_of(account, session_id=sighting.id)


def _find_for_sign_in(email: str) -> Account | None:
    # A short reading unit of its own: hashing takes long, and no writer should wait for it.
    with db.unit_of_work(db.database(), write=False):
        return people.find_by_email(email)


def _key_of(account: Account | None, email: str, device: Device | None) -> str:
    # A stranger who uses up the account's attempts does not keep its owner out of known browsers.
    if account is None or device is None or device[:2] != (account.id, account.session_epoch):
        return throttling.account_key(people.email_key(email))
    return throttling.device_key(account.id, device.mark)


def _can_sign_in(account: Account) -> bool:
    return account.state == "active" and bool(may(people.person_of(account), Permission.SIGN_IN))


def _renew_hash(account: Account, password: str) -> None:
    if account.password_hash is None or not passwords.is_outdated(account.password_hash):
        return
    renewed = passwords.hash_password(password)
    row = people.find_account(account.id)
    if row is not None and row.password_hash == account.password_hash:
        row.password_hash = renewed


def _tidy(now: datetime) -> None:
    throttling.forget_old(now=now)
    sessions.forget_ended(now=now)
