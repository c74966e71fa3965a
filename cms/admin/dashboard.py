"""The first page after signing in: what waits, what to go on with, and what was done."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import render_template, url_for

from cms.accounts.permissions import Permission, Person, may
from cms.admin import activity, first_steps, jobs, presenting
from cms.admin.door import blueprint
from cms.content import findings, listing, reviewing, types
from cms.content.listing import Filter, Line
from cms.content.status import Status
from cms.i18n import gettext as _
from cms.i18n import ngettext
from cms.web import gate

SHOWN = 6
LINKS = ("link-broken", "link-hidden")  # checks that tell of links which lead nowhere


@blueprint.get("/", endpoint="dashboard")
@gate.requires(Permission.SIGN_IN)
def show() -> str:
    """What waits for this person, their drafts, what goes out, and what was done last."""
    person = gate.signed_in_person()
    mine = None if may(person, Permission.EDIT_ANY) else person.id
    now = gate.now()
    found = {
        "drafts": _newest(Status.DRAFT, person.id),
        "changed": _newest(Status.CHANGED, mine),
        "scheduled": listing.list_coming(now=now, limit=SHOWN, made_by=mine),
        "recent": _newest(None, mine),
    }
    lines = listing.find_lines({each for ids in found.values() for each in ids}, now=now)
    names = presenting.person_names(line.author_id for line in lines.values())
    rows = {name: _rows(ids, lines, names) for name, ids in found.items()}
    # Those of several types are put into one order.
    for name in ("drafts", "changed", "recent"):
        rows[name].sort(key=lambda row: row["saved_at"], reverse=True)
    shown = {name: each[:SHOWN] for name, each in rows.items()}
    for row in rows["recent"]:
        row["at"] = row["saved_at"]
    attention, reviews = _attention(person), _reviews(person)
    checklist = first_steps.list_steps(person)
    waiting = (attention, reviews, checklist, shown["drafts"], shown["scheduled"], shown["changed"])
    return render_template(
        "admin/dashboard/show.html",
        greeting=_("Hello, {name}", name=person.name.split()[0] if person.name else ""),
        attention=attention,
        reviews=reviews,
        reviews_title=_("Waiting for your review")
        if may(person, Permission.PUBLISH_ANY)
        else _("You asked for a review"),
        **shown,
        is_calm=not any(waiting),
        acts=activity.list_latest(person, SHOWN),
        acts_title=_("What was done last")
        if may(person, Permission.VIEW_ACTIVITY)
        else _("What you did last"),
        checklist=checklist,
        dismiss_action=url_for("admin.checklist_dismiss"),
        samples_href=first_steps.samples_href(person) if checklist else None,
        find_href=url_for("admin.find"),
        write_href=url_for("admin.entries_new", kind="post"),
        drafts_href=url_for("admin.entries_index", kind="post", state="draft"),
        changed_href=url_for("admin.entries_index", kind="post", state="changed"),
        scheduled_href=url_for("admin.entries_index", kind="post", state="scheduled"),
        all_href=url_for("admin.entries_index", kind="post"),
        acts_href=url_for("admin.activity"),
    )


def _attention(person: Person) -> list[dict[str, Any]]:
    """What went wrong or leads nowhere, as far as this person may do something about it."""
    found = []
    if failed := jobs.count_failed(person):
        found.append(
            {
                "icon": "warning",
                "words": ngettext("{n} job failed.", "{n} jobs failed.", failed),
                "href": url_for("admin.jobs_index", state="failed"),
                "act": _("See why"),
            }
        )
    if not may(person, Permission.EDIT_ANY):
        return found
    counts = findings.count_by_code(now=gate.now())
    for code in LINKS:
        if n := counts.get(code, 0):
            found.append(
                {
                    "icon": "link",
                    "words": _link_words(code, n),
                    "href": url_for("admin.checks", code=code),
                    "act": _("See where"),
                }
            )
    return found


def _link_words(code: str, n: int) -> str:
    if code == "link-broken":
        return ngettext("{n} entry links to something that is gone.",
                        "{n} entries link to something that is gone.", n)  # fmt: skip
    return ngettext("{n} entry links to a draft, or into the trash.",
                    "{n} entries link to drafts, or into the trash.", n)  # fmt: skip


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


def _newest(status: Status | None, mine: str | None) -> list[str]:
    """The ids of the newest entries of each type in a state."""
    found: list[str] = []
    for kind in types.list_types():
        wanted = Filter(type=kind.name, status=status, made_by=mine)
        found += listing.list_ids(wanted, now=gate.now(), limit=SHOWN)
    return found


def _rows(
    ids: Iterable[str], lines: dict[str, Line], names: dict[str, str]
) -> list[dict[str, Any]]:
    found: Sequence[Line] = [lines[each] for each in ids if each in lines]
    return [
        {
            "title": line.title,
            "href": url_for("admin.entries_edit", entry_id=line.id),
            "at": line.state.next_at or line.updated_at,
            "saved_at": line.updated_at,
            "state": line.state.status.value,
            "who": names.get(line.author_id or "", ""),
        }
        for line in found
    ]
