"""The pages as a tree, level by level: opened, put in order, moved elsewhere."""

from typing import Any

from flask import jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import IntegerField, StringField
from wtforms.validators import NumberRange, Optional

from cms import db
from cms.accounts.permissions import Permission
from cms.admin import entry_naming, notes
from cms.admin.door import blueprint
from cms.content import editing, knowing, listing, moving, ownership, revisions, tree
from cms.content.listing import Line
from cms.content.models import Entry
from cms.errors import NotFound, Rejected
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.i18n import ngettext
from cms.web import gate, negotiation, pagination, urls
from cms.web.forms import CarafeForm, ListForm

KIND = "page"
SIZE = 100  # pages of a level that are shown at a time
MAX_FOUND = 50
LAST = 1_000_000  # a place behind all siblings


class MoveForm(CarafeForm):
    """Where a page goes."""

    parent = StringField(
        __("Below"),
        description=__("The address or the title of a page; empty: at the top."),
    )
    position = IntegerField(
        __("Place among its siblings"),
        [Optional(), NumberRange(1, 100_000)],
        description=__("1 is the first; empty: the last."),
    )


@blueprint.get("/tree/", endpoint="tree")
@gate.requires(Permission.WRITE)
def index() -> str:
    """One level of the tree, or what a search finds."""
    now, person, form = gate.now(), gate.signed_in_person(), ListForm(request.args)
    below = _level(request.args["below"]) if request.args.get("below") else None
    parent_id = below.id if below else None
    if form.words:
        wanted = listing.Filter(type=KIND, words=form.words)
        found = listing.list_entries(wanted, now=now, limit=MAX_FOUND)
        lines = tuple(knowing.known(person, found))
        pages = pagination.Pages(1, MAX_FOUND, len(lines), lambda number: "")
        following = None
    else:
        total = listing.count_below(KIND, [parent_id]).get(parent_id, 0)
        pages = pagination.of_request(total, SIZE)
        shown = listing.list_level(KIND, parent_id, now=now, limit=SIZE + 1, offset=pages.offset)
        lines = tuple(knowing.known(person, shown[:SIZE]))
        following = shown[SIZE].id if len(shown) > SIZE else None
    counts = listing.count_below(KIND, [line.id for line in lines])
    return render_template(
        "admin/tree/index.html",
        rows=[
            # What a search finds does not stand beside each other.
            _row(line, (line,) if form.words else lines, 0 if form.words else number, counts)
            for number, line in enumerate(lines)
        ],
        pages=pages,
        words=form.words,
        heading=_title(below) if below else _("Page tree"),
        crumbs=_crumbs(below) if below else [],
        new_href=url_for("admin.entries_new", kind=KIND),
        list_href=url_for("admin.tree"),
        sort_url=url_for("admin.tree_moves", next=following),
    )


@blueprint.post("/tree/moves", endpoint="tree_moves")
@gate.requires(Permission.WRITE)
def create() -> ResponseReturnValue:
    """Put a page below another one (none: at the top), in front of a sibling (none: last)."""
    entry = _movable(request.values.get("id", ""))
    parent_id, before_id = _place_asked()
    undo = _way_back(entry)
    try:
        moving.move(
            entry,
            parent_id=parent_id,
            position=None if before_id else LAST,
            before_id=before_id,
            by=gate.signed_in_person(),
            now=gate.now(),
        )
    except Rejected as refusal:
        if negotiation.wants_json():
            return negotiation.problem(422, refusal.message)
        db.session().rollback()
        notes.leave(refusal.message, category="error")
        return urls.see_other("admin.tree", below=entry.parent_id)
    db.commit()
    words = _("Moved “{title}”.", title=_title(entry))
    if negotiation.wants_json():
        return jsonify({"words": words, "undo": undo})
    notes.leave(words, undo=undo)
    return urls.see_other("admin.tree", below=entry.parent_id)


@blueprint.get("/tree/<entry_id>/place", endpoint="tree_place")
@gate.requires(Permission.WRITE)
def edit(entry_id: str) -> str:
    """Ask where a page is to go."""
    entry = _movable(entry_id)
    above = editing.find_entry(entry.parent_id) if entry.parent_id else None
    data = {"parent": entry_naming.name_of(above), "position": len(_earlier(entry)) + 1}
    return _page(MoveForm(formdata=None, data=data), entry)


