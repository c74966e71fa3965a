"""Before anything is parsed: what would make a parser slow or deep is taken out, or refused."""

import re

from cms.rendering import bounds, policy
from cms.rendering.safe_html import HUGE_NUMBER


def tame(unsafe_html: str) -> str:
    """The HTML without what has no meaning to a reader, and without numbers of a mile's length."""
    text = _UNREADABLE.sub("\ufffd", unsafe_html)
    text = HUGE_NUMBER.sub("&amp;", text)
    return _without_dropped(_without_comments(text))


def ensure_shallow(text: str) -> None:
    """Raise `OutOfBounds` when elements stand too deep, or would be reopened too often."""
    opened: list[str] = []
    counts: dict[str, int] = {}
    formatting = reopened = 0
    for match in _TAG.finditer(text):
        tag = match[2].lower()
        if tag in policy.VOID:
            continue
        if match[1]:
            if not counts.get(tag):
                continue
            last = ""
            while last != tag:
                last = opened.pop()
                counts[last] -= 1
                # A formatting element closed by another's end is opened again after it.
                formatting -= last in _FORMATTING
        elif tag in _SELF_CLOSING and opened and opened[-1] == tag:
            continue
        else:
            opened.append(tag)
            counts[tag] = counts.get(tag, 0) + 1
            if tag in _FORMATTING:
                formatting += 1
            else:
                reopened += formatting
        if len(opened) > policy.MAX_DEPTH or reopened > policy.MAX_REOPENED:
            raise bounds.OutOfBounds(bounds.too_deep())


def _without_comments(text: str) -> str:
    """The HTML without comments; one that never ends is shown as text."""
    pieces: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            return "".join([*pieces, text[at:].replace("<!--", "&lt;!--")])
        pieces.append(text[at:start])
        at = end + 3
    return "".join([*pieces, text[at:]])


def _without_dropped(text: str) -> str:
    """The HTML without scripts and their kin, their content included."""
    pieces: list[str] = []
    at = 0
    open_tag = ""
    opened_at = 0
    for match in _DROPPED.finditer(text):
        tag = match["tag"].lower()
        if not open_tag and not match["close"]:
            open_tag, opened_at = tag, match.start()
        elif open_tag == tag and match["close"]:
            pieces.append(text[at:opened_at])
            at, open_tag = match.end(), ""
    return "".join([*pieces, text[at:]])


_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")

_DROPPED = re.compile(
    rf"<(?:(?P<close>/)|)(?P<tag>{'|'.join(policy.DROPPED_WITH_CONTENT)})\b[^<>]*>", re.IGNORECASE
)

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]*)>")


_SELF_CLOSING = frozenset({"p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot"})

_FORMATTING = policy.words(
    """
    a b big code em font i nobr s small strike strong tt u
    """
)
