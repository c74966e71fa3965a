"""The home page: the latest posts, or a page that editors chose."""

from types import MappingProxyType

from flask import Blueprint, Response

from cms.addresses import urls
from cms.content import queries, selection
from cms.errors import NotFound
from cms.public import answering, entries, lists, presenting, routing, site
from cms.themes import views
from cms.web import gate

MAX_FEATURED = 6

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@gate.public
def show() -> Response:
    """The front page."""
    closed = answering.ensure_open()
    if closed is not None:
        return closed
    chosen = site.front_page()
    return entries.show(chosen, kind="front") if chosen is not None else posts("/", 1)


def posts(base: str, number: int) -> Response:
    """A page of the latest posts, at the front or where settings put them."""
    size = site.current().posts_per_page
    total = queries.count(selection.posts(), now=gate.now())
    if number > presenting.last_page(total, size):
        raise NotFound

    def make() -> lists.Made:
        return _make(base, number, size, total)

    made = (
        make() if number > lists.REMEMBERED_PAGES else site.remembered(("home", base, number), make)
    )
    is_front = base == "/" and number == 1
    kind = "home" if is_front else "index"
    return answering.page(kind, made.meta, made.extra, kept=made.kept)


def _make(base: str, number: int, size: int, total: int) -> lists.Made:
    settings, is_front = site.current(), base == "/" and number == 1
    page = presenting.page_of(
        _cards(number, size),
        presenting.page_links(base),
        number=number,
        size=size,
        total=total,
    )
    title = settings.title if base == "/" else entries.last_word(base)
    meta = views.MetaView(
        title=title,
        description=settings.description or settings.tagline,
        canonical=urls.absolute(routing.page_path(base, number)),
        robots="" if settings.search_engines else "noindex",
        feeds=() if base == "/" else site.feed_links(base, title),
        prev_url=page.prev_url,
        next_url=page.next_url,
    )
    extra = {"posts": page, "featured": _featured() if is_front else ()}
    return lists.Made(meta, MappingProxyType(extra))


def _cards(number: int, size: int) -> tuple[views.PostCard, ...]:
    now = gate.now()
    rows = queries.list_home(now=now, limit=size, offset=(number - 1) * size)
    return presenting.cards(rows, now=now)


def _featured() -> tuple[views.PostCard, ...]:
    now = gate.now()
    return presenting.cards(queries.list_featured(now=now, limit=MAX_FEATURED), now=now)
