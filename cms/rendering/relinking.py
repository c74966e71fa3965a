"""Leading the links of a text elsewhere, or leaving their words without a link. PURE.

Code is never touched: what a writer quoted stays as it was written.
"""

import re
from collections.abc import Collection

from cms.rendering import references, source_links

_OWN = re.compile(r"(entry|media|term|profile):([^#?/\s]+)")
_OPENING = re.compile(r"<a\b[^<>]{0,2000}$", re.IGNORECASE)
_CLOSING = re.compile(r"</a\s*>", re.IGNORECASE)


def lead(source: str, kind: str, ids: Collection[str], to: str) -> str:
    """The Markdown with every link to one of these things leading to `to`, such as `entry:ID`."""
    return references.rewrite(source, lambda target: _with(target.text, kind, ids, to))


def unlink(source: str, kind: str, ids: Collection[str]) -> str:
    """The Markdown with the words of every link to one of these things, without the link."""
    pieces, begun = source, len(source)
    for target in reversed(list(source_links.find_targets(source))):
        if target.end > begun or _with(target.text, kind, ids, "") is None:
            continue
        span = _inline(pieces, target.start, target.end) or _raw(pieces, target.start, target.end)
        if span is not None:
            begun, end, words = span
            pieces = pieces[:begun] + words + pieces[end:]
    # What is written in another way leads nowhere from now on.
    return references.rewrite(
        pieces, lambda target: None if _with(target.text, kind, ids, "") is None else "#"
    )


def _with(address: str, kind: str, ids: Collection[str], to: str) -> str | None:
    own = _OWN.match(address)
    if own is None or own[1] != kind or own[2] not in ids:
        return None
    return to + address[own.end() :]


def _inline(source: str, start: int, end: int) -> tuple[int, int, str] | None:
    opening = source_links.find_label(source, start)
    if opening is None:
        return None
    closing = source.find(")", end)
    words_end = source.rfind("](", 0, start)
    return opening, closing + 1, source[opening + 1 : words_end]


def _raw(source: str, start: int, end: int) -> tuple[int, int, str] | None:
    opening = _OPENING.search(source, max(0, start - 2_000), start)
    tag_end = source.find(">", end)
    closing = _CLOSING.search(source, tag_end) if opening and tag_end >= 0 else None
    if opening is None or closing is None:
        return None
    return opening.start(), closing.end(), source[tag_end + 1 : closing.start()]
