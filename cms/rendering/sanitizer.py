"""The last step before HTML is shown: bleach, then nh3, by the same tables of `policy`.

Two independent parsers must both find nothing amiss. Nothing but the resolver, which writes
whole attributes of its own, may touch the HTML afterwards.
"""

import re
import threading
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import nh3
from bleach import html5lib_shim
from bleach.sanitizer import Cleaner

from cms.rendering import bounds, policy
from cms.rendering.safe_html import HUGE_NUMBER, SafeHtml, decoded

_local = threading.local()
_CHARACTERS_PER_TICK = 256
_MOST_ROUNDS = 5


def clean(unsafe_html: str, budget: bounds.Budget, *, ids: bool = True) -> SafeHtml:
    """The HTML with nothing left in it but what the policy allows, with or without ids.

    Raises `OutOfBounds` when it is too deep or takes too long.
    """
    text = _prepare(unsafe_html)
    for _ in range(_MOST_ROUNDS):
        ensure_shallow(text)
        cleaned: str = _nh3(ids).clean(_bleach(budget, ids).clean(text))
        budget.tick()
        # What a browser would read differently from what was checked is checked again: elements
        # where none may stand move when HTML is read once more.
        if _nh3(ids).clean(cleaned) == cleaned:
            return SafeHtml(cleaned)
        text = cleaned
    raise bounds.OutOfBounds(bounds.too_complex())


# --- Before: what would make a parser slow ---------------------------------------------------


_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_DROPPED = re.compile(
    rf"<(?:(?P<close>/)|)(?P<tag>{'|'.join(policy.DROPPED_WITH_CONTENT)})\b[^<>]*>", re.IGNORECASE
)


def _prepare(unsafe_html: str) -> str:
    """The HTML without what has no meaning to a reader, and without numbers of a mile's length."""
    text = _UNREADABLE.sub("\ufffd", unsafe_html)
    text = HUGE_NUMBER.sub("&amp;", text)
    return _without_dropped(_without_comments(text))


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


_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]*)>")
_VOID = frozenset({"br", "hr", "img", "col", "wbr", "input", "area", "base", "embed", "link"})
_VOID |= {"meta", "source", "track", "param"}
_SELF_CLOSING = frozenset({"p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot"})
_FORMATTING = policy.words(
    """
    a b big code em font i nobr s small strike strong tt u
    """
)


def ensure_shallow(text: str) -> None:
    """Raise `OutOfBounds` when elements stand too deep, or would be reopened too often."""
    opened: list[str] = []
    counts: dict[str, int] = {}
    formatting = reopened = 0
    for match in _TAG.finditer(text):
        tag = match[2].lower()
        if tag in _VOID:
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


# --- The policy, asked by both -----------------------------------------------------------------


def keep_attribute(tag: str, name: str, value: str, *, ids: bool = True) -> bool:
    """Whether the policy allows this attribute, with this decoded value, on this element."""
    if name not in policy.ATTRIBUTES.get(tag, ()) and name not in policy.ATTRIBUTES["*"]:
        return False
    if name == "class":
        return classes_allowed(tag, value)
    if name == "id" and not ids:
        return False
    if schemes := policy.SCHEMES.get((tag, name)):
        # Twice decoded too: some reader of a feed or a letter may decode once too often.
        return all(address_allowed(each, schemes) for each in {value, decoded(value)})
    pattern = policy.VALUES.get(name)
    return pattern is None or pattern.fullmatch(value) is not None


@lru_cache(maxsize=2048)
def classes_allowed(tag: str, value: str) -> bool:
    """Whether every class of the attribute is one that this element may have."""
    known = policy.CLASSES.get(tag, frozenset())
    pattern = policy.CLASS_PATTERNS.get(tag)
    names = value.split()
    return bool(names) and all(
        name in known or (pattern is not None and pattern.fullmatch(name)) for name in names
    )


_IGNORED_IN_SCHEME = re.compile(r"[\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202f\ufeff]+")
_BROKEN_ADDRESS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\\]")
_SCHEME = re.compile(r"([^/?#:]*):")


def address_allowed(value: str, schemes: frozenset[str]) -> bool:
    """Whether the address is relative, or has one of these schemes."""
    if _BROKEN_ADDRESS.search(value):
        return False
    match = _SCHEME.match(_IGNORED_IN_SCHEME.sub("", value))
    return match is None or match[1].lower() in schemes


