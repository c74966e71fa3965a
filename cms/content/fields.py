"""Typed fields of content types: their declaration, and the cleaning of what is typed. PURE."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Literal, NoReturn

from cms import ids, text
from cms.errors import Rejected
from cms.i18n import gettext as _

Kind = Literal[
    "text", "markdown", "number", "yes_no", "choice", "date", "time", "colour", "link",
    "entry", "term", "profile", "media", "table", "group", "list",
]  # fmt: skip

MAX_TEXT = 500  # characters of a text field that sets no limit of its own
MAX_MARKDOWN = 100_000
MAX_ROWS = 200
MOST_EXACT = 2**53  # Beyond it a number with a point is no longer every whole number.
MAX_COLUMNS = 30
_COLOUR = re.compile(r"#[0-9a-f]{6}([0-9a-f]{2})?")
_LINK = re.compile(r"(https?://|mailto:|tel:|/(?!/)|#)[^\s<>\"\\]*")
_NUMBER = re.compile(r"[+-]?([0-9]{1,20}([.,][0-9]{0,20})?|[.,][0-9]{1,20})(e[+-]?[0-9]{1,2})?")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that may be chosen, and its words."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One typed field; `of` holds the fields of a group or of each part of a list."""

    name: str
    kind: Kind
    label: str
    help: str = ""
    required: bool = False
    default: Any = None
    least: float | None = None
    most: float | None = None
    choices: tuple[Choice, ...] = ()
    of: tuple["Field", ...] = ()
    types: tuple[str, ...] = ()
    taxonomy: str = "tag"
    several: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"“{self.name}” cannot name a field")
        if self.kind in ("group", "list") and not self.of:
            raise ValueError(f"the field {self.name} needs fields of its own")
        if self.kind == "choice" and not self.choices:
            raise ValueError(f"the field {self.name} needs choices")


def clean_all(
    fields: Sequence[Field], values: Mapping[str, Any], *, complete: bool, at: str = ""
) -> dict[str, Any]:
    """The values as they are stored; raises Rejected at the first that cannot be.

    A draft may leave required fields blank; `complete` refuses that, for publishing. Values of
    fields that are not declared are kept, so that nothing is lost when a declaration goes away.
    """
    known = {field.name for field in fields}
    cleaned = {name: value for name, value in values.items() if name not in known}
    for field in fields:
        place = f"{at}{field.name}"
        value = _clean(field, values.get(field.name, field.default), complete, place)
        if value in (None, "", [], {}):
            if field.required and complete:
                _refuse(place, _("“{label}” is needed.", label=field.label))
            continue
        cleaned[field.name] = value
    return cleaned


def plain_text(fields: Sequence[Field], values: Mapping[str, Any]) -> str:
    """All words in the fields, for the search."""
    words: list[str] = []
    for field in fields:
        value = values.get(field.name)
        if value is None:
            continue
        if field.kind in ("text", "markdown"):
            words.append(str(value))
        elif field.kind == "table":
            words += [cell for row in value for cell in row]
        elif field.kind == "group":
            words.append(plain_text(field.of, value))
        elif field.kind == "list":
            words += [plain_text(field.of, part) for part in value]
    return "\n".join(word for word in words if word)


def _clean(field: Field, value: Any, complete: bool, place: str) -> Any:
    if value is None or value == "":
        return None
    if field.kind == "group":
        return clean_all(field.of, _mapping(value, place), complete=complete, at=f"{place}.")
    if field.kind == "list":
        return _clean_list(field, value, complete, place)
    if field.kind in ("entry", "term", "profile", "media"):
        return _clean_ids(field, value, place)
    return _CLEANERS[field.kind](field, value, place)


def _clean_list(field: Field, value: Any, complete: bool, place: str) -> list[dict[str, Any]]:
    parts = []
    for number, part in enumerate(_sequence(value, place)):
        cleaned = clean_all(
            field.of, _mapping(part, place), complete=complete, at=f"{place}.{number}."
        )
        given = cleaned.pop("_id", None)
        if cleaned:
            # A part keeps its id, so that a merge knows a moved part from a new one.
            keeps = isinstance(given, str) and ids.is_id(given)
            parts.append({"_id": given if keeps else ids.new_id(), **cleaned})
    most = int(field.most or MAX_ROWS)
    if len(parts) > most:
        _refuse(place, _("“{label}” holds at most {most}.", label=field.label, most=most))
    return parts


