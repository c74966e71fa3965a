"""The search page: a plain GET form, ranked results, the words marked."""

import time
from collections.abc import Callable
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from markupsafe import Markup, escape

from cms import text
from cms.addresses import urls
from cms.content import queries, search, visibility, words
from cms.errors import NotFound
from cms.i18n import gettext as _
from cms.public import answering, presenting
from cms.rendering import excerpt
from cms.themes import views
from cms.web import gate, pagination

SIZE = 10
MAX_QUERY = 200  # characters
SNIPPET = 220  # characters

blueprint = Blueprint("search", __name__)


@blueprint.get("/search")
@gate.public
def show() -> Response:
    """What holds the words that were asked for."""
    closed = answering.ensure_open()
    if closed is not None:
        return closed
    typed = request.args.get("q", "")
    query = "" if text.has_unstorable(typed) else text.clean_line(typed[:MAX_QUERY])[:MAX_QUERY]
    number = pagination.page_number()
    started = time.monotonic()
    hits, total = find(query, number) if query else ((), 0)
    took = round((time.monotonic() - started) * 1000)
    if not hits and number > 1:
        raise NotFound
    page = presenting.page_of(hits, _link(query), number=number, size=SIZE, total=total)
    meta = views.MetaView(
        title=_("Search: {query}", query=query) if query else _("Search"),
        canonical=urls.absolute("/search"),
        robots="noindex",
    )
    extra = {"query": query, "results": page, "suggestions": (), "took_ms": took}
    return answering.page("search", meta, extra)


def find(query: str, number: int) -> tuple[tuple[views.SearchHit, ...], int]:
    """One page of hits for these words, and how many there are."""
    now = gate.now()
    found = search.find(query, now=now, limit=SIZE, offset=(number - 1) * SIZE)
    wanted = [hit.publication_id for hit in found.hits]
    scores = {hit.publication_id: hit.score for hit in found.hits}
    pages = queries.texts_of(wanted)
    hits = tuple(
        views.SearchHit(
            post=presenting.card(card, now=now),
            snippet=_snippet(pages.get(card.id, ""), query),
            score=scores[card.id],
        )
        for card in queries.list_by_ids(wanted, now=now)
        if visibility.is_open(card, now=now)
    )
    return hits, found.total_capped


def _snippet(html: str, query: str) -> Markup:
    pieces = words.snippet(excerpt.plain_text(html), query, length=SNIPPET)
    return Markup("").join(
        Markup("<mark>{}</mark>").format(piece) if marked else escape(piece)
        for piece, marked in pieces
    )


def _link(query: str) -> Callable[[int], str]:
    """Lists have their pages in the path; the search has them in the query."""

    def link(number: int) -> str:
        wanted = {"q": query} | ({"page": str(number)} if number > 1 else {})
        return f"{urls.local('/search')}?{urlencode(wanted)}"

    return link
