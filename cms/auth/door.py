"""The blueprint that the sign-in views hang on, and where people go once they are in."""

from flask import Blueprint, Response, request

from cms.accounts import sessions, signing_in
from cms.accounts.signing_in import Device, SignedIn
from cms.auth.forms import LoginForm
from cms.web import cookies, gate, urls

SMALL_FORM = 64 * 1024  # bytes; an address and a password need no more

blueprint = Blueprint("auth", __name__, url_prefix="/auth", template_folder="templates")


def desk() -> str:
    """Where people arrive after signing in."""
    return request.script_root + "/admin/"


def sign_in(form: LoginForm) -> SignedIn:
    """Begin the session that the form asks for; raises NotAllowed, Throttled."""
    return signing_in.sign_in(
        form.email.data or "",
        form.password.data or "",
        address=request.remote_addr or "",
        user_agent=request.user_agent.string,
        now=gate.now(),
        device=cookies.read_device(),
    )


def enter(secret: str, target: str, device: Device) -> Response:
    """Go on to `target` with the new session in hand."""
    return hand_over(urls.go_to(target), secret, device)


def hand_over(response: Response, secret: str, device: Device) -> Response:
    """Give the browser its new session; the one that it came with ends."""
    former = cookies.read_session()
    if former:
        sessions.end(former, now=gate.now())
    cookies.give_device(response, device)
    return cookies.give_session(response, secret)
