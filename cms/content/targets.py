"""What typed fields point to: it must be there, and of the kind that the field asks for."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from cms import db
from cms.content.fields import Field
from cms.content.models import Entry, Profile, Term
from cms.errors import Rejected
from cms.i18n import gettext as _

KINDS = ("entry", "term", "profile")
# A field, its place in the form, and an id that stands in it.
Pointer = tuple[Field, str, str]


def ensure_there(
    declared: Sequence[Field], values: Mapping[str, Any], before: Mapping[str, Any]
) -> None:
    """Raises Rejected, naming the field, when an id leads to nothing that the field may hold.

    What stood there `before` may go on standing there, whatever the declaration says by now.
    """
    kept = {(field.kind, target) for field, _place, target in _pointers(declared, before, "")}
    for field, place, target in _pointers(declared, values, ""):
        if (field.kind, target) in kept or _fits(field, target):
            continue
        words = _("“{label}” leads to something that is not there.", label=field.label)
        raise Rejected(words, field=f"fields.{place}")


def keep_existing(declared: Sequence[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """The typed values without the ids of what was deleted since they were written."""
    kept = dict(values)
    for field in declared:
        value = kept.get(field.name)
        if value is None:
            continue
        if field.kind in KINDS:
            there = [each for each in _ids(value) if _is_there(field.kind, each)]
            if there:
                kept[field.name] = there if isinstance(value, list) else there[0]
            else:
                del kept[field.name]
        elif field.kind == "group":
            kept[field.name] = keep_existing(field.of, value)
        elif field.kind == "list":
            kept[field.name] = [keep_existing(field.of, part) for part in value]
    return kept


def _pointers(declared: Sequence[Field], values: Mapping[str, Any], at: str) -> Iterator[Pointer]:
    for field in declared:
        value, place = values.get(field.name), f"{at}{field.name}"
        if value is None:
            continue
        if field.kind in KINDS:
            yield from ((field, place, target) for target in _ids(value))
        elif field.kind == "group":
            yield from _pointers(field.of, value, f"{place}.")
        elif field.kind == "list":
            for number, part in enumerate(value):
                yield from _pointers(field.of, part, f"{place}.{number}.")


def _ids(value: Any) -> list[str]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _fits(field: Field, target: str) -> bool:
    if field.kind == "entry":
        entry = db.session().get(Entry, target, with_for_update=_HELD)
        return entry is not None and (not field.types or entry.type in field.types)
    if field.kind == "term":
        term = db.session().get(Term, target, with_for_update=_HELD)
        return term is not None and term.taxonomy == field.taxonomy
    return db.session().get(Profile, target, with_for_update=_HELD) is not None


# Nobody deletes it until the end of the transaction.
_HELD = {"read": True, "key_share": True}


def _is_there(kind: str, target: str) -> bool:
    model: Any = {"entry": Entry, "term": Term, "profile": Profile}[kind]
    query = sa.select(model.id).where(model.id == target)
    return db.session().execute(query).first() is not None
