"""Refusals and accidents as pages, in one place; never a stack trace, never a half-saved state."""

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from jinja2 import TemplateNotFound
from markupsafe import escape
from sqlalchemy import exc
from werkzeug.exceptions import HTTPException, InternalServerError

from cms import db, text
from cms.errors import CmsError
from cms.i18n import gettext as _
from cms.web import carrying, csrf, headers, installation, negotiation

log = logging.getLogger(__name__)

RETRY_AFTER = 30  # seconds until a database may be back
_BEHIND = ("no such table", "no such column", "1146", "1054", "UndefinedTable", "UndefinedColumn")


def install(app: Flask) -> None:
    """Turn every refusal and accident of the app into an answer."""
    app.register_error_handler(CmsError, _refusal)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(exc.SQLAlchemyError, _database_error)


def show_public_errors(app: Flask, page: installation.ErrorPage) -> None:
    """Let the visitors' door draw its own error pages: `page(status, message, error)`."""
    installation.of(app).public_error_page = page


def answer(status: int, message: str, error: Exception) -> Response:
    """The refusal in the form that the other side can read."""
    _drop_unit()
    # Words of a refusal may quote what was asked for.
    message = text.without_controls(message)
    if negotiation.wants_json():
        return negotiation.problem(status, message or HTTPStatus(status).phrase)
    try:
        response = make_response(_page(status, message, error))
    except Exception:
        log.exception("an error page could not be made")
        response = make_response(plain_page(status, message))
    response.status_code = status
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def plain_page(status: int, message: str) -> str:
    """A page that needs neither database nor template."""
    heading, words = _plain_words(status)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="robots" content="noindex">\n'
        f"<title>{escape(heading)}</title>\n</head>\n<body>\n<main>\n<h1>{escape(heading)}</h1>\n"
        f"<p>{escape(message or words)}</p>\n"
        f"<p><small>{status} · {escape(negotiation.request_id())}</small></p>\n"
        f"</main>\n</body>\n</html>\n"
    )


def _refusal(error: CmsError) -> ResponseReturnValue:
    response = answer(error.status, error.message, error)
    wait = getattr(error, "retry_after", None)
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    return response


def _stale_form(error: CSRFError) -> ResponseReturnValue:
    """What was typed comes back with a fresh token, if it surely came from a page of ours."""
    if not negotiation.wants_json() and csrf.comes_from_us() and carrying.can_carry():
        _drop_unit()
        return carrying.carry_on_page(_("This form was open for too long")), 400
    return answer(400, _("This form was open for too long. Load the page and try again."), error)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.response is not None or error.code < 400:
        return error
    response = answer(error.code, "", error)
    for name, value in error.get_headers(request.environ):
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def _database_error(error: exc.SQLAlchemyError) -> ResponseReturnValue:
    status, message = _read_database_error(error)
    if status == 500:
        raise InternalServerError(original_exception=error) from error
    log.warning("the database refused", exc_info=error)
    g.database_is_gone = status == 503
    response = answer(status, message, error)
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _read_database_error(error: exc.SQLAlchemyError) -> tuple[int, str]:
    if isinstance(error, exc.IntegrityError):
        return 409, _("Someone changed the same thing meanwhile. Load the page and try again.")
    if isinstance(error, exc.DataError):
        return 422, _("Something in this form cannot be kept as it is.")
    cause = f"{type(getattr(error, 'orig', None)).__name__} {getattr(error, 'orig', '')}"
    if isinstance(error, exc.DBAPIError) and any(sign in cause for sign in _BEHIND):
        return 503, _("The site is being updated. Its database must be migrated first.")
    if isinstance(error, exc.OperationalError | exc.TimeoutError | exc.InterfaceError):
        return 503, _("The site cannot reach its database just now. Nothing was saved.")
    return 500, ""


def _page(status: int, message: str, error: Exception) -> Any:
    if getattr(request.routing_exception, "code", None) == 400:
        return plain_page(status, message)  # The host is unknown, so no address can be made.
    if headers.is_staff_door():
        return _staff_page(status, message)
    page = installation.current().public_error_page
    # An accident may well have its cause in what draws the page.
    if page is None or status == 500 or g.get("database_is_gone", False):
        return plain_page(status, message)
    return page(status, message, error)


def _staff_page(status: int, message: str) -> str:
    home = request.script_root + ("/admin/" if status != 503 else "/")
    context = {"message": message, "home": home, "status": status}
    try:
        return render_template(f"web/errors/{status}.html", **context)
    except TemplateNotFound:
        heading, words = _plain_words(status)
        context.update(title=heading, message=message or words)
        return render_template("web/errors/other.html", **context)


def _drop_unit() -> None:
    """Undo what the request began; the page that explains it only reads."""
    try:
        unit = db.unit()
        unit.close()
        unit.write = False
    except RuntimeError:
        pass
    except exc.SQLAlchemyError:
        log.warning("a broken connection could not be given back", exc_info=True)


def _plain_words(status: int) -> tuple[str, str]:
    known = {
        400: (_("This request could not be read"), _("Go back and try once more.")),
        401: (_("Sign in first"), _("This page is for people who work on the site.")),
        403: (_("This is not yours to open"), _("You may not do this.")),
        404: (_("There is nothing at this address"), _("Check the address, or start again.")),
        405: (_("This cannot be done here"), _("Go back and use the page’s own buttons.")),
        409: (_("Someone changed this meanwhile"), _("Load the page and try again.")),
        410: (_("This was here once"), _("It has been removed for good.")),
        413: (_("That is too large"), _("Nothing was saved. Your browser still holds your text.")),
        415: (_("This kind of content is not taken"), _("Nothing was saved.")),
        422: (_("This could not be saved"), _("Go back and look at it again.")),
        429: (_("Too many attempts"), _("Wait a few minutes and try again.")),
        500: (_("Something broke on our side"), _("It has been written to the log.")),
        503: (_("The site is resting for a moment"), _("Try again in a minute.")),
    }
    return known.get(status, (HTTPStatus(status).phrase, _("Go back and try once more.")))