def _clean_ids(field: Field, value: Any, place: str) -> Any:
    several = list(_sequence(value, place)) if field.several else [value]
    for one in several:
        if not isinstance(one, str) or not ids.is_id(one):
            _refuse(place, _("“{label}” holds something unknown.", label=field.label))
    if len(several) > int(field.most or MAX_ROWS):
        _refuse(place, _("“{label}” holds too many.", label=field.label))
    return several if field.several else several[0]


def _clean_text(field: Field, value: Any, place: str) -> str:
    cleaned = text.clean_line(_string(value, place))
    return _within(field, cleaned, int(field.most or MAX_TEXT), place)


def _clean_markdown(field: Field, value: Any, place: str) -> str:
    source = text.clean_source(_string(value, place))
    return _within(field, source, int(field.most or MAX_MARKDOWN), place)


def _clean_number(field: Field, value: Any, place: str) -> float | int:
    words = _("“{label}” needs a number.", label=field.label)
    if isinstance(value, bool) or not _NUMBER.fullmatch(str(value).strip()):
        _refuse(place, words)
    written = str(value).strip().replace(",", ".")
    number = float(written)
    if abs(number) > MOST_EXACT:
        _refuse(place, words)
    if field.least is not None and number < field.least:
        _refuse(place, _("“{label}” is at least {least}.", label=field.label, least=field.least))
    if field.most is not None and number > field.most:
        _refuse(place, _("“{label}” is at most {most}.", label=field.label, most=field.most))
    return int(number) if number.is_integer() else number


def _clean_yes_no(field: Field, value: Any, place: str) -> bool:
    if value in (True, "y", "yes", "on", "true", "1"):
        return True
    if value in (False, "n", "no", "off", "false", "0"):
        return False
    _refuse(place, _("“{label}” is yes or no.", label=field.label))


def _clean_choice(field: Field, value: Any, place: str) -> str:
    if value not in [choice.value for choice in field.choices]:
        _refuse(place, _("“{value}” is not one of the choices.", value=value))
    return str(value)


def _clean_date(field: Field, value: Any, place: str) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        _refuse(place, _("“{label}” needs a date, such as 2026-04-30.", label=field.label))


def _clean_time(field: Field, value: Any, place: str) -> str:
    try:
        typed = time.fromisoformat(str(value))
    except ValueError:
        typed = None
    if typed is None or typed.tzinfo is not None:
        _refuse(place, _("“{label}” needs a time, such as 18:30.", label=field.label))
    return typed.isoformat("seconds" if typed.second else "minutes")


def _clean_colour(field: Field, value: Any, place: str) -> str:
    colour = _string(value, place).strip().lower()
    if not _COLOUR.fullmatch(colour):
        _refuse(place, _("“{label}” needs a colour, such as #8a3324.", label=field.label))
    return colour


def _clean_link(field: Field, value: Any, place: str) -> str:
    link = _string(value, place).strip()
    if not _LINK.fullmatch(link) or len(link) > 2000:
        _refuse(place, _("“{label}” needs a web address or a path.", label=field.label))
    return link


def _clean_table(field: Field, value: Any, place: str) -> list[list[str]]:
    rows = [
        [text.clean_line(_string(cell, place)) for cell in _sequence(row, place)]
        for row in _sequence(value, place)
    ]
    if len(rows) > MAX_ROWS or any(len(row) > MAX_COLUMNS for row in rows):
        _refuse(place, _("“{label}” is too large a table.", label=field.label))
    width = max((len(row) for row in rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows if any(row)]


_CLEANERS = {
    "text": _clean_text,
    "markdown": _clean_markdown,
    "number": _clean_number,
    "yes_no": _clean_yes_no,
    "choice": _clean_choice,
    "date": _clean_date,
    "time": _clean_time,
    "colour": _clean_colour,
    "link": _clean_link,
    "table": _clean_table,
}


def _within(field: Field, value: str, most: int, place: str) -> str:
    if len(value) > most:
        words = _("“{label}” has {count} characters; at most {most} fit.", label=field.label,
                  count=len(value), most=most)  # fmt: skip
        _refuse(place, words)
    if field.least is not None and value and len(value) < field.least:
        least = int(field.least)
        _refuse(place, _("“{label}” needs {least} characters.", label=field.label, least=least))
    return value


def _string(value: Any, place: str) -> str:
    if not isinstance(value, str) or text.has_unstorable(value):
        _refuse(place, _("This is not text that can be kept."))
    return str(value)


def _mapping(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        _refuse(place, _("This does not have the form that is needed."))
    return dict(value)


def _sequence(value: Any, place: str) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        _refuse(place, _("This does not have the form that is needed."))
    return list(value)


def _refuse(place: str, words: str) -> NoReturn:
    raise Rejected(words, field=f"fields.{place}")
