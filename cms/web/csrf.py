"""Forged forms, refused in three layers: SameSite cookies, the sender's origin, a token.

Forms of people without a session (a password wall, a search) have no token, hence no cookie; the
origin alone guards them, and then it must be there.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from flask_wtf.csrf import CSRFProtect

from cms.errors import NotAllowed
from cms.i18n import gettext as _
from cms.web import installation

_ORIGIN_ONLY = "__carafe_origin_only__"

View = TypeVar("View", bound=Callable[..., Any])


def protected_by_origin(view: View) -> View:
    """Declare that a form of anonymous visitors needs no token; a test lists all of these."""
    setattr(view, _ORIGIN_ONLY, True)
    return view


def is_origin_only(view: Callable[..., Any]) -> bool:
    """Whether a view's form comes without a token."""
    return getattr(view, _ORIGIN_ONLY, False)


def install(app: Flask) -> None:
    """Set Flask-WTF up; the gate calls it, so that a lost session is noticed first."""
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,
        # A form may stay open for days: its token lives as long as the session.
        WTF_CSRF_TIME_LIMIT=None,
        # Our own check of the origin is stricter, and works where Referer is left out.
        WTF_CSRF_SSL_STRICT=False,
        WTF_I18N_ENABLED=False,
    )
    CSRFProtect(app)


def ensure_token() -> None:
    """Pass when the form carries the token of this session; raises CSRFError."""
    protect: CSRFProtect = current_app.extensions["csrf"]
    protect.protect()


def ensure_same_origin(*, strictly: bool) -> None:
    """Pass when a page of ours sent this; `strictly` refuses when the browser does not say."""
    verdict = comes_from_us()
    if verdict is False or (strictly and verdict is None):
        raise NotAllowed(_("This form was sent from another site, so nothing was done."))


def comes_from_us() -> bool | None:
    """Whether a page of ours sent this request; None when the browser does not say."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if origin is not None:
        return origin.lower() in _our_origins()
    if site is not None:
        return site in ("same-origin", "none")
    referrer = request.headers.get("Referer")
    if referrer:
        return _origin_of(referrer) in _our_origins()
    return None


def _our_origins() -> set[str]:
    # The host was compared with the trusted hosts before.
    return {_origin_of(request.host_url), _origin_of(installation.settings().site_url)}


def _origin_of(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""  # Written by no browser, and the origin of nothing.
    return f"{parts.scheme}://{parts.netloc}".lower()
