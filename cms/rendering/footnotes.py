"""Footnotes in the order of the text, with the class that themes know."""

import re
import xml.etree.ElementTree as etree
from collections.abc import Iterable

from markdown import Markdown
from markdown.extensions.footnotes import FootnoteExtension, FootnoteReorderingProcessor
from markdown.treeprocessors import Treeprocessor

_NOTE_ID = re.compile(r"^(#?(?:fn|fnref\d*)-)(.+)$", re.DOTALL)
_BACK = "Jump back to footnote {} in the text"


class Footnotes(FootnoteExtension):
    """The parser's footnotes, put in order by our own hand."""

    def __init__(self) -> None:
        super().__init__(
            SEPARATOR="-",
            BACKLINK_TEXT="↩\ufe0e",  # As a letter, not as a picture.
            BACKLINK_TITLE=_BACK,
            USE_DEFINITION_ORDER=False,
        )

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the parser's processors, and ours."""
        super().extendMarkdown(md)
        md.treeprocessors.register(_Reordering(self), "footnote-reorder", 19)
        md.treeprocessors.register(_Naming(md), "footnote_class", 5)


class _Reordering(FootnoteReorderingProcessor):
    """Sorts the notes; one without any text, as while it is being written, is no trouble."""

    def reorder_footnotes(self, parent: etree.Element) -> None:
        notes = parent.find("ol")
        if notes is None:
            return
        footnotes: FootnoteExtension = self.footnotes
        order = {name: place for place, name in enumerate(footnotes.footnote_order)}
        places = {footnotes.makeFootnoteId(name): place for name, place in order.items()}
        items = sorted(notes, key=lambda item: places.get(item.get("id", ""), len(places)))
        notes[:] = items
        for number, item in enumerate(items, start=1):
            for link in item.iter("a"):
                if link.get("class") == "footnote-backref":
                    link.set("title", _BACK.format(number))


class _Naming(Treeprocessor):
    """Gives the list the class that themes know, and each note its number for a name.

    Themes set notes beside the line that refers to them, and can only know them by number.
    """

    def run(self, root: etree.Element) -> None:
        for child in root.iter("div"):
            if child.get("class") == "footnote":
                child.set("class", "footnotes")
                _number(root, child.iter("li"))


def _number(root: etree.Element, notes: Iterable[etree.Element]) -> None:
    ids = [note.get("id", "") for note in notes]
    names = [name.removeprefix("fn-") for name in ids if name.startswith("fn-")]
    numbers = {name: str(number) for number, name in enumerate(names, start=1)}

    def numbered(match: re.Match[str]) -> str:
        return match[1] + numbers.get(match[2], match[2])

    for element in root.iter():
        for attribute in ("id", "href"):
            value = element.get(attribute)
            if value is not None:
                element.set(attribute, _NOTE_ID.sub(numbered, value))
