"""A form for the typed fields of a content type, made from its declaration."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from wtforms import (
    BooleanField,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional
from wtforms.widgets import DateInput, TextInput, TimeInput, URLInput

from cms import ids
from cms.content.fields import Field
from cms.i18n import gettext as _
from cms.web.forms import FieldList, choices, strip, to_lf

SPARE_PARTS = 1  # empty parts at the end of a repeated list, so that one can be added
NEW_PART = "new-"  # stands before the id of a part that is not saved yet
CELL_BREAK = "|"
REFERRING = ("entry", "term", "profile")
# A colour is typed: the browser's own colour input cannot be left empty.
_WIDGETS = {"date": DateInput(), "time": TimeInput(), "link": URLInput(), "number": TextInput()}
_BARS = re.compile(r"(\\+)\|")
_IN_CELL = re.compile(r"(\\*)\|")
_CELL = re.compile(r"((?:[^\\|]|\\.|\\$)*)(\||$)", re.DOTALL)

# What a field may refer to, as values and their words.
Offers = Callable[[Field], Iterable[tuple[str, str]]]


def make_form(fields: Sequence[Field]) -> type[Form]:
    """A form class with an input for each field."""
    return type("TypedForm", (Form,), {field.name: _input(field) for field in fields})


def offer(form: Any, fields: Sequence[Field], offers: Offers) -> None:
    """Fill in what can be chosen; what is chosen already stands first and never goes missing."""
    for field in fields:
        bound = form[field.name]
        if field.kind == "group":
            offer(bound.form, field.of, offers)
        elif field.kind == "list":
            for part in bound:
                offer(part.form, field.of, offers)
        elif field.kind in REFERRING:
            bound.choices = choices(_offered(field, bound.data, offers))


def to_form(fields: Sequence[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """The stored values as the form shows them."""
    return {field.name: _shown(field, values.get(field.name, field.default)) for field in fields}


def from_form(
    fields: Sequence[Field], data: Mapping[str, Any], before: Mapping[str, Any]
) -> dict[str, Any]:
    """What was typed, in the shape that the content room cleans and stores."""
    return {
        field.name: _value(field, data.get(field.name), before.get(field.name)) for field in fields
    }


def find_input(form: Any, fields: Sequence[Field], place: str) -> Any:
    """The input that a refused value was typed into, or None; `place` is such as “steps.0.name”."""
    name, _dot, rest = place.partition(".")
    field = next((each for each in fields if each.name == name), None)
    if field is None:
        return None
    bound = form[name]
    if field.kind == "group" and rest:
        return find_input(bound.form, field.of, rest)
    if field.kind == "list" and rest:
        number, _dot, rest = rest.partition(".")
        order = _kept_parts(field, [part.data for part in bound])
        if not number.isdecimal() or int(number) >= len(order):
            return bound
        return find_input(bound[order[int(number)]].form, field.of, rest) or bound
    return bound


def _shown(field: Field, value: Any) -> Any:
    if field.kind == "group":
        return to_form(field.of, value or {})
    if field.kind == "list":
        parts = [
            {**to_form(field.of, part), "part": part.get("_id", ""), "part_place": number}
            for number, part in enumerate(value or (), start=1)
        ]
        return parts + [{"part": NEW_PART + ids.new_id()} for _spare in range(SPARE_PARTS)]
    if field.kind == "table":
        return "\n".join(f" {CELL_BREAK} ".join(map(_escaped, row)) for row in value or ())
    if field.kind in REFERRING and field.several:
        return list(value or ())
    if isinstance(value, list):
        return ", ".join(value)
    if field.kind == "yes_no":
        return bool(value)
    return "" if value is None else str(value)


def _value(field: Field, typed: Any, before: Any) -> Any:
    if field.kind == "group":
        return from_form(field.of, typed or {}, before or {})
    if field.kind == "list":
        known = {part.get("_id"): part for part in before or ()}
        parts = list(typed or ())
        return [_part(field, parts[place], known) for place in _kept_parts(field, parts)]
    if field.kind == "table":
        return [_cells(line) for line in str(typed or "").splitlines() if line.strip()]
    if field.kind == "yes_no" and before is None and not typed:
        return None  # Nobody has said no; an untouched form leaves it open.
    if field.kind in REFERRING and field.several:
        return list(typed or ())
    if field.several:
        return [each.strip() for each in str(typed or "").split(",") if each.strip()]
    return typed


def _part(field: Field, typed: Mapping[str, Any], known: Mapping[Any, Any]) -> dict[str, Any]:
    part_id = str(typed.get("part") or "").removeprefix(NEW_PART)
    return {**from_form(field.of, typed, known.get(part_id) or {}), "_id": part_id or None}


def _kept_parts(field: Field, parts: Sequence[Mapping[str, Any]]) -> list[int]:
    """The places in the form of the parts that stay, in the order that was asked for."""
    kept = [
        number
        for number, part in enumerate(parts)
        if not part.get("part_removed") and not _is_untouched(field, part)
    ]

    def wanted(number: int) -> tuple[int, int]:
        own, asked = number + 1, parts[number].get("part_place") or number + 1
        # Who moves up goes before the part that stands there, who moves down behind it.
        return asked, (asked > own) - (asked < own)

    return sorted(kept, key=wanted)


def _is_untouched(field: Field, part: Mapping[str, Any]) -> bool:
    """Whether this is the spare part, and nothing was typed into it."""
    if not str(part.get("part") or NEW_PART).startswith(NEW_PART):
        return False
    return _is_blank(field.of, part)


def _is_blank(fields: Sequence[Field], typed: Mapping[str, Any]) -> bool:
    for field in fields:
        value = typed.get(field.name)
        if field.kind == "group":
            blank = _is_blank(field.of, value or {})
        elif field.kind == "list":
            blank = all(_is_untouched(field, part) for part in value or ())
        else:
            blank = not value or value == _shown(field, field.default)
        if not blank:
            return False
    return True


def _offered(field: Field, chosen: Any, offers: Offers) -> list[tuple[str, str]]:
    known = dict(offers(field))
    present = [each for each in (chosen if isinstance(chosen, list) else [chosen]) if each]
    first = [(each, known.get(each, _("(gone)"))) for each in present]
    if field.several:
        return [*first, *((value, words) for value, words in known.items() if value not in present)]
    missing = [pair for pair in first if pair[0] not in known]
    return [("", "–"), *missing, *known.items()]


def _escaped(cell: str) -> str:
    return _IN_CELL.sub(lambda found: found[1] * 2 + "\\|", cell)


def _cells(line: str) -> list[str]:
    """The cells of a typed line; “\\|” is a bar within a cell."""
    cells: list[str] = []
    start, goes_on = 0, True
    while goes_on and (found := _CELL.match(line, start)) is not None:
        bare = _BARS.sub(lambda bars: "\\" * (len(bars[1]) // 2) + "|", found[1])
        cells.append(bare.strip())
        start, goes_on = found.end(), bool(found[2])
    return cells


def _input(field: Field) -> Any:
    label, hint = str(field.label), str(field.help)
    if field.kind == "group":
        return FormField(make_form(field.of), label, description=hint)
    if field.kind == "list":
        return FieldList(FormField(_part_form(field), label), label, description=hint)
    if field.kind == "markdown":
        return TextAreaField(label, description=hint, filters=[to_lf])
    if field.kind == "table":
        hint = hint or _("One row to a line, cells apart by |.")
        return TextAreaField(label, description=hint, filters=[to_lf])
    if field.kind == "yes_no":
        return BooleanField(label, description=hint)
    if field.kind == "choice":
        pairs = [("", "–"), *((each.value, str(each.label)) for each in field.choices)]
        return SelectField(label, choices=choices(pairs), description=hint, validate_choice=False)
    if field.kind in REFERRING:
        kind = SelectMultipleField if field.several else SelectField
        return kind(label, choices=[], description=hint, validate_choice=False)
    if field.kind == "colour":
        hint = hint or _("Such as #8a3324.")
    widget = _WIDGETS.get(field.kind)
    return StringField(label, description=hint, filters=[to_lf, strip], widget=widget)


def _part_form(field: Field) -> type[Form]:
    own = {
        "part": HiddenField(),
        "part_place": IntegerField(_("Place"), [Optional()]),
        "part_removed": BooleanField(_("Remove")),
    }
    inputs = {each.name: _input(each) for each in field.of}
    return type("PartForm", (Form,), {**inputs, **own})
