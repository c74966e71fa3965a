"""Entries: their list, and the form in which they are written."""

from collections.abc import Sequence
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import NotFound as NoSuchPage
from wtforms import HiddenField, SelectField, StringField

from cms import db, ids, text
from cms.accounts import permissions
from cms.accounts.permissions import Permission, Person
from cms.addresses import urls as addresses
from cms.admin import conflicts, entry_form, notes, presenting
from cms.admin.door import blueprint
from cms.admin.entry_form import EntryForm
from cms.content import (
    editing,
    listing,
    moving,
    ownership,
    profiles,
    terms,
    trash,
    types,
)
from cms.content.models import Entry, Revision
from cms.content.snapshot import Snapshot
from cms.content.status import Status
from cms.content.types import ContentType
from cms.errors import Conflict, Rejected
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.rendering import pipeline
from cms.web import display, gate, pagination, static_files, urls
from cms.web.forms import CarafeForm, choices

SIZE = 30
RICH_EDITOR = "dist/markdown-source.js"  # built from static/src where Node is at hand
MAX_NOTE = 200  # characters
MAX_WORDS = 200  # characters that are searched for
MAX_TREE = 2_000  # pages that are shown as one tree; beyond, the list has pages


class FilterForm(CarafeForm):
    """What a list is narrowed to."""

    class Meta(CarafeForm.Meta):
        """A form that only reads needs no token."""

        csrf = False

    kind = HiddenField()
    state = HiddenField()
    q = StringField(__("Search"))
    author = SelectField(__("Author"), validate_choice=False)
    tag = SelectField(__("Tag"), validate_choice=False)


@blueprint.get("/entries/", endpoint="entries_index")
@gate.requires(Permission.WRITE)
def index() -> str:
    """The entries of a type, filtered, sorted and paged."""
    kind = types.get_type(request.args.get("kind", "post"))
    person, now = gate.signed_in_person(), gate.now()
    form = _filter_form(kind)
    sort = pagination.sort_of_request(("title", "date", "updated"), "-updated")
    wanted = _filter(kind, form, sort, person)
    total = listing.count_entries(wanted, now=now)
    pages = pagination.of_request(total, SIZE)
    filtered = bool(form.q.data or form.author.data or form.tag.data or wanted.status)
    as_tree = kind.hierarchical and not (filtered or wanted.created_by or request.args.get("sort"))
    as_tree = as_tree and total <= MAX_TREE
    if as_tree:
        lines: Sequence[tuple[int, listing.Line]] = listing.list_tree(kind.name, now=now)
        pages = pagination.Pages(1, max(total, 1), total, lambda number: "")
    else:
        found = listing.list_entries(wanted, now=now, limit=SIZE, offset=pages.offset)
        lines = [(0, line) for line in found]
    return render_template(
        "admin/entries/index.html",
        heading=str(kind.plural),
        new_href=url_for("admin.entries_new", kind=kind.name),
        new_label=_("New {type}", type=str(kind.label).lower()),
        dated=kind.dated,
        tabs=_tabs(kind, wanted.status, person),
        form=form,
        filtered=filtered,
        clear_href=url_for("admin.entries_index", kind=kind.name),
        entries=[presenting.row(line, depth, person) for depth, line in lines],
        pages=pages,
        sort=None if as_tree else sort,
        empty_words=_("Nothing has been written here yet."),
    )


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
    return page(form, kind, None, ids.new_id())


@blueprint.post("/entries/new", endpoint="entries_create")
@gate.requires(Permission.WRITE)
def create() -> ResponseReturnValue:
    """Keep a new entry; a form that is sent twice makes one."""
    _warm()
    kind = types.get_type(request.args.get("kind", "post"))
    entry_id = request.args.get("id", "")
    if not ids.is_id(entry_id):
        raise NoSuchPage
    known = editing.find_entry(entry_id)
    if known is not None:
        return _save(known, kind)
    form = sent(kind, None)
    if not form.ok:
        return page(form, kind, None, entry_id), 422
    try:
        entry = _create(form, kind, entry_id)
        db.commit()
    except (Rejected, IntegrityError) as refusal:
        # The same form may have come twice at the same time, and the other one was first.
        db.session().rollback()
        known = editing.find_entry(entry_id)
        if known is not None:
            return _save(known, kind)
        if not isinstance(refusal, Rejected):
            raise
        entry_form.refuse(form, refusal, kind)
        return page(form, kind, None, entry_id), 422
    return _go_on(entry, _("Saved."))


