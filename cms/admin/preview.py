"""Preview: what was typed, through the real theme, before anyone else sees it."""

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as NoSuchPage

from cms import db, ids
from cms.accounts.permissions import Permission
from cms.admin import entries, entry_form, entry_page, entry_reading, entry_saving
from cms.admin.door import blueprint
from cms.content import editing, ownership, revisions, types, working_copies
from cms.content.models import Entry
from cms.content.snapshot import Snapshot
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.web import gate, urls

WIDTHS = ("desktop", "tablet", "phone")


@blueprint.get("/entries/<entry_id>/preview", endpoint="preview")
@gate.requires(Permission.WRITE)
def show(entry_id: str) -> str:
    """The entry in a frame of three widths."""
    entry = editing.get_entry(entry_id)
    ownership.ensure_may(gate.signed_in_person(), Permission.EDIT_ANY, entry)
    width, unsaved = request.args.get("width", "desktop"), request.args.get("unsaved")
    labels = {"desktop": _("Desktop"), "tablet": _("Tablet"), "phone": _("Phone")}
    return render_template(
        "admin/entries/preview.html",
        heading=revisions.get_head(entry).title or _("Untitled"),
        frame_src=url_for("preview.show", entry_id=entry.id, unsaved=unsaved),
        width=width if width in WIDTHS else "desktop",
        widths=[
            {
                "label": labels[each],
                "href": url_for("admin.preview", entry_id=entry.id, width=each, unsaved=unsaved),
                "current": each == width,
            }
            for each in WIDTHS
        ],
        edit_href=url_for("admin.entries_edit", entry_id=entry.id, unsaved=unsaved),
    )


@blueprint.post("/entries/<entry_id>/preview", endpoint="preview_update")
@gate.requires(Permission.WRITE)
def update(entry_id: str) -> ResponseReturnValue:
    """Keep what was typed without saving it, and show it."""
    entry = editing.get_entry(entry_id)
    return _keep(entry)


@blueprint.post("/entries/new/preview", endpoint="preview_new")
@gate.requires(Permission.WRITE)
def create() -> ResponseReturnValue:
    """A new entry becomes a draft when it is looked at for the first time."""
    entry_id = request.args.get("id", "")
    if not ids.is_id(entry_id):
        raise NoSuchPage
    known = editing.find_entry(entry_id)
    if known is not None:
        return _keep(known)
    answer = entries.create()
    made = editing.find_entry(entry_id)
    return _look(made) if made is not None else answer


def _keep(entry: Entry) -> ResponseReturnValue:
    person, now = gate.signed_in_person(), gate.now()
    ownership.ensure_may(person, Permission.EDIT_ANY, entry)
    kind = types.get_type(entry.type)
    form = entry_page.sent(kind, entry)
    if not form.ok:
        return entry_page.page(form, kind, entry, entry.id), 422
    try:
        # Typed into what the form was opened from, whatever was saved meanwhile.
        base = entry_saving.base_of(entry, form)
        content = entry_reading.read(form, Snapshot.of(base), kind, by=person, now=now)
        copy = working_copies.keep(
            entry,
            content,
            by=person,
            now=now,
            base_id=base.id,
            tab=entry_form.tab_of(form),
            beside=entry_form.beside(form),
        )
    except Rejected as refusal:
        entry_form.refuse(form, refusal, kind)
        return entry_page.page(form, kind, entry, entry.id), 422
    db.commit()
    return _look(entry, copy.id)


def _look(entry: Entry, copy_id: str | None = None) -> Response:
    return urls.see_other("admin.preview", entry_id=entry.id, unsaved=copy_id)
