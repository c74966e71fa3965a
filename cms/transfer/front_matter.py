"""The block of facts at the top of a Markdown file, in YAML, TOML or JSON. PURE.

Nothing here raises: what cannot be read becomes a problem with its line, and the text below stays.
"""

import json
import re
import tomllib
from dataclasses import dataclass, field
from datetime import date, time
from typing import Literal

import yaml

from cms.i18n import gettext as _
from cms.transfer import plain_yaml
from cms.transfer.sources import Note

MAX_BYTES = 64 * 1024
MAX_DEPTH = 20

Format = Literal["yaml", "toml", "json"]
OPENING = re.compile(r"(---|\+\+\+)[ \t]*(?:\n|$)")
JSON_OPENING = re.compile(r'\{\s*(?:"|\})')
YAML_LINE = re.compile(
    r"(?P<key>[A-Za-z_][\w.-]*(?: [\w.-]+)*)[ \t]*:(?:[ \t]+(?P<value>\S.*?)|[ \t]*)$"
)
# What may not start an unquoted value, or ends it early.
NEEDS_QUOTES = re.compile(r"^(?:[@`%&*|>{}\[\],#?]|!(?!!))|: |:$| #|\t")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """A file cut in two: its values and its text, with what had to be mended on the way."""

    values: dict[str, object]
    body: str
    format: Format | None = None
    raw: str = ""
    notes: tuple[Note, ...] = ()
    problem: str | None = None
    line: int | None = None  # of the problem, in the file


@dataclass(slots=True)
class _Parsed:
    values: object = None
    notes: list[Note] = field(default_factory=list)
    problem: str | None = None
    line: int | None = None


def split(text: str) -> tuple[Format | None, str, str]:
    """The format, the raw facts and the text below; (None, "", text) where there are none."""
    text = text.removeprefix("\ufeff")
    if opening := OPENING.match(text):
        mark = opening[1]
        closing = re.compile(rf"^{re.escape(mark)}[ \t]*$", re.MULTILINE)
        if mark == "---":
            closing = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
        end = closing.search(text, opening.end())
        if end is None:
            return _unclosed(text, opening)
        raw = text[opening.end() : end.start()]
        return ("yaml" if mark == "---" else "toml"), raw, text[end.end() :].removeprefix("\n")
    if JSON_OPENING.match(text):
        end_at = _json_end(text)
        return "json", text[:end_at], text[end_at:].removeprefix("\n")
    return None, "", text


def read(text: str) -> FrontMatter:
    """The values and the text of one file with LF newlines."""
    kind, raw, body = split(text)
    if kind is None:
        return FrontMatter({}, body)
    if len(raw.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        why = _("The front matter is longer than 64 KB.")
        return FrontMatter({}, body, kind, raw[:2000], problem=why, line=1)
    parsed = READERS[kind](raw)
    if parsed.problem is None and parsed.values is None:
        parsed.values = {}
    if parsed.problem is None and not isinstance(parsed.values, dict):
        parsed.problem, parsed.line = _("The front matter holds no names and values."), 0
    if parsed.problem is not None:
        line = None if parsed.line is None else parsed.line + (1 if kind == "json" else 2)
        raw = "" if raw == UNCLOSED else raw
        return FrontMatter({}, body, kind, raw, tuple(parsed.notes), parsed.problem, line)
    assert isinstance(parsed.values, dict)
    values = {str(key): plain(value) for key, value in parsed.values.items()}
    return FrontMatter(values, body, kind, raw, tuple(parsed.notes))


def plain(value: object, depth: int = 0) -> object:
    """The value in types that JSON has; dates as ISO text, numbers that JSON lacks as text."""
    if depth > MAX_DEPTH:
        return None
    if isinstance(value, dict):
        return {str(key): plain(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner, depth + 1) for inner in value]
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**53:
        return str(value)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, date | time):  # a datetime is a date
        return value.isoformat()
    return str(value)


