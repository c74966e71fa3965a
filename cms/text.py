"""Plain text: slugs, truncation, and what may not enter the database at all."""

import re
import unicodedata

from slugify import slugify

MAX_SLUG = 120  # characters

# C0 and C1 controls but for tab and newline: invisible, and never typed on purpose.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_NEWLINES = re.compile("\r\n?")


def make_slug(text: str, *, max_length: int = MAX_SLUG) -> str:
    """The last part of a path for this text, letters of any script kept; may be empty."""
    return str(slugify(text, allow_unicode=True, max_length=max_length, word_boundary=True))


def truncate(text: str, length: int) -> str:
    """The text cut at a word within `length` characters, with an ellipsis where it was cut."""
    if len(text) <= length:
        return text
    head = text[: length - 1]
    at_word = head.rsplit(" ", 1)[0]
    return (at_word if len(at_word) > length // 2 else head).rstrip(" ,;:.") + "…"


def clean_line(text: str) -> str:
    """One line of text: NFC, no control characters, spaces folded at the ends."""
    return _CONTROLS.sub("", unicodedata.normalize("NFC", text).replace("\n", " ")).strip()


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
