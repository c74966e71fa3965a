"""What an act changed, row by row and in words, for the page about it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from cms import db, ids
from cms.accounts import people
from cms.accounts.models import Invitation
from cms.accounts.roles import ROLE_LABELS, Role
from cms.addresses.models import Address, RedirectPattern
from cms.admin import revisions as revision_pages
from cms.content import knowing, types
from cms.content.models import (
    Entry,
    Profile,
    Publication,
    ReviewRequest,
    Revision,
    SavedView,
    Term,
)
from cms.content.snapshot import Snapshot
from cms.history.steps import Net
from cms.i18n import LazyText
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.merging import diff
from cms.site.models import Menu
from cms.web import display, gate

MOST = 60  # rows that are shown on one page


class Table(NamedTuple):
    """How rows of a table are told: what one is, what it is called, and its columns' names."""

    noun: LazyText
    name: Callable[[Net], str]
    columns: Mapping[str, LazyText]


def describe(nets: Sequence[Net]) -> list[dict[str, Any]]:
    """The rows that differ, each with a heading, what was done to it and what changed in it."""
    shown = [net for net in nets if net.table not in _SILENT]
    return [_row(net) for net in (shown or nets)[:MOST]]


def count(nets: Sequence[Net]) -> int:
    """How many rows there are to tell of."""
    return len([net for net in nets if net.table not in _SILENT]) or len(nets)


def _row(net: Net) -> dict[str, Any]:
    known = _TABLES.get(net.table)
    row: dict[str, Any] = {
        "noun": str(known.noun) if known else net.table,
        "name": known.name(net) if known else net.row_id,
        "done": _("Added") if net.is_insert else _("Removed") if net.is_delete else _("Changed"),
        "kind": "added" if net.is_insert else "removed" if net.is_delete else "changed",
        "fields": _fields(net, known),
        "blocks": (),
    }
    if net.table == "entry" and "head_id" in net.columns:
        row |= _of_texts(net)
    return row


def _fields(net: Net, known: Table | None) -> Any:
    names = [name for name in (known.columns if known else net.columns) if name in net.columns]
    labels = {name: str(known.columns[name]) if known else name for name in names}
    before, after = (
        {name: _in_words(name, values.get(name)) for name in names} if values else {}
        for values in (net.before, net.after)
    )
    return diff.diff_fields(before, after, labels)


def _of_texts(net: Net) -> dict[str, Any]:
    """What was written: the fields and the text of the revision before and of the one after."""
    before, after = (
        db.session().get(Revision, (values or {}).get("head_id") or "")
        for values in (net.before, net.after)
    )
    present = after or before
    entry = db.session().get(Entry, net.row_id)
    kind = entry.type if entry else net.value("type")
    if present is None or not kind:
        return {}
    old, new = (Snapshot.of(each) if each else Snapshot() for each in (before, after))
    changes = revision_pages.field_changes(old, new, types.get_type(str(kind)))
    blocks = diff.diff_text(old.source, new.source)
    changed = any(block.kind != "same" for block in blocks)
    return {
        "fields": (*changes, *_fields(net, _TABLES["entry"])),
        "blocks": blocks if changed else (),
    }


# --- names --------------------------------------------------------------------------------------


def _of(column: str) -> Callable[[Net], str]:
    """Named by one of its columns, as it is now or was."""
    return lambda net: str(net.value(column) or _present(net, column) or net.row_id)


def _present(net: Net, column: str) -> Any:
    row = db.session().get(_MODELS[net.table], net.row_id) if net.table in _MODELS else None
    return getattr(row, column, None)


def _title(net: Net) -> str:
    entry = db.session().get(Entry, net.row_id)
    if entry is not None and not knowing.knows(gate.current_person(), entry, now=gate.now()):
        return _("Something you may not open")
    head_id = entry.head_id if entry else net.value("head_id")
    revision = db.session().get(Revision, head_id) if head_id else None
    return (revision.title if revision else None) or _("Untitled")


def _title_of_entry(net: Net) -> str:
    named = net.value("entry_id") or _present(net, "entry_id")
    entry_id = str(named or net.row_id.split("/")[0])
    return _title(Net("entry", entry_id, {}, {}))


def _setting(net: Net) -> str:
    return net.row_id.split("/")[0].replace("_", " ").capitalize()


def _account(net: Net) -> str:
    account_id = str(net.value("account_id") or net.row_id)
    return people.find_names([account_id]).get(account_id, _("Someone"))


