"""Feeds of the site and of every list: Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from flask import Blueprint, Response, jsonify

from cms import text
from cms.addresses import urls
from cms.content import queries
from cms.content.rows import Card
from cms.content.selection import Selection, opened, posts
from cms.errors import NotFound
from cms.public import answering, routing, site, texts
from cms.public.lists import Listing
from cms.public.routing import Form
from cms.web import gate

TYPES = {Form.ATOM: "application/atom+xml", Form.RSS: "application/rss+xml"}
JSON_TYPE = "application/feed+json"

blueprint = Blueprint("feeds", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An entry as the feeds tell it; `html` is empty where only the excerpt is given."""

    id: str
    url: str
    title: str
    published: datetime
    updated: datetime
    excerpt: str
    html: str
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    lang: str


@blueprint.get("/feed.xml")
@gate.public
def atom() -> Response:
    """The latest posts as Atom."""
    return of_posts("/", Form.ATOM)


@blueprint.get("/rss.xml")
@gate.public
def rss() -> Response:
    """The latest posts as RSS."""
    return of_posts("/", Form.RSS)


@blueprint.get("/feed.json")
@gate.public
def json() -> Response:
    """The latest posts as JSON Feed."""
    return of_posts("/", Form.JSON)


def of_posts(base: str, form: Form) -> Response:
    """The feed of all posts."""
    return _answer(posts(open_only=True), base, form, title=site.current().title)


def of_list(listing: Listing, form: Form) -> Response:
    """The feed of a tag, a category or an author."""
    title = f"{listing.title} – {site.current().title}"
    return _answer(listing.selection, listing.path, form, title=title)


def _answer(selection: Selection, base: str, form: Form, *, title: str) -> Response:
    answering.ensure_feed_open()
    if form not in (Form.ATOM, Form.RSS, Form.JSON):
        raise NotFound
    now, settings = gate.now(), site.current()
    selection = opened(selection)
    cards = queries.list_cards(selection, now=now, limit=settings.feed_size)
    entries = _entries(cards, now)
    updated = max((entry.updated for entry in entries), default=now.replace(microsecond=0))
    feed = {
        "title": title,
        "subtitle": settings.tagline,
        "home_url": urls.absolute(base),
        "feed_url": urls.absolute(routing.feed_path(base, form)),
        "lang": settings.locale,
        "updated": updated,
        "rights": settings.copyright,
        "entries": entries,
    }
    if form is Form.JSON:
        return _json(feed, entries)
    body = answering.xml(f"feeds/{form.value}.xml", rfc822=format_datetime, **feed)
    return answering.text(body, TYPES[form], age=answering.FEED_AGE)


def _entries(cards: tuple[Card, ...], now: datetime) -> tuple[FeedEntry, ...]:
    whole = site.current().feed_text == "full"
    pages = queries.texts_of([card.id for card in cards]) if whole else {}
    found = texts.find_targets(pages.values(), now=now)
    entries = []
    for card in cards:
        url = urls.absolute(card.path or "/")
        html = ""
        if card.id in pages:
            html = str(texts.resolve_with(pages[card.id], found, feed_url=url))
        entries.append(
            FeedEntry(
                id=_identity(card),
                url=url,
                title=_xml(card.title or text.truncate(card.excerpt, 80)),
                published=card.dated_at,
                updated=max(card.updated_at, card.dated_at),
                excerpt=_xml(card.excerpt),
                html=_xml(html),
                authors=tuple(_xml(each.name) for each in card.bylines),
                tags=tuple(_xml(each.name) for each in card.terms),
                lang=card.locale,
            )
        )
    return tuple(entries)


def _json(feed: dict[str, object], entries: tuple[FeedEntry, ...]) -> Response:
    items = [
        {
            "id": entry.id,
            "url": entry.url,
            "title": entry.title,
            "date_published": entry.published.isoformat(),
            "date_modified": entry.updated.isoformat(),
            "summary": entry.excerpt,
            "language": entry.lang,
            "authors": [{"name": name} for name in entry.authors],
            "tags": list(entry.tags),
            **({"content_html": entry.html} if entry.html else {"content_text": entry.excerpt}),
        }
        for entry in entries
    ]
    body = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed["title"],
        "description": feed["subtitle"],
        "home_page_url": feed["home_url"],
        "feed_url": feed["feed_url"],
        "language": feed["lang"],
        "items": items,
    }
    response = jsonify(body)
    response.content_type = JSON_TYPE
    return answering.finish(response, age=answering.FEED_AGE)


def _identity(card: Card) -> str:
    """The id that readers know an entry by; one from an import stays what it was elsewhere."""
    if card.guid is not None and card.guid.startswith(("http://", "https://", "urn:", "tag:")):
        return card.guid
    return f"urn:carafe:{card.entry_id.lower()}"


def _xml(value: str) -> str:
    """What XML 1.0 cannot hold is left out, or no reader could read the feed."""
    return text.without_controls(value)