@blueprint.get("/entries/<entry_id>", endpoint="entries_edit")
@gate.requires(Permission.WRITE)
def edit(entry_id: str) -> str:
    """The entry as its newest revision has it."""
    entry = editing.get_entry(entry_id)
    ownership.ensure_may(gate.signed_in_person(), Permission.EDIT_ANY, entry)
    kind, head = types.get_type(entry.type), editing.get_head(entry)
    form_type = entry_form.form_class(kind)
    content = editing.keep_existing(Snapshot.of(head))
    form = entry_form.fill(form_type, content, entry=entry, kind=kind, based_on=head.id)
    return page(form, kind, entry, entry.id)


@blueprint.post("/entries/<entry_id>", endpoint="entries_update")
@gate.requires(Permission.WRITE)
def update(entry_id: str) -> ResponseReturnValue:
    """Save a new revision; what someone else saved meanwhile is joined with it."""
    _warm()
    entry = editing.get_entry(entry_id)
    return _save(entry, types.get_type(entry.type))


@blueprint.post("/entries/<entry_id>/copy", endpoint="entries_copy")
@gate.requires(Permission.WRITE)
def copy(entry_id: str) -> Response:
    """A second draft with the same content."""
    entry = editing.get_entry(entry_id)
    made = editing.duplicate(entry, by=gate.signed_in_person(), now=gate.now())
    db.commit()
    notes.leave(_("This is the copy. It is a draft."))
    return urls.see_other("admin.entries_edit", entry_id=made.id)


@blueprint.post("/entries/<entry_id>/trash", endpoint="entries_trash")
@gate.requires(Permission.WRITE)
def destroy(entry_id: str) -> Response:
    """Move an entry, and what stands below it, to the trash."""
    entry = editing.get_entry(entry_id)
    gone = trash.trash(entry, by=gate.signed_in_person(), now=gate.now())
    db.commit()
    title = editing.get_head(entry).title or _("Untitled")
    words = _("“{title}” is in the trash.", title=title)
    if len(gone) > 1:
        words = _("“{title}” and {n} pages below it are in the trash.", title=title,
                  n=len(gone) - 1)  # fmt: skip
    notes.leave(words, undo=url_for("admin.trash_restore", entry_id=entry.id))
    return urls.see_other("admin.entries_index", kind=entry.type)


def _save(entry: Entry, kind: ContentType) -> ResponseReturnValue:
    person = gate.signed_in_person()
    ownership.ensure_may(person, Permission.EDIT_ANY, entry)
    form = sent(kind, entry)
    if not form.ok:
        return page(form, kind, entry, entry.id), 422
    try:
        joined = _write(entry, form, kind, person)
    except Rejected as refusal:
        entry_form.refuse(form, refusal, kind)
        return page(form, kind, entry, entry.id), 422
    except conflicts.Undecided as undecided:
        return conflicts.page(entry, undecided), 409
    db.commit()
    return _go_on(entry, _("Saved, joined with what {name} wrote.", name=joined)
                  if joined else _("Saved."))  # fmt: skip


def _write(entry: Entry, form: EntryForm, kind: ContentType, person: Person) -> str:
    """Save what was typed; returns whose words it was joined with, or nothing."""
    now = gate.now()
    base = _base(entry, form)
    content = entry_form.read(form, Snapshot.of(base), kind, by=person, now=now)
    content = conflicts.decided(content, base, kind)
    note = (form.note.data or "").strip()[:MAX_NOTE]
    joined = ""
    try:
        editing.save(entry, content, by=person, now=now, based_on=base.id, note=note)
    except Conflict as conflict:
        theirs: Any = conflict.theirs
        if not conflicts.is_same(content, theirs, password=form.password.data):
            content = conflicts.join(base, content, theirs)
            editing.save(
                entry, content, by=person, now=now, based_on=theirs.id, note=note, merged_id=base.id
            )
            joined = presenting.person_name(theirs.author_id)
    _place(entry, form, person)
    _set_locale(entry, form, person)
    editing.drop_working_copies(entry, by=person)
    return joined


def _create(form: EntryForm, kind: ContentType, entry_id: str) -> Entry:
    person, now = gate.signed_in_person(), gate.now()
    content = entry_form.read(form, Snapshot(), kind, by=person, now=now)
    return editing.create_entry(
        kind.name,
        content,
        by=person,
        now=now,
        locale=(form.locale.data or "").strip() or display.site().locale,
        parent_id=(form.parent.data or None) if "parent" in form else None,
        entry_id=entry_id,
    )


