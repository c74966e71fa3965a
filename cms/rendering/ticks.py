"""Ticks in a parser that knows none: every block, run of text and match asks for the time."""

import re
import xml.etree.ElementTree as etree
from collections.abc import Callable
from typing import Any

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import InlineProcessor as InlineTreeprocessor

from cms.rendering import bounds


class TickingMarkdown(Markdown):
    """Python-Markdown, with a budget that its parts ask at every step."""

    budget: bounds.Budget

    def tick(self) -> None:
        """Go on, or raise `OutOfBounds`."""
        self.budget.tick()


def set_ticks(md: TickingMarkdown) -> None:
    """Make every block, run of text and match a moment at which the work can be stopped.

    To be called when all patterns are registered.
    """
    md.parser.blockprocessors.register(_TickingBlock(md.parser), "tick", 1000)
    md.inlinePatterns.register(_TickingInline(md), "tick", 1000)
    md.treeprocessors.register(_TickingTree(md), "inline", 20)
    for pattern in md.inlinePatterns:
        setattr(pattern, "handleMatch", _ticking(md, pattern.handleMatch))  # noqa: B010


def _ticking(md: TickingMarkdown, handle: Callable[..., Any]) -> Callable[..., Any]:
    def handle_match(*arguments: Any) -> Any:
        md.tick()
        return handle(*arguments)

    return handle_match


class _TickingBlock(BlockProcessor):
    """Asked first for every block; never takes one."""

    def test(self, parent: etree.Element, block: str) -> bool:
        self.parser.md.tick()  # type: ignore[attr-defined]
        return False

    def run(self, parent: etree.Element, blocks: list[str]) -> bool | None:
        return False


class _TickingInline(InlineProcessor):
    """Asked first for every run of text; never matches."""

    def __init__(self, md: TickingMarkdown) -> None:
        super().__init__(r"(?!)", md)
        self._converter = md

    def getCompiledRegExp(self) -> re.Pattern[str]:
        self._converter.tick()
        return self.compiled_re


class _TickingTree(InlineTreeprocessor):
    """Looks for marks in text; asks for the time where it searches an element's children."""

    def _InlineProcessor__processElementText(
        self, node: etree.Element, subnode: etree.Element, is_text: bool = True
    ) -> None:
        self.md.tick()  # type: ignore[attr-defined]
        super()._InlineProcessor__processElementText(node, subnode, is_text)  # type: ignore[misc]
