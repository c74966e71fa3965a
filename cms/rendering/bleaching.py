"""bleach, made to stop when the time is up and to walk long lists fast."""

import threading
from collections.abc import Iterator
from typing import Any

from bleach import html5lib_shim
from bleach.sanitizer import Cleaner

from cms.rendering import bounds, permitted, policy
from cms.rendering.safe_html import decoded

_local = threading.local()

_CHARACTERS_PER_TICK = 256


def bleach(budget: bounds.Budget, ids: bool) -> "_Bleach":
    """This thread's cleaner; the parser inside has a state and is not to be shared."""
    name = f"bleach_{ids}"
    cleaner: _Bleach | None = getattr(_local, name, None)
    if cleaner is None:
        cleaner = _Bleach(ids=ids)
        setattr(_local, name, cleaner)
    cleaner.ticking_parser.budget = budget
    return cleaner


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
            return permitted.keep_attribute(tag, name, decoded(value), ids=ids)

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
            is_void = child.tag in policy.VOID
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
