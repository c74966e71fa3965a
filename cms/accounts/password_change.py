"""Choosing another password: every session of the account ends with it."""

from datetime import datetime

from cms import db
from cms.accounts import granting, passwords, sessions, throttling, tokens
from cms.accounts.models import Account
from cms.accounts.permissions import OPERATOR, Person
from cms.errors import NotAllowed, Rejected
from cms.history import recording
from cms.i18n import gettext as _


def confirm(account: Account, password: str, *, now: datetime, field: str = "password") -> None:
    """Pass when this is the account's password; raises Rejected, or Throttled for guessing.

    Slow on purpose, so a door asks it before it writes anything.
    """
    key = throttling.confirmation_key(account.id)
    throttling.count_attempt([key], now=now)
    if not passwords.is_right(password, account.password_hash):
        raise Rejected(_("This is not your password."), field=field)
    throttling.forgive([key])


def change_own(account: Account, password_hash: str, *, now: datetime, by: Person) -> None:
    """Keep a person's new password, hashed and the old one confirmed before by the door."""
    if by.id != account.id:
        raise NotAllowed(_("People change their own password only."))
    set_hash(account, password_hash, now=now, by=by)


def reset(account: Account, password: str, *, now: datetime, by: Person = OPERATOR) -> None:
    """Set somebody's password; raises Rejected, NotAllowed."""
    granting.ensure_may_manage(account, by=by)
    passwords.ensure_acceptable(password, email=account.email)
    set_hash(account, passwords.hash_password(password), now=now, by=by)


def set_hash(account: Account, password_hash: str, *, now: datetime, by: Person) -> None:
    """Keep a hash that was made beforehand; every session and every link of the account ends."""
    label = _("Changed the password of {name}", name=account.display_name)
    with recording.act(label, by=by, now=now):
        account.password_hash = password_hash
        if account.state == "invited":
            account.state = "active"
        sessions.end_all(account)
        tokens.drop_opening(account.id)
        account.updated_at = now
        db.session().flush()
