"""What someone typed and left unsaved: offered, compared, gone on with, or put aside."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, render_template, url_for

from cms import db
from cms.accounts.permissions import Permission, Person
from cms.admin import entry_form, notes, presenting, revisions
from cms.admin.door import blueprint
from cms.admin.entry_form import EntryForm
from cms.content import editing, ownership, types, working_copies
from cms.content import revisions as saved_states
from cms.content.models import Entry, WorkingCopy
from cms.content.snapshot import Snapshot
from cms.content.types import ContentType
from cms.i18n import gettext as _
from cms.merging import diff
from cms.web import gate, urls


@blueprint.get("/entries/<entry_id>/unsaved/<copy_id>", endpoint="unsaved")
@gate.requires(Permission.WRITE)
def show(entry_id: str, copy_id: str) -> str:
    """What was typed, beside what is saved."""
    entry, copy = _find(entry_id, copy_id)
    typed, head = working_copies.content(copy), saved_states.get_head(entry)
    saved = saved_states.keep_existing(Snapshot.of(head))
    return render_template(
        "admin/entries/unsaved.html",
        entry=presenting.heading(entry),
        typed_at=copy.updated_at,
        saved_at=head.created_at,
        saved_by=presenting.person_name(head.author_id),
        blocks=diff.diff_text(saved.source, typed.source),
        fields=revisions.field_changes(saved, typed, types.get_type(entry.type)),
        **_hrefs(entry, copy),
    )


@blueprint.post("/entries/<entry_id>/unsaved/<copy_id>/removal", endpoint="unsaved_put_aside")
@gate.requires(Permission.WRITE)
def destroy(entry_id: str, copy_id: str) -> Response:
    """Go on without it; the history keeps it."""
    entry, copy = _find(entry_id, copy_id)
    working_copies.put_aside(entry, copy, by=gate.signed_in_person(), now=gate.now())
    db.commit()
    notes.leave(_("Put aside. It stays in the history, should you want it after all."))
    return urls.see_other("admin.entries_edit", entry_id=entry.id)


def offer(entry: Entry, *, by: Person) -> dict[str, Any] | None:
    """What the form offers to go on with: the newest that was left, or None."""
    left = working_copies.list_left(entry, by=by)
    if not left:
        return None
    return {"is_shown": False, "at": left[0].updated_at, **_hrefs(entry, left[0])}


def form(entry: Entry, copy: WorkingCopy, kind: ContentType) -> EntryForm:
    """The form as it was left, typed into the revision that it was opened from."""
    base = working_copies.base(entry, copy)
    filled = entry_form.fill(
        entry_form.form_class(kind),
        working_copies.content(copy),
        entry=entry,
        kind=kind,
        based_on=base.id,
    )
    filled.tab.data = copy.tab
    # What was chosen there is a change against the revision, not what the form showed at first.
    shown = json.loads(filled.shown.data or "{}")
    shown["path"] = entry_form.shown_path(Snapshot.of(base), entry)
    filled.shown.data = json.dumps(shown, ensure_ascii=False)
    _fill_beside(filled, working_copies.beside(copy))
    return filled


def _fill_beside(filled: EntryForm, typed: Mapping[str, str]) -> None:
    for name, value in typed.items():
        if name == "position":
            filled.position.data = int(value) if value.isdecimal() else None
        elif name in filled:
            filled[name].data = value


def _find(entry_id: str, copy_id: str) -> tuple[Entry, WorkingCopy]:
    entry, person = editing.get_entry(entry_id), gate.signed_in_person()
    ownership.ensure_may(person, Permission.EDIT_ANY, entry)
    return entry, working_copies.get_left(entry, copy_id, by=person)


def _hrefs(entry: Entry, copy: WorkingCopy) -> dict[str, str]:
    here: dict[str, Any] = {"entry_id": entry.id, "copy_id": copy.id}
    return {
        "go_on_href": url_for("admin.entries_edit", entry_id=entry.id, unsaved=copy.id),
        "compare_href": url_for("admin.unsaved", **here),
        "put_aside_action": url_for("admin.unsaved_put_aside", **here),
    }
