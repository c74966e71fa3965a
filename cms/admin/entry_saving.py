"""Saving what was typed into the form of an entry, joined with what others saved meanwhile."""

from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from cms import db
from cms.accounts.permissions import Permission, Person
from cms.admin import (
    conflicts,
    entry_form,
    entry_joining,
    entry_naming,
    entry_page,
    entry_reading,
    notes,
    presenting,
)
from cms.admin.entry_form import EntryForm
from cms.admin.entry_joining import Undecided
from cms.content import editing, moving, ownership, revisions, tree, working_copies
from cms.content.models import Entry, Revision
from cms.content.snapshot import Snapshot
from cms.content.types import ContentType
from cms.errors import Conflict, Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.rendering import pipeline
from cms.web import display, gate, urls

MAX_NOTE = 200  # characters


def save(entry: Entry, kind: ContentType) -> ResponseReturnValue:
    person = gate.signed_in_person()
    ownership.ensure_may(person, Permission.EDIT_ANY, entry)
    form = entry_page.sent(kind, entry)
    if not form.ok:
        return entry_page.page(form, kind, entry, entry.id), 422
    try:
        # One press of a button is one act, whatever it touches.
        with recording.together(
            by=person, now=gate.now(), label=_label(_("Edited “{title}”"), form)
        ):
            joined = _write(entry, form, kind, person)
    except Rejected as refusal:
        entry_form.refuse(form, refusal, kind)
        return entry_page.page(form, kind, entry, entry.id), 422
    except Undecided as undecided:
        return conflicts.page(entry, undecided), 409
    db.commit()
    return go_on(entry, _("Saved, joined with what {name} wrote.", name=joined)
                  if joined else _("Saved."))  # fmt: skip


def _write(entry: Entry, form: EntryForm, kind: ContentType, person: Person) -> str:
    """Save what was typed; returns whose words it was joined with, or nothing."""
    now = gate.now()
    base = base_of(entry, form)
    content = entry_reading.read(form, Snapshot.of(base), kind, by=person, now=now)
    content = entry_joining.decided(content, base)
    note = (form.note.data or "").strip()[:MAX_NOTE]
    joined = ""
    try:
        editing.save(entry, content, by=person, now=now, based_on=base.id, note=note)
    except Conflict as conflict:
        theirs: Any = conflict.theirs
        if not entry_joining.is_same(content, theirs, password=form.password.data):
            content = entry_joining.join(base, content, theirs)
            editing.save(
                entry, content, by=person, now=now, based_on=theirs.id, note=note, merged_id=base.id
            )
            joined = presenting.person_name(theirs.author_id)
    _place(entry, form, person)
    _set_locale(entry, form, person)
    working_copies.discard(entry, by=person, tab=entry_form.tab_of(form))
    return joined


def create(form: EntryForm, kind: ContentType, entry_id: str) -> Entry:
    person, now = gate.signed_in_person(), gate.now()
    with recording.together(by=person, now=now, label=_label(_("Started “{title}”"), form)):
        content = entry_reading.read(form, Snapshot(), kind, by=person, now=now)
        return editing.create_entry(
            kind.name,
            content,
            by=person,
            now=now,
            locale=(form.locale.data or "").strip() or display.site().locale,
            parent_id=_parent_id(form, None) if "parent" in form else None,
            entry_id=entry_id,
        )


def _label(words: str, form: EntryForm) -> str:
    """The one name of all that a save does: new tags, the text, its place."""
    title = form.title.data if "title" in form else None
    return words.format(title=title or _("Untitled"))


def base_of(entry: Entry, form: EntryForm) -> Revision:
    """The revision that the form was opened from; a new entry's form knew none."""
    if form.based_on.data:
        return revisions.get_revision(entry, form.based_on.data)
    return revisions.get_first(entry)


def _place(entry: Entry, form: EntryForm, person: Person) -> None:
    """Move a page where the form says; a place that was not touched is no wish to move it back."""
    if "parent" not in form:
        return
    untouched = entry_form.is_untouched(form, "parent")
    parent_id = entry.parent_id if untouched else _parent_id(form, entry)
    position = None
    if "position" in form and form.position.data and not entry_form.is_untouched(form, "position"):
        position = form.position.data - 1
    if parent_id != entry.parent_id or position is not None:
        moving.move(entry, parent_id=parent_id, position=position, by=person, now=gate.now())


def _parent_id(form: EntryForm, entry: Entry | None) -> str | None:
    present = tree.find_above(entry) if entry else None
    above = entry_naming.find_above(form.parent.data or "", present=present)
    return above.id if above else None


def _set_locale(entry: Entry, form: EntryForm, person: Person) -> None:
    wanted = (form.locale.data or "").strip()
    if wanted and not entry_form.is_untouched(form, "locale"):
        editing.set_locale(entry, wanted, by=person, now=gate.now())


def go_on(entry: Entry, words: str) -> Response:
    if request.form.get("then") == "publish":
        return urls.see_other("admin.publication", entry_id=entry.id)
    if request.form.get("then") == "review":
        return urls.see_other("admin.review", entry_id=entry.id)
    notes.leave(words, recording.latest())
    return urls.see_other("admin.entries_edit", entry_id=entry.id)


def warm() -> None:
    """Render before the transaction begins: other writers need not wait for it."""
    try:
        pipeline.render(request.form.get("source", "").replace("\r\n", "\n"))
    except Rejected:
        return  # A draft is kept all the same; publishing will say what is wrong.
