"""Staying signed in, here and nowhere else, after everything of an account was ended."""

from flask import Response

from cms.accounts import sessions, signing_in
from cms.accounts.models import Account
from cms.web import cookies, gate


def stay(response: Response, account: Account) -> Response:
    """Let this browser go on under a new secret; call it when the end of all was committed."""
    secret = cookies.read_session()
    fresh = sessions.rotate(secret, epoch=account.session_epoch, now=gate.now()) if secret else None
    if fresh is None:
        return response
    cookies.give_device(response, signing_in.new_device(account))
    return cookies.give_session(response, fresh)
