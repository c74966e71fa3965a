"""Tables of pipes: a class for the alignment of a cell, and an end to tables without end."""

import re
import xml.etree.ElementTree as etree
from collections.abc import Sequence
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.tables import TableProcessor

from cms.rendering import bounds, policy

_PIPE = re.compile(r"(?<!\\)\|")


class TableExtension(Extension):
    """Our tables instead of the parser's own."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the processor; a pipe can be escaped."""
        if "|" not in md.ESCAPED_CHARS:
            md.ESCAPED_CHARS.append("|")
        md.parser.blockprocessors.register(_Processor(md.parser, {}), "table", 75)


class _Processor(TableProcessor):
    """Builds rows; every one asks for the time, and all cells together have a limit."""

    def run(self, parent: etree.Element, blocks: list[str]) -> None:
        cells = len(self.separator) * (blocks[0].count("\n") + 1)
        if cells > policy.MAX_TABLE_CELLS:
            raise bounds.OutOfBounds(bounds.too_complex())
        super().run(parent, blocks)

    def _build_row(self, row: str, parent: etree.Element, align: Sequence[str | None]) -> None:
        md: Any = self.parser.md
        md.tick()
        cells: list[str] = self._split_row(row)  # type: ignore[attr-defined]
        element = etree.SubElement(parent, "tr")
        is_head = parent.tag == "thead"
        for index, side in enumerate(align):
            attributes = {"scope": "col"} if is_head else {}
            if side:
                attributes["class"] = f"align-{side}"
            cell = etree.SubElement(element, "th" if is_head else "td", attributes)
            cell.text = cells[index].strip(" ") if index < len(cells) else ""

    def _split(self, row: str) -> list[str]:
        # Looking for code around pipes takes the square of the row's length.
        if len(row) > policy.MAX_TABLE_ROW:
            return _PIPE.split(row)
        return list(super()._split(row))  # type: ignore[misc]
