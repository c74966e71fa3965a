"""Two people wrote in the same entry: what can be joined is joined, the rest asks a person."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import request

from cms.accounts import passwords
from cms.admin.entry_values import values_of, with_values
from cms.content import editing, revisions
from cms.content.models import Revision
from cms.content.snapshot import Snapshot
from cms.merging import fields as field_merging
from cms.merging import merge

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
    return with_values(replace(mine, source=text.text), joined.values)


def decided(content: Snapshot, newest: Revision) -> Snapshot:
    """The snapshot after the person chose on the page below; untouched when they did not.

    The page sends the text that was typed and the revision it was typed into, so the same places
    are found again.
    """
    act = request.form.get("act")
    if act not in ("choose", "text") or not request.form.get("base"):
        return content
    base = revisions.get_revision(editing.get_entry(newest.entry_id), request.form["base"])
    if act == "choose":
        content = replace(content, source=_chosen_text(base, newest))
    common, other = Snapshot.of(base), Snapshot.of(newest)
    joined = field_merging.merge_fields(values_of(common), values_of(content), values_of(other))
    values = dict(joined.values)
    for collision in joined.collisions:
        if request.form.get(f"field-{collision.name}") == "theirs":
            _take(values, collision.name, collision.theirs)
    return with_values(content, values)


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
        return collision.both
    return collision.mine


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
