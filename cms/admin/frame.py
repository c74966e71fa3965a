"""The frame around every page of the admin: where one can go, and where one is."""

from typing import Any

from flask import request, url_for

from cms.accounts.permissions import Permission, Person, may
from cms.addresses import urls
from cms.content import types
from cms.i18n import gettext as _
from cms.web import gate

ICONS = {"post": "posts", "page": "page"}


def context() -> dict[str, Any]:
    """What the layout needs on every page."""
    person = gate.current_person()
    return {"frame": _frame(person) if person else None}


def _frame(person: Person) -> dict[str, Any]:
    return {
        "nav": [group for group in _groups(person) if group["links"]],
        "home_href": url_for("admin.dashboard"),
        "write_href": url_for("admin.entries_new", kind="post"),
        "site_href": urls.local("/"),
        "me_href": None,
    }


def _groups(person: Person) -> list[dict[str, Any]]:
    writing = [
        _link(
            str(kind.plural),
            url_for("admin.entries_index", kind=kind.name),
            ICONS.get(kind.name, "posts"),
            request.args.get("kind", "post") == kind.name and _is_at("entries"),
        )
        for kind in types.list_types()
    ]
    sorting = [
        _link(_("Tags"), url_for("admin.terms_index"), "tag", _is_at("terms"))
        if may(person, Permission.MANAGE_TERMS)
        else None,
        _link(_("Authors"), url_for("admin.profiles_index"), "people", _is_at("profiles"))
        if may(person, Permission.MANAGE_PROFILES)
        else None,
    ]
    looks = [
        _link(_("Menus"), url_for("admin.menus_index"), "menus", _is_at("menus"))
        if may(person, Permission.MANAGE_MENUS)
        else None,
    ]
    site = [
        _link(_("Settings"), url_for("admin.settings"), "settings", _is_at("settings"))
        if may(person, Permission.MANAGE_SETTINGS)
        else None,
        _link(_("Trash"), url_for("admin.trash"), "trash", _is_at("trash"))
        if may(person, Permission.TRASH_OWN)
        else None,
    ]
    return [
        {"label": None, "links": writing},
        {"label": None, "links": [link for link in sorting if link]},
        {"label": _("Appearance"), "links": [link for link in looks if link]},
        {"label": _("Site"), "links": [link for link in site if link]},
    ]


def _link(label: str, href: str, icon: str, current: bool) -> dict[str, Any]:
    return {"label": label, "href": href, "icon": icon, "current": current, "count": None}


def _is_at(room: str) -> bool:
    return (request.endpoint or "").removeprefix("admin.").startswith(room)
