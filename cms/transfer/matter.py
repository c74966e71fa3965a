"""Takes known keys out of front matter one by one, and notes what makes no sense. PURE."""

import re
from datetime import UTC, datetime, tzinfo

from cms import text
from cms.i18n import gettext as _
from cms.transfer import dates
from cms.transfer.sources import Note, NoteKind

TRUE = frozenset(("true", "yes", "on", "1"))
FALSE = frozenset(("false", "no", "off", "0", ""))
MAX_LINE = 2000  # characters of an address, a title or a name
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]+")


class Matter:
    """The values of one file while they are being understood; what is left in the end is kept."""

    def __init__(self, values: dict[str, object], *, fold_case: bool = False) -> None:
        self.values: dict[str, object] = {}
        self.notes: list[Note] = []
        for key, value in values.items():
            name = key.lower() if fold_case else key
            if name in self.values:
                self.note("changed", key, _("This key stands there twice; its last value counts."))
            self.values[name] = value

    def note(self, kind: NoteKind, what: str, why: str) -> None:
        """Remember one loss or change of this file."""
        note = Note(kind, what, why)
        if note not in self.notes:
            self.notes.append(note)

    def take(self, *keys: str) -> object:
        """The first of these keys that has a value; all of them are taken out."""
        found = [self.values.pop(key, None) for key in keys]
        return next((value for value in found if value is not None), None)

    def take_text(self, *keys: str) -> str | None:
        """One line of text; numbers count as text, lists and tables do not."""
        value = self.take(*keys)
        if value is None or value == "":
            return None
        if isinstance(value, bool | int | float):
            return str(value).lower() if isinstance(value, bool) else str(value)
        if not isinstance(value, str):
            self.note("skipped", keys[0], _("Text was expected here."))
            return None
        line = clean_line(value)
        if len(line) > MAX_LINE:
            self.note("changed", keys[0], _("It was longer than {most} characters.", most=MAX_LINE))
        return line[:MAX_LINE].rstrip() or None

    def take_prose(self, *keys: str) -> str | None:
        """Text of several lines."""
        value = self.take(*keys)
        if value is None or isinstance(value, str):
            return (value or "").strip() or None
        self.note("skipped", keys[0], _("Text was expected here."))
        return None

    def take_list(self, *keys: str, separator: str | None = None) -> tuple[str, ...]:
        """The lines of a list, or of one text cut at the separator; each once."""
        value = self.take(*keys)
        if isinstance(value, str):
            parts = re.split(separator, value) if separator else [value]
            value = list(parts)
        elif value is not None and not isinstance(value, list):
            value = [value]
        found: dict[str, None] = {}
        for one in value or []:
            if isinstance(one, str | int | float) and not isinstance(one, bool):
                if line := clean_line(str(one))[:MAX_LINE]:
                    found[line] = None
            elif one is not None:
                self.note("skipped", keys[0], _("One of the values is not text."))
        return tuple(found)

    def take_bool(self, *keys: str) -> bool | None:
        """Yes or no in its usual spellings."""
        value = self.take(*keys)
        if value is None or isinstance(value, bool):
            return value
        word = str(value).strip().lower()
        if word in TRUE or word in FALSE:
            return word in TRUE
        self.note("skipped", keys[0], _("“{value}” is neither yes nor no.", value=word[:40]))
        return None

    def take_number(self, *keys: str) -> int | None:
        """A whole number."""
        value = self.take(*keys)
        if value is None:
            return None
        try:
            number = int(float(str(value)))
        except (ValueError, OverflowError):
            number = 2**31
        if abs(number) < 2**31:
            return number
        self.note("skipped", keys[0], _("“{value}” is no usable number.", value=str(value)[:40]))
        return None

    def take_date(self, *keys: str, zone: tzinfo = UTC) -> datetime | None:
        """The first of these keys that is a date; a date that cannot be is noted."""
        found: datetime | None = None
        for key in keys:
            value = self.values.pop(key, None)
            if value is None or value == "":
                continue
            read = dates.read_date(value, zone)
            if read is None:
                why = _("“{value}” is no possible date.", value=str(value)[:40])
                self.note("skipped", key, why)
            found = found or read
        return found

    def take_table(self, key: str) -> dict[str, object]:
        """A nested table; anything else stays where it is and is kept as a field."""
        value = self.values.get(key)
        if not isinstance(value, dict):
            return {}
        del self.values[key]
        return {str(name): inner for name, inner in value.items()}

    def rest(self) -> dict[str, object]:
        """What nobody asked for: kept as fields."""
        return {key: value for key, value in self.values.items() if value is not None}


def clean_line(words: str) -> str:
    """One line: NFC, runs of control characters and newlines as one space."""
    return CONTROLS.sub(" ", text.normalise(words)).strip()
