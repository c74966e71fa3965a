"""Plain text: one form for its letters, slugs, truncation, and what no database may be given."""

import re
import unicodedata
from typing import Literal

from slugify import slugify

MAX_SLUG = 120  # characters
LONGEST_RUN = 30  # marks on one letter; no language comes near it (UAX #15, section 13)

NormalForm = Literal["NFC", "NFD", "NFKC", "NFKD"]

# No letter below U+0300 is a mark, so most texts need no closer look.
_MAYBE_MARKS = re.compile(f"[\u0300-\U0010ffff]{{{LONGEST_RUN + 1},}}")
# Their class is zero, yet they come apart into marks alone.
_HIDDEN_MARKS = frozenset("\u0f73\u0f75\u0f81\uff9e\uff9f")

# C0 and C1 controls but for tab and newline: invisible, and never typed on purpose.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_NEWLINES = re.compile("\r\n?")
# What a spreadsheet would take for a formula, which may fetch and send things.
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Where another list separator is usual, a cell is cut at these, and its rest is a cell of its own.
_RISKY_INSIDE = re.compile(r"([;\t\r\n])(?=[=+\-@＝＋－＠])")


def normalise(value: str, form: NormalForm = "NFC") -> str:
    """The text with its letters in one form; one with endless marks stays as it is.

    Marks are put in order in quadratic time, so a long run of them would occupy a processor.
    """
    if value.isascii() or has_endless_marks(value):
        return value
    return unicodedata.normalize(form, value)


def has_endless_marks(value: str) -> bool:
    """Whether more marks stand on one letter than any writing needs."""
    return any(_has_long_run(span[0]) for span in _MAYBE_MARKS.finditer(value))


def make_slug(text: str, *, max_length: int = MAX_SLUG) -> str:
    """The last part of a path for this text, letters of any script kept; may be empty."""
    # Slugify normalises too, and without a bound.
    text = text[: 10 * max_length]
    return str(slugify(text, allow_unicode=True, max_length=max_length, word_boundary=True))


def fold(value: str) -> str:
    """The text without letter case and accents, for sorting and finding."""
    bare = normalise(value.casefold(), "NFKD")
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def truncate(text: str, length: int) -> str:
    """The text cut at a word within `length` characters, with an ellipsis where it was cut."""
    if len(text) <= length:
        return text
    head = text[: length - 1]
    at_word = head.rsplit(" ", 1)[0]
    return (at_word if len(at_word) > length // 2 else head).rstrip(" ,;:.") + "…"


def clean_line(text: str) -> str:
    """One line of text: NFC, no control characters, spaces folded at the ends."""
    return _CONTROLS.sub("", normalise(text).replace("\n", " ")).strip()


def clean_source(text: str) -> str:
    """Text of several lines with LF newlines; every other character stays as it was typed."""
    return _NEWLINES.sub("\n", text)


def has_unstorable(text: str) -> bool:
    """Whether the text holds what no database keeps: NUL or a lone surrogate."""
    return "\x00" in text or _SURROGATES.search(text) is not None


def without_controls(text: str) -> str:
    """The text without control characters, lone surrogates and what else XML 1.0 cannot hold."""
    return _NOT_XML.sub("", text)


def has_controls(text: str) -> bool:
    """Whether the text holds control characters other than tab and newline."""
    return _CONTROLS.search(text) is not None


def _has_long_run(letters: str) -> bool:
    run = 0
    for letter in letters:
        is_mark = unicodedata.combining(letter) or letter in _HIDDEN_MARKS
        run = run + 1 if is_mark else 0
        if run > LONGEST_RUN:
            return True
    return False


def without_formula(words: str) -> str:
    """The words as a cell of a table that a spreadsheet does not run: an apostrophe in front."""
    words = words[:1] + _RISKY_INSIDE.sub(r"\1'", words[1:])
    return "'" + words if words.startswith(_RISKY) else words
