"""Single values of an entry, changed in the row of a list: their small forms, and what they say."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from wtforms import HiddenField, SelectField, SelectMultipleField, StringField

from cms.accounts.permissions import Permission, Person
from cms.addresses import paths
from cms.admin import entry_form, entry_offers, entry_reading, entry_values, times
from cms.content import amending, editing, intervals, ownership, publishing, revisions, terms, types
from cms.content.models import Entry, Revision
from cms.content.snapshot import Snapshot
from cms.content.types import ContentType
from cms.errors import Conflict, NotFound, Rejected
from cms.i18n import LazyText
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.web.forms import CarafeForm, choices


class CellForm(CarafeForm):
    """One value; the inputs of the others are taken out."""

    based_on = HiddenField()
    list = HiddenField()
    path = StringField(__("Address"), description=__("Leave empty to have it made from the title."))
    dated_at = times.MomentField(
        __("Date shown"), description=__("In the time of the site. Empty: when it is published.")
    )
    state = SelectField(__("State"), validate_choice=False)
    at = times.MomentField(__("Date"), description=__("When it goes live, if later."))
    tags = StringField(__("Tags"), description=__("Apart by commas; # in front: only for us."))
    categories = SelectMultipleField(__("Categories"), validate_choice=False)
    bylines = StringField(__("By"), description=__("Names apart by commas, in their order."))


@dataclass(frozen=True, slots=True)
class Cell:
    """A value of a row."""

    name: str
    label: LazyText
    inputs: tuple[str, ...]
    # What of a snapshot it is; a state stands in none.
    parts: tuple[str, ...] = ()
    permission: Permission = Permission.EDIT_ANY


CELLS = {
    cell.name: cell
    for cell in (
        Cell("address", __("Address"), ("path",), ("path",)),
        Cell("date", __("Date"), ("dated_at",), ("dated_at",)),
        Cell("state", __("State"), ("state", "at"), permission=Permission.PUBLISH_ANY),
        Cell("terms", __("Tags and categories"), ("tags", "categories"), ("term_ids",)),
        Cell("byline", __("Authors"), ("bylines",), ("byline_ids",)),
    )
}


def get_cell(name: str, kind: ContentType) -> Cell:
    """The value of this name, where the type has it; raises NotFound."""
    cell = CELLS.get(name)
    if cell is None or cell not in offered(kind):
        raise NotFound
    return cell


def offered(kind: ContentType) -> list[Cell]:
    """The values that rows of a type have."""
    missing = {"address": not kind.public, "date": not kind.dated, "terms": not kind.taxonomies}
    return [cell for cell in CELLS.values() if not missing.get(cell.name)]


def fill(cell: Cell, entry: Entry, *, query: str, now: datetime) -> CellForm:
    """The form that shows a value as it stands."""
    kind, head = types.get_type(entry.type), revisions.get_head(entry)
    content = revisions.keep_existing(Snapshot.of(head))
    whole = entry_form.fill(
        entry_form.form_class(kind), content, entry=entry, kind=kind, based_on=head.id
    )
    data = {name: whole[name].data for name in cell.inputs if name in whole}
    state = intervals.state_of(entry, now=now)
    data |= {"state": _present_choice(state.is_live, state.next_at), "based_on": head.id}
    data |= {"at": times.to_form(state.next_at), "list": query}
    return prepare(CellForm(formdata=None, data=data), cell, entry, now=now)


def prepare(form: CellForm, cell: Cell, entry: Entry, *, now: datetime) -> CellForm:
    """Take out what the cell does not ask for, and fill in what can be chosen."""
    kind = types.get_type(entry.type)
    asked = {*cell.inputs, "based_on", "list", "csrf_token"}
    if "categories" in asked:
        shelves = entry_offers.category_choices() if "category" in kind.taxonomies else []
        form.categories.choices = choices(shelves)
        asked -= set() if shelves else {"categories"}
    if "tag" not in kind.taxonomies:
        asked -= {"tags"}
    is_live = intervals.find_live(entry, now=now) is not None
    form.state.choices = choices(
        [
            ("", _("As it is")),
            ("now", _("Publish the newest") if is_live else _("Publish now")),
            ("later", _("Publish at a date")),
            ("draft", _("Draft: visitors do not see it")),
        ]
    )
    for name in [field.name for field in form if field.name not in asked]:
        del form[name]
    return form


def apply(form: CellForm, cell: Cell, entry: Entry, *, by: Person, now: datetime) -> str:
    """Change the value; answers with words about it. Raises Rejected, NotAllowed, Conflict.

    Whoever saved other values meanwhile keeps them.
    """
    editing.lock(entry)
    ownership.ensure_may(by, Permission.EDIT_ANY, entry)
    head = revisions.get_head(entry)
    if form.based_on.data and form.based_on.data != head.id:
        _ensure_untouched(cell, revisions.get_revision(entry, form.based_on.data), head)
    if cell.name == "state":
        return _set_state(form, entry, by=by, now=now)
    before = intervals.find_live(entry, now=now) is not None
    shown = amending.amend(
        entry, lambda old: _changed(form, old, entry, by=by, now=now), by=by, now=now
    )
    if before and not shown and revisions.get_head(entry).id != head.id:
        return _("Saved. Visitors see it once it is published.")
    return _("Saved.")


def words_of(cell: Cell, revision: Revision) -> str:
    """The value that a revision holds, in words."""
    content = Snapshot.of(revision)
    return " ".join(entry_values.shown(part, getattr(content, part)) for part in cell.parts)


def _ensure_untouched(cell: Cell, base: Revision, head: Revision) -> None:
    then, now = Snapshot.of(base), Snapshot.of(head)
    same = all(getattr(then, part) == getattr(now, part) for part in cell.parts)
    if not same or not cell.parts:
        raise Conflict(_("Someone else has saved this meanwhile."), theirs=head)


def _changed(form: CellForm, old: Snapshot, entry: Entry, *, by: Person, now: datetime) -> Snapshot:
    changed: dict[str, Any] = {}
    if "path" in form:
        typed = (form.path.data or "").strip()
        if typed != entry_form.shown_path(old, entry):
            changed["path"] = paths.normalise(typed) if typed else None
    if "dated_at" in form:
        changed["dated_at"] = times.from_form(
            form.dated_at.data, field="dated_at", before=old.dated_at
        )
    if "tags" in form or "categories" in form:
        changed["term_ids"] = _term_ids(form, old, by=by, now=now)
    if "bylines" in form:
        changed["byline_ids"] = entry_reading.read_bylines(form.bylines.data, by=by, now=now)
    return replace(old, **changed)


def _term_ids(form: CellForm, old: Snapshot, *, by: Person, now: datetime) -> tuple[str, ...]:
    """What the form says, and what it does not show as it was."""
    named = terms.find_terms(old.term_ids)
    shown = {
        taxonomy for taxonomy, name in (("tag", "tags"), ("category", "categories")) if name in form
    }
    found = [each for each in old.term_ids if each in named and named[each].taxonomy not in shown]
    if "tags" in form:
        names = entry_reading.tag_names(form.tags.data)
        found += terms.ensure_terms("tag", names, by=by, now=now)
    if "categories" in form:
        chosen = form.categories.data or []
        found += [each for each in terms.find_terms(chosen) if each in chosen]
    return tuple(dict.fromkeys(found))


def _set_state(form: CellForm, entry: Entry, *, by: Person, now: datetime) -> str:
    chosen = form.state.data or ""
    if chosen == "later":
        at = times.from_form(form.at.data, field="at")
        if at is None or at <= now:
            raise Rejected(_("Choose a date and time that is still to come."), field="at")
        publishing.publish(entry, by=by, now=now, at=at)
        return _("Scheduled.")
    if chosen == "now":
        shown = amending.newest_shown(entry, now)
        until = shown.until_at if shown is not None and shown.from_at <= now else None
        publishing.publish(entry, by=by, now=now, until=until)
        return _("Published.")
    if chosen == "draft":
        if amending.newest_shown(entry, now) is None:
            return _("It is a draft already.")
        publishing.unpublish(entry, by=by, now=now)
        return _("It is a draft again. Visitors do not see it.")
    return _("Nothing was changed.")


def _present_choice(is_live: bool, next_at: datetime | None) -> str:
    return "later" if next_at and not is_live else ""
