"""The site as every public page knows it: its settings, the instant, who visits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar

from flask import g, request

from cms.accounts import permissions
from cms.accounts.permissions import Permission
from cms.addresses import urls
from cms.content import queries
from cms.content.rows import Whole
from cms.content.schedule import next_boundary
from cms.content.visibility import PUBLIC, Visitor
from cms.history import generation
from cms.public import routing, unlocking
from cms.public.routing import Form
from cms.site import settings
from cms.site.settings import SiteSettings
from cms.themes import views
from cms.web import cookies, gate

T = TypeVar("T")

FEEDS = (
    ("Atom", Form.ATOM, "application/atom+xml"),
    ("RSS", Form.RSS, "application/rss+xml"),
    ("JSON Feed", Form.JSON, "application/feed+json"),
)
_NETWORKS = {
    "github.com": "GitHub",
    "mastodon.social": "Mastodon",
    "bsky.app": "Bluesky",
    "linkedin.com": "LinkedIn",
    "youtube.com": "YouTube",
    "instagram.com": "Instagram",
    "x.com": "X",
}


@dataclass(slots=True)
class Visit:
    """What every part of a request asks of the site, found once."""

    now: datetime
    settings: SiteSettings
    visitor: Visitor
    is_open: bool  # whether this visitor may see the site at all


def here() -> Visit:
    """The visit that this request is."""
    visit: Visit | None = g.get("visit")
    if visit is None:
        now = gate.now()
        found = generation.remember("settings", settings.load, now=now)
        who = _visitor()
        visit = g.visit = Visit(now, found, who, found.access == "public" or who.is_staff)
    return visit


def current() -> SiteSettings:
    """The site's settings, read once in each generation."""
    return here().settings


def visitor() -> Visitor:
    """Who looks."""
    return here().visitor


def is_open() -> bool:
    """Whether this visitor may see the site at all."""
    return here().is_open


def _visitor() -> Visitor:
    """No cookie, no question to the database."""
    if not request.cookies:
        return PUBLIC
    person = gate.current_person() if cookies.read_session() else None
    staff = bool(permissions.may(person, Permission.READ_PRIVATE))
    return Visitor(is_staff=staff, unlocked=unlocking.read())


@dataclass(frozen=True, slots=True)
class ThemeChoices:
    """What the owner chose for the active theme."""

    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    style: str = ""
    scheme: str = "auto"


def theme_choices() -> ThemeChoices:
    """The one place where pages and the theme's stylesheet learn the owner's choices.

    As yet there is nothing to choose, so every setting has its default.
    """
    return ThemeChoices()


def front_page() -> Whole | None:
    """The page that editors put in front, while it is there; else the posts stand in front."""
    settings = current()
    if settings.front != "page" or not settings.front_page:
        return None
    return queries.find_whole(settings.front_page, now=here().now)


def remembered(key: object, make: Callable[[], T], size: Callable[[T], int] | None = None) -> T:
    """Frozen values that follow from the content and the clock, kept until either moves on."""
    now = here().now
    return generation.remember(key, make, now=now, until=lambda: next_boundary(now), size=size)


def view() -> views.SiteView:
    """The site, as themes see it."""
    shown = is_open()
    return remembered(("site", shown), lambda: _view(current(), shown=shown))


def _view(site: SiteSettings, *, shown: bool) -> views.SiteView:
    return views.SiteView(
        title=site.title,
        tagline=site.tagline,
        description=site.description or site.tagline,
        url=urls.absolute("/"),
        lang=site.locale,
        locale=site.locale.replace("-", "_"),
        timezone=site.timezone,
        social=tuple(_social(link) for link in site.social),
        feeds=feed_links("/") if shown else (),
        copyright=site.copyright,
        features=frozenset(("search",)) if shown else frozenset(),
    )


def feed_links(base: str, title: str = "") -> tuple[views.Link, ...]:
    """The three feeds of a list, for the head of its page."""
    return tuple(
        views.Link(
            label=f"{title} – {name}" if title else name,
            url=urls.absolute(routing.feed_path(base, form)),
            kind=form.value,
            mime=mime,
        )
        for name, form, mime in FEEDS
    )


def _social(link: str) -> views.Social:
    host = link.split("/")[2].removeprefix("www.")
    label = _NETWORKS.get(host, host)
    return views.Social(network=label.lower(), label=label, url=link, icon=label.lower())
