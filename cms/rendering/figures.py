"""Blocks with a caption: figures, galleries and the players of other sites."""

import xml.etree.ElementTree as etree
from typing import ClassVar

from markdown.treeprocessors import Treeprocessor

from cms.rendering import core_block, embeds, policy


class _Captioned(core_block.CoreBlock):
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
