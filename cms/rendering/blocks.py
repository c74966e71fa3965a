"""Blocks that stay readable as plain Markdown: `/// name | title`, options, text, `///`.

A block with a name that nobody knows shows its inner Markdown.
"""

import re
import xml.etree.ElementTree as etree
from collections import Counter
from typing import Any, ClassVar

from markdown import Markdown
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from pymdownx.blocks import BlocksMgrExtension, BlocksProcessor
from pymdownx.blocks.block import Block

from cms.rendering import embeds, policy


class BlocksExtension(BlocksMgrExtension):  # type: ignore[misc]
    """All our blocks."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the processor with every block it knows."""
        super().extendMarkdown(md)
        self.extension = _Processor(md.parser, md)
        md.parser.blockprocessors.register(self.extension, "blocks", 89.99)
        tree: Any = md.treeprocessors["blocks_on_inline_end"]
        tree.blocks = self.extension
        known = (Callout, Details, Figure, Gallery, Embed, *_NAMED_CALLOUTS)
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


class CoreBlock(Block):  # type: ignore[misc]
    """A block whose title and options may be missing or wrong: then a default stands in."""

    ARGUMENT = None
    CHOICES: ClassVar[dict[str, frozenset[str]]] = {}

    def _validate(self, parent: etree.Element, arg: Any, **options: Any) -> bool:
        self.argument: str = (arg or "").strip()
        self.given = {
            name: value.lower() if name in self.CHOICES else value
            for name, value in options.items()
            if name not in self.CHOICES or value.lower() in self.CHOICES[name]
        }
        self.options: dict[str, Any] = {"attrs": {}}
        return True

    def on_markdown(self) -> str:
        """Everything inside is Markdown."""
        return "block"


class Unknown(CoreBlock):
    """A block of a plugin that went away, or a slip of the pen: its text is shown."""

    NAME = "unknown"

    def on_create(self, parent: etree.Element) -> etree.Element:
        """A plain element, opened by the title if there is one."""
        element = etree.SubElement(parent, "div", {"class": "block"})
        if self.argument:
            etree.SubElement(element, "p", {"class": "block-title"}).text = self.argument
        return element


class Callout(CoreBlock):
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


class Details(CoreBlock):
    """Text that opens at a click."""

    NAME = "details"
    CHOICES: ClassVar = {"open": frozenset({"true", "yes", "on", "open"})}

    def on_create(self, parent: etree.Element) -> etree.Element:
        """The frame and the line that is always seen."""
        attributes = {"class": "details"} | ({"open": "open"} if "open" in self.given else {})
        element = etree.SubElement(parent, "details", attributes)
        etree.SubElement(element, "summary").text = self.argument or "Details"
        return element


class _Captioned(CoreBlock):
    """A figure whose title is its caption."""

    def on_create(self, parent: etree.Element) -> etree.Element:
        """The figure; its caption comes when the block ends."""
        return etree.SubElement(parent, "figure", {"class": self.css_classes()})

    def css_classes(self) -> str:
        """What the figure is called in stylesheets."""
        return str(self.NAME)

    def on_end(self, block: etree.Element) -> None:
        """The caption stands below."""
        if self.argument:
            etree.SubElement(block, "figcaption").text = self.argument


class Figure(_Captioned):
    """A picture, a table or a text with a caption."""

    NAME = "figure"
    CHOICES: ClassVar = {"width": policy.FIGURE_WIDTHS, "align": policy.FIGURE_WIDTHS}

    def css_classes(self) -> str:
        """With the width that was asked for."""
        width = self.given.get("width") or self.given.get("align")
        return f"figure figure-{width}" if width else "figure"

    def on_inline_end(self, block: etree.Element) -> None:
        """A picture alone needs no paragraph around it."""
        for paragraph in list(block):
            if _is_only_pictures(paragraph):
                at = list(block).index(paragraph)
                block.remove(paragraph)
                for offset, child in enumerate(list(paragraph)):
                    child.tail = "\n"
                    block.insert(at + offset, child)


class Gallery(_Captioned):
    """Several pictures side by side."""

    NAME = "gallery"
    CHOICES: ClassVar = {"columns": policy.GALLERY_COLUMNS}

    def css_classes(self) -> str:
        """With the number of columns that was asked for."""
        columns = self.given.get("columns")
        return f"gallery gallery-{columns}" if columns else "gallery"

    def on_inline_end(self, block: etree.Element) -> None:
        """All pictures into one grid, before the caption."""
        grid = etree.Element("div", {"class": "gallery-grid"})
        for paragraph in list(block):
            if _is_only_pictures(paragraph):
                block.remove(paragraph)
                for child in list(paragraph):
                    child.tail = "\n"
                    grid.append(child)
        if len(grid):
            block.insert(0, grid)


class Embed(_Captioned):
    """A player of another site: its address alone in the block."""

    NAME = "embed"

    def on_inline_end(self, block: etree.Element) -> None:
        """The card of the player, or a plain link where we do not know the site."""
        link = next(iter(block.iter("a")), None)
        href = link.get("href", "") if link is not None else ""
        url = str(self.given.get("url") or href)
        found = embeds.find_embed(url)
        if found is None:
            if link is None and url:
                etree.SubElement(block, "a", {"href": url}).text = self.argument or url
            return
        for child in list(block):
            if child.tag == "figcaption" or any(each is link for each in child.iter()):
                block.remove(child)
        card = _card(found, self.argument)
        block.set("class", card.get("class", ""))
        block.insert(0, card[0])


def _is_only_pictures(element: etree.Element) -> bool:
    """Whether a paragraph holds pictures, or links around pictures, and nothing else."""
    return (
        element.tag == "p"
        and not (element.text or "").strip()
        and len(element) > 0
        and all(
            not (child.tail or "").strip()
            and (child.tag == "img" or (child.tag == "a" and _is_picture_link(child)))
            for child in element
        )
    )


def _is_picture_link(link: etree.Element) -> bool:
    return not (link.text or "").strip() and len(link) == 1 and link[0].tag == "img"


def _card(embed: embeds.Embed, title: str) -> etree.Element:
    return etree.fromstring(embeds.card_html(embed, title))  # noqa: S314 (written by us)


class LoneEmbedTreeprocessor(Treeprocessor):
    """An address that stands alone in a paragraph becomes a card when we know its site."""

    def run(self, root: etree.Element) -> None:
        """Look at every paragraph that is a bare link."""
        for paragraph in list(root.iter("p")):
            if len(paragraph) != 1 or (paragraph.text or "").strip():
                continue
            link = paragraph[0]
            url = link.get("href", "")
            if link.tag != "a" or (link.tail or "").strip() or link.text != url:
                continue
            if found := embeds.find_embed(url):
                card = _card(found, "")
                paragraph.tag = "figure"
                paragraph.attrib.clear()
                paragraph.set("class", card.get("class", ""))
                paragraph.remove(link)
                paragraph.append(card[0])
