"""A form for the typed fields of a content type, made from its declaration."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.widgets import ColorInput, DateInput, TextInput, TimeInput, URLInput

from cms.content.fields import Field
from cms.i18n import gettext as _
from cms.web.forms import choices, strip, to_lf

SPARE_PARTS = 1  # empty parts at the end of a repeated list, so that one can be added
CELL_BREAK = "|"
_WIDGETS = {
    "date": DateInput(),
    "time": TimeInput(),
    "colour": ColorInput(),
    "link": URLInput(),
    "number": TextInput(),
}


def make_form(fields: Sequence[Field]) -> type[Form]:
    """A form class with an input for each field."""
    return type("TypedForm", (Form,), {field.name: _input(field) for field in fields})


def to_form(fields: Sequence[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """The stored values as the form shows them."""
    shown: dict[str, Any] = {}
    for field in fields:
        value = values.get(field.name, field.default)
        if field.kind == "group":
            shown[field.name] = to_form(field.of, value or {})
        elif field.kind == "list":
            parts = [{**to_form(field.of, part), "part": part.get("_id", "")}
                     for part in value or ()]  # fmt: skip
            shown[field.name] = parts + [{"part": ""}] * SPARE_PARTS
        elif field.kind == "table":
            shown[field.name] = "\n".join(f" {CELL_BREAK} ".join(row) for row in value or ())
        elif isinstance(value, list):
            shown[field.name] = ", ".join(value)
        elif field.kind == "yes_no":
            shown[field.name] = bool(value)
        else:
            shown[field.name] = "" if value is None else str(value)
    return shown


def from_form(fields: Sequence[Field], data: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, in the shape that the content room cleans and stores."""
    return {field.name: _value(field, data.get(field.name)) for field in fields}


def _value(field: Field, typed: Any) -> Any:
    if field.kind == "group":
        return from_form(field.of, typed or {})
    if field.kind == "list":
        return [{**from_form(field.of, part), "_id": part.get("part") or None}
                for part in typed or () if not part.get("part_removed")]  # fmt: skip
    if field.kind == "table":
        lines = str(typed or "").splitlines()
        return [[cell.strip() for cell in line.split(CELL_BREAK)] for line in lines if line.strip()]
    if field.several:
        return [each.strip() for each in str(typed or "").split(",") if each.strip()]
    return typed


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
    widget = _WIDGETS.get(field.kind)
    return StringField(label, description=hint, filters=[to_lf, strip], widget=widget)


def _part_form(field: Field) -> type[Form]:
    hidden = {"part": HiddenField(), "part_removed": BooleanField(_("Remove"))}
    inputs = {each.name: _input(each) for each in field.of}
    return type("PartForm", (Form,), {**inputs, **hidden})