# --- bleach --------------------------------------------------------------------------------------


class _TickingStream(html5lib_shim.InputStreamWithMemory):
    """The characters on their way to the tokenizer; every so many of them ask for the time."""

    def __init__(self, inner_stream: Any, budget: bounds.Budget) -> None:
        super().__init__(inner_stream)
        self._budget = budget
        self._read = 0

    def char(self) -> Any:
        self._read += 1
        if self._read % _CHARACTERS_PER_TICK == 0:
            self._budget.tick()
        return super().char()


class _TickingParser(html5lib_shim.BleachHTMLParser):
    """bleach's parser, with a tokenizer that can be stopped."""

    budget: bounds.Budget

    def _parse(
        self,
        stream: Any,
        innerHTML: bool = False,
        container: str = "div",
        scripting: bool = True,
        **kwargs: Any,
    ) -> None:
        self.innerHTMLMode = innerHTML
        self.container = container
        self.scripting = scripting
        self.tokenizer = html5lib_shim.BleachHTMLTokenizer(
            stream=stream, consume_entities=self.consume_entities, parser=self, **kwargs
        )
        inner: Any = self.tokenizer.stream
        self.tokenizer.stream = _TickingStream(inner._inner_stream, self.budget)
        self.reset()
        self.mainLoop()


class _Bleach(Cleaner):
    """bleach's cleaner, with a parser that can be stopped."""

    def __init__(self, *, ids: bool) -> None:
        def keep(tag: str, name: str, value: str) -> bool:
            return keep_attribute(tag, name, decoded(value), ids=ids)

        super().__init__(
            tags=policy.TAGS,
            attributes=keep,
            protocols=policy.LINK_SCHEMES,
            strip=True,
            strip_comments=True,
        )
        self.ticking_parser = _TickingParser(
            tags=self.tags, strip=True, consume_entities=False, namespaceHTMLElements=False
        )
        self.parser = self.ticking_parser
        walk: Any = _walk
        self.walker = walk
        self.serializer.inject_meta_charset = False
        ticking: Any = self._ticking
        self.filters = [ticking]

    def _ticking(self, source: Any) -> Iterator[Any]:
        for count, token in enumerate(source):
            if count % _CHARACTERS_PER_TICK == 0:
                self.ticking_parser.budget.tick()
            yield token


def _walk(tree: Any) -> Iterator[dict[str, Any]]:
    """The tokens of a parsed tree. html5lib's own walk looks up every element among its brothers,
    which takes a second for a long list.
    """
    yield from _characters(tree.text)
    stack = [(tree, iter(tree))]
    while stack:
        element, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            if element is not tree:
                yield {"type": "EndTag", "name": element.tag, "namespace": None}
                yield from _characters(element.tail)
        elif not isinstance(child.tag, str):
            yield from _characters(child.tail)  # A comment.
        else:
            data = {(None, name): value for name, value in child.attrib.items()}
            is_void = child.tag in _VOID
            kind = "EmptyTag" if is_void else "StartTag"
            yield {"type": kind, "name": child.tag, "namespace": None, "data": data}
            if is_void:
                yield from _characters(child.tail)
            else:
                yield from _characters(child.text)
                stack.append((child, iter(child)))


def _characters(text: str | None) -> Iterator[dict[str, Any]]:
    if text:
        yield {"type": "Characters", "data": text}


def _bleach(budget: bounds.Budget, ids: bool) -> _Bleach:
    """This thread's cleaner; the parser inside has a state and is not to be shared."""
    name = f"bleach_{ids}"
    cleaner: _Bleach | None = getattr(_local, name, None)
    if cleaner is None:
        cleaner = _Bleach(ids=ids)
        setattr(_local, name, cleaner)
    cleaner.ticking_parser.budget = budget
    return cleaner


# --- nh3 -----------------------------------------------------------------------------------------


@lru_cache(maxsize=2)
def _nh3(ids: bool) -> nh3.Cleaner:
    def keep(tag: str, name: str, value: str) -> str | None:
        return value if keep_attribute(tag, name, value, ids=ids) else None

    return nh3.Cleaner(
        tags=set(policy.TAGS),
        attributes={tag: set(names) for tag, names in policy.ATTRIBUTES.items()},
        attribute_filter=keep,
        strip_comments=True,
        link_rel=None,
        url_schemes=set(policy.LINK_SCHEMES),
        clean_content_tags=set(policy.DROPPED_WITH_CONTENT),
    )
