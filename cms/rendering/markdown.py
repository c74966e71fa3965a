"""The Markdown dialect: which constructs there are, and how the converter is put together.

What comes out of `convert` is not safe yet; `sanitizer.clean` comes after.
"""

import re
import threading
import xml.etree.ElementTree as etree
from collections.abc import Callable
from typing import Any

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.extensions.footnotes import FootnoteExtension
from markdown.inlinepatterns import InlineProcessor
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import InlineProcessor as InlineTreeprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import STX, AtomicString

from cms.rendering import blocks, bounds, fences, lists, policy, raw_html, tables
from cms.rendering.safe_html import decoded

_local = threading.local()


def convert(source: str, budget: bounds.Budget) -> str:
    """The Markdown as HTML that nobody has checked yet; raises whatever the parser raises."""
    converter: Converter = getattr(_local, "converter", None) or _build_converter()
    # A converter that was stopped half-way has a state that nobody knows: it is not used again.
    _local.converter = None
    converter.budget = budget
    converted = converter.reset().convert(source)
    _local.converter = converter
    return converted


class Converter(Markdown):
    """Python-Markdown, with a budget that its parts ask at every step."""

    budget: bounds.Budget

    def tick(self) -> None:
        """Go on, or raise `OutOfBounds`."""
        self.budget.tick()


def _build_converter() -> Converter:
    converter = Converter(
        output_format="html",
        tab_length=4,
        extensions=[
            tables.TableExtension(),
            "markdown.extensions.def_list",
            "markdown.extensions.sane_lists",
            "pymdownx.saneheaders",
            FootnoteExtension(SEPARATOR="-", BACKLINK_TEXT="↩\ufe0e", USE_DEFINITION_ORDER=False),
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
        assert isinstance(md, Converter)
        md.preprocessors.register(fences.FencePreprocessor(md), "fenced_code_block", 25)
        md.preprocessors.register(ListPreprocessor(md), "lists", 23)
        md.preprocessors.register(LoneBracketPreprocessor(md), "lone_brackets", 22)
        md.preprocessors.register(blocks.UnclosedPreprocessor(md), "unclosed_blocks", 19)
        md.preprocessors.register(raw_html.RawHtmlPreprocessor(md), "html_block", 20)
        md.postprocessors.register(LoneBracketPostprocessor(md), "lone_brackets", 1)
        md.inlinePatterns.register(AutolinkProcessor(_BARE_URL, md), "bare_url", 85)
        md.treeprocessors.register(TaskTreeprocessor(md), "tasks", 15)
        md.treeprocessors.register(FootnoteClassTreeprocessor(md), "footnote_class", 5)
        md.treeprocessors.register(blocks.LoneEmbedTreeprocessor(md), "lone_embeds", 13)
        reference: Any = md.inlinePatterns["reference"]
        reference.RE_LINK = re.compile(r"\[([^\]]*)\]")  # No space between text and label.
        _set_ticks(md)


# --- Link definitions ------------------------------------------------------------------------

_ESCAPED = re.compile("\x02(\\d+)\x03|\\\\(?=[^\\w\\s])")


class _Definitions(dict[str, tuple[str, str]]):
    """Link definitions by label: the first counts; code and escapes in a label are no matter.

    The parser has put code aside when it meets `[`name`][]`, so it would look for a mark.
    """

    def __init__(self, md: Converter) -> None:
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


# --- Ticks -------------------------------------------------------------------------------------


class _TickingBlock(BlockProcessor):
    """Asked first for every block; never takes one."""

    def test(self, parent: etree.Element, block: str) -> bool:
        self.parser.md.tick()  # type: ignore[attr-defined]
        return False

    def run(self, parent: etree.Element, blocks: list[str]) -> bool | None:
        return False


class _TickingInline(InlineProcessor):
    """Asked first for every run of text; never matches."""

    def __init__(self, md: Converter) -> None:
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


def _set_ticks(md: Converter) -> None:
    """Make every block, run of text and match a moment at which the work can be stopped."""
    md.parser.blockprocessors.register(_TickingBlock(md.parser), "tick", 1000)
    md.inlinePatterns.register(_TickingInline(md), "tick", 1000)
    md.treeprocessors.register(_TickingTree(md), "inline", 20)
    for pattern in md.inlinePatterns:
        setattr(pattern, "handleMatch", _ticking(md, pattern.handleMatch))  # noqa: B010


def _ticking(md: Converter, handle: Callable[..., Any]) -> Callable[..., Any]:
    def handle_match(*arguments: Any) -> Any:
        md.tick()
        return handle(*arguments)

    return handle_match


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


# --- Bare addresses ----------------------------------------------------------------------------

_BARE_URL = r"(?<![\w/:.@-])https?://[^\s<>\"'`\x02\x03|\\^{}]{3,2000}"
_PUT_ASIDE = re.compile(r"\x02klzzwxh:(\d+)\x03")
_RAW_HTML = re.compile(r"\x02wzxhzdk:(\d+)\x03")
_RAW_LINK = re.compile(r"<(/?)a\b", re.IGNORECASE)
_TRAILING = ".,;:!?*_~"


class AutolinkProcessor(InlineProcessor):
    """Makes a link of an address that stands in the text; its closing punctuation stays text."""

    ANCESTOR_EXCLUDES = ("a",)

    def handleMatch(  # type: ignore[override]
        self, m: re.Match[str], data: str
    ) -> tuple[etree.Element | None, int | None, int | None]:
        if self._inside_raw_link(data, m.start()):
            return None, None, None
        url = _without_punctuation(m[0])
        link = etree.Element("a", {"href": url})
        link.text = AtomicString(url)
        return link, m.start(), m.start() + len(url)

    def _inside_raw_link(self, data: str, at: int) -> bool:
        """Whether raw HTML shortly before this place opened a link that is still open."""
        assert self.md is not None
        inline: Any = self.md.treeprocessors["inline"]
        raw = self.md.htmlStash.rawHtmlBlocks
        for mark in reversed(list(_PUT_ASIDE.finditer(data, max(0, at - 2000), at))):
            found = _RAW_HTML.fullmatch(str(inline.stashed_nodes.get(mark[1], "")))
            link = _RAW_LINK.match(str(raw[int(found[1])])) if found else None
            if link:
                return not link[1]
        return False


def _without_punctuation(url: str) -> str:
    """The address without what closes the sentence or the bracket around it."""
    while url:
        last = url[-1]
        if (
            last in _TRAILING
            or (last == ")" and url.count(")") > url.count("("))
            or (last == "]" and url.count("]") > url.count("["))
        ):
            url = url[:-1]
        else:
            break
    return url


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


class FootnoteClassTreeprocessor(Treeprocessor):
    """Gives the list of footnotes the class that themes know."""

    def run(self, root: etree.Element) -> None:
        for child in root.iter("div"):
            if child.get("class") == "footnote":
                child.set("class", "footnotes")
