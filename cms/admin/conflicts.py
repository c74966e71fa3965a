"""Two people wrote in the same entry: joining what can be joined, asking where it cannot."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, request, url_for

from cms.admin import presenting
from cms.content import editing
from cms.content.models import Entry, Revision
from cms.content.snapshot import Snapshot
from cms.i18n import gettext as _
from cms.merging import fields as field_merging
from cms.merging import merge

# The fields of a snapshot that are joined by value, with the names of their inputs.
INPUTS = {
    "title": "title",
    "path": "path",
    "excerpt": "excerpt",
    "dated_at": "dated_at",
    "template": "template",
    "direction": "direction",
    "pinned": "pinned",
    "featured": "featured",
    "listed": "listed",
    "access": "access",
    "password_hash": "password",
    "seo": "seo_title",
    "fields": "typed",
    "term_ids": "tags",
    "byline_ids": "bylines",
    "image": "image",
}
NOT_CARRIED = frozenset(("csrf_token", "source", "act", "based_on", "mine", "base", "then"))


@dataclass
class Undecided(Exception):
    """The same words were changed twice; a person must choose."""

    base: Revision
    mine: Snapshot
    theirs: Revision
    text: merge.Merge
    fields: field_merging.FieldsMerge


def join(entry: Entry, base: Revision, mine: Snapshot, theirs: Revision) -> Snapshot:
    """Both edits in one snapshot; raises Undecided where a person must choose."""
    common, other = Snapshot.of(base), Snapshot.of(theirs)
    text = merge.merge_text(common.source, mine.source, other.source)
    joined = field_merging.merge_fields(_values(common), _values(mine), _values(other))
    if text.collisions or joined.collisions:
        raise Undecided(base, mine, theirs, text, joined)
    return _with_values(replace(mine, source=text.text), joined.values)


def decided(content: Snapshot, newest: Revision) -> Snapshot:
    """The snapshot after the person chose on the page below; untouched when they did not.

    The page sends the text that was typed and the revision it was typed into, so the same places
    are found again.
    """
    act = request.form.get("act")
    if act != "choose" or not request.form.get("base"):
        return content
    entry = editing.get_entry(newest.entry_id)
    base = editing.get_revision(entry, request.form["base"])
    mine = request.form.get("mine", "").replace("\r\n", "\n")
    text = merge.merge_text(base.source, mine, newest.source)
    choices = [
        _chosen(request.form.get(f"choice-{number}", "mine"), collision)
        for number, collision in enumerate(text.collisions)
    ]
    typed = replace(content, source=merge.resolve(text, choices))
    common, other = Snapshot.of(base), Snapshot.of(newest)
    joined = field_merging.merge_fields(_values(common), _values(typed), _values(other))
    values = dict(joined.values)
    for collision in joined.collisions:
        if request.form.get(f"field-{collision.name}") == "theirs":
            values[collision.name] = collision.theirs
    return _with_values(typed, values)


def page(entry: Entry, undecided: Undecided) -> str:
    """Both texts side by side."""
    theirs = undecided.theirs
    return render_template(
        "admin/entries/conflict.html",
        entry=presenting.heading(entry),
        theirs_by=presenting.person_name(theirs.author_id),
        theirs_at=theirs.created_at,
        save_action=url_for("admin.entries_update", entry_id=entry.id),
        collisions=undecided.text.collisions,
        field_collisions=[_row(each) for each in undecided.fields.collisions],
        merged=undecided.text.text,
        carried=_carried(undecided),
    )


def _chosen(choice: str, collision: merge.Collision) -> str:
    if choice == "theirs":
        return collision.theirs
    if choice == "both":
        return collision.mine.rstrip("\n") + "\n\n" + collision.theirs
    return collision.mine


def _values(content: Snapshot) -> dict[str, Any]:
    values = {name: getattr(content, name) for name in INPUTS}
    return {**values, "term_ids": list(content.term_ids), "byline_ids": list(content.byline_ids)}


def _with_values(content: Snapshot, values: Mapping[str, Any]) -> Snapshot:
    plain: dict[str, Any] = {name: values.get(name) for name in INPUTS}
    plain["term_ids"], plain["byline_ids"] = (
        tuple(plain["term_ids"] or ()),
        tuple(plain["byline_ids"] or ()),
    )
    plain["seo"], plain["fields"] = plain["seo"] or {}, plain["fields"] or {}
    for name in ("pinned", "featured", "listed"):
        plain[name] = bool(plain[name])
    for name in ("excerpt", "template", "direction"):
        plain[name] = plain[name] or ""
    return replace(content, **plain)


def _row(collision: field_merging.FieldCollision) -> dict[str, Any]:
    return {
        "name": collision.name,
        "label": label(collision.name),
        "mine": shown(collision.name, collision.mine),
        "theirs": shown(collision.name, collision.theirs),
    }


def label(name: str) -> str:
    """The name of a field of a snapshot, in words."""
    return {
        "title": _("Title"),
        "path": _("Address"),
        "excerpt": _("Excerpt"),
        "dated_at": _("Date shown"),
        "template": _("Template"),
        "direction": _("Direction"),
        "pinned": _("Pinned on top"),
        "featured": _("Featured"),
        "listed": _("In lists"),
        "access": _("Who may see it"),
        "password_hash": _("Password"),
        "seo": _("Search engines"),
        "fields": _("Fields"),
        "term_ids": _("Tags and categories"),
        "byline_ids": _("By"),
        "image": _("Picture"),
    }.get(name, name)


def shown(name: str, value: Any) -> str:
    """The value of a field in words; a password is never shown."""
    if name == "password_hash":
        return _("A password") if value else ""
    if name in ("term_ids", "byline_ids"):
        return ", ".join(presenting.names_of(name, value or ()))
    if isinstance(value, Mapping):
        return "\n".join(f"{key}: {each}" for key, each in value.items())
    return "" if value is None else str(value)


def _carried(undecided: Undecided) -> list[tuple[str, str]]:
    pairs = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in NOT_CARRIED and not name.startswith(("choice-", "field-"))
    ]
    return [
        *pairs,
        ("based_on", undecided.theirs.id),
        ("base", undecided.base.id),
        ("mine", undecided.mine.source),
    ]
