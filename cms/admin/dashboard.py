"""The first page after signing in: what to go on with."""

from typing import Any

from flask import render_template, url_for

from cms.accounts.permissions import Permission, Person, may
from cms.admin import presenting
from cms.admin.door import blueprint
from cms.content import listing, types
from cms.content.listing import Filter
from cms.content.status import Status
from cms.i18n import gettext as _
from cms.site import menus, settings
from cms.web import gate

SHOWN = 6


@blueprint.get("/", endpoint="dashboard")
@gate.requires(Permission.SIGN_IN)
def show() -> str:
    """Drafts, what is scheduled, and what was written last."""
    person = gate.signed_in_person()
    mine = None if may(person, Permission.EDIT_ANY) else person.id
    return render_template(
        "admin/dashboard/show.html",
        greeting=_("Hello, {name}", name=person.name.split()[0] if person.name else ""),
        drafts=_rows(Status.DRAFT, mine),
        scheduled=_rows(Status.SCHEDULED, mine),
        recent=_rows(None, mine),
        checklist=_checklist(person),
        new_href=url_for("admin.entries_new", kind="post"),
        drafts_href=url_for("admin.entries_index", kind="post", state="draft"),
        scheduled_href=url_for("admin.entries_index", kind="post", state="scheduled"),
        all_href=url_for("admin.entries_index", kind="post"),
    )


def _rows(status: Status | None, mine: str | None) -> list[dict[str, Any]]:
    lines: list[listing.Line] = []
    for kind in types.list_types():
        wanted = Filter(type=kind.name, status=status, created_by=mine)
        lines += listing.list_entries(wanted, now=gate.now(), limit=SHOWN)
    lines.sort(key=lambda line: line.updated_at, reverse=True)
    names = presenting.person_names(line.author_id for line in lines[:SHOWN])
    return [
        {
            "title": line.title,
            "href": url_for("admin.entries_edit", entry_id=line.id),
            "at": line.state.next_at or line.updated_at,
            "state": line.state.status.value,
            "who": names.get(line.author_id or "", ""),
        }
        for line in lines[:SHOWN]
    ]


def _checklist(person: Person) -> list[dict[str, Any]]:
    """First steps; the list goes away by itself when they are done."""
    if not may(person, Permission.MANAGE_SETTINGS):
        return []
    written = listing.count_entries(
        Filter(type="post", status=Status.PUBLISHED, created_by=person.id), now=gate.now()
    )
    steps = [
        {
            "label": _("Name the site"),
            "hint": _("Its name and tagline stand on every page."),
            "href": url_for("admin.settings"),
            "done": settings.is_set("title") and settings.is_set("tagline"),
        },
        {
            "label": _("Write a post"),
            "hint": _("And publish it."),
            "href": url_for("admin.entries_new", kind="post"),
            "done": written > 0,
        },
        {
            "label": _("Arrange the menu"),
            "hint": _("Choose what stands at the top of every page."),
            "href": url_for("admin.menus_index"),
            "done": bool(menus.list_menus()),
        },
    ]
    return [] if all(step["done"] for step in steps) else steps
