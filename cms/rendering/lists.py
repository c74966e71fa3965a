"""Lists as writers of other Markdown dialects make them, in the form that our parser reads.

Python-Markdown wants a blank line before a list and four spaces for each level. CommonMark, which
most people learnt, wants neither: the text of an item starts where it starts. This pass follows
CommonMark's rule and writes every level four spaces deep. It sees a text whose fenced code was
put aside already, and changes only what the parser is given, never what is stored.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from cms.rendering import raw_html

_ITEM = re.compile(r"([-*+]|\d{1,9}[.)])( +|$)(.*)")
_RULE = re.compile(r"(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$")
_PUT_ASIDE = re.compile(r"\x02wzxhzdk:\d+\x03$")
_STARTS_BLOCK = re.compile(
    r"#{1,6}(?: |$)|>|/{3,}|: |\[\^|" + _PUT_ASIDE.pattern + "|" + raw_html.BLOCK_START
)
_VERBATIM = re.compile(r"<(pre|script|style|textarea)\b", re.IGNORECASE)
_TABLE_LINE = re.compile(r" {0,3}\|?[ :-]*-[ :-]*(?:\|[ :-]*)*$")
_MAX_LEVELS = 50


def normalise(lines: list[str]) -> list[str]:
    """The lines with every list indented by four spaces a level, apart from what is around it."""
    return _Normaliser().run(_with_tables_apart(lines))


def _with_tables_apart(lines: list[str]) -> list[str]:
    """A blank line between a paragraph and the table that follows it."""
    apart = lines[:1]
    for at, (line, following) in enumerate(pairwise(lines), start=1):
        is_delimiter = "|" in following and _TABLE_LINE.match(following)
        if is_delimiter and "|" in line and len(apart) > 1 and _is_prose(apart[-2]):
            apart.insert(-1, "")
        apart.append(lines[at])
    return apart


def _is_prose(line: str) -> bool:
    return bool(line.strip()) and "|" not in line and not line.startswith(" ")


@dataclass
class _Item:
    """An open list item: the column where its text starts, and whether a blank line came."""

    column: int
    is_loose: bool = False


class _Normaliser:
    """One pass over the lines."""

    def __init__(self, *, is_nested: bool = False) -> None:
        self.is_nested = is_nested
        self.out: list[str] = []
        self.items: list[_Item] = []
        self.after_blank = True
        self.quoted: list[str] = []
        self.verbatim_end = ""

    def run(self, lines: list[str]) -> list[str]:
        for line in lines:
            if self.verbatim_end:
                self._verbatim(line)
            elif not self.items and line.lstrip(" ").startswith(">") and line[:4] != "    ":
                self.quoted.append(line.lstrip(" ")[1:])
            else:
                self._flush_quote()
                self._line(line)
        self._flush_quote()
        return self.out

    def _flush_quote(self) -> None:
        """A quotation is a text of its own."""
        if not self.quoted:
            return
        if not self.is_nested and self._last_filled.startswith(">"):
            self.out += ["<!-- -->", ""]  # The parser would make one of two quotations.
        inner = [line.removeprefix(" ") for line in self.quoted]
        self.quoted = []
        # A line of nothing but marks of quotation is not worth a level of recursion each.
        is_deep = any(line.startswith(">" * _MAX_LEVELS) for line in inner)
        nested = inner if is_deep else _Normaliser(is_nested=True).run(inner)
        self.out += [f"> {line}" if line else ">" for line in nested]
        self.after_blank = False

    @property
    def _last_filled(self) -> str:
        return next((line for line in reversed(self.out) if line), "")

    def _verbatim(self, line: str) -> None:
        self.out.append(line)
        if self.verbatim_end in line.lower():
            self.verbatim_end = ""

    def _line(self, line: str) -> None:
        text = line.lstrip(" ")
        if not text:
            self._blank()
            return
        indent = len(line) - len(text)
        depth = self._depth(indent)
        inner = indent - (self.items[depth - 1].column if depth else 0)
        item = _ITEM.match(text) if inner <= 3 and not _RULE.match(text) else None
        if item and self._may_start(item, depth):
            self._item(item, indent, depth)
        else:
            self._text(text, inner, depth)
        self.after_blank = False

    def _blank(self) -> None:
        self.after_blank = True
        for item in self.items:
            item.is_loose = True
        self.out.append("")

    def _depth(self, indent: int) -> int:
        """How many of the open items a line so far indented belongs to."""
        for depth, item in enumerate(self.items):
            if item.column > indent:
                return depth
        return len(self.items)

    def _may_start(self, item: re.Match[str], depth: int) -> bool:
        """Whether a marker begins an item; in the middle of a paragraph only some do."""
        if self.after_blank or depth < len(self.items):
            return len(self.items) < _MAX_LEVELS or depth < len(self.items)
        starts_at_one = item[1] in "-*+" or item[1][:-1] == "1"
        return bool(item[3]) and starts_at_one

    def _item(self, item: re.Match[str], indent: int, depth: int) -> None:
        starts_list = depth == len(self.items)
        needs_gap = starts_list and (depth == 0 or self.items[-1].is_loose)
        if needs_gap and not self.after_blank:
            self.out.append("")
        del self.items[depth:]
        marker = item[1][:-1] + "." if item[1][-1] == ")" else item[1]
        gap = len(item[2]) if 1 <= len(item[2]) <= 4 else 1
        self.out.append(" " * (4 * depth) + f"{marker} {item[3]}")
        self.items.append(_Item(indent + len(item[1]) + gap))

    def _text(self, text: str, inner: int, depth: int) -> None:
        is_block = _STARTS_BLOCK.match(text) is not None or _RULE.match(text) is not None
        follows = bool(self.items) and not self.after_blank
        if follows and not is_block and (depth < len(self.items) or not self.items[-1].is_loose):
            # A line that goes on, lazily or not, belongs to the last item.
            self._continue_item(text)
            return
        if follows and is_block and not self._last_starts_with(text[:2]):
            self.out.append("")
            for item in self.items:
                item.is_loose = True
        del self.items[depth:]
        self.out.append(" " * (4 * depth + inner) + text)
        if depth == 0 and (match := _VERBATIM.match(text)):
            closing = f"</{match[1].lower()}"
            self.verbatim_end = "" if closing in text.lower() else closing

    def _continue_item(self, text: str) -> None:
        """A line of an item's paragraph; what looks like a marker is none."""
        if item := _ITEM.match(text):
            at = item.end(1) - 1
            text = f"{text[:at]}\\{text[at:]}"
        self.out.append(" " * (4 * len(self.items) if self.items[-1].is_loose else 0) + text)

    def _last_starts_with(self, mark: str) -> bool:
        return bool(self.out) and self.out[-1].lstrip(" ").startswith(mark)