@blueprint.post("/tree/<entry_id>/place", endpoint="tree_place_update")
@gate.requires(Permission.WRITE)
def update(entry_id: str) -> ResponseReturnValue:
    """Move a page with all below it."""
    entry = _movable(entry_id)
    form = MoveForm.from_request()
    if not form.ok:
        return _page(form, entry), 422
    undo = _way_back(entry)
    try:
        present = editing.find_entry(entry.parent_id) if entry.parent_id else None
        above = entry_naming.find(form.parent.data or "", field="parent", above=present)
        position = form.position.data - 1 if form.position.data else LAST
        moving.move(
            entry,
            parent_id=above.id if above else None,
            position=position,
            by=gate.signed_in_person(),
            now=gate.now(),
        )
    except Rejected as refusal:
        form.show(refusal, path="parent")
        return _page(form, entry), 422
    db.commit()
    notes.leave(_("Moved “{title}”.", title=_title(entry)), undo=undo)
    return urls.see_other("admin.tree", below=entry.parent_id)


def _place_asked() -> tuple[str | None, str | None]:
    """What is last on a page of a long level stands in front of the first of the next page."""
    parent_id = request.values.get("parent") or None
    before_id = request.values.get("before") or None
    following = request.args.get("next")
    if before_id is None and following:
        next_one = editing.find_entry(following)
        if next_one is not None and next_one.parent_id == parent_id:
            before_id = following
    return parent_id, before_id


def _way_back(entry: Entry) -> str:
    """The address that puts a page back to where it stands now."""
    later = _later(entry)
    before = later[0].id if later else None
    return url_for("admin.tree_moves", id=entry.id, parent=entry.parent_id, before=before)


def _earlier(entry: Entry) -> list[Entry]:
    here = (entry.position, entry.id)
    return [each for each in tree.siblings_of(entry) if (each.position, each.id) < here]


def _later(entry: Entry) -> list[Entry]:
    here = (entry.position, entry.id)
    return [each for each in tree.siblings_of(entry) if (each.position, each.id) > here]


def _level(entry_id: str) -> Entry:
    """The page whose level is shown; raises NotFound, also for one that is nobody's business."""
    entry = editing.get_entry(entry_id)
    if entry.type != KIND or not _is_known(entry):
        raise NotFound
    return entry


def _is_known(entry: Entry) -> bool:
    return knowing.knows(gate.signed_in_person(), entry, now=gate.now())


def _movable(entry_id: str) -> Entry:
    entry = editing.get_entry(entry_id)
    if entry.type != KIND:
        raise NotFound
    ownership.ensure_may(gate.signed_in_person(), Permission.EDIT_ANY, entry)
    return entry


def _row(
    line: Line, lines: tuple[Line, ...], number: int, counts: dict[str | None, int]
) -> dict[str, Any]:
    below = counts.get(line.id, 0)
    return {
        "id": line.id,
        "title": line.title,
        "path": line.path,
        "state": line.state.status.value,
        "edit_href": url_for("admin.entries_edit", entry_id=line.id),
        "move_href": url_for("admin.tree_place", entry_id=line.id),
        "below_href": url_for("admin.tree", below=line.id) if below else None,
        "below": ngettext("{n} page below", "{n} pages below", below),
        "parent": line.parent_id or "",
        # In front of the one before it; in front of the one after the next.
        "up": lines[number - 1].id if number > 0 else None,
        "down": _after_next(lines, number),
    }


def _after_next(lines: tuple[Line, ...], number: int) -> str | None:
    if number + 1 >= len(lines):
        return None
    return lines[number + 2].id if number + 2 < len(lines) else ""


def _crumbs(entry: Entry) -> list[dict[str, str]]:
    above = [*reversed(tree.ancestors(entry)), entry]
    links = [{"label": _("Page tree"), "href": url_for("admin.tree")}]
    return links + [
        {"label": _title(each), "href": url_for("admin.tree", below=each.id)}
        for each in above
        if _is_known(each)
    ]


def _title(entry: Entry) -> str:
    return revisions.get_head(entry).title or _("Untitled")


def _page(form: MoveForm, entry: Entry) -> str:
    below = len(tree.descendants(entry))
    return render_template(
        "admin/tree/place.html",
        form=form,
        title=_title(entry),
        below=ngettext("{n} page below it goes too.", "{n} pages below it go too.", below)
        if below
        else "",
        offered=entry_naming.offers(KIND, entry.id),
        action=url_for("admin.tree_place_update", entry_id=entry.id),
        back_href=url_for("admin.tree", below=entry.parent_id),
    )
