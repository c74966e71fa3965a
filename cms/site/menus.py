"""Menus belong to the site; a theme only declares the places where they are shown."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cms import db, ids, text
from cms.errors import Conflict, Rejected
from cms.history import recording
from cms.history.models import ChangeSet
from cms.i18n import gettext as _
from cms.site.models import Menu, MenuItem

MAX_DEPTH = 3
MAX_ITEMS = 200
MAX_NAME = 120  # characters
MAX_LABEL = 200
MAX_URL = 2000
TARGETS = ("entry", "term", "profile")
# Where the site begins, and where its posts are listed: wherever the settings put them.
PLACES = ("home", "posts")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a menu as a form gives it; `depth` 0 is the top, `id` is kept where known."""

    label: str
    target_kind: str
    target_id: str | None = None
    url: str | None = None
    new_window: bool = False
    depth: int = 0
    id: str | None = None


def find_menu(place: str, *, locale: str = "") -> Menu | None:
    """The menu shown at a place of the theme; '' is the one for every locale."""
    query = sa.select(Menu).where(Menu.place == place, Menu.locale == locale)
    return db.session().scalars(query).one_or_none()


def lock_menu(place: str) -> None:
    """Let nobody else change the menu of this place until the end of the transaction."""
    query = sa.select(Menu.id).where(Menu.place == place, Menu.locale == "")
    db.session().execute(query.with_for_update()).all()


def list_menus() -> Sequence[Menu]:
    """All menus by name."""
    return db.session().scalars(sa.select(Menu).order_by(Menu.name)).all()


def list_items(menu: Menu) -> Sequence[MenuItem]:
    """The lines of a menu in their order, parents before children."""
    query = sa.select(MenuItem).where(MenuItem.menu_id == menu.id)
    return db.session().scalars(query.order_by(MenuItem.position, MenuItem.id)).all()


def depths(items: Sequence[MenuItem]) -> dict[str, int]:
    """How deep each line stands, 0 at the top."""
    found: dict[str, int] = {}
    for item in items:
        found[item.id] = found.get(item.parent_id or "", -1) + 1
    return found


def acting(
    name: str, *, by: recording.Actor | None, now: datetime
) -> AbstractContextManager[ChangeSet]:
    """One act around all that happens to a menu at once."""
    return recording.act(_("Changed the menu “{name}”", name=name), by=by, now=now)


def save_menu(
    place: str, name: str, lines: Iterable[Line], *, by: recording.Actor | None, now: datetime
) -> Menu:
    """Replace what a menu holds; lines that keep their id stay the same rows. Raises Rejected."""
    wanted = [replace(line, label=text.clean_line(line.label)) for line in lines]
    name = text.clean_line(name)
    if not name or len(name) > MAX_NAME or text.has_unstorable(name):
        raise Rejected(_("Give the menu a name."), field="name")
    _ensure_possible(wanted)
    with acting(name, by=by, now=now):
        menu = find_menu(place) or _make(place)
        menu.name = name
        db.session().flush()
        _replace_items(menu, wanted)
    return menu


def move_menu(menu: Menu, place: str, *, by: recording.Actor | None, now: datetime) -> None:
    """Show a menu at another place; raises Rejected when that one has a menu already."""
    if place == menu.place:
        return
    if find_menu(place, locale=menu.locale) is not None:
        raise Rejected(_("That place has a menu already. Move or delete it first."), field="place")
    with recording.act(_("Moved the menu “{name}”", name=menu.name), by=by, now=now):
        menu.place = place
        db.session().flush()


def delete_menu(menu: Menu, *, by: recording.Actor | None, now: datetime) -> None:
    """Take a menu away with all its lines; what they lead to stays."""
    with recording.act(_("Deleted the menu “{name}”", name=menu.name), by=by, now=now):
        _replace_items(menu, ())
        db.session().delete(menu)
        db.session().flush()


def _make(place: str) -> Menu:
    """A new menu; someone else may have made it a moment ago."""
    menu = Menu(id=ids.new_id(), place=place, name="")
    try:
        with db.session().begin_nested():
            db.session().add(menu)
    except IntegrityError:
        raise Conflict(_("Someone made this menu a moment ago. Open it again.")) from None
    return menu


def _replace_items(menu: Menu, lines: Sequence[Line]) -> None:
    present = {row.id: row for row in list_items(menu)}
    above: list[str] = []
    kept: set[str] = set()
    for position, line in enumerate(lines):
        known = line.id is not None and line.id in present and line.id not in kept
        row = present[str(line.id)] if known else MenuItem(id=ids.new_id(), menu_id=menu.id)
        del above[line.depth :]
        row.parent_id = above[-1] if above else None
        row.position = position
        row.label, row.new_window = line.label, line.new_window
        is_url = line.target_kind == "url"
        row.target_kind = line.target_kind
        row.target_id = line.target_id if line.target_kind in TARGETS else None
        row.url = line.url if is_url else None
        db.session().add(row)
        db.session().flush()
        above.append(row.id)
        kept.add(row.id)
    for row in sorted(present.values(), key=lambda row: -row.position):
        if row.id not in kept:
            db.session().delete(row)
            db.session().flush()


def _ensure_possible(lines: Sequence[Line]) -> None:
    if len(lines) > MAX_ITEMS:
        raise Rejected(_("A menu has at most {most} lines.", most=MAX_ITEMS))
    deepest = 0
    for number, line in enumerate(lines, start=1):
        if not 0 <= line.depth <= deepest or line.depth >= MAX_DEPTH:
            raise Rejected(_("Line {number} is nested too deep.", number=number))
        if len(line.label) > MAX_LABEL or text.has_unstorable(line.label):
            words = _("The label of line {number} has more than {most} characters.",
                      number=number, most=MAX_LABEL)  # fmt: skip
            raise Rejected(words)
        if line.target_kind == "url":
            _ensure_link(line, number)
        elif not _is_place(line) and not _is_target(line):
            raise Rejected(_("Line {number} leads nowhere.", number=number))
        deepest = line.depth + 1


def _is_place(line: Line) -> bool:
    return line.target_kind in PLACES


def _is_target(line: Line) -> bool:
    return line.target_kind in TARGETS and ids.is_id(line.target_id or "")


def _ensure_link(line: Line, number: int) -> None:
    if not is_link(line.url or ""):
        raise Rejected(_("Line {number} needs a web address or a path.", number=number))
    if not line.label:
        raise Rejected(_("Line {number} needs a label.", number=number))


def is_link(url: str) -> bool:
    """Whether a link of this form may stand in a menu: a path, a web or a mail address."""
    if url.startswith(("//", "/\\")) or any(letter.isspace() for letter in url):
        return False
    if len(url) > MAX_URL or text.has_unstorable(url) or text.has_controls(url):
        return False
    return url.startswith(("/", "#", "https://", "http://", "mailto:", "tel:"))
