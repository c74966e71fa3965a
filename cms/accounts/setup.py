"""The first owner: by a link that works once, or from the environment. No default password."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from cms import db
from cms.accounts import passwords, people, tokens
from cms.accounts.models import Account, Token
from cms.accounts.permissions import Role
from cms.config import Settings
from cms.errors import BadConfiguration, NotFound, Rejected
from cms.i18n import gettext as _

LIFETIME = timedelta(days=7)


def ensure_setup_link(settings: Settings, *, now: datetime) -> str | None:
    """A fresh link to set the site up, or None when it has an owner; earlier links end."""
    if people.has_owner():
        return None
    secret = tokens.issue(tokens.SETUP, now=now, lifetime=LIFETIME)
    return f"{settings.site_url}/auth/setup/{secret}"


def ensure_first_owner(settings: Settings, *, now: datetime) -> Account | None:
    """Make the owner that ADMIN_EMAIL and ADMIN_PASSWORD name, unless there is one already."""
    if not settings.ADMIN_EMAIL or settings.ADMIN_PASSWORD is None or people.has_owner():
        return None
    password = settings.ADMIN_PASSWORD.get_secret_value()
    name = settings.ADMIN_EMAIL.split("@")[0]
    try:
        account = people.create_account(
            settings.ADMIN_EMAIL, name, password=password, roles=[Role.OWNER], now=now
        )
    except Rejected as refusal:
        wrong = "ADMIN_EMAIL" if refusal.field == "email" else "ADMIN_PASSWORD"
        raise BadConfiguration(f"{wrong} is not valid: {refusal.message}") from None
    tokens.drop(tokens.SETUP)
    return account


def get_token(secret: str, *, now: datetime) -> Token:
    """The token behind a set-up link, or NotFound when it was used, is too old or not needed."""
    token = tokens.find(tokens.SETUP, secret, now=now)
    if token is None or people.has_owner():
        raise NotFound(_("This set-up link does not work any more."))
    return token


def complete_setup(
    secret: str, *, email: str, name: str, password_hash: str, now: datetime, timezone: str = ""
) -> Account:
    """Make the first owner and close the link; the password was hashed before by the door."""
    token = get_token(secret, now=now)
    # Of two who come at once with the link, the one who takes the token first goes on.
    if not tokens.use(token, now=now):
        raise NotFound(_("This set-up link does not work any more."))
    account = people.create_account(
        email,
        name,
        password_hash=password_hash,
        roles=[Role.OWNER],
        now=now,
        timezone=timezone,
    )
    _drop_other_links(token)
    return account


def ensure_acceptable(email: str, password: str) -> None:
    """Pass, or raise Rejected; asked before the costly hash is made."""
    passwords.ensure_acceptable(password, email=people.read_email(email))


def _drop_other_links(token: Token) -> None:
    db.session().execute(
        sa.delete(Token).where(Token.purpose == tokens.SETUP, Token.id != token.id)
    )
