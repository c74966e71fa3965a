"""Acts in words: what they were about, and by which door they came."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import url_for

from cms import db
from cms.accounts import people
from cms.accounts.permissions import Permission, may
from cms.addresses import redirects
from cms.content import editing, knowing, profiles, revisions, terms
from cms.errors import NotFound
from cms.i18n import LazyText
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.site.models import Menu
from cms.web import gate

Thing = dict[str, Any]

KINDS: dict[str, tuple[LazyText, str]] = {
    "entry": (__("Posts and pages"), "posts"),
    "term": (__("Tags and categories"), "tag"),
    "profile": (__("Authors"), "person"),
    "menu": (__("Menus"), "menus"),
    "redirect": (__("Redirects"), "redirect"),
    "setting": (__("Settings"), "settings"),
    "person": (__("People"), "people"),
}
DOORS: dict[str, LazyText] = {
    "admin": __("In the admin"),
    "terminal": __("At the terminal"),
    "job": __("By a job"),
    "invitation": __("By an invitation"),
    "import": __("By an import"),
    "rerender": __("By rendering anew"),
    "samples": __("As sample content"),
}


def kinds() -> list[tuple[str, str]]:
    """What acts may be about, for a choice."""
    return [(kind, str(label)) for kind, (label, _icon) in KINDS.items()]


def doors() -> list[tuple[str, str]]:
    """By which doors acts come, for a choice."""
    return [(name, str(label)) for name, label in DOORS.items()]


def via(name: str) -> str:
    """By which door an act came; nothing for the usual one."""
    return "" if name == "admin" else str(DOORS.get(name, name))


def who(account_id: str | None, door: str, names: Mapping[str, str]) -> str:
    """Whose act it was; whoever took an invitation up had no account before."""
    if not account_id and door == "invitation":
        return _("The person invited")
    return names.get(account_id or "", _("Someone"))


def icon(found: Sequence[str]) -> str:
    """The icon of an act that was about things of these kinds."""
    # A redirect or an entry says more than the addresses and settings that went along.
    for kind, (_label, name) in KINDS.items():
        if kind in found:
            return name
    return "activity"


def thing(kind: str, subject_id: str) -> Thing:
    """Something that acts were about: its name, and where it is worked on.

    What the person who asks may not know of has no name.
    """
    if kind in _OF_EDITORS and not may(gate.current_person(), Permission.VIEW_ACTIVITY):
        return _unknown()
    find = _FINDERS.get(kind)
    found = find(subject_id) if find else None
    return found or {"label": _("Something that is gone"), "href": None}


def _entry(entry_id: str) -> Thing | None:
    entry = editing.find_entry(entry_id)
    if entry is None:
        return None
    if not knowing.knows(gate.current_person(), entry, now=gate.now()):
        return _unknown()
    title = revisions.get_head(entry).title or _("Untitled")
    return {"label": title, "href": url_for("admin.entries_edit", entry_id=entry.id)}


def _unknown() -> Thing:
    return {"label": _("Something you may not open"), "href": None}


def _term(term_id: str) -> Thing | None:
    term = terms.find_terms([term_id]).get(term_id)
    if term is None:
        return None
    return {"label": term.name, "href": url_for("admin.terms_edit", term_id=term_id)}


def _profile(profile_id: str) -> Thing | None:
    profile = profiles.find_profiles([profile_id]).get(profile_id)
    if profile is None:
        return None
    return {
        "label": profile.name,
        "href": url_for("admin.profiles_edit", profile_id=profile_id),
    }


def _menu(menu_id: str) -> Thing | None:
    menu = db.session().get(Menu, menu_id)
    if menu is None:
        return None
    return {"label": menu.name, "href": url_for("admin.menus_edit", place=menu.place)}


def _redirect(redirect_id: str) -> Thing | None:
    try:
        row = redirects.get(redirect_id)
    except NotFound:
        return None
    href = _for(Permission.MANAGE_REDIRECTS, "admin.redirects_edit", redirect_id=redirect_id)
    return {"label": redirects.source_of(row), "href": href}


def _setting(_key: str) -> Thing | None:
    return {"label": _("Settings"), "href": url_for("admin.settings")}


def _person(account_id: str) -> Thing | None:
    name = people.find_names([account_id]).get(account_id)
    if name is None:
        return None
    is_here = people.find_account(account_id) is not None
    href = _for(Permission.MANAGE_PEOPLE, "admin.people_show", account_id=account_id)
    return {"label": name, "href": href if is_here else None}


def _for(permission: Permission, endpoint: str, **values: str) -> str | None:
    """The address of a page, for those who may open it."""
    return url_for(endpoint, **values) if may(gate.current_person(), permission) else None  # type: ignore[arg-type]


_OF_EDITORS = frozenset(("menu", "redirect", "setting"))
_FINDERS: dict[str, Callable[[str], Thing | None]] = {
    "entry": _entry,
    "term": _term,
    "profile": _profile,
    "menu": _menu,
    "redirect": _redirect,
    "setting": _setting,
    "person": _person,
}
