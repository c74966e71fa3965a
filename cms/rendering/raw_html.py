"""Blocks of raw HTML in Markdown, by CommonMark's rule: a blank line ends them.

So Markdown inside `<details>` or `<div>` is rendered when blank lines stand around it. Tables and
lists of raw HTML stay whole. The blocks are put aside for the sanitizers to judge. This replaces
the parser's own search, which looks for the end of unfinished tags again and again.
"""

import re
from typing import Any

from markdown.preprocessors import Preprocessor

from cms.rendering import policy

_START = re.compile(r" {0,3}<(?:!--|\?|!|(/?)([a-zA-Z][a-zA-Z0-9]*)(?=[\s>/]|$))")
_UNTIL_CLOSED = policy.words("pre script style textarea")
_WHOLE = policy.words("table ul ol dl iframe video audio object svg math form select")
_BLOCKS = policy.words(
    """
    address article aside blockquote body caption center col colgroup dd details dialog dir div dt
    fieldset figcaption figure footer frame frameset h1 h2 h3 h4 h5 h6 head header hr html legend
    li link main menu menuitem meta nav noframes noscript optgroup option p param search section
    source summary tbody td template tfoot th thead title tr track
    """
)
# How a line begins that starts a block of raw HTML.
BLOCK_START = rf"<!--|</?(?i:{'|'.join(sorted(_BLOCKS | _WHOLE | _UNTIL_CLOSED))})(?=[\s>/]|$)"


class RawHtmlPreprocessor(Preprocessor):
    """Puts blocks of raw HTML aside."""

    def run(self, lines: list[str]) -> list[str]:
        """The lines with a mark in the place of every block."""
        self._lines = lines
        out: list[str] = []
        at = 0
        while at < len(lines):
            end = self._end_of_block(at) if "<" in lines[at][:4] else at
            if end == at:
                out.append(lines[at])
                at += 1
            else:
                self._tick()
                out += ["", self.md.htmlStash.store("\n".join(lines[at:end])), ""]
                at = end
        return out

    def _tick(self) -> None:
        md: Any = self.md
        md.tick()

    def _end_of_block(self, at: int) -> int:
        """The line after the block that starts here; this line itself when none does."""
        start = _START.match(self._lines[at])
        if start is None:
            return at
        tag = (start[2] or "").lower()
        if not tag:
            is_comment = start[0].endswith("<!--")
            return self._line_with("-->" if is_comment else ">", at) or self._blank(at)
        if tag in _UNTIL_CLOSED and not start[1]:
            return self._line_with(f"</{tag}", at) or self._blank(at)
        if tag in _WHOLE and not start[1]:
            return self._balanced(tag, at) or self._blank(at)
        if tag in _BLOCKS or tag in _WHOLE or tag in _UNTIL_CLOSED:
            return self._blank(at)
        return at

    def _blank(self, at: int) -> int:
        """The next blank line."""
        while at < len(self._lines) and self._lines[at].strip():
            at += 1
        return at

    def _line_with(self, text: str, at: int) -> int | None:
        """The line after the next one that holds a text."""
        for index in range(at, len(self._lines)):
            if index % 100 == 0:
                self._tick()
            if text in self._lines[index].lower():
                return index + 1
        return None

    def _balanced(self, tag: str, at: int) -> int | None:
        """The line after the one that closes as many elements as were opened."""
        mark = re.compile(rf"<(/?){tag}\b", re.IGNORECASE)
        opened = 0
        for index in range(at, len(self._lines)):
            if index % 100 == 0:
                self._tick()
            for found in mark.finditer(self._lines[index]):
                opened += -1 if found[1] else 1
            if opened <= 0:
                return index + 1
        return None
