"""Why someone can or cannot do something, in the words of the permissions themselves."""

from typing import Any

from flask import render_template, request, url_for

from cms.accounts import people, permissions
from cms.accounts.permissions import Permission, Person, Verdict
from cms.admin import role_words
from cms.admin.door import blueprint
from cms.content import editing, ownership, revisions, rules, types
from cms.content.models import Entry
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.web import gate

# What is done with one entry; where it may be done to anyone's, its owner is asked for.
WITH_AN_ENTRY = (
    Permission.EDIT_ANY,
    Permission.PUBLISH_ANY,
    Permission.TRASH_ANY,
    Permission.DELETE_FOREVER,
)


@blueprint.get("/permissions/", endpoint="permissions")
@gate.requires(Permission.SIGN_IN)
def show() -> str:
    """What `?person=` (or whoever asks) may do, with `?entry=` or at all, and why."""
    me = gate.signed_in_person()
    person, state = _person_asked_for(me)
    entry = _entry_asked_for(me)
    return render_template(
        "admin/people/permissions.html",
        heading=_("What {name} may do", name=person.name),
        roles=role_words.names(person.roles),
        is_suspended=state == "disabled",
        title=(revisions.get_head(entry).title or _("No title yet")) if entry else "",
        rows=_with(entry, person) if entry else _at_all(person),
        obstacle=_obstacle(entry) if entry else "",
        crumbs=_crumbs(me, person, entry),
    )


def _person_asked_for(me: Person) -> tuple[Person, str]:
    wanted = request.args.get("person", me.id)
    if wanted != me.id:
        permissions.ensure_may(me, Permission.MANAGE_PEOPLE)
    account = people.get_account(wanted)
    return people.person_of(account), account.state


def _entry_asked_for(me: Person) -> Entry | None:
    entry_id = request.args.get("entry")
    if not entry_id:
        return None
    entry = editing.get_entry(entry_id)
    # Whoever may not open it learns nothing of it here either.
    ownership.ensure_may(me, Permission.EDIT_ANY, entry)
    return entry


def _with(entry: Entry, person: Person) -> list[dict[str, Any]]:
    labels = {
        Permission.EDIT_ANY: _("Edit this"),
        Permission.PUBLISH_ANY: _("Publish this, or take it off the site"),
        Permission.TRASH_ANY: _("Move this to the trash"),
        Permission.DELETE_FOREVER: _("Delete this for good"),
    }
    return [_row(labels[act], ownership.explain(person, act, entry)) for act in WITH_AN_ENTRY]


def _at_all(person: Person) -> list[dict[str, Any]]:
    return [
        _row(str(act.label)[:1].upper() + str(act.label)[1:], permissions.may(person, act))
        for act in Permission
    ]


def _row(label: str, verdict: Verdict) -> dict[str, Any]:
    return {"label": label, "allowed": verdict.allowed, "reasons": verdict.reasons}


def _obstacle(entry: Entry) -> str:
    """What stands in the way of publishing, whoever does it."""
    head, now = revisions.get_head(entry), gate.now()
    try:
        rules.publish(
            types.get_type(entry.type),
            trashed=entry.trashed_at is not None,
            title=head.title,
            source=head.source,
            at=now,
            until=None,
        )
    except Rejected as refusal:
        return refusal.message
    return ""


def _crumbs(me: Person, person: Person, entry: Entry | None) -> list[dict[str, str]]:
    found = []
    if permissions.may(me, Permission.MANAGE_PEOPLE):
        found.append({"label": _("People"), "href": url_for("admin.people_index")})
        href = url_for("admin.people_show", account_id=person.id)
        found.append({"label": person.name, "href": href})
    if entry:
        title = revisions.get_head(entry).title or _("No title yet")
        href = url_for("admin.entries_edit", entry_id=entry.id)
        found.append({"label": title, "href": href})
    return [*found, {"label": _("What may be done"), "href": ""}]
