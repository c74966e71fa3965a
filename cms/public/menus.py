"""The site's menus, as visitors see them: only what can be reached, the way to this page marked."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from cms import db, i18n
from cms.addresses import urls
from cms.content import profiles, queries
from cms.content.selection import Selection
from cms.public import site
from cms.site import menus
from cms.site.models import MenuItem as MenuRow
from cms.themes import views

MAX_DEFAULT = 7  # pages shown where no menu was made yet


def show(place: str, here: str) -> tuple[views.MenuItem, ...]:
    """The menu of a place, marked for the page at `here`; without one the top pages stand in."""
    made = site.remembered(("menu", place), lambda: _menu(place, site.here().now))
    return tuple([_mark(item, here) for item in made])


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
        named = db.read(profiles.select_standing(wanted["profile"]))
        found |= {("profile", row[0]): (row[2], profiles.path_for(row[1])) for row in named}
    targets = {}
    for row in rows:
        if row.target_kind == "url":
            url = str(row.url)
            own = url.startswith("/") and not url.startswith("//")
            targets[row.id] = (row.label or url, urls.below() + url if own else url)
        elif row.target_kind in menus.PLACES:
            label, path = _place(row.target_kind)
            targets[row.id] = (row.label or label, urls.local(path))
        elif (row.target_kind, str(row.target_id)) in found:
            label, path = found[row.target_kind, str(row.target_id)]
            targets[row.id] = (row.label or label, urls.local(path))
    return targets


def _place(kind: str) -> tuple[str, str]:
    """The site's own word for its first page or its posts, and where the settings put them."""
    settings = site.current()
    with i18n.language(settings.locale):
        if kind == "home":
            return i18n.gettext("Home"), "/"
        return i18n.gettext("Posts"), settings.posts_base


def _top_pages(now: datetime) -> tuple[views.MenuItem, ...]:
    """What a new site shows before anyone made a menu."""
    selection = Selection(types=("page",), top_level=True, open_only=True)
    front = site.current().front_page
    cards = queries.list_cards(selection, now=now, limit=MAX_DEFAULT)
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
