"""The site as every public page knows it: its settings, who visits, its menus."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import g

from cms import db
from cms.accounts import permissions
from cms.accounts.permissions import Permission
from cms.addresses import urls
from cms.content import queries
from cms.content.models import Profile
from cms.content.queries import Whole
from cms.content.schedule import next_boundary
from cms.content.visibility import Visitor
from cms.history import generation
from cms.public import routing, unlocking
from cms.public.routing import Form
from cms.site import menus, settings
from cms.site.models import MenuItem as MenuRow
from cms.site.settings import SiteSettings
from cms.themes import views
from cms.web import cookies, gate

T = TypeVar("T")

MAX_DEFAULT_MENU = 7  # pages shown where no menu was made yet
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


def current() -> SiteSettings:
    """The site's settings, read once in each generation."""
    return generation.remember("settings", settings.load, now=gate.now())


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
    return queries.find_whole(settings.front_page, now=gate.now())


def remembered(key: object, make: Callable[[], T]) -> T:
    """Frozen values that follow from the content and the clock, kept until either moves on."""
    now = gate.now()
    return generation.remember(key, make, now=now, until=lambda: next_boundary(now))


def visitor() -> Visitor:
    """Who looks; no cookie, no question to the database."""
    if "visitor" not in g:
        person = gate.current_person() if cookies.read_session() else None
        staff = bool(permissions.may(person, Permission.READ_PRIVATE))
        g.visitor = Visitor(is_staff=staff, unlocked=unlocking.read())
    found: Visitor = g.visitor
    return found


def is_open() -> bool:
    """Whether this visitor may see the site at all."""
    return current().access == "public" or visitor().is_staff


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


def menu(place: str, here: str) -> tuple[views.MenuItem, ...]:
    """The menu of a place, marked for the page at `here`; without one the top pages stand in."""
    now = gate.now()
    made = remembered(("menu", place), lambda: _menu(place, now))
    return tuple(_mark(item, here) for item in made)


def _menu(place: str, now: datetime) -> tuple[views.MenuItem, ...]:
    found = menus.find_menu(place)
    if found is None:
        return _top_pages(now) if place == "main" else ()
    rows = menus.list_items(found)
    targets = _targets(rows, now)
    below: dict[str | None, list[MenuRow]] = defaultdict(list)
    for row in rows:
        below[row.parent_id].append(row)

    def make(parent_id: str | None) -> tuple[views.MenuItem, ...]:
        made = []
        for row in below[parent_id]:
            target = targets.get(row.id)
            if target is not None:
                label, url = target
                external = url.startswith(("http://", "https://", "//"))
                made.append(
                    views.MenuItem(
                        id=row.id,
                        label=label,
                        url=url,
                        external=external,
                        new_window=row.new_window,
                        rel="noopener" if row.new_window else "",
                        children=make(row.id),
                    )
                )
        return tuple(made)

    return make(None)


def _targets(rows: Sequence[MenuRow], now: datetime) -> dict[str, tuple[str, str]]:
    """Label and link of each line whose target visitors can reach."""
    wanted = {
        kind: [str(row.target_id) for row in rows if row.target_kind == kind]
        for kind in ("entry", "term", "profile")
    }
    entries = queries.paths_of(wanted["entry"], now=now)
    found: dict[tuple[str, str], tuple[str, str]] = {
        ("entry", key): (title or path, path) for key, (path, title) in entries.items()
    }
    terms = queries.shown_terms(wanted["term"], now=now)
    found |= {("term", key): (name, path) for key, (path, name) in terms.items()}
    if wanted["profile"]:
        profiles = db.read(
            sa.select(Profile.id, Profile.name, Profile.handle).where(
                Profile.id.in_(wanted["profile"])
            )
        )
        found |= {("profile", row[0]): (row[1], f"/author/{row[2]}/") for row in profiles}
    targets = {}
    for row in rows:
        if row.target_kind == "url":
            url = str(row.url)
            own = url.startswith("/") and not url.startswith("//")
            targets[row.id] = (row.label or url, urls.below() + url if own else url)
        elif (row.target_kind, str(row.target_id)) in found:
            label, path = found[row.target_kind, str(row.target_id)]
            targets[row.id] = (row.label or label, urls.local(path))
    return targets


def _top_pages(now: datetime) -> tuple[views.MenuItem, ...]:
    """What a new site shows before anyone made a menu."""
    selection = queries.Selection(types=("page",), top_level=True, open_only=True)
    front = current().front_page
    cards = queries.list_cards(selection, now=now, limit=MAX_DEFAULT_MENU)
    return tuple(
        views.MenuItem(id=card.entry_id, label=card.title or "", url=urls.local(card.path or "/"))
        for card in cards
        if card.entry_id != front
    )


def _mark(item: views.MenuItem, here: str) -> views.MenuItem:
    children = tuple(_mark(child, here) for child in item.children)
    current_here = item.url == here
    trail = current_here or any(child.active_trail for child in children)
    if not trail:
        return item
    return replace(item, current=current_here, active_trail=True, children=children)


def _social(link: str) -> views.Social:
    host = link.split("/")[2].removeprefix("www.")
    label = _NETWORKS.get(host, host)
    return views.Social(network=label.lower(), label=label, url=link, icon=label.lower())
