"""Errors as pages of the site's theme; they tell visitors where else to look."""

from flask import Response, request

from cms.addresses import paths
from cms.content import queries, search, visibility
from cms.i18n import gettext as _
from cms.public import answering, presenting, routing, site
from cms.themes import views
from cms.web import gate

MAX_SUGGESTIONS = 5


def show(status: int, message: str, _error: Exception) -> Response:
    """The page for an error in the visitors' door."""
    path = request.path
    if routing.parse(path).form is not routing.Form.HTML or routing.is_file(path):
        return answering.text(message or _words(status)[0], "text/plain", age="no-store")
    title, words = _words(status)
    near = suggestions() if status == 404 and site.current().access == "public" else ()
    return answering.error_page(status, title, message or words, near)


def suggestions() -> tuple[views.PostCard, ...]:
    """Entries whose words are in the address that leads nowhere."""
    now = gate.now()
    last = paths.normalise(request.path).rstrip("/").rpartition("/")[2]
    wanted = last.rsplit(".", 1)[0].replace("-", " ").replace("_", " ")[:100]
    for words in _ever_shorter(wanted.split()):
        found = search.find(" ".join(words), now=now, limit=MAX_SUGGESTIONS)
        cards = queries.list_by_ids([hit.publication_id for hit in found.hits], now=now)
        cards = tuple(card for card in cards if visibility.is_open(card, now=now))
        if cards:
            return presenting.cards(cards, now=now)
    return ()


def _ever_shorter(words: list[str]) -> list[list[str]]:
    """All words first, then fewer: a wrong one should not hide what the others find."""
    words = words[:8]
    longest = sorted(words, key=len, reverse=True)
    tries = [words]
    tries += [[word for word in words if word != wrong] for wrong in longest[:3]]
    tries += [[word] for word in longest[:2]]
    return [wanted for wanted in tries if wanted]


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
