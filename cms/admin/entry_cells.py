"""Values changed in the row of a list: in place with htmx, on a small page without scripts."""

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms import db
from cms.accounts.permissions import Permission
from cms.admin import entry_cell_form, entry_filters, entry_selection, notes, presenting
from cms.admin.door import blueprint
from cms.admin.entry_cell_form import Cell, CellForm
from cms.content import editing, listing, ownership, revisions, types
from cms.content.models import Entry
from cms.errors import Conflict, Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.web import gate, negotiation, urls


@blueprint.get("/entries/<entry_id>/values/", endpoint="entry_values")
@gate.requires(Permission.WRITE)
def index(entry_id: str) -> str:
    """The values that can be changed one by one."""
    entry = _writable(entry_id)
    query = entry_selection.tidy_query(request.args.get("list", ""))
    cells = entry_cell_form.offered(types.get_type(entry.type))
    return render_template(
        "admin/entries/values.html",
        entry=presenting.heading(entry),
        cells=[
            {"label": str(cell.label), "href": _href(entry, cell, query)}
            for cell in cells
            if ownership.may(gate.signed_in_person(), cell.permission, entry)
        ],
        back_href=_list_href(query, entry),
    )


@blueprint.get("/entries/<entry_id>/values/<name>", endpoint="entry_value")
@gate.requires(Permission.WRITE)
def edit(entry_id: str, name: str) -> str:
    """One value, as a form in the row or on a page."""
    entry, cell = _found(entry_id, name)
    query = entry_selection.tidy_query(request.args.get("list", ""))
    return _page(entry, cell, entry_cell_form.fill(cell, entry, query=query, now=gate.now()))


@blueprint.post("/entries/<entry_id>/values/<name>", endpoint="entry_value_update")
@gate.requires(Permission.WRITE)
def update(entry_id: str, name: str) -> ResponseReturnValue:
    """Change one value; what others saved in the rest meanwhile stays."""
    entry, cell = _found(entry_id, name)
    person, now = gate.signed_in_person(), gate.now()
    form = entry_cell_form.prepare(CellForm(), cell, entry, now=now)
    form.validate()
    if not form.ok:
        return _page(entry, cell, form), 422
    try:
        with recording.together(by=person, now=now):
            words = entry_cell_form.apply(form, cell, entry, by=person, now=now)
    except Rejected as refusal:
        db.session().rollback()
        form.show(refusal, until="at")
        return _page(editing.get_entry(entry_id), cell, form), 422
    except Conflict:
        db.session().rollback()
        entry = editing.get_entry(entry_id)
        _show_conflict(form, cell, entry)
        return _page(entry, cell, form), 409
    db.commit()
    if negotiation.is_partial():
        return _row(entry, form.list.data or "", focus=cell.name, words=words)
    notes.leave(words, recording.latest())
    return urls.go_to(_list_href(form.list.data or "", entry))


@blueprint.get("/entries/<entry_id>/row", endpoint="entry_row")
@gate.requires(Permission.WRITE)
def show(entry_id: str) -> ResponseReturnValue:
    """A row as it stands, after a change was given up."""
    if not negotiation.is_partial():
        return index(entry_id)
    entry = _writable(entry_id)
    query = entry_selection.tidy_query(request.args.get("list", ""))
    return _row(entry, query, focus=request.args.get("focus", ""))


def _found(entry_id: str, name: str) -> tuple[Entry, Cell]:
    entry = _writable(entry_id)
    cell = entry_cell_form.get_cell(name, types.get_type(entry.type))
    ownership.ensure_may(gate.signed_in_person(), cell.permission, entry)
    return entry, cell


def _writable(entry_id: str) -> Entry:
    entry = editing.get_entry(entry_id)
    ownership.ensure_may(gate.signed_in_person(), Permission.EDIT_ANY, entry)
    return entry


def _show_conflict(form: CellForm, cell: Cell, entry: Entry) -> None:
    """Say what stands there now; sending the same form again takes its place."""
    head = revisions.get_head(entry)
    who, value = presenting.person_name(head.author_id), entry_cell_form.words_of(cell, head)
    words = _("{name} changed this meanwhile. Save again to go on all the same.", name=who)
    if value:
        words = _("{name} changed this meanwhile to “{value}”. Save again to replace that.",
                  name=who, value=value)  # fmt: skip
    form.based_on.data = head.id
    form.show(Rejected(words, field=cell.inputs[0]))


def _page(entry: Entry, cell: Cell, form: CellForm) -> str:
    query = entry_selection.tidy_query(form.list.data or "")
    template = "value"
    if negotiation.is_partial():
        template = "value_row"
        for field in form:
            # Several rows may be open at once.
            field.id = field.label.field_id = f"{field.id}-{entry.id}"
    return render_template(
        f"admin/entries/{template}.html",
        entry=presenting.heading(entry),
        label=str(cell.label),
        form=form,
        action=url_for("admin.entry_value_update", entry_id=entry.id, name=cell.name),
        row_href=url_for("admin.entry_row", entry_id=entry.id, list=query, focus=cell.name),
        back_href=_list_href(query, entry),
        authors_href=url_for("admin.choices_authors"),
    )


def _row(entry: Entry, query: str, *, focus: str, words: str = "") -> Response:
    person, kind = gate.signed_in_person(), types.get_type(entry.type)
    line = listing.find_lines([entry.id], now=gate.now())[entry.id]
    parsed = entry_selection.parsed(query)
    chosen = entry_filters.of_request(kind, parsed).cols.data or ()
    return Response(
        render_template(
            "admin/entries/row.html",
            entry=presenting.row(line, 0, person, query=query),
            columns=entry_filters.columns(chosen),
            focus=focus,
            words=words,
        )
    )


def _href(entry: Entry, cell: Cell, query: str) -> str:
    return url_for("admin.entry_value", entry_id=entry.id, name=cell.name, list=query or None)


def _list_href(query: str, entry: Entry) -> str:
    known = entry_selection.parsed(query).get("kind", "post") == entry.type
    address = url_for("admin.entries_index")
    return f"{address}?{query}" if known and query else f"{address}?kind={entry.type}"
