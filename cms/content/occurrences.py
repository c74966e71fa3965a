"""Where words stand in a text, and the text with others in their place. PURE."""

import re
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice

from cms.content.snapshot import SEO_KEYS, Snapshot

CONTEXT = 60  # characters shown on each side
# A reference by identity is no prose: a change inside would break the link.
_REFERENCE = re.compile(r"\b(?:entry|media|term|profile):[0-9A-Z]{26}\b")
_NOWHERE = (sys.maxsize, sys.maxsize)  # behind the end of every text
_WRITTEN = ("title", "source", "excerpt")
_SEO = tuple(f"seo.{key}" for key, longest in SEO_KEYS.items() if key in ("title", "description"))
FIELDS = (*_WRITTEN, *_SEO)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for, and what shall stand in its place."""

    words: str
    replacement: str = ""
    match_case: bool = False
    whole_words: bool = False

    @property
    def pattern(self) -> re.Pattern[str]:
        """Matches the words literally, in linear time."""
        literal = re.escape(self.words)
        if self.whole_words:
            literal = rf"(?<!\w){literal}(?!\w)"
        return re.compile(literal, 0 if self.match_case else re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where the words stand, with what surrounds it on its line."""

    field: str
    number: int
    line: int
    before: str
    found: str
    after: str

    @property
    def key(self) -> str:
        """Names this place within its entry."""
        return f"{self.field}:{self.number}"


def list_hits(content: Snapshot, wanted: Wanted, *, most: int | None = None) -> list[Hit]:
    """Every place in the title, the text, the excerpt and the words for search engines.

    With `most` only the first so many.
    """
    found = (hit for field in FIELDS for hit in _hits(field, _value(content, field), wanted))
    return list(islice(found, most))


def count_hits(content: Snapshot, wanted: Wanted) -> int:
    """In how many places the words stand."""
    return sum(1 for field in FIELDS for _ in _matches(_value(content, field), wanted))


def replaced(
    content: Snapshot, wanted: Wanted, chosen: Collection[str] | None = None
) -> dict[str, object]:
    """The values of the snapshot that change when the chosen places (by key) are replaced.

    `None` means all of them.
    """
    changed: dict[str, object] = {}
    seo = dict(content.seo)
    for field in FIELDS:
        old = _value(content, field)
        new = _with_replacements(field, old, wanted, chosen)
        if new == old:
            continue
        if field in _SEO:
            seo[field.removeprefix("seo.")] = new
            changed["seo"] = seo
        else:
            changed[field] = new
    return changed


def _hits(field: str, value: str, wanted: Wanted) -> Iterator[Hit]:
    # Each letter is looked at once, however many places there are and however long the lines.
    line, begin, seen = 1, 0, 0
    for number, match in enumerate(_matches(value, wanted)):
        line += value.count("\n", seen, match.start())
        begin = max(begin, value.rfind("\n", seen, match.start()) + 1)
        seen = match.start()
        before = value[max(begin, match.start() - CONTEXT - 1) : match.start()]
        after = value[match.end() : match.end() + CONTEXT + 1].partition("\n")[0]
        yield Hit(
            field,
            number,
            line,
            "…" + before[-CONTEXT:] if len(before) > CONTEXT else before,
            match[0],
            after[:CONTEXT] + "…" if len(after) > CONTEXT else after,
        )


def _with_replacements(
    field: str, value: str, wanted: Wanted, chosen: Collection[str] | None
) -> str:
    parts, at = [], 0
    for number, match in enumerate(_matches(value, wanted)):
        if chosen is not None and f"{field}:{number}" not in chosen:
            continue
        parts += [value[at : match.start()], wanted.replacement]
        at = match.end()
    return "".join([*parts, value[at:]])


def _matches(value: str, wanted: Wanted) -> Iterator[re.Match[str]]:
    if not wanted.words:
        return
    kept = (match.span() for match in _REFERENCE.finditer(value))
    begin, end = next(kept, _NOWHERE)
    for match in wanted.pattern.finditer(value):
        while end <= match.start():
            begin, end = next(kept, _NOWHERE)
        if begin >= match.end():
            yield match


def _value(content: Snapshot, field: str) -> str:
    if field in _SEO:
        return str(content.seo.get(field.removeprefix("seo.")) or "")
    return str(getattr(content, field) or "")
