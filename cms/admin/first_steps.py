"""The first steps on a new site: a list that goes away when they are done, or put away."""

from typing import Any

from flask import Response, url_for

from cms import db
from cms.accounts import invitations, people
from cms.accounts.permissions import Permission, Person, may
from cms.admin import notes
from cms.admin.door import blueprint
from cms.content import listing
from cms.content.listing import Filter
from cms.content.status import Status
from cms.history import recording
from cms.i18n import gettext as _
from cms.samples import pieces, presence
from cms.site import menus, settings
from cms.web import display, gate, urls


@blueprint.post("/checklist/dismissal", endpoint="checklist_dismiss")
@gate.requires(Permission.MANAGE_SETTINGS)
def dismiss() -> Response:
    """Show the first steps to nobody any more."""
    settings.save({"first_steps": False}, by=gate.signed_in_person(), now=gate.now())
    db.commit()
    notes.leave(_("The first steps are put away."), recording.latest())
    return urls.see_other("admin.dashboard")


def samples_href(person: Person) -> str | None:
    """Where the sample content is removed, while there is any and this person may."""
    if not may(person, Permission.MANAGE_SETTINGS) or not presence.count_there():
        return None
    return url_for("admin.samples")


def list_steps(person: Person) -> list[dict[str, Any]]:
    """The steps and which of them are done; none when all are, or when they were put away."""
    site = display.site()
    if not may(person, Permission.MANAGE_SETTINGS) or not site.first_steps:
        return []
    steps = [
        {
            "label": _("Name the site"),
            "hint": _("It stands at the top of every page, with a tagline if you like."),
            "href": url_for("admin.settings"),
            "done": settings.is_set("title") and site.title != pieces.TITLE,
        },
        {
            "label": _("Write a post"),
            "hint": _("And publish it."),
            "href": url_for("admin.entries_new", kind="post"),
            "done": _has_published(person),
        },
        {
            "label": _("Arrange the menu"),
            "hint": _("Choose what stands at the top of every page."),
            "href": url_for("admin.menus_index"),
            "done": _has_own_menu(),
        },
        {
            "label": _("Invite someone"),
            "hint": _("To write, to edit, or only to read what is not public."),
            "href": url_for("admin.invitations_new"),
            "done": people.count_accounts() > 1 or invitations.count_open() > 0,
        },
    ]
    return [] if all(step["done"] for step in steps) else steps


def _has_published(person: Person) -> bool:
    wanted = Filter(type="post", status=Status.PUBLISHED, made_by=person.id)
    return bool(listing.list_ids(wanted, now=gate.now(), limit=1))


def _has_own_menu() -> bool:
    """Whether there is a menu that somebody arranged, beside those of the samples."""
    ids = [menu.id for menu in menus.list_menus()]
    return bool(presence.find_changed("menu", ids))