def _role(net: Net) -> str:
    return str(_in_words("role", net.value("role") or _present(net, "role")))


def _in_words(column: str, value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if column.endswith("_at") and isinstance(value, str):
        return display.moment(datetime.fromisoformat(value))
    if column in ("parent_id", "target_id", "term_id", "profile_id"):
        return _named(str(value))
    if column == "role":
        return str(ROLE_LABELS.get(Role(value), value)) if value in set(Role) else value
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {each}" for key, each in value.items())
    return str(value)


def _named(row_id: str) -> str:
    if not ids.is_id(row_id):
        return row_id
    if db.session().get(Entry, row_id) is not None:
        return _title(Net("entry", row_id, {}, {}))
    named: Iterable[Any] = (db.session().get(model, row_id) for model in (Term, Profile))
    return next((each.name for each in named if each is not None), _("(gone)"))


# Rows that say nothing which the rows they belong to do not say.
_SILENT = frozenset(("publication_term", "publication_byline", "import_map"))
_MODELS: dict[str, Any] = {
    model.__tablename__: model
    for model in (
        Address,
        Invitation,
        Menu,
        Profile,
        Publication,
        RedirectPattern,
        ReviewRequest,
        SavedView,
        Term,
    )
}
_TABLES: dict[str, Table] = {
    "entry": Table(
        __("Entry"),
        _title,
        {
            "parent_id": __("Below"),
            "position": __("Position"),
            "locale": __("Language"),
            "trashed_at": __("In the trash since"),
        },
    ),
    "publication": Table(
        __("Publication"),
        _title_of_entry,
        {
            "from_at": __("Visible from"),
            "until_at": __("Visible until"),
            "path": __("Address"),
            "listed": __("In lists"),
            "access": __("Who may see it"),
        },
    ),
    "entry_term": Table(__("Filed under"), _title_of_entry, {"term_id": __("Name")}),
    "entry_byline": Table(__("Signed by"), _title_of_entry, {"profile_id": __("Name")}),
    "term": Table(
        __("Tag or category"),
        _of("name"),
        {
            "name": __("Name"),
            "path": __("Address"),
            "parent_id": __("Below"),
            "position": __("Position"),
            "description": __("Description"),
            "internal": __("Internal"),
            "seo": __("Search engines"),
        },
    ),
    "profile": Table(
        __("Author"),
        _of("name"),
        {
            "name": __("Name"),
            "handle": __("Address"),
            "bio": __("About"),
            "links": __("Links"),
        },
    ),
    "address": Table(
        __("Address"),
        _of("path"),
        {
            "path": __("Address"),
            "target_id": __("Leads to"),
            "location": __("Leads to"),
            "state": __("State"),
            "code": __("Code"),
        },
    ),
    "setting": Table(__("Setting"), _setting, {"value": __("Value")}),
    "menu": Table(__("Menu"), _of("name"), {"name": __("Name"), "place": __("Place")}),
    "menu_item": Table(
        __("Line of a menu"),
        lambda net: str(net.value("label") or _named(str(net.value("target_id") or ""))),
        {
            "label": __("Label"),
            "target_id": __("Leads to"),
            "url": __("Leads to"),
            "position": __("Position"),
            "new_window": __("In a new window"),
        },
    ),
    "account": Table(__("Person"), _account, {"display_name": __("Name"), "state": __("State")}),
    "account_grant": Table(__("Role"), _account, {"role": __("Role")}),
    "invitation": Table(
        __("Invitation"),
        _role,
        {
            "expires_at": __("Holds until"),
            "accepted_at": __("Accepted"),
            "revoked_at": __("Taken back"),
        },
    ),
    "redirect_pattern": Table(
        __("Pattern of redirects"),
        _of("source"),
        {
            "source": __("From"),
            "target_id": __("Leads to"),
            "location": __("Leads to"),
            "code": __("Code"),
            "position": __("Position"),
        },
    ),
    "review_request": Table(
        __("Review"),
        _title_of_entry,
        {"state": __("State"), "note": __("Note"), "answer": __("Answer")},
    ),
    "ignored_check": Table(__("Check that is left out"), _title_of_entry, {"code": __("Check")}),
    "saved_view": Table(
        __("Saved view"),
        _of("name"),
        {"name": __("Name"), "shared": __("For everyone who works here")},
    ),
}
