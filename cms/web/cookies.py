"""The cookies of a browser: the session's secret, and a few signed notes between two pages.

Visitors get none. Flask's own session holds no identity here: it carries the form token, which
is derived from the session's secret, and messages to show once.
"""

import hmac
import secrets
from typing import Any

from flask import Flask, Request, Response, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadData, URLSafeTimedSerializer

from cms.accounts import sessions
from cms.accounts.signing_in import Device
from cms.web import installation

SESSION, NOTES, VISIT, DEVICE = "sid", "notes", "visit", "device"
DEVICE_LASTS = 365 * 24 * 60 * 60  # seconds
TOKEN = "csrf_token"  # noqa: S105


def name(kind: str) -> str:
    """The cookie's full name; with HTTPS the prefix binds it to this host and to HTTPS."""
    return f"__Host-{kind}" if installation.settings().is_https else kind


def read_session() -> str | None:
    """The session's secret that the browser sent."""
    return request.cookies.get(name(SESSION)) or None


def give_session(response: Response, secret: str) -> Response:
    """Let the browser keep the session's secret."""
    _set(response, SESSION, secret, max_age=int(sessions.LONGEST.total_seconds()))
    return response


def take_session(response: Response) -> Response:
    """Let the browser forget the session and what hung on it."""
    for kind in (SESSION, NOTES, VISIT):
        if name(kind) in request.cookies:
            _set(response, kind, "", max_age=0)
    return response


def read_device() -> Device | None:
    """Who signed in on this browser before, if the browser can prove it."""
    value = request.cookies.get(name(DEVICE))
    if not value:
        return None
    try:
        return Device(*_device_signer().loads(value, max_age=DEVICE_LASTS))
    except (BadData, TypeError):
        return None


def give_device(response: Response, device: Device) -> Response:
    """Let the browser prove for a year that this person signed in on it."""
    text = str(_device_signer().dumps(list(device)))
    _set(response, DEVICE, text, max_age=DEVICE_LASTS)
    return response


def _device_signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(installation.settings().secret_key(), salt="device")


def bind_token(secret: str) -> None:
    """Make form tokens of this answer fit the session that has just begun."""
    session[TOKEN] = _derive(secret)
    g.pop(TOKEN, None)


class BrowserSession(SecureCookieSession):
    """Flask's session, reduced to the form token and to notes.

    The token is derived when something first asks for it: most pages hold no form.
    """

    visit = ""  # what the token of someone not signed in hangs on
    had_notes = False

    def __missing__(self, key: str) -> str:
        """The form token; nothing else comes into being by being asked for."""
        if key != TOKEN:
            raise KeyError(key)
        secret = read_session() or request.cookies.get(name(VISIT))
        if not secret:
            secret = self.visit = secrets.token_urlsafe(32)
        token = _derive(secret)
        # Not by way of the session, which would take it for a note to be kept.
        dict.__setitem__(self, TOKEN, token)
        return token

    def __contains__(self, key: object) -> bool:
        return key == TOKEN or super().__contains__(key)


class BrowserSessions(SecureCookieSessionInterface):
    """Reads and writes the notes cookie; derives the form token from the session's secret."""

    session_class = BrowserSession

    def open_session(self, app: Flask, request: Request) -> BrowserSession | None:
        """The notes that the browser sent, with the form token that belongs to it."""
        notes = _read_notes(self, app, request)
        opened = BrowserSession(notes)
        opened.had_notes = bool(notes)
        return opened

    def save_session(self, app: Flask, session: Any, response: Response) -> None:
        """Write the notes if they changed; begin a visit only where a form needs its token."""
        if session.visit and TOKEN in g:
            _set(response, VISIT, session.visit)
        if not session.modified:
            return
        notes = {key: value for key, value in session.items() if key != TOKEN}
        if notes:
            signer = self.get_signing_serializer(app)
            if signer is not None:
                _set(response, NOTES, str(signer.dumps(notes)))
        elif session.had_notes:
            _set(response, NOTES, "", max_age=0)


def _read_notes(interface: BrowserSessions, app: Flask, request: Request) -> dict[str, Any]:
    text = request.cookies.get(name(NOTES))
    if not text:
        return {}
    signer = interface.get_signing_serializer(app)
    if signer is None:
        return {}
    loads, notes = signer.loads_unsafe(text)
    return notes if loads and isinstance(notes, dict) else {}


def _derive(secret: str) -> str:
    key = installation.settings().secret_key().encode()
    return hmac.new(key, b"form-token:" + secret.encode("utf-8", "replace"), "sha256").hexdigest()


def _set(response: Response, kind: str, value: str, *, max_age: int | None = None) -> None:
    response.set_cookie(
        name(kind),
        value,
        max_age=max_age,
        path="/",
        secure=installation.settings().is_https,
        httponly=True,
        samesite="Lax",
    )
