"""Entries: starting, editing, copying and trashing one; their list is in entry_list."""

from flask import Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import NotFound as NoSuchPage

from cms import db, ids
from cms.accounts.permissions import Permission
from cms.admin import entry_form, entry_page, entry_saving, notes, unsaved_words
from cms.admin.door import blueprint
from cms.content import (
    editing,
    ownership,
    profiles,
    removal,
    revisions,
    trash,
    types,
    working_copies,
)
from cms.content.snapshot import Snapshot
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.web import display, gate, urls


@blueprint.get("/entries/new", endpoint="entries_new")
@gate.requires(Permission.WRITE)
def new() -> str:
    """An empty page to write on."""
    kind = types.get_type(request.args.get("kind", "post"))
    person = gate.signed_in_person()
    profile = profiles.find_for_account(person.id)
    form_type = entry_form.form_class(kind)
    form = entry_form.fill(form_type, Snapshot(), entry=None, kind=kind, based_on="")
    form.bylines.data = profile.name if profile else person.name
    form.locale.data = display.site().locale
    return entry_page.page(form, kind, None, ids.new_id())


@blueprint.post("/entries/new", endpoint="entries_create")
@gate.requires(Permission.WRITE)
def create() -> ResponseReturnValue:
    """Keep a new entry; a form that is sent twice makes one."""
    entry_saving.warm()
    kind = types.get_type(request.args.get("kind", "post"))
    entry_id = request.args.get("id", "")
    if not ids.is_id(entry_id):
        raise NoSuchPage
    known = editing.find_entry(entry_id)
    if known is not None:
        return entry_saving.save(known, kind)
    form = entry_page.sent(kind, None)
    if not form.ok:
        return entry_page.page(form, kind, None, entry_id), 422
    try:
        entry = entry_saving.create(form, kind, entry_id)
        db.commit()
    except (Rejected, IntegrityError) as refusal:
        # The same form may have come twice at the same time, and the other one was first.
        db.session().rollback()
        known = editing.find_entry(entry_id)
        if known is not None:
            return entry_saving.save(known, kind)
        if not isinstance(refusal, Rejected):
            raise
        entry_form.refuse(form, refusal, kind)
        # Under another id, should this one have been used before.
        return entry_page.page(form, kind, None, ids.new_id()), 422
    return entry_saving.go_on(entry, _("Saved."))


@blueprint.get("/entries/<entry_id>", endpoint="entries_edit")
@gate.requires(Permission.WRITE)
def edit(entry_id: str) -> str:
    """The entry as its newest revision has it, or as this person typed it (`unsaved`)."""
    entry = editing.get_entry(entry_id)
    person = gate.signed_in_person()
    ownership.ensure_may(person, Permission.EDIT_ANY, entry)
    kind, head = types.get_type(entry.type), revisions.get_head(entry)
    copy = working_copies.find_left(entry, request.args.get("unsaved", ""), by=person)
    if copy is not None:
        form = unsaved_words.form(entry, copy, kind)
        return entry_page.page(form, kind, entry, entry.id, unsaved={"is_shown": True})
    form_type = entry_form.form_class(kind)
    content = revisions.keep_existing(Snapshot.of(head))
    form = entry_form.fill(form_type, content, entry=entry, kind=kind, based_on=head.id)
    offer = unsaved_words.offer(entry, by=person)
    return entry_page.page(form, kind, entry, entry.id, unsaved=offer)


@blueprint.post("/entries/<entry_id>", endpoint="entries_update")
@gate.requires(Permission.WRITE)
def update(entry_id: str) -> ResponseReturnValue:
    """Save a new revision; what someone else saved meanwhile is joined with it."""
    entry_saving.warm()
    entry = editing.get_entry(entry_id)
    return entry_saving.save(entry, types.get_type(entry.type))


@blueprint.post("/entries/<entry_id>/copy", endpoint="entries_copy")
@gate.requires(Permission.WRITE)
def copy(entry_id: str) -> Response:
    """A second draft with the same content."""
    entry = editing.get_entry(entry_id)
    made = editing.duplicate(entry, by=gate.signed_in_person(), now=gate.now())
    db.commit()
    notes.leave(_("This is the copy. It is a draft."), recording.latest())
    return urls.see_other("admin.entries_edit", entry_id=made.id)


@blueprint.post("/entries/<entry_id>/trash", endpoint="entries_trash")
@gate.requires(Permission.WRITE)
def destroy(entry_id: str) -> Response:
    """Move an entry, and what stands below it, to the trash."""
    entry = editing.get_entry(entry_id)
    if removal.plan(entry, now=gate.now()).uses:
        return urls.see_other("admin.removal", entry_id=entry.id)
    gone = trash.trash(entry, by=gate.signed_in_person(), now=gate.now())
    db.commit()
    title = revisions.get_head(entry).title or _("Untitled")
    words = _("“{title}” is in the trash.", title=title)
    if len(gone) > 1:
        words = _("“{title}” and {n} pages below it are in the trash.", title=title,
                  n=len(gone) - 1)  # fmt: skip
    notes.leave(words, recording.latest())
    return urls.see_other("admin.entries_index", kind=entry.type)
