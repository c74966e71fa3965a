"""Forgotten passwords: a link by letter, for one use within half an hour."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import lazyload

from cms import db
from cms.accounts import links, password_change, people, throttling, tokens
from cms.accounts.models import Account, Token
from cms.config import Settings
from cms.errors import NotFound
from cms.i18n import gettext as _

LIFETIME = timedelta(minutes=30)
INVITATION_LIFETIME = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ResetLink:
    """Where a letter goes and the link that it carries."""

    to: str
    name: str
    url: str
    language: str
    token_id: str


def request_reset(
    email: str, *, address: str, settings: Settings, now: datetime
) -> ResetLink | None:
    """The link to send, or None when no account can use one; the door says the same to both."""
    key = people.email_key(email)
    throttling.count_attempt([throttling.letter_key(key), throttling.address_key(address)], now=now)
    # The same statements for everyone: how long the answer takes would tell who has an account.
    account = _find_alone(key)
    with db.session().begin_nested() as written:
        if account is not None and account.state != "disabled":
            return issue_link(account, settings=settings, now=now)
        tokens.issue(tokens.PASSWORD_RESET, now=now, lifetime=LIFETIME)
        written.rollback()
    return None


def issue_link(account: Account, *, settings: Settings, now: datetime) -> ResetLink:
    """A link with which the account's owner chooses another password; earlier ones end."""
    return _issue(tokens.PASSWORD_RESET, account, LIFETIME, settings, now)


def invite(account: Account, *, settings: Settings, now: datetime) -> ResetLink:
    """A link with which a new account's owner chooses a password.

    It is no reset link: a stranger who asks for one of those must not end an invitation.
    """
    return _issue(tokens.INVITATION, account, INVITATION_LIFETIME, settings, now)


def _issue(
    purpose: str, account: Account, lifetime: timedelta, settings: Settings, now: datetime
) -> ResetLink:
    token_id, secret = tokens.issue_by_key(
        purpose,
        key=settings.key_for(links.KEY),
        now=now,
        lifetime=lifetime,
        account_id=account.id,
        data={"epoch": account.session_epoch},
    )
    return ResetLink(
        account.email,
        account.display_name,
        links.url_of(purpose, secret, settings),
        account.language,
        token_id,
    )


def get_token(secret: str, *, now: datetime) -> Token:
    """The token behind a link, or NotFound when it was used, is too old or was overtaken."""
    found = (tokens.find(purpose, secret, now=now) for purpose in tokens.OPENING)
    token = next((token for token in found if token), None)
    if token is None or token.account_id is None:
        raise _ended()
    account = people.find_account(token.account_id)
    overtaken = account is None or token.data.get("epoch") != account.session_epoch
    if account is None or overtaken or account.state == "disabled":
        raise _ended()
    return token


def get_account(secret: str, *, now: datetime) -> Account:
    """Whose password the link may set, read in a short unit of its own."""
    with db.unit_of_work(db.database(), write=False):
        return people.get_account(get_token(secret, now=now).account_id or "")


def complete_reset(secret: str, *, password_hash: str, now: datetime) -> Account:
    """Use the link up and keep the new password, hashed before by the door."""
    token = get_token(secret, now=now)
    if not tokens.use(token, now=now):
        raise _ended()
    account = people.get_account(token.account_id or "")
    password_change.set_hash(account, password_hash, now=now, by=people.person_of(account))
    return account


def _find_alone(key: str) -> Account | None:
    """The account of an address without its roles, which would be one more question."""
    query = sa.select(Account).where(Account.email_key == key)
    return db.session().scalar(query.options(lazyload(Account.grants)))


def _ended() -> NotFound:
    return NotFound(_("This link does not work any more. Ask for a new one."))
