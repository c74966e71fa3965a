"""Every other address: the book says whose it is, and the form it is wanted in."""

from datetime import datetime

from flask import Blueprint, Response, request

from cms.addresses import paths, urls
from cms.content import queries, trash
from cms.content.rows import Place
from cms.content.visibility import Verdict
from cms.errors import NotFound
from cms.public import (
    answering,
    counting,
    entries,
    feeds,
    home,
    leading,
    lists,
    machine,
    routing,
    site,
)
from cms.public.routing import Form, Route
from cms.web import gate

PERMANENTLY = 301
LINE = 1_000  # characters, about, of what is known of a place beside the text that stands there

blueprint = Blueprint("pages", __name__)


@blueprint.get("/<path:path>")
@gate.public
def show(path: str) -> Response:
    """Whatever stands at this path; raises NotFound."""
    closed = answering.ensure_open()
    if closed is not None:
        return closed
    asked = request.path
    normal = paths.normalise(asked)
    if paths.problem_with_form(normal):
        raise NotFound
    if normal != asked:
        return _to(normal)
    route = routing.parse(normal)
    if route.is_page and normal != routing.page_path(route.base, route.number):
        return _to(routing.page_path(route.base, route.number))
    return _own_list(route) or _addressed(normal, route)


def _own_list(route: Route) -> Response | None:
    """The lists that the core itself keeps: the posts, the archive."""
    settings = site.current()
    base, slashed = route.base, route.base.rstrip("/") + "/"
    is_posts = slashed == settings.posts_base
    if base == "/" and route.is_page:
        is_posts = site.front_page() is None
    if not is_posts and not lists.is_archive(slashed):
        return None
    if base != slashed:
        return _to(slashed)
    if route.form is Form.HTML:
        return home.posts(base, route.number) if is_posts else lists.archive(base, route.number)
    if is_posts and route.form is not Form.MARKDOWN:
        return feeds.of_posts(base, route.form)
    raise NotFound


def _addressed(asked: str, route: Route) -> Response:
    """What the address book knows under the path itself, or under the list it is a form of."""
    now = gate.now()
    wanted = (asked, route.base) if route.base != asked else (asked,)
    place = site.remembered(
        ("place", asked), lambda: queries.find_place(wanted, now=now), size=_size_of
    )
    if place is None:
        return leading.by_pattern(asked)
    if place.path in (asked, paths.other_slash(asked)):
        base, route = route.base, Route(asked)
        if place.by_hand and base != asked:
            place, route = _list_first(base, asked, now) or (place, route)
    if place.by_hand and (place.location is not None or route.base == asked):
        led = leading.by_hand(place, asked)
        if led is not None:
            return led
    if place.target_kind == "entry":
        return _entry(place, route, now)
    return _listed(place, route)


def _size_of(place: Place | None) -> int:
    return LINE + (len(place.whole.html) if place and place.whole else 0)


def _list_first(base: str, asked: str, now: datetime) -> tuple[Place, Route] | None:
    """The list that a path is a form of: what is live goes before what was led by hand."""
    place = queries.find_place((base,), now=now)
    if place is None or place.state == "former" or place.target_kind == "entry":
        return None
    return place, routing.parse(asked)


def _entry(place: Place, route: Route, now: datetime) -> Response:
    publication, entry_id = place.whole, str(place.target_id)
    if publication is None or publication.path is None:
        raise NotFound(gone=trash.is_gone(entry_id, now=now))
    # Before any redirect: where a hidden page stands now is nobody's business.
    verdict, _rule = entries.judge(publication, now)
    if verdict is Verdict.HIDDEN:
        raise NotFound
    if leading.is_front(publication):
        return _to("/", place)
    if route.form is Form.MARKDOWN:
        if publication.path.rstrip("/") != route.base.rstrip("/"):
            return _to(routing.markdown_path(publication.path), place)
        return machine.markdown(publication)
    if route.form is not Form.HTML or route.number > 1:
        raise NotFound
    if publication.path != route.base:
        known = place.state == "former" or publication.path == paths.other_slash(route.base)
        if not known and not queries.was_at(entry_id, place.path, now=now):
            raise NotFound
        return _to(publication.path, place)
    if machine.wants_markdown():
        return machine.markdown(publication)
    return entries.show(publication)


def _listed(place: Place, route: Route) -> Response:
    listing = lists.get_listing(place.target_kind, str(place.target_id))
    if route.form is Form.MARKDOWN:
        raise NotFound
    if route.base != listing.path:
        return _to(_same_form(listing.path, route), place)
    if route.form is Form.HTML:
        return lists.show(listing, route.number)
    return feeds.of_list(listing, route.form)


def _same_form(path: str, route: Route) -> str:
    if route.form is Form.HTML:
        return routing.page_path(path, route.number)
    return routing.feed_path(path, route.form)


def _to(path: str, place: Place | None = None) -> Response:
    """Stands there now; whoever comes by a path that was left, or led by hand, is counted."""
    if place is None or place.state != "former":
        return leading.answer(urls.local(path), PERMANENTLY)
    counting.led_on(place.id)
    return leading.answer(urls.local(path), place.code)
