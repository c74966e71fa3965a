"""Every other address: the book says whose it is, and the form it is wanted in."""

from datetime import datetime

from flask import Blueprint, Response, redirect, request

from cms import db
from cms.addresses import book, paths, urls
from cms.addresses.models import Address
from cms.content import queries, trash
from cms.content.models import Profile, Publication, Term
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
    return _own_list(route) or _addressed(normal, route)


def _own_list(route: Route) -> Response | None:
    """The lists that the core itself keeps: the posts, the archive."""
    settings = site.current()
    posts_base = settings.posts_path if settings.front == "page" else "/"
    base, slashed = route.base, route.base.rstrip("/") + "/"
    is_posts = slashed == posts_base or (base == "/" and route.number > 1)
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
    line = book.find(asked)
    if line is not None:
        return _in_form(line, Route(asked), now)
    line = book.find(route.base) if route.base != asked else None
    if line is None:
        raise NotFound
    return _in_form(line, route, now)


def _in_form(line: Address, route: Route, now: datetime) -> Response:
    if line.location is not None:
        return _redirect_of_owner(line, route)
    if line.target_kind == "entry":
        return _entry(str(line.target_id), line, route, now)
    if line.target_kind == "term":
        term = db.session().get(Term, line.target_id)
        return _listed(term, term.path if term else "", line, route)
    profile = db.session().get(Profile, line.target_id)
    return _listed(profile, f"/author/{profile.handle}/" if profile else "", line, route)


def _entry(entry_id: str, line: Address, route: Route, now: datetime) -> Response:
    publication = queries.find_published(entry_id, now=now)
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
        known = line.state == "former" or publication.path == paths.other_slash(route.base)
        if not known and not queries.was_at(entry_id, line.path, now=now):
            raise NotFound
        return _to(publication.path)
    if machine.wants_markdown():
        return machine.markdown(publication)
    return entries.show(publication)


def _listed(row: Term | Profile | None, path: str, line: Address, route: Route) -> Response:
    if row is None:
        raise NotFound(gone=True)
    if route.form is Form.MARKDOWN or not lists.is_shown(row):
        raise NotFound
    if route.base != path:
        return _to(_same_form(path, route))
    if isinstance(row, Term):
        if route.form is Form.HTML:
            return lists.of_term(row, route.number)
        return feeds.of_term(row, route.form)
    if route.form is Form.HTML:
        return lists.of_author(row, route.number)
    return feeds.of_author(row, route.form)


def _same_form(path: str, route: Route) -> str:
    if route.form is Form.HTML:
        return routing.page_path(path, route.number)
    return routing.feed_path(path, route.form)


def _is_front(publication: Publication) -> bool:
    settings = site.current()
    return settings.front == "page" and settings.front_page == publication.entry_id


def _redirect_of_owner(line: Address, route: Route) -> Response:
    if line.code == 410:
        raise NotFound(gone=True)
    location = str(line.location)
    if location.startswith("/") and not location.startswith("//"):
        location = urls.below() + location
    return _answer(location, line.code)


def _to(path: str) -> Response:
    query = request.query_string.decode("ascii", "replace")
    return _answer(urls.local(path) + (f"?{query}" if query else ""), PERMANENTLY)


def _answer(location: str, code: int) -> Response:
    answer = redirect(location, code)
    response = Response(answer.get_data(), code, answer.headers)
    # Not for ever: a path may get a new owner, and browsers keep a bare 301 as long as they like.
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
