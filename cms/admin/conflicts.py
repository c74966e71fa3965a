"""The page on which a person chooses between two edits of the same words."""

import json
from collections.abc import Iterable
from typing import Any

from flask import render_template, request, url_for
from wtforms import BooleanField, FieldList, FormField, PasswordField, SelectMultipleField

from cms.admin import entry_form, presenting
from cms.admin.entry_joining import Undecided
from cms.admin.entry_values import label, shown
from cms.content import types
from cms.content.models import Entry
from cms.content.snapshot import Snapshot
from cms.content.types import ContentType
from cms.merging import fields as field_merging
from cms.web import gate

# What the form sends beside the snapshot; it travels along as it was typed.
BESIDE = ("parent", "position", "locale", "note", "password")


def page(entry: Entry, undecided: Undecided) -> str:
    """Both texts side by side."""
    theirs, kind = undecided.theirs, types.get_type(entry.type)
    return render_template(
        "admin/entries/conflict.html",
        entry=presenting.heading(entry),
        theirs_by=presenting.person_name(theirs.author_id),
        is_own=theirs.author_id == gate.signed_in_person().id,
        theirs_at=theirs.created_at,
        save_action=url_for("admin.entries_update", entry_id=entry.id),
        collisions=undecided.text.collisions,
        field_collisions=[_row(each, kind) for each in undecided.fields.collisions],
        merged=undecided.text.text,
        carried=_carried(entry, undecided, kind),
    )


def _row(collision: field_merging.FieldCollision, kind: ContentType) -> dict[str, Any]:
    return {
        "name": collision.name,
        "label": label(collision.name, kind),
        "mine": shown(collision.name, collision.mine),
        "theirs": shown(collision.name, collision.theirs),
    }


def _carried(entry: Entry, undecided: Undecided, kind: ContentType) -> list[tuple[str, str]]:
    """The whole form as it was typed, now based on what the other one saved."""
    theirs = undecided.theirs
    form = entry_form.fill(
        entry_form.form_class(kind), undecided.mine, entry=entry, kind=kind, based_on=theirs.id
    )
    entry_form.prepare(
        form, kind, entry=entry, templates=presenting.templates(kind), now=gate.now()
    )
    shown = {
        **entry_form.shown_at_first(),
        "path": entry_form.shown_path(Snapshot.of(theirs), entry),
    }
    form.shown.data = json.dumps(shown, ensure_ascii=False)
    form.tab.data = request.form.get("tab", "")
    own = (field for field in form if field.name not in ("csrf_token", "source", *BESIDE))
    beside = [(name, request.form[name]) for name in BESIDE if name in request.form]
    return [*_pairs(own), *beside, ("base", undecided.base.id), ("mine", undecided.mine.source)]


def _pairs(fields: Iterable[Any]) -> list[tuple[str, str]]:
    """What a browser would send for these fields."""
    pairs: list[tuple[str, str]] = []
    for field in fields:
        if isinstance(field, FormField | FieldList):
            pairs += _pairs(field)
        elif isinstance(field, SelectMultipleField):
            pairs += [(field.name, value) for value in field.data or ()]
        elif isinstance(field, BooleanField):
            pairs += [(field.name, "y")] if field.data else []
        elif not isinstance(field, PasswordField):
            value = field._value() if hasattr(field, "_value") else field.data
            pairs.append((field.name, str(value or "")))
    return pairs