def _unclosed(text: str, opening: re.Match[str]) -> tuple[Format | None, str, str]:
    """A rule at the top of a text is no front matter; a rule followed by `key: value` meant it."""
    first = text[opening.end() :].split("\n", 1)[0]
    if opening[1] == "---" and YAML_LINE.match(first):
        return "yaml", UNCLOSED, text
    if opening[1] == "+++" and re.match(r"\s*[\w.-]+\s*=|\[", first):
        return "toml", UNCLOSED, text
    return None, "", text


UNCLOSED = "\x00unclosed"  # NUL cannot come from a file: readers take it out before.


def _read_yaml(raw: str) -> _Parsed:
    if raw == UNCLOSED:
        return _Parsed(problem=_("The front matter is never closed with “---”."), line=-1)
    parsed = _load_yaml(raw)
    if parsed.problem is None:
        return parsed
    mended, notes = _mend_yaml(raw)
    if notes:
        again = _load_yaml(mended)
        if again.problem is None:
            again.notes = [*notes, *again.notes]
            return again
    return parsed


def _load_yaml(raw: str) -> _Parsed:
    try:
        values, repeated = plain_yaml.load(raw)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return _Parsed(problem=_why(error.problem), line=mark.line if mark else 0)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return _Parsed(problem=_why(str(error).split("\n")[0]), line=0)
    notes = [
        Note("changed", key, _("This key stands there twice; its last value counts."))
        for key in dict.fromkeys(repeated)
    ]
    return _Parsed(values, notes)


def _mend_yaml(raw: str) -> tuple[str, list[Note]]:
    """The text with tabs as spaces and with quotes around values that YAML trips over."""
    notes: list[Note] = []
    lines = raw.split("\n")
    for number, line in enumerate(lines):
        if re.match(r" *\t", line):
            indent = re.match(r"[ \t]*", line)
            assert indent
            line = indent.group().replace("\t", "  ") + line[indent.end() :]
            notes.append(Note("changed", line.strip()[:40], _("Tabs were read as two spaces.")))
        match = YAML_LINE.match(line)
        value = match["value"] if match else None
        if match and value and _trips_yaml(value):
            line = f"{match['key']}: {json.dumps(value, ensure_ascii=False)}"
            why = _("The value holds signs that YAML reads otherwise; it was put in quotes.")
            notes.append(Note("changed", match["key"], why))
        lines[number] = line
    return "\n".join(lines), notes


def _trips_yaml(value: str) -> bool:
    if value[0] in "\"'":
        return len(value) < 2 or value[-1] != value[0]
    return value[0] not in "[{|>" and NEEDS_QUOTES.search(value) is not None


def _read_toml(raw: str) -> _Parsed:
    if raw == UNCLOSED:
        return _Parsed(problem=_("The front matter is never closed with “+++”."), line=-1)
    try:
        return _Parsed(tomllib.loads(raw))
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        place = re.search(r"at line (\d+)", str(error))
        why = re.sub(r"\s*\(at .*\)$", "", str(error))
        return _Parsed(problem=_why(why), line=int(place[1]) - 1 if place else 0)


def _read_json(raw: str) -> _Parsed:
    repeated: list[str] = []

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        values = dict(pairs)
        if len(values) < len(pairs):
            names = [name for name, _value in pairs]
            repeated.extend(name for name in values if names.count(name) > 1)
        return values

    try:
        values = json.loads(raw, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        return _Parsed(problem=_why(error.msg), line=error.lineno - 1)
    except (ValueError, RecursionError) as error:
        return _Parsed(problem=_why(str(error)), line=0)
    why = _("This key stands there twice; its last value counts.")
    return _Parsed(values, [Note("changed", key, why) for key in dict.fromkeys(repeated)])


def _json_end(text: str) -> int:
    """Where the first JSON object ends; for a broken one, at a line that is only a brace."""
    try:
        return json.JSONDecoder().raw_decode(text[: MAX_BYTES * 2])[1]
    except (ValueError, RecursionError):
        closing = re.search(r"^\}[ \t]*$", text, re.MULTILINE)
        return closing.end() if closing else text.find("\n\n") % (len(text) + 1)


def _why(words: str | None) -> str:
    return _("The front matter cannot be read: {why}.", why=(words or "?").strip().rstrip("."))


READERS = {"yaml": _read_yaml, "toml": _read_toml, "json": _read_json}
