"""The blueprint that the sign-in views hang on, and where people go once they are in."""

from flask import Blueprint, Response, request

from cms.web import cookies, urls

SMALL_FORM = 64 * 1024  # bytes; an address and a password need no more

blueprint = Blueprint("auth", __name__, url_prefix="/auth", template_folder="templates")


def desk() -> str:
    """Where people arrive after signing in."""
    return request.script_root + "/admin/"


def enter(secret: str, target: str) -> Response:
    """Go on to `target` with the new session in hand."""
    return cookies.give_session(urls.go_to(target), secret)
