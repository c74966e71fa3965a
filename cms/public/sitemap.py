"""The sitemap for search engines, split into parts (sitemaps.org)."""

from flask import Blueprint, Response

from cms.addresses import urls
from cms.content import filing, profiles, queries, types
from cms.content.selection import Selection
from cms.errors import NotFound
from cms.public import answering, site
from cms.web import gate

PART = 5_000  # addresses in one file; the protocol allows 50,000

blueprint = Blueprint("sitemap", __name__, template_folder="templates")


@blueprint.get("/sitemap.xml")
@gate.public
def index() -> Response:
    """The list of the parts."""
    answering.ensure_feed_open()
    now = gate.now()
    parts = []
    for kind in types.list_types():
        if kind.public:
            total = queries.count(_selection(kind.name), now=now)
            parts += [f"{kind.name}-{number}" for number in range(1, -(-total // PART) + 1)]
    parts.append("lists-1")
    links = [urls.absolute(f"/sitemap/{part}.xml") for part in parts]
    body = answering.xml("feeds/sitemap-index.xml", links=links)
    return answering.text(body, "application/xml", age=answering.FEED_AGE)


@blueprint.get("/sitemap/<name>-<int(max=100000):number>.xml")
@gate.public
def show(name: str, number: int) -> Response:
    """One part: the entries of a type, or the lists."""
    answering.ensure_feed_open()
    lines = _lists() if name == "lists" and number == 1 else _entries(name, number)
    body = answering.xml("feeds/sitemap.xml", lines=lines)
    return answering.text(body, "application/xml", age=answering.FEED_AGE)


def _entries(name: str, number: int) -> list[tuple[str, str]]:
    if number < 1 or name not in {kind.name for kind in types.list_types() if kind.public}:
        raise NotFound
    rows = queries.list_addresses(
        _selection(name), now=gate.now(), limit=PART, offset=(number - 1) * PART
    )
    if not rows and number > 1:
        raise NotFound
    return [(urls.absolute(path), updated.isoformat("T", "seconds")) for path, updated in rows]


def _lists() -> list[tuple[str, str]]:
    now = gate.now()
    paths = ["/"] if site.front_page() is None else ["/", site.current().posts_path]
    for taxonomy in types.list_taxonomies():
        paths += [term.path for term, _count in filing.list_used_terms(taxonomy.name, now=now)]
    paths += map(profiles.path_for, filing.list_used_handles(now=now))
    return [(urls.absolute(path), "") for path in paths]


def _selection(name: str) -> Selection:
    front = site.front_page()  # It stands at "/", with the lists.
    without = (front.entry_id,) if front is not None else ()
    return Selection(types=(name,), open_only=True, without=without)
