"""Addresses with a secret in them, as letters and invitations carry them."""

from datetime import datetime

from cms import db
from cms.accounts import tokens
from cms.accounts.models import Token
from cms.config import Settings

KEY = "tokens"  # what the secrets of links are made with
PATHS = {
    tokens.PASSWORD_RESET: "/auth/reset/",
    tokens.INVITATION: "/auth/reset/",
    tokens.PLACE: "/auth/invitation/",
    tokens.ADDRESS: "/auth/email/",
    tokens.ADDRESS_STOP: "/auth/email/stop/",
}


def url_of(purpose: str, secret: str, settings: Settings) -> str:
    """The whole address behind which a secret is used."""
    return settings.site_url + PATHS[purpose] + secret


def find_url(token_id: str, *, settings: Settings, now: datetime) -> str | None:
    """The address of a link that was issued before, or None when it does not work any more."""
    secret = tokens.make_again(token_id, key=settings.key_for(KEY), now=now)
    if secret is None:
        return None
    return url_of(db.session().get_one(Token, token_id).purpose, secret, settings)
