"""Errors as pages of the site's theme; they tell visitors where else to look."""

from flask import Response, request

from cms.content import near
from cms.i18n import gettext as _
from cms.public import answering, counting, presenting, routing, site
from cms.themes import views
from cms.web import gate


def show(status: int, message: str, _error: Exception) -> Response:
    """The page for an error in the visitors' door."""
    path = request.path
    if routing.parse(path).form is not routing.Form.HTML or routing.is_file(path):
        return answering.text(message or _words(status)[0], "text/plain", age="no-store")
    title, words = _words(status)
    cards: tuple[views.PostCard, ...] = ()
    if status == 404 and site.current().access == "public":
        if site.current().missing_paths:
            counting.found_nothing()
        cards = presenting.cards(near.near(path, now=gate.now()), now=gate.now())
    return answering.error_page(status, title, message or words, cards)


def _words(status: int) -> tuple[str, str]:
    return {
        403: (_("This is not open to you"), _("Only some people may read this.")),
        404: (
            _("There is nothing at this address"),
            _("It may have been moved, or the address may hold a slip of the pen."),
        ),
        405: (_("This cannot be done here"), _("Go back and try another way.")),
        410: (_("This is gone"), _("It stood here once and has been taken away for good.")),
        429: (_("Too many requests"), _("Wait a moment and try again.")),
        503: (_("Back in a moment"), _("The site is resting. Try again in a minute.")),
    }.get(status, (_("Something went wrong"), _("Go back and try once more.")))
