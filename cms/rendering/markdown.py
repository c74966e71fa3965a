"""The Markdown dialect: which constructs there are, and how the converter is put together.

What comes out of `convert` is not safe yet; `sanitizer.clean` comes after.
"""

import html
import re
import threading
import xml.etree.ElementTree as etree
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import STX

from cms.rendering import (
    autolinks,
    blocks,
    bounds,
    fences,
    figures,
    footnotes,
    lists,
    policy,
    raw_html,
    tables,
)
from cms.rendering.safe_html import decoded
from cms.rendering.ticks import TickingMarkdown, set_ticks

_local = threading.local()


def convert(source: str, budget: bounds.Budget) -> str:
    """The Markdown as HTML that nobody has checked yet; raises whatever the parser raises."""
    converter: TickingMarkdown = getattr(_local, "converter", None) or _build_converter()
    # A converter that was stopped half-way has a state that nobody knows: it is not used again.
    _local.converter = None
    converter.budget = budget
    converted = converter.reset().convert(source)
    _local.converter = converter
    return converted


def _build_converter() -> TickingMarkdown:
    converter = TickingMarkdown(
        output_format="html",
        tab_length=4,
        extensions=[
            tables.TableExtension(),
            "markdown.extensions.def_list",
            "markdown.extensions.sane_lists",
            "pymdownx.saneheaders",
            footnotes.Footnotes(),
            "pymdownx.tilde",
            "pymdownx.caret",
            "pymdownx.mark",
            blocks.BlocksExtension(),
            DialectExtension(),
        ],
    )
    converter.references = _Definitions(converter)
    return converter


class DialectExtension(Extension):
    """Our own pieces, and the bounds around everybody's."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the pieces; priorities above 100 come first."""
        assert isinstance(md, TickingMarkdown)
        md.preprocessors.register(fences.FencePreprocessor(md), "fenced_code_block", 25)
        md.preprocessors.register(ListPreprocessor(md), "lists", 23)
        md.preprocessors.register(LoneBracketPreprocessor(md), "lone_brackets", 22)
        md.preprocessors.register(blocks.UnclosedPreprocessor(md), "unclosed_blocks", 19)
        md.preprocessors.register(raw_html.RawHtmlPreprocessor(md), "html_block", 20)
        md.postprocessors.register(LoneBracketPostprocessor(md), "lone_brackets", 1)
        md.postprocessors.register(LostMarkPostprocessor(md), "lost_marks", 2)
        links = autolinks.AutolinkProcessor(autolinks.BARE_URL, md)
        md.inlinePatterns.register(links, "bare_url", 85)
        md.treeprocessors.register(TaskTreeprocessor(md), "tasks", 15)
        md.treeprocessors.register(figures.LoneEmbedTreeprocessor(md), "lone_embeds", 13)
        reference: Any = md.inlinePatterns["reference"]
        reference.RE_LINK = re.compile(r"\[([^\]]*)\]")  # No space between text and label.
        set_ticks(md)


# --- Link definitions ------------------------------------------------------------------------

_ESCAPED = re.compile("\x02(\\d+)\x03|\\\\(?=[^\\w\\s])")


class _Definitions(dict[str, tuple[str, str]]):
    """Link definitions by label: the first counts; code and escapes in a label are no matter.

    The parser has put code aside when it meets `[`name`][]`, so it would look for a mark.
    """

    def __init__(self, md: TickingMarkdown) -> None:
        super().__init__()
        self._md = md

    def _key(self, label: str) -> str:
        if STX in label:
            label = decoded(self._md.inlinePatterns["link"].unescape(label))
        label = _ESCAPED.sub(lambda mark: chr(int(mark[1])) if mark[1] else "", label)
        return " ".join(label.replace("`", "").split()).casefold()

    def __contains__(self, label: object) -> bool:
        return super().__contains__(self._key(str(label)))

    def __getitem__(self, label: str) -> tuple[str, str]:
        return super().__getitem__(self._key(label))

    def __setitem__(self, label: str, target: tuple[str, str]) -> None:
        self.setdefault(self._key(label), target)


# --- Before parsing ----------------------------------------------------------------------------


class ListPreprocessor(Preprocessor):
    """Accepts the lists of the other Markdown dialects: see `lists`."""

    def run(self, lines: list[str]) -> list[str]:
        return lists.normalise(lines)


class LoneBracketPreprocessor(Preprocessor):
    """A "<" that nothing closes is text: HTML parsers look for its end again and again.

    It is written in the form in which Python-Markdown keeps escaped characters.
    """

    def run(self, lines: list[str]) -> list[str]:
        text = "\n".join(lines)
        if "<" not in text:
            return lines
        pieces = text.split("<")
        starts_far = [False] * len(pieces)
        distance = policy.MAX_TAG_SEARCH + 1  # From the start of the piece behind to its ">".
        for at in range(len(pieces) - 1, 0, -1):
            found = pieces[at].find(">", 0, policy.MAX_TAG_SEARCH)
            distance = found if found >= 0 else distance + len(pieces[at]) + 1
            starts_far[at] = distance > policy.MAX_TAG_SEARCH
        joined = pieces[0] + "".join(
            (LONE_BRACKET if far else "<") + piece
            for far, piece in zip(starts_far[1:], pieces[1:], strict=True)
        )
        return joined.split("\n")


LONE_BRACKET = f"{STX}lone{STX}"


class LoneBracketPostprocessor(Postprocessor):
    """Shows the brackets that were put aside."""

    def run(self, text: str) -> str:
        return text.replace(LONE_BRACKET, "&lt;")


class LostMarkPostprocessor(Postprocessor):
    """Shows the text of what the parser put aside and did not find again."""

    def run(self, text: str) -> str:
        return _LOST_MARK.sub(self._text_of, text) if "klzzwxh:" in text else text

    def _text_of(self, mark: re.Match[str]) -> str:
        inline: Any = self.md.treeprocessors["inline"]
        node = inline.stashed_nodes.get(mark[1], "")
        text = node if isinstance(node, str) else "".join(node.itertext())
        text = text.replace(LONE_BRACKET, "<")
        return html.escape(decoded(text), quote=False) if STX not in text else ""


_LOST_MARK = re.compile("\x02?klzzwxh:([0-9]{4,})\x03")


# --- After parsing -----------------------------------------------------------------------------

_TASK = re.compile(r"\[([ xX])\](?:\s+|$)")


class TaskTreeprocessor(Treeprocessor):
    """Turns `[ ]` and `[x]` at the start of a list item into a box with a class."""

    def run(self, root: etree.Element) -> None:
        for parent in root.iter():
            if parent.tag not in ("ul", "ol"):
                continue
            tasks = [item for item in parent if item.tag == "li" and _make_task(item)]
            if tasks:
                parent.set("class", "task-list")


def _make_task(item: etree.Element) -> bool:
    holder = item
    if not (item.text or "").strip() and len(item) and item[0].tag == "p":
        holder = item[0]
    match = _TASK.match((holder.text or "").lstrip())
    if match is None:
        return False
    done = match[1] != " "
    box = etree.Element("span", {"class": "task task-done" if done else "task"})
    box.text = "☑" if done else "☐"
    box.tail = " " + (holder.text or "").lstrip()[match.end() :]
    holder.text = ""
    holder.insert(0, box)
    item.set("class", "task-item")
    return True
