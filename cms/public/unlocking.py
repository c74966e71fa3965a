"""Which passwords a visitor has given: a signed cookie that a changed password makes worthless."""

import hashlib

from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

from cms.web import cookies, installation

COOKIE = "unlocked"
LASTS = 14 * 24 * 60 * 60  # seconds
MOST = 20  # pages in one cookie


def read() -> frozenset[str]:
    """The marks of what was unlocked: entry and password together."""
    value = request.cookies.get(cookies.name(COOKIE))
    if not value:
        return frozenset()
    try:
        marks = _signer().loads(value, max_age=LASTS)
    except BadData:
        return frozenset()
    return frozenset(mark for mark in marks if isinstance(mark, str))


def mark(entry_id: str, password_hash: str | None) -> str:
    """What stands for “this password of this entry was given”."""
    short = hashlib.sha256((password_hash or "").encode()).hexdigest()[:16]
    return f"{entry_id}:{short}"


def remember(response: Response, fresh: str) -> Response:
    """Add a mark to the visitor's cookie; with too many some fall out."""
    kept = sorted(read() - {fresh})[: MOST - 1]
    marks = [*kept, fresh]
    response.set_cookie(
        cookies.name(COOKIE),
        str(_signer().dumps(marks)),
        max_age=LASTS,
        httponly=True,
        samesite="Lax",
        secure=installation.settings().is_https,
        path="/",
    )
    return response


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="unlocked")
