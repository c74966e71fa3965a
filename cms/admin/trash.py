"""The trash: what went, bringing it back, deleting it for good."""

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from cms import db
from cms.accounts.permissions import Permission, may
from cms.admin import notes, presenting
from cms.admin.door import blueprint
from cms.content import editing, listing, removal, revisions, trash, tree, types
from cms.content.models import Entry
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.web import gate, pagination, urls
from cms.web.forms import CarafeForm

PAGE_SIZE = 50


class PurgeForm(CarafeForm):
    """Deleting for good asks for the count, so that nobody does it by a slip."""

    count = StringField(__("Type how many entries go"))


@blueprint.get("/trash/", endpoint="trash")
@gate.requires(Permission.TRASH_OWN)
def index() -> str:
    """What lies in the trash."""
    person = gate.signed_in_person()
    mine = None if may(person, Permission.TRASH_ANY) else person.id
    pages = pagination.of_request(trash.count_trashed(owned_by=mine), PAGE_SIZE)
    pages.ensure_exists()
    found = trash.list_trashed(limit=pages.size, offset=pages.offset, owned_by=mine)
    lines = listing.find_lines([entry.id for entry in found], now=gate.now())
    names = presenting.person_names(entry.created_by for entry in found)
    forever = bool(may(person, Permission.DELETE_FOREVER))
    rows = [
        {
            "title": lines[entry.id].title,
            "type_label": str(types.get_type(entry.type).label),
            "at": entry.trashed_at,
            "who": names.get(entry.created_by or "", ""),
            "restore_action": url_for("admin.trash_restore", entry_id=entry.id),
            "purge_href": url_for("admin.trash_purge", entry_id=entry.id) if forever else None,
        }
        for entry in found
    ]
    return render_template("admin/trash/index.html", entries=rows, pages=pages, purge_all_href=None)


@blueprint.post("/trash/<entry_id>/restoration", endpoint="trash_restore")
@gate.requires(Permission.TRASH_OWN)
def restore(entry_id: str) -> Response:
    """Bring an entry back, with what went with it."""
    entry = editing.get_entry(entry_id)
    trash.restore(entry, by=gate.signed_in_person(), now=gate.now())
    db.commit()
    notes.leave(_("It is back, as it was."), recording.latest())
    return urls.see_other("admin.entries_edit", entry_id=entry.id)


@blueprint.get("/trash/<entry_id>/purge", endpoint="trash_purge")
@gate.requires(Permission.DELETE_FOREVER)
def new(entry_id: str) -> ResponseReturnValue:
    """Ask once more before something is deleted for good."""
    entry = editing.get_entry(entry_id)
    if removal.plan(entry, now=gate.now(), for_good=True).uses:
        return urls.see_other("admin.removal", entry_id=entry.id)
    return _page(entry, PurgeForm(formdata=None))


@blueprint.post("/trash/<entry_id>/purge", endpoint="trash_destroy")
@gate.requires(Permission.DELETE_FOREVER)
def destroy(entry_id: str) -> ResponseReturnValue:
    """Delete an entry for good, with all below it."""
    entry = editing.get_entry(entry_id)
    form = PurgeForm.from_request()
    count = len(_going(entry))
    if form.ok and (form.count.data or "") != str(count):
        form.show(Rejected(_("Type {count} to go on.", count=count), field="count"))
    if not form.ok:
        return _page(entry, form), 422
    trash.purge(entry, by=gate.signed_in_person(), now=gate.now())
    db.commit()
    notes.leave(_("Deleted for good."))
    return urls.see_other("admin.trash")


def _going(entry: Entry) -> list[Entry]:
    return [entry, *tree.descendants(entry)]


def _page(entry: Entry, form: PurgeForm) -> str:
    going = _going(entry)
    return render_template(
        "admin/trash/purge.html",
        form=form,
        titles=[revisions.get_head(each).title for each in going[:50]],
        count=len(going),
        action=url_for("admin.trash_destroy", entry_id=entry.id),
        back_href=url_for("admin.trash"),
    )
