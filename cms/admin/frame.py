"""The frame around every page of the admin: where one can go, and where one is."""

from typing import Any

from flask import request, url_for

from cms.accounts.permissions import Permission, Person, may
from cms.addresses import urls
from cms.admin import jobs, notices
from cms.content import types
from cms.i18n import gettext as _
from cms.jobs import steering
from cms.web import display, gate

ICONS = {"post": "posts", "page": "page"}


def context() -> dict[str, Any]:
    """What the layout needs on every page."""
    person = gate.current_person()
    return {"frame": _frame(person) if person else None}


def _frame(person: Person) -> dict[str, Any]:
    return {
        "nav": [group for group in groups(person) if group["links"]],
        "home_href": url_for("admin.dashboard"),
        "write_href": url_for("admin.entries_new", kind="post"),
        "site_href": urls.local("/"),
        "find_href": url_for("admin.find"),
        "me_href": url_for("admin.me"),
        "notices_href": url_for("admin.notices_index"),
        "notices_count": notices.count_unread(person),
        # Only those who can change it are told, and they on every page.
        "hidden_href": url_for("admin.settings", _anchor="group-access")
        if not display.site().search_engines and may(person, Permission.MANAGE_SETTINGS)
        else None,
    }


def groups(person: Person) -> list[dict[str, Any]]:
    """Where this person can go: groups with a label or none, and links."""
    writing = [
        _link(
            str(kind.plural),
            url_for("admin.entries_index", kind=kind.name),
            ICONS.get(kind.name, "posts"),
            request.args.get("kind", "post") == kind.name and _is_at("entries"),
        )
        for kind in types.list_types()
    ]
    writing.append(_link(_("Page tree"), url_for("admin.tree"), "indent", _is_at("tree")))
    sorting = [
        _link(_("Tags"), url_for("admin.terms_index"), "tag", _is_at("terms"))
        if may(person, Permission.MANAGE_TERMS)
        else None,
        _link(_("Authors"), url_for("admin.profiles_index"), "person", _is_at("profiles"))
        if may(person, Permission.MANAGE_PROFILES)
        else None,
    ]
    looks = [
        _link(_("Menus"), url_for("admin.menus_index"), "menus", _is_at("menus"))
        if may(person, Permission.MANAGE_MENUS)
        else None,
    ]
    site = [
        _link(_("Activity"), url_for("admin.activity"), "activity", _is_at("activity"))
        if may(person, Permission.VIEW_ACTIVITY)
        else None,
        _link(_("Settings"), url_for("admin.settings"), "settings", _is_at("settings"))
        if may(person, Permission.MANAGE_SETTINGS)
        else None,
        _link(_("Redirects"), url_for("admin.redirects_index"), "redirect", _is_at("redirects"))
        if may(person, Permission.MANAGE_REDIRECTS)
        else None,
        _link(_("Checks"), url_for("admin.checks"), "check-circle", _is_at("checks"))
        if may(person, Permission.EDIT_ANY)
        else None,
        _link(_("Find and replace"), url_for("admin.replace"), "compare", _is_at("replace"))
        if may(person, Permission.EDIT_OWN)
        else None,
        _link(
            _("People"),
            url_for("admin.people_index"),
            "people",
            _is_at("people", "invitations"),
        )
        if may(person, Permission.MANAGE_PEOPLE)
        else None,
        _jobs(person),
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


def _jobs(person: Person) -> dict[str, Any] | None:
    """The link to jobs, for those who look after the site or have one that failed."""
    failed = jobs.count_failed(person)
    if not failed and not steering.sees_all(person):
        return None
    link = _link(_("Jobs"), url_for("admin.jobs_index"), "clock", _is_at("jobs"))
    return {**link, "count": failed or None}


def _link(label: str, href: str, icon: str, current: bool) -> dict[str, Any]:
    return {"label": label, "href": href, "icon": icon, "current": current, "count": None}


def _is_at(*rooms: str) -> bool:
    return (request.endpoint or "").removeprefix("admin.").startswith(rooms)
