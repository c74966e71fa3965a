"""Headings: their ids, the contents made of them, and every other id of a text.

Works on HTML that is not sanitized yet, so nothing here needs to be trusted.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from cms import text
from cms.rendering import policy
from cms.rendering.safe_html import decoded

MAX_SLUG = 200  # characters

_TAG = re.compile(r"<[a-zA-Z][^<>]*>")
_ID = re.compile(r"""(\sid\s*=\s*)(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_NAME = re.compile(r"""^(<a\b[^<>]*?\s)name(\s*=)""", re.IGNORECASE)
_FRAGMENT = re.compile(r"""(\shref\s*=\s*["']?)((?:entry:[\w-]+)?)\#([^\s"'<>]+)""", re.IGNORECASE)
_PLACE = re.compile(rf' id="({policy.ID_PREFIX}[^"]+)"')
_PLACE_LINK = re.compile(rf' href="#({policy.ID_PREFIX}[^"]+)"')
_HEADING = re.compile(r"<(/?)h([1-6])\b([^<>]*)>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")
_FOOTNOTE_MARK = re.compile(r'<sup id="[^"]*"><a class="footnote-ref"[^<>]*>[^<>]*</a></sup>')


@dataclass(frozen=True)
class Heading:
    """A heading, with those that stand below it."""

    id: str
    level: int
    text: str
    children: tuple["Heading", ...] = ()


def prefix_ids(unsafe_html: str) -> str:
    """Every id, and every link to one, with the prefix that keeps them apart from the page's."""
    return _TAG.sub(_prefix_tag, unsafe_html)


def _prefix_tag(match: re.Match[str]) -> str:
    tag = match[0]
    if "name" in tag and " id" not in tag:
        tag = _NAME.sub(r"\1id\2", tag)
    if "id" in tag:
        tag = _ID.sub(lambda m: f'{m[1]}"{prefixed(m[2] or m[3] or m[4] or "")}"', tag)
    if "#" in tag:
        tag = _FRAGMENT.sub(lambda m: f"{m[1]}{m[2]}#{prefixed(unquote(m[3]))}", tag)
    return tag


def prefixed(name: str) -> str:
    """The name of a place in a text, as the id that we give it."""
    plain = re.sub(r"[\s\"'<>&`=]+", "-", decoded(name).strip())
    return plain if plain.startswith(policy.ID_PREFIX) else policy.ID_PREFIX + plain


def number(unsafe_html: str) -> tuple[str, tuple[Heading, ...]]:
    """The HTML with an id on every heading, and the headings as a tree.

    The page's title is its only first-level heading: where the text has some of its own, all
    its headings move down by one.
    """
    marks = list(_HEADING.finditer(unsafe_html))
    shift = 1 if any(mark[2] == "1" for mark in marks) else 0
    taken: dict[str, int] = {}
    found: list[Heading] = []
    pieces: list[str] = []
    at = 0
    for index, mark in enumerate(marks):
        level = min(6, int(mark[2]) + shift)
        pieces.append(unsafe_html[at : mark.start()])
        at = mark.end()
        if mark[1]:
            pieces.append(f"</h{level}>")
            continue
        end = marks[index + 1].start() if index + 1 < len(marks) else at
        words = plain_text(unsafe_html[at:end])
        attributes, name = _with_id(mark[3], words, taken)
        pieces.append(f"<h{level}{attributes}>")
        if words:
            found.append(Heading(name, level, words))
    return "".join([*pieces, unsafe_html[at:]]), _as_tree(found)


def has_first_level(unsafe_html: str) -> bool:
    """Whether a heading of the first level stands in the text."""
    return any(mark[2] == "1" for mark in _HEADING.finditer(unsafe_html))


def mend_links(unsafe_html: str, contents: Iterable[Heading]) -> str:
    """Links to a heading by the id that another program would have given it, put right.

    Programs differ only in what they do with signs, so letters and digits tell.
    """
    names = {_letters(name): name for name in reversed(list(_ids(contents)))}
    known = set(_PLACE.findall(unsafe_html))

    def mend(match: re.Match[str]) -> str:
        name = names.get(_letters(match[1]))
        return match[0] if name is None or match[1] in known else f' href="#{name}"'

    return _PLACE_LINK.sub(mend, unsafe_html) if names else unsafe_html


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", name)


def _ids(contents: Iterable[Heading]) -> Iterator[str]:
    for heading in contents:
        yield heading.id
        yield from _ids(heading.children)


def _with_id(attributes: str, words: str, taken: dict[str, int]) -> tuple[str, str]:
    """The attributes with an id that no heading before has; `taken` counts how often each came."""
    own = _ID.search(attributes)
    name = (own[2] or own[3] or own[4] or "") if own else policy.ID_PREFIX + slug(words)
    unique = name
    while unique in taken:
        taken[name] += 1
        unique = f"{name}-{taken[name]}"
    taken[unique] = 1
    rest = _ID.sub("", attributes)
    return f'{rest} id="{unique}"', unique


def slug(words: str) -> str:
    """The words of a heading as the name of a place; letters of any script stay."""
    folded = text.normalise(words).lower()
    return re.sub(r"[\W_]+", "-", folded).strip("-")[:MAX_SLUG].strip("-") or "section"


def plain_text(inner_html: str) -> str:
    """The words inside a heading."""
    without_marks = _FOOTNOTE_MARK.sub("", inner_html)
    return " ".join(decoded(_ANY_TAG.sub("", without_marks)).split())


def without_footnote_marks(unsafe_html: str) -> str:
    """The HTML without the marks of footnotes, for a part that has no footnotes below it."""
    return _FOOTNOTE_MARK.sub("", unsafe_html)


def _as_tree(flat: Iterable[Heading]) -> tuple[Heading, ...]:
    """Each heading below the nearest one before it with a lower level."""
    closed: list[tuple[Heading, list[Heading]]] = [(Heading("", 0, ""), [])]

    def close() -> None:
        heading, children = closed.pop()
        closed[-1][1].append(Heading(heading.id, heading.level, heading.text, tuple(children)))

    for heading in flat:
        while len(closed) > 1 and closed[-1][0].level >= heading.level:
            close()
        closed.append((heading, []))
    while len(closed) > 1:
        close()
    return tuple(closed[0][1])
