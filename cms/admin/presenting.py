"""Entries as the admin's templates show them."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from flask import url_for

from cms.accounts import people
from cms.accounts.permissions import Permission, Person, may
from cms.addresses import urls
from cms.content import intervals, naming, ownership, profiles, reviewing, revisions, terms, types
from cms.content.listing import Line
from cms.content.models import Entry
from cms.content.status import State
from cms.content.types import ContentType
from cms.i18n import gettext as _
from cms.web import display, gate


def row(line: Line, depth: int, person: Person, *, query: str = "") -> dict[str, Any]:
    """An entry in a list; `query` is the list's, to come back to."""
    # Who may edit only their own sees no others.
    mine = line.created_by == person.id or not may(person, Permission.EDIT_ANY)
    live = line.state.is_live
    return {
        "id": line.id,
        "title": line.title,
        "state": line.state.status.value,
        "edit_href": url_for("admin.entries_edit", entry_id=line.id),
        "view_href": urls.local(line.path) if live and line.path else None,
        "preview_href": url_for("admin.preview", entry_id=line.id),
        "history_href": url_for("admin.revisions", entry_id=line.id),
        "who": ", ".join(each.name for each in line.bylines),
        "tags": [each.name for each in line.terms[:4]],
        "at": moment(line),
        "at_words": _("Published") if live else _("Goes out") if line.state.next_at else _("Saved"),
        "path": line.path,
        "updated": line.updated_at,
        "locale": line.locale,
        "every_tag": [each.name for each in line.terms],
        "depth": depth,
        "pinned": line.pinned,
        "featured": line.featured,
        "access": line.access,
        # One address for all values: `values_href` + the name of a value + `values_query`.
        "values_href": url_for("admin.entry_values", entry_id=line.id),
        "values_query": "?" + urlencode({"list": query}) if query else "",
        "is_dated": types.is_dated(line.type),
        "sets_state": bool(may(person, Permission.PUBLISH_ANY, owns=mine)),
        "duplicate_action": url_for("admin.entries_copy", entry_id=line.id),
        "trash_action": url_for("admin.entries_trash", entry_id=line.id)
        if may(person, Permission.TRASH_ANY, owns=mine)
        else None,
    }


def writing(entry: Entry | None, kind: ContentType, entry_id: str) -> dict[str, Any]:
    """An entry above the form in which it is written."""
    shown: dict[str, Any] = {
        "id": entry.id if entry else None,
        "type_label": str(kind.label),
        "state": "draft",
        "list_label": str(kind.plural),
        "list_href": url_for("admin.entries_index", kind=kind.name),
        "view_href": None,
        "save_action": url_for("admin.entries_create", kind=kind.name, id=entry_id),
        "preview_action": url_for("admin.preview_new", kind=kind.name, id=entry_id),
        "history_href": None,
        "trash_action": None,
        "restore_action": None,
        "duplicate_action": None,
        "can_publish": bool(may(gate.current_person(), Permission.PUBLISH_OWN)),
        "can_ask": True,
        "saved_at": None,
        "saved_by": "",
        "notes": [],
    }
    return shown if entry is None else {**shown, **_written(entry)}


def heading(entry: Entry) -> dict[str, Any]:
    """An entry at the head of a page about it."""
    return {
        "title": revisions.get_head(entry).title,
        "edit_href": url_for("admin.entries_edit", entry_id=entry.id),
        "history_href": url_for("admin.revisions", entry_id=entry.id),
        "preview_href": url_for("admin.preview", entry_id=entry.id),
        "state": intervals.state_of(entry, now=gate.now()).status.value,
        "type_label": str(types.get_type(entry.type).label),
        "path": present_path(entry),
        "site_address": urls.site_url().split("://")[1],
    }


def templates(kind: ContentType) -> tuple[tuple[str, str], ...]:
    """The templates that an entry of this type may choose."""
    return kind.templates


def present_path(entry: Entry) -> str | None:
    """The path that the entry stands at, or will."""
    return naming.present_path(entry)


def person_name(account_id: str | None) -> str:
    """Whose act it was, in a word."""
    return person_names([account_id]).get(account_id or "", _("Someone"))


def person_names(account_ids: Iterable[str | None]) -> dict[str, str]:
    """Names by account, of those who left too; the terminal's acts have none."""
    return {**people.find_names(account_ids), "": _("The terminal")}


def names_of(field: str, target_ids: Iterable[str]) -> list[str]:
    """The names behind the ids of a snapshot's terms or bylines."""
    wanted = list(target_ids)
    found: Mapping[str, Any] = (
        terms.find_terms(wanted) if field == "term_ids" else profiles.find_profiles(wanted)
    )
    return [found[each].name if each in found else _("(gone)") for each in wanted]


def plans(entry: Entry, state: State) -> list[str]:
    """What will happen by itself, in words."""
    words, ends_at = [], state.ends_at
    if state.next_at is not None:
        planned = _("A change goes live on {when}.") if state.is_live else _("Goes live on {when}.")
        words.append(planned.format(when=display.moment(state.next_at)))
        coming = [each for each in intervals.list_all(entry) if each.from_at > gate.now()]
        ends_at = coming[-1].until_at if coming else None
    if ends_at is not None:
        words.append(_("It is taken down on {when}.", when=display.moment(ends_at)))
    return words


def _written(entry: Entry) -> dict[str, Any]:
    person, head = gate.current_person(), revisions.get_head(entry)
    state = intervals.state_of(entry, now=gate.now())
    path = present_path(entry)
    trashes = ownership.may(person, Permission.TRASH_ANY, entry)
    is_gone = entry.trashed_at is not None
    lying = [_("This lies in the trash. Bring it back to change it.")] if is_gone else []
    return {
        "state": state.status.value,
        "view_href": urls.local(path) if state.is_live and path else None,
        "save_action": url_for("admin.entries_update", entry_id=entry.id),
        "preview_action": url_for("admin.preview_update", entry_id=entry.id),
        "history_href": url_for("admin.revisions", entry_id=entry.id),
        "trash_action": url_for("admin.entries_trash", entry_id=entry.id)
        if trashes and not is_gone
        else None,
        "restore_action": url_for("admin.trash_restore", entry_id=entry.id)
        if trashes and is_gone
        else None,
        "duplicate_action": url_for("admin.entries_copy", entry_id=entry.id),
        "can_publish": not is_gone and bool(ownership.may(person, Permission.PUBLISH_ANY, entry)),
        "can_ask": not is_gone,
        "saved_at": head.created_at,
        "saved_by": person_name(head.author_id),
        "notes": [*lying, *_reviews(entry), *plans(entry, state)],
    }


def _reviews(entry: Entry) -> list[str]:
    """That someone waits for a review, or what the last one said is still to do."""
    last = reviewing.find_last(entry)
    if last is None or last.state not in ("open", "returned"):
        return []
    if last.state == "open":
        words = _("{name} asked for a review.", name=person_name(last.asked_by))
        return [f"{words} {last.note}".strip()]
    return [_("{name} sent it back: {note}", name=person_name(last.answered_by), note=last.answer)]


def moment(line: Line) -> Any:
    """The date that a line shows."""
    if line.state.is_live:
        return line.dated_at or line.state.live_from
    return line.state.next_at or line.updated_at