def _base(entry: Entry, form: EntryForm) -> Revision:
    """The revision that the form was opened from; a new entry's form knew none."""
    if form.based_on.data:
        return editing.get_revision(entry, form.based_on.data)
    return editing.list_revisions(entry)[-1]


def _place(entry: Entry, form: EntryForm, person: Person) -> None:
    """Move a page where the form says; a place that was not touched is no wish to move it back."""
    if "parent" not in form:
        return
    untouched = entry_form.is_untouched(form, "parent")
    parent_id = entry.parent_id if untouched else form.parent.data or None
    position = None
    if "position" in form and form.position.data and not entry_form.is_untouched(form, "position"):
        position = form.position.data - 1
    if parent_id != entry.parent_id or position is not None:
        moving.move(entry, parent_id=parent_id, position=position, by=person, now=gate.now())


def _set_locale(entry: Entry, form: EntryForm, person: Person) -> None:
    wanted = (form.locale.data or "").strip()
    if wanted and not entry_form.is_untouched(form, "locale"):
        editing.set_locale(entry, wanted, by=person, now=gate.now())


def sent(kind: ContentType, entry: Entry | None) -> EntryForm:
    """The form as it was sent, already checked."""
    form = entry_form.form_class(kind)()
    entry_form.prepare(
        form, kind, entry=entry, templates=presenting.templates(kind), now=gate.now()
    )
    form.validate()
    return form


def page(form: EntryForm, kind: ContentType, entry: Entry | None, entry_id: str) -> str:
    """The page on which an entry is written."""
    entry_form.prepare(
        form, kind, entry=entry, templates=presenting.templates(kind), now=gate.now()
    )
    return render_template(
        "admin/entries/form.html",
        form=form,
        entry=presenting.writing(entry, kind, entry_id),
        known=entry_form.known(kind),
        rich_editor=static_files.fingerprint(RICH_EDITOR) is not None,
        site_address=addresses.site_url().split("://")[1],
    )


def _go_on(entry: Entry, words: str) -> Response:
    if request.form.get("then") == "publish":
        return urls.see_other("admin.publication", entry_id=entry.id)
    notes.leave(words)
    return urls.see_other("admin.entries_edit", entry_id=entry.id)


def _warm() -> None:
    """Render before the transaction begins: other writers need not wait for it."""
    try:
        pipeline.render(request.form.get("source", "").replace("\r\n", "\n"))
    except Rejected:
        return  # A draft is kept all the same; publishing will say what is wrong.


def _filter_form(kind: ContentType) -> FilterForm:
    form = FilterForm(request.args)
    if form.state.data not in {status.value for status in Status}:
        form.state.data = ""
    form.q.data = text.without_controls(form.q.data or "").strip()[:MAX_WORDS]
    everyone = [("", _("All authors"))]
    people = ((each.id, each.name) for each in profiles.list_profiles())
    form.author.choices = choices([*everyone, *people])
    tags = terms.list_terms("tag") if "tag" in kind.taxonomies else ()
    form.tag.choices = choices([("", _("All tags")), *((tag.id, tag.name) for tag in tags)])
    form.kind.data = kind.name
    return form


def _filter(
    kind: ContentType, form: FilterForm, sort: pagination.Sort, person: Person
) -> listing.Filter:
    known = {status.value: status for status in Status}
    mine = None if permissions.may(person, Permission.EDIT_ANY) else person.id
    return listing.Filter(
        type=kind.name,
        words=form.q.data or "",
        status=known.get(form.state.data or ""),
        term_id=_known_id(form.tag.data),
        profile_id=_known_id(form.author.data),
        created_by=mine,
        sort=sort.key,
        descending=sort.descending,
    )


def _known_id(given: str | None) -> str | None:
    return given if given and ids.is_id(given) else None


def _tabs(kind: ContentType, chosen: Status | None, person: Person) -> list[dict[str, Any]]:
    mine = None if permissions.may(person, Permission.EDIT_ANY) else person.id
    states = (None, Status.DRAFT, Status.SCHEDULED, Status.PUBLISHED, Status.CHANGED)
    tabs = []
    for state in states:
        wanted = listing.Filter(type=kind.name, status=state, created_by=mine)
        tabs.append(
            {
                "label": str(state.label) if state else _("All"),
                "href": url_for(
                    "admin.entries_index", kind=kind.name, state=state.value if state else None
                ),
                "current": chosen is state,
                "count": listing.count_entries(wanted, now=gate.now()),
            }
        )
    return tabs
