"""Every other address: the book says whose it is, and the form it is wanted in."""

from datetime import datetime

from flask import Blueprint, Response, redirect, request

from cms.addresses import paths, urls
from cms.content import queries, trash
from cms.content.queries import Place, Whole
from cms.content.visibility import Verdict
from cms.errors import NotFound
from cms.public import answering, entries, feeds, home, lists, machine, routing, site
from cms.public.routing import Form, Route
from cms.web import gate

PERMANENTLY = 301

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
    posts_base = settings.posts_path if settings.front == "page" else "/"
    base, slashed = route.base, route.base.rstrip("/") + "/"
    is_posts = slashed == posts_base
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
    place = queries.find_place((asked, route.base) if route.base != asked else (asked,), now=now)
    if place is None:
        raise NotFound
    if place.path in (asked, paths.other_slash(asked)):
        route = Route(asked)
    if place.location is not None:
        return _redirect_of_owner(place)
    if place.target_kind == "entry":
        return _entry(place, route, now)
    return _listed(place, route)


def _entry(place: Place, route: Route, now: datetime) -> Response:
    publication, entry_id = place.whole, str(place.target_id)
    if publication is None or publication.path is None:
        raise NotFound(gone=trash.is_gone(entry_id, now=now))
    # Before any redirect: where a hidden page stands now is nobody's business.
    verdict, _rule = entries.judge(publication, now)
    if verdict is Verdict.HIDDEN:
        raise NotFound
    if _is_front(publication):
        return _to("/")
    if route.form is Form.MARKDOWN:
        if publication.path.rstrip("/") != route.base.rstrip("/"):
            return _to(routing.markdown_path(publication.path))
        return machine.markdown(publication)
    if route.form is not Form.HTML or route.number > 1:
        raise NotFound
    if publication.path != route.base:
        known = place.state == "former" or publication.path == paths.other_slash(route.base)
        if not known and not queries.was_at(entry_id, place.path, now=now):
            raise NotFound
        return _to(publication.path)
    if machine.wants_markdown():
        return machine.markdown(publication)
    return entries.show(publication)


def _listed(place: Place, route: Route) -> Response:
    listing = lists.get_listing(place.target_kind, str(place.target_id))
    if route.form is Form.MARKDOWN:
        raise NotFound
    if route.base != listing.path:
        return _to(_same_form(listing.path, route))
    if route.form is Form.HTML:
        return lists.show(listing, route.number)
    return feeds.of_list(listing, route.form)


def _same_form(path: str, route: Route) -> str:
    if route.form is Form.HTML:
        return routing.page_path(path, route.number)
    return routing.feed_path(path, route.form)


def _is_front(publication: Whole) -> bool:
    settings = site.current()
    return settings.front == "page" and settings.front_page == publication.entry_id


def _redirect_of_owner(place: Place) -> Response:
    if place.code == 410:
        raise NotFound(gone=True)
    location = str(place.location)
    if location.startswith("/") and not location.startswith("//"):
        location = urls.below() + location
    return _answer(location, place.code)


def _to(path: str) -> Response:
    query = request.query_string.decode("ascii", "replace")
    return _answer(urls.local(path) + (f"?{query}" if query else ""), PERMANENTLY)


def _answer(location: str, code: int) -> Response:
    answer = redirect(location, code)
    response = Response(answer.get_data(), code, answer.headers)
    # Not for ever: a path may get a new owner, and browsers keep a bare 301 as long as they like.
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
