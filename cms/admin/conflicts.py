"""Two people wrote in the same entry: joining what can be joined, asking where it cannot."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import render_template, request, url_for
from wtforms import BooleanField, FieldList, FormField, PasswordField, SelectMultipleField

from cms.accounts import passwords
from cms.admin import entry_form, presenting
from cms.content import editing, types
from cms.content.models import Entry, Revision
from cms.content.snapshot import Snapshot
from cms.content.types import ContentType
from cms.i18n import gettext as _
from cms.merging import fields as field_merging
from cms.merging import merge
from cms.web import display, gate

# What is joined by value. The parts of the mappings are joined one by one, as “seo.title”.
PLAIN = (
    "title", "path", "excerpt", "dated_at", "template", "direction", "pinned", "featured",
    "listed", "access", "password_hash", "term_ids", "byline_ids", "image",
)  # fmt: skip
MAPPINGS = ("seo", "fields")
# What the form sends beside the snapshot; it travels along as it was typed.
BESIDE = ("parent", "position", "locale", "note", "password")
_PART = re.compile(r"([^.\[\]]+)|\[([^\]]*)\]")


@dataclass
class Undecided(Exception):
    """The same words were changed twice; a person must choose."""

    base: Revision
    mine: Snapshot
    theirs: Revision
    text: merge.Merge
    fields: field_merging.FieldsMerge


def is_same(typed: Snapshot, theirs: Revision, *, password: str | None) -> bool:
    """Whether this was saved already, by the same form sent a moment before."""
    if password and passwords.is_right(password, theirs.password_hash):
        # The same password is hashed anew each time.
        typed = replace(typed, password_hash=theirs.password_hash)
    return typed.content_hash() == theirs.content_hash


def join(base: Revision, mine: Snapshot, theirs: Revision) -> Snapshot:
    """Both edits in one snapshot; raises Undecided where a person must choose."""
    common, other = Snapshot.of(base), Snapshot.of(theirs)
    text = merge.merge_text(common.source, mine.source, other.source)
    joined = field_merging.merge_fields(values_of(common), values_of(mine), values_of(other))
    if text.collisions or joined.collisions:
        raise Undecided(base, mine, theirs, text, joined)
    return _with_values(replace(mine, source=text.text), joined.values)


def decided(content: Snapshot, newest: Revision, kind: ContentType) -> Snapshot:
    """The snapshot after the person chose on the page below; untouched when they did not.

    The page sends the text that was typed and the revision it was typed into, so the same places
    are found again.
    """
    act = request.form.get("act")
    if act not in ("choose", "text") or not request.form.get("base"):
        return content
    base = editing.get_revision(editing.get_entry(newest.entry_id), request.form["base"])
    if act == "choose":
        content = replace(content, source=_chosen_text(base, newest))
    common, other = Snapshot.of(base), Snapshot.of(newest)
    joined = field_merging.merge_fields(values_of(common), values_of(content), values_of(other))
    values = dict(joined.values)
    for collision in joined.collisions:
        if request.form.get(f"field-{collision.name}") == "theirs":
            _take(values, collision.name, collision.theirs)
    return _with_values(content, values)


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


def values_of(content: Snapshot) -> dict[str, Any]:
    """What is joined by value, each under its name."""
    values = {name: getattr(content, name) for name in PLAIN}
    values["term_ids"], values["byline_ids"] = list(content.term_ids), list(content.byline_ids)
    for name in MAPPINGS:
        for key, value in getattr(content, name).items():
            values[f"{name}.{key}"] = value
    return values


def label(name: str, kind: ContentType) -> str:
    """The name of a value, in words."""
    mapping, _dot, key = name.partition(".")
    if mapping == "fields" and key:
        own = re.split(r"[.\[]", key)[0]
        return next((str(each.label) for each in kind.fields if each.name == own), key)
    return {
        "title": _("Title"),
        "path": _("Address"),
        "excerpt": _("Excerpt"),
        "dated_at": _("Date shown"),
        "template": _("Template"),
        "direction": _("Direction"),
        "pinned": _("Pinned on top"),
        "featured": _("Featured"),
        "listed": _("In lists, feeds and the sitemap"),
        "access": _("Who may see it"),
        "password_hash": _("Password"),
        "seo.title": _("Title for search engines"),
        "seo.description": _("Description for search engines"),
        "seo.canonical": _("Canonical address"),
        "seo.noindex": _("Keep out of search engines"),
        "term_ids": _("Tags and categories"),
        "byline_ids": _("By"),
        "image": _("Picture"),
    }.get(name, name)


def shown(name: str, value: Any) -> str:
    """A value in words; a password is never shown."""
    if name == "password_hash":
        return _("A password") if value else ""
    if name in ("term_ids", "byline_ids"):
        return ", ".join(presenting.names_of(name, value or ()))
    if name in ("access", "direction"):
        every = dict((*entry_form.ACCESS, *entry_form.DIRECTIONS))
        return str(every.get(value or "", value))
    return _in_words(value)


def _in_words(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "", True: _("yes"), False: _("no")}[value]
    if isinstance(value, datetime):
        return display.moment(value)
    if isinstance(value, Mapping):
        return "\n".join(_in_words(each) for key, each in value.items() if key != "_id")
    if isinstance(value, list | tuple):
        separator = " | " if value and not isinstance(value[0], Mapping | list | tuple) else "\n"
        return separator.join(map(_in_words, value))
    return str(value)


def _chosen_text(base: Revision, newest: Revision) -> str:
    mine = request.form.get("mine", "").replace("\r\n", "\n")
    text = merge.merge_text(base.source, mine, newest.source)
    choices = [
        _chosen(request.form.get(f"choice-{number}", "mine"), collision)
        for number, collision in enumerate(text.collisions)
    ]
    return merge.resolve(text, choices)


def _chosen(choice: str, collision: merge.Collision) -> str:
    if choice == "theirs":
        return collision.theirs
    if choice == "both":
        return collision.mine.rstrip("\n") + "\n\n" + collision.theirs
    return collision.mine


def _with_values(content: Snapshot, values: Mapping[str, Any]) -> Snapshot:
    plain: dict[str, Any] = {name: values.get(name) for name in PLAIN}
    for name in ("term_ids", "byline_ids"):
        plain[name] = tuple(plain[name] or ())
    for name in ("pinned", "featured", "listed"):
        plain[name] = bool(plain[name])
    for name in ("excerpt", "template", "direction"):
        plain[name] = plain[name] or ""
    for name in MAPPINGS:
        start = f"{name}."
        plain[name] = {
            key.removeprefix(start): value for key, value in values.items() if key.startswith(start)
        }
    return replace(content, **plain)


def _take(values: dict[str, Any], name: str, value: Any) -> None:
    """Put their value at a place such as “title” or “fields.steps[ID].name”."""
    start, bracket, rest = name.partition("[")
    if not bracket:
        if value is None:
            values.pop(name, None)
        else:
            values[name] = value
        return
    way = [found[1] or found[2] for found in _PART.finditer("[" + rest)]
    values[start] = _taken(values.get(start), way, value)


def _taken(present: Any, way: list[str], value: Any) -> Any:
    """A copy of lists and mappings with another value at the end of the way."""
    step, further = way[0], way[1:]
    if isinstance(present, list):
        items = [
            (_taken(item, further, value) if further else value) if _id(item) == step else item
            for item in present
        ]
        return [item for item in items if item is not None]
    changed = dict(present or {})
    changed[step] = _taken(changed.get(step), further, value) if further else value
    return {key: each for key, each in changed.items() if each is not None}


def _id(item: Any) -> Any:
    return item.get("_id") if isinstance(item, Mapping) else item


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
