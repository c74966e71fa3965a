"""Signing out."""

from flask import Response

from cms.accounts import sessions
from cms.auth.door import blueprint
from cms.web import cookies, gate, urls


@blueprint.post("/logout", endpoint="logout")
@gate.public
def create() -> Response:
    """End the session on the server, whoever holds its cookie."""
    secret = cookies.read_session()
    if secret:
        sessions.end(secret, now=gate.now())
    return cookies.take_session(urls.see_other("auth.login"))
