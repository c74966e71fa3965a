"""Cuts Markdown into blocks that join back to exactly the same text.

A block is a run of lines that a person would move or replace as one thing: a paragraph, a heading,
a fence, a table, a whole list, a `///` block. Blocks carry the blank lines that follow them.
"""

import re
from dataclasses import dataclass

FENCE = re.compile(r" {0,3}(`{3,}(?!.*`)|~{3,})")
HEADING = re.compile(r" {0,3}#{1,6}(\s|$)")
LIST_ITEM = re.compile(r" {0,3}([-*+]|\d{1,9}[.)])(\s|$)")
RULE = re.compile(r" {0,3}([-*_])[ \t]*(\1[ \t]*){2,}$")
DIRECTIVE = re.compile(r"(/{3,})\s*(.*)$")
TABLE_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of Markdown: what it says, the blank lines after it, and what it is."""

    text: str
    tail: str
    kind: str  # prose, heading, fence, table, list or directive

    @property
    def whole(self) -> str:
        return self.text + self.tail

    @property
    def is_prose(self) -> bool:
        """Only running text may be joined word by word; all else is one unit."""
        return self.kind in ("prose", "heading")


def split_blocks(source: str) -> tuple[Block, ...]:
    """The blocks of a Markdown text; joined again they are the text, byte for byte."""
    lines = _lines(source)
    blocks: list[Block] = []
    at = 0
    while at < len(lines):
        kind, end = _extent(lines, at)
        blocks.append(_block(lines, at, end, kind))
        at = end
    return tuple(blocks)


def _lines(source: str) -> list[str]:
    """Lines ended by a line feed only, whatever other separators the text holds."""
    *ended, last = source.split("\n")
    return [line + "\n" for line in ended] + ([last] if last else [])


def _block(lines: list[str], start: int, end: int, kind: str) -> Block:
    last = end
    while last > start and not lines[last - 1].strip():
        last -= 1
    text = "".join(lines[start:last])
    bare = text.rstrip("\n")
    return Block(bare, text[len(bare) :] + "".join(lines[last:end]), kind)


def _extent(lines: list[str], at: int) -> tuple[str, int]:
    """What starts on this line, and the line after its end (blank lines included)."""
    line = lines[at].rstrip("\n")
    if not line.strip():
        return "prose", _after_blank(lines, at)
    if fence := FENCE.match(line):
        return "fence", _after_blank(lines, _fence_end(lines, at, fence.group(1)))
    if DIRECTIVE.match(line) and DIRECTIVE.match(line)[2].strip():  # type: ignore[index]
        return "directive", _after_blank(lines, _directive_end(lines, at))
    if HEADING.match(line):
        return "heading", _after_blank(lines, at + 1)
    if LIST_ITEM.match(line) and not RULE.match(line):
        return "list", _list_end(lines, at)
    end = _paragraph_end(lines, at)
    table = end - at > 1 and "|" in line and TABLE_RULE.match(lines[at + 1].rstrip("\n"))
    return ("table" if table else "prose"), _after_blank(lines, end)


def _after_blank(lines: list[str], at: int) -> int:
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at


def _fence_end(lines: list[str], at: int, mark: str) -> int:
    closing = re.compile(rf" {{0,3}}{re.escape(mark[0])}{{{len(mark)},}}\s*$")
    for number in range(at + 1, len(lines)):
        if closing.match(lines[number]):
            return number + 1
    return len(lines)


def _directive_end(lines: list[str], at: int) -> int:
    """The line after the closing `///`; an unclosed block ends with its paragraph."""
    depth = 0
    for number in range(at, len(lines)):
        if mark := DIRECTIVE.match(lines[number].rstrip("\n")):
            depth += 1 if mark[2].strip() else -1
            if depth <= 0:
                return number + 1
    return _paragraph_end(lines, at)


def _list_end(lines: list[str], at: int) -> int:
    """The line after the last item, its indented continuations and the blank lines between."""
    number = at + 1
    fence = ""
    while number < len(lines):
        line = lines[number].rstrip("\n")
        if fence:
            fence = "" if line.strip().startswith(fence) else fence
        elif opening := re.match(r"\s+(`{3,}|~{3,})", line):
            fence = opening[1]
        elif line.strip() and not lines[number - 1].strip():
            indented = line[0] in " \t"
            if not indented and (not LIST_ITEM.match(line) or RULE.match(line)):
                return number
        elif line.strip() and (HEADING.match(line) or FENCE.match(line)) and line[0] != " ":
            return number
        number += 1
    return number


def _paragraph_end(lines: list[str], at: int) -> int:
    number = at + 1
    while number < len(lines):
        line = lines[number].rstrip("\n")
        if not line.strip() or HEADING.match(line) or FENCE.match(line) or DIRECTIVE.match(line):
            return number
        number += 1
    return number
