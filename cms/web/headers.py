"""Security headers on every answer, strict unless a view asks for something else by name."""

import secrets
from collections.abc import Mapping
from functools import lru_cache

from flask import Flask, Response, g, request

from cms.rendering import embeds
from cms.web import installation

NONCE_BYTES = 16
NONCE = "{nonce}"  # stands in the policy until an answer puts its own there
ONE_YEAR = 365 * 24 * 60 * 60  # seconds
STAFF_DOORS = ("/admin", "/auth")
_BEHIND_DOORS = tuple(f"{door}/" for door in STAFF_DOORS)

_CLOSED = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}
PUBLIC_POLICY = {
    **_CLOSED,
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' https: data:",
    "font-src": "'self'",
    "media-src": "'self' https:",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    # Nothing of a provider is loaded before a click; then its frame comes from here.
    "frame-src": " ".join(embeds.frame_hosts()),
}
STAFF_POLICY = {
    **_CLOSED,
    "script-src": f"'nonce-{NONCE}'",
    "style-src": "'self'",
    "img-src": "'self' https: data:",
    "font-src": "'self'",
    "media-src": "'self' https:",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "frame-src": "'self'",
}
FILE_POLICY = {"default-src": "'none'", "frame-ancestors": "'none'"}

_OFF = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "display-capture",
    "encrypted-media",
    "geolocation",
    "gyroscope",
    "hid",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # What comes from elsewhere, such as a picture by its address, is fetched without cookies.
    "Cross-Origin-Embedder-Policy": "credentialless",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _OFF),
}


def install(app: Flask) -> None:
    """Let every answer of the app, errors and redirects too, carry the headers."""
    app.after_request(apply)


def csp_nonce() -> str:
    """The random word of this response that lets its own scripts run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(NONCE_BYTES)
    nonce: str = g.csp_nonce
    return nonce


def apply(response: Response) -> Response:
    """Add each header that the view has not set itself."""
    staff = is_staff_door()
    present = {name.lower() for name in response.headers.keys()}  # noqa: SIM118 - of pairs
    response.headers.extend(
        (name, value)
        for name, lower, value in _usual(staff, installation.settings().is_https)
        if lower not in present
    )
    if "content-security-policy" not in present:
        response.headers["Content-Security-Policy"] = _policy(staff)
    _set_caching(response, staff)
    return response


def is_staff_door() -> bool:
    """Whether the request came by the admin's or the sign-in door."""
    path = request.path
    return path.startswith(STAFF_DOORS) and (path in STAFF_DOORS or path.startswith(_BEHIND_DOORS))


def allow_framing_by_us(response: Response) -> Response:
    """Let pages of this site show the response in a frame (a preview)."""
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    # No script of a theme runs before an editor's eyes, and no form is sent.
    policy = {**PUBLIC_POLICY, "frame-ancestors": "'self'", "sandbox": "allow-same-origin"}
    response.headers["Content-Security-Policy"] = render(policy)
    return response


def render(policy: Mapping[str, str]) -> str:
    """The text of a content security policy for this site."""
    return _render(tuple(policy.items()), installation.settings().is_https)


@lru_cache(maxsize=16)
def _render(policy: tuple[tuple[str, str], ...], is_https: bool) -> str:
    parts = [f"{name} {value}" for name, value in policy]
    if is_https:
        parts.append("upgrade-insecure-requests")
    return "; ".join(parts)


@lru_cache(maxsize=4)
def _usual(staff: bool, is_https: bool) -> tuple[tuple[str, str, str], ...]:
    """What answers carry that does not depend on the page: name, name in lower case, value."""
    wanted = dict(ALWAYS)
    wanted["Referrer-Policy"] = "same-origin" if staff else "strict-origin-when-cross-origin"
    if is_https:
        wanted["Strict-Transport-Security"] = f"max-age={ONE_YEAR}; includeSubDomains"
    return tuple((name, name.lower(), value) for name, value in wanted.items())


def _policy(staff: bool) -> str:
    if request.endpoint == "static":
        return render(FILE_POLICY)
    if staff:
        return render(STAFF_POLICY).replace(NONCE, csp_nonce())
    return render(PUBLIC_POLICY)


def _set_caching(response: Response, staff: bool) -> None:
    if staff:
        response.headers["Cache-Control"] = "no-store"
        response.vary.add("Cookie")
    elif g.get("person") is not None:
        # Someone signed in may have been shown more than others see.
        response.headers["Cache-Control"] = "private, no-store"
        response.vary.add("Cookie")
    elif "person" in g:
        response.vary.add("Cookie")
