"""Leading visitors on: what was led elsewhere by hand, and patterns where nothing else answers.

A pattern is asked only where there is nothing to show, and leads only to where something stands
now. So no visitor is sent round in a circle, or from one missing page to another.
"""

from datetime import datetime
from urllib.parse import quote

from flask import Response, redirect, request

from cms.addresses import book, paths, patterns, targets, urls
from cms.addresses.book import Way
from cms.content import queries, trash
from cms.content.rows import Place, Whole
from cms.content.visibility import Verdict
from cms.errors import NotFound
from cms.public import counting, entries, lists, site
from cms.web import gate

GONE = 410
MAX_STEPS = 5


def by_hand(place: Place, asked: str) -> Response | None:
    """The answer of a redirect; None where it leads to what was asked for. Raises NotFound."""
    if place.code == GONE:
        counting.led_on(place.id)
        raise NotFound(gone=True)
    link = _link(place, place.whole)
    here = link.partition("#")[0].partition("?")[0]
    if here in (urls.local(asked), urls.local(paths.other_slash(asked))):
        if place.target_kind == "redirect":
            raise NotFound
        return None
    counting.led_on(place.id)
    return answer(link, place.code)


def by_pattern(asked: str) -> Response:
    """The answer of the first pattern that fits a path where nothing stands; raises NotFound."""
    ways, path, first = book.ways(now=gate.now()), asked, None
    for _step in range(MAX_STEPS):
        led = patterns.lead(ways, path)
        if led is None:
            break
        way, location = led
        first = first or way
        if way.code == GONE:
            counting.led_on(first.id)
            raise NotFound(gone=True)
        link = _of_way(way, location)
        if link is not None:
            counting.led_on(first.id)
            return answer(link, first.code)
        path = patterns.bare(location)
    raise NotFound


def answer(link: str, code: int) -> Response:
    """Go there; what was asked for after a ? is taken along within the site."""
    query = quote(request.query_string, safe="%/:?@!$&'()*+,;=-._~[]")
    if query and link.startswith("/") and "?" not in link:
        path, mark, part = link.partition("#")
        link = f"{path}?{query}{mark}{part}"
    made = redirect(link, code)
    response = Response(made.get_data(), code, made.headers)
    # Not for ever: a path may get a new owner, and browsers keep a bare 301 as long as they like.
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def is_front(publication: Whole) -> bool:
    """Whether this is the page that stands at the site's root."""
    settings = site.current()
    return settings.front == "page" and settings.front_page == publication.entry_id


def _of_way(way: Way, location: str) -> str | None:
    """The link that a pattern gives; None where nothing stands there now."""
    if way.target_kind != "redirect":
        whole = None
        if way.target_kind == "entry":
            whole = queries.find_whole(str(way.target_id), now=gate.now())
        return _link(way, whole)
    path = patterns.bare(location)
    if not path:
        return location
    rest = location[min(at for at in (*map(location.find, "?#"), len(location)) if at >= 0) :]
    split = targets.split_form(path)
    place = queries.find_place((path, split[0]) if split else (path,), now=gate.now())
    if place is None:
        is_answered = paths.is_answered(path) and path.split("/")[1] not in targets.OF_THE_BOOK
        is_posts = path == site.current().posts_path
        return urls.below() + paths.encode(path) + rest if is_answered or is_posts else None
    if place.by_hand and place.code == GONE:
        raise NotFound(gone=True)
    if not _stands(place, gate.now()):
        return None
    is_form = split is not None and place.path not in (path, paths.other_slash(path))
    link = _link(place, place.whole)
    return targets.with_suffix(link, split[1] if split and is_form else "") + rest


def _stands(place: Place, now: datetime) -> bool:
    """Whether a line of the book leads somewhere at this instant."""
    if place.by_hand or place.target_kind != "entry":
        return True
    whole = place.whole
    if whole is None or whole.path is None:
        return False
    known = place.state == "former" or whole.path.rstrip("/") == place.path.rstrip("/")
    return known or queries.was_at(whole.entry_id, place.path, now=now)


def _link(to: Place | Way, whole: Whole | None) -> str:
    """The link to where a redirect leads now; raises NotFound."""
    if to.target_kind == "redirect":
        location = str(to.location)
        return urls.below() + location if location.startswith("/") else location
    if to.target_kind == "entry":
        path = _path_of(str(to.target_id), whole)
    else:
        path = lists.get_listing(to.target_kind, str(to.target_id)).path
    return targets.with_suffix(urls.local(path), to.suffix)


def _path_of(entry_id: str, whole: Whole | None) -> str:
    if whole is None or whole.path is None:
        raise NotFound(gone=trash.is_gone(entry_id, now=gate.now()))
    # Where a hidden page stands now is nobody's business.
    if entries.judge(whole, gate.now())[0] is Verdict.HIDDEN:
        raise NotFound
    return "/" if is_front(whole) else whole.path
