"""The first page after signing in: what waits, and what to go on with."""

from typing import Any

from flask import Response, render_template, url_for

from cms import db
from cms.accounts import invitations, people
from cms.accounts.permissions import Permission, Person, may
from cms.admin import notes, presenting
from cms.admin.door import blueprint
from cms.content import listing, reviewing, types
from cms.content.listing import Filter
from cms.content.status import Status
from cms.i18n import gettext as _
from cms.jobs import listing as jobs
from cms.site import menus, settings
from cms.web import gate, urls

SHOWN = 6


@blueprint.get("/", endpoint="dashboard")
@gate.requires(Permission.SIGN_IN)
def show() -> str:
    """What waits for this person, their drafts, what is scheduled, and what was written last."""
    person = gate.signed_in_person()
    mine = None if may(person, Permission.EDIT_ANY) else person.id
    return render_template(
        "admin/dashboard/show.html",
        greeting=_("Hello, {name}", name=person.name.split()[0] if person.name else ""),
        reviews=_reviews(person),
        reviews_title=_("Waiting for your review")
        if may(person, Permission.PUBLISH_ANY)
        else _("You asked for a review"),
        drafts=_rows(Status.DRAFT, person.id),
        changed=_rows(Status.CHANGED, mine),
        scheduled=_rows(Status.SCHEDULED, mine),
        recent=_rows(None, mine),
        failed_jobs=_failed_jobs(person),
        checklist=_checklist(person),
        dismiss_action=url_for("admin.checklist_dismiss"),
        find_href=url_for("admin.find"),
        drafts_href=url_for("admin.entries_index", kind="post", state="draft"),
        changed_href=url_for("admin.entries_index", kind="post", state="changed"),
        scheduled_href=url_for("admin.entries_index", kind="post", state="scheduled"),
        all_href=url_for("admin.entries_index", kind="post"),
    )


@blueprint.post("/checklist/dismissal", endpoint="checklist_dismiss")
@gate.requires(Permission.MANAGE_SETTINGS)
def dismiss() -> Response:
    """Show the first steps to nobody any more."""
    settings.save({"first_steps": False}, by=gate.signed_in_person(), now=gate.now())
    db.commit()
    notes.leave(_("The first steps are put away."))
    return urls.see_other("admin.dashboard")


def _reviews(person: Person) -> list[dict[str, Any]]:
    """What this person can publish for others, or waits for themselves."""
    asked_by = None if may(person, Permission.PUBLISH_ANY) else person.id
    lines = reviewing.list_open(limit=SHOWN, asked_by=asked_by)
    names = presenting.person_names(line.asked_by for line in lines)
    return [
        {
            "title": line.title,
            "href": url_for("admin.review", entry_id=line.entry_id),
            "at": line.asked_at,
            "state": "draft",
            "who": names.get(line.asked_by or "", ""),
        }
        for line in lines
    ]


def _failed_jobs(person: Person) -> int:
    if not may(person, Permission.MANAGE_SETTINGS):
        return 0
    return jobs.count_jobs(states=("failed",))


def _rows(status: Status | None, mine: str | None) -> list[dict[str, Any]]:
    lines: list[listing.Line] = []
    for kind in types.list_types():
        wanted = Filter(type=kind.name, status=status, owned_by=mine)
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
    """First steps; the list goes away by itself when they are done, or when it is put away."""
    if not may(person, Permission.MANAGE_SETTINGS) or not settings.load().first_steps:
        return []
    written = listing.list_entries(
        Filter(type="post", status=Status.PUBLISHED, owned_by=person.id),
        now=gate.now(),
        limit=1,
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
            "done": bool(written),
        },
        {
            "label": _("Arrange the menu"),
            "hint": _("Choose what stands at the top of every page."),
            "href": url_for("admin.menus_index"),
            "done": bool(menus.list_menus()),
        },
        {
            "label": _("Invite someone"),
            "hint": _("To write, to edit, or only to read what is not public."),
            "href": url_for("admin.invitations_new"),
            "done": people.count_accounts() > 1 or invitations.count_open() > 0,
        },
    ]
    return [] if all(step["done"] for step in steps) else steps
