"""Blocks that stay readable as plain Markdown: `/// name | title`, options, text, `///`.

A block with a name that nobody knows shows its inner Markdown.
"""

import re
import xml.etree.ElementTree as etree
from collections import Counter
from typing import Any, ClassVar

from markdown import Markdown
from markdown.preprocessors import Preprocessor
from pymdownx.blocks import BlocksMgrExtension, BlocksProcessor

from cms.rendering import core_block, figures, policy


class BlocksExtension(BlocksMgrExtension):  # type: ignore[misc]
    """All our blocks."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the processor with every block it knows."""
        super().extendMarkdown(md)
        self.extension = _Processor(md.parser, md)
        md.parser.blockprocessors.register(self.extension, "blocks", 89.99)
        tree: Any = md.treeprocessors["blocks_on_inline_end"]
        tree.blocks = self.extension
        known = (Callout, Details, figures.Figure, figures.Gallery, figures.Embed, *_NAMED_CALLOUTS)
        self.extension.blocks.update({block.NAME: block for block in known})


_OPTION = re.compile(r"\s*([A-Za-z][\w-]*)\s*:\s*(.*?)\s*")


_OPENER = re.compile(r" {0,3}(/{3,}) *[\w-]+ *(?:\|.*)?$")
_CLOSER = re.compile(r" {0,3}(/{3,}) *$")


class UnclosedPreprocessor(Preprocessor):
    """A block that opens and never closes is text: it would swallow all that follows."""

    def run(self, lines: list[str]) -> list[str]:
        """The lines with the marks of unclosed blocks escaped."""
        opened: list[tuple[int, int]] = []  # Where, and with how many slashes.
        counts: Counter[int] = Counter()
        unclosed: list[int] = []
        for at, line in enumerate(lines):
            if "///" not in line:
                continue
            if match := _OPENER.match(line):
                opened.append((at, len(match[1])))
                counts[len(match[1])] += 1
            elif (match := _CLOSER.match(line)) and counts[len(match[1])]:
                while True:
                    where, length = opened.pop()
                    counts[length] -= 1
                    if length == len(match[1]):
                        break
                    unclosed.append(where)
        for at in [*unclosed, *(where for where, _ in opened)]:
            lines[at] = lines[at].replace("/", "\\/", 1)
        return lines


class _Processor(BlocksProcessor):  # type: ignore[misc]
    """Finds blocks; an unknown name and wrong options are no reason to show the marks."""

    def __init__(self, parser: Any, md: Markdown) -> None:
        super().__init__(parser, md)
        self.blocks: dict[str, Any] = _Names()
        self.trackers = _Trackers()
        self.config = _Trackers()

    def _reset(self) -> None:
        super()._reset()
        self.trackers = _Trackers()

    def split_header(self, block: str, length: int) -> tuple[dict[str, Any], str]:
        """The options of the block, and the rest of its text."""
        header = re.match(r"(?:[ ]{4,}\S[^\n]*(?:\n|$))+", block)
        if header is None:
            return {}, block
        options = [_OPTION.fullmatch(line) for line in header[0].rstrip("\n").split("\n")]
        if not all(options):
            return {}, block
        pairs = {option[1].lower(): option[2].strip("\"'") for option in options if option}
        return pairs, block[header.end() :]


class _Names(dict[str, Any]):
    """Known blocks by name; `Unknown` for every other."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> Any:
        return Unknown


class _Trackers(dict[str, Any]):
    """A place for each block's own notes."""

    def __missing__(self, name: str) -> Any:
        return self.setdefault(name, {})


class Unknown(core_block.CoreBlock):
    """A block of a plugin that went away, or a slip of the pen: its text is shown."""

    NAME = "unknown"

    def on_create(self, parent: etree.Element) -> etree.Element:
        """A plain element, opened by the title if there is one."""
        element = etree.SubElement(parent, "div", {"class": "block"})
        if self.argument:
            etree.SubElement(element, "p", {"class": "block-title"}).text = self.argument
        return element


class Callout(core_block.CoreBlock):
    """Words set apart: a note, a tip, a warning."""

    NAME: str = "callout"
    CHOICES: ClassVar = {"type": frozenset(policy.CALLOUTS)}

    def on_create(self, parent: etree.Element) -> etree.Element:
        """The frame and its title."""
        name = self.given.get("type", "note") if self.NAME == "callout" else self.NAME
        element = etree.SubElement(parent, "div", {"class": f"callout callout-{name}"})
        title = etree.SubElement(element, "p", {"class": "callout-title"})
        title.text = self.argument or policy.CALLOUTS[name]
        return element


_NAMED_CALLOUTS: tuple[Any, ...] = tuple(
    type(name.title(), (Callout,), {"NAME": name, "CHOICES": {}}) for name in policy.CALLOUTS
)


class Details(core_block.CoreBlock):
    """Text that opens at a click."""

    NAME = "details"
    CHOICES: ClassVar = {"open": frozenset({"true", "yes", "on", "open"})}

    def on_create(self, parent: etree.Element) -> etree.Element:
        """The frame and the line that is always seen."""
        attributes = {"class": "details"} | ({"open": "open"} if "open" in self.given else {})
        element = etree.SubElement(parent, "details", attributes)
        etree.SubElement(element, "summary").text = self.argument or "Details"
        return element
