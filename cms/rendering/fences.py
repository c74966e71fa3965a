"""Fenced code, by CommonMark's rule: at the margin, in quotations and in list items.

It runs before everything else and puts the code aside, so that nothing else reads it.
"""

import re
from typing import Any

from markdown.preprocessors import Preprocessor

from cms.rendering import highlighting

_OPENING = re.compile(r"((?: {0,3}>)*)( *)((?:(?:[-*+]|\d{1,9}[.)]) +)*)(`{3,}|~{3,})([^\n]*)$")
_LIST_ITEM = re.compile(r" *(?:[-*+]|\d{1,9}[.)])(?: |$)")
_LANGUAGE = re.compile(r"[\s{.]*([^\s,{}]*)")


class FencePreprocessor(Preprocessor):
    """Puts fenced code aside, in colour."""

    def run(self, lines: list[str]) -> list[str]:
        """The lines with a mark in the place of every fence."""
        out: list[str] = []
        in_list = False
        at = 0
        while at < len(lines):
            line = lines[at]
            opening = _OPENING.match(line) if "```" in line or "~~~" in line else None
            if opening and self._is_fence(opening, in_list):
                at = self._put_aside(opening, lines, at, out)
                continue
            if _LIST_ITEM.match(line):
                in_list = True
            elif line[:1].strip() and out and not out[-1].strip():
                in_list = False
            out.append(line)
            at += 1
        return out

    def _is_fence(self, opening: re.Match[str], in_list: bool) -> bool:
        """A line indented like code is code, where no list explains its indent."""
        indent_is_meant = len(opening[2]) <= 3 or in_list
        return indent_is_meant and not (opening[4][0] == "`" and "`" in opening[5])

    def _put_aside(self, opening: re.Match[str], lines: list[str], at: int, out: list[str]) -> int:
        """Store the code of one fence; the line where the text goes on."""
        quotes = opening[1].count(">")
        width = len(opening[2]) + len(opening[3])
        closing = re.compile(rf" {{0,{width + 3}}}{opening[4][0]}{{{len(opening[4])},}} *$")
        code: list[str] = []
        end = at + 1
        while end < len(lines):
            inner = _unquoted(lines[end], quotes)
            if inner is None:
                break
            end += 1
            if closing.match(inner):
                break
            code.append(_dedented(inner, width))
        md: Any = self.md
        language = _LANGUAGE.match(opening[5])
        mark = md.htmlStash.store(
            highlighting.code_html("\n".join(code), language[1] if language else "", md.tick)
        )
        md.tick()
        margin = "> " * quotes
        if not opening[3]:
            out.append(margin.rstrip())
        out += [f"{margin}{opening[2]}{opening[3]}{mark}", margin.rstrip()]
        return end


def _unquoted(line: str, quotes: int) -> str | None:
    """The line inside its quotations; None where one of them ended."""
    for _ in range(quotes):
        inner = line.lstrip(" ")
        if not inner.startswith(">") or len(line) - len(inner) > 3:
            return None
        line = inner[1:].removeprefix(" ")
    return line


def _dedented(line: str, width: int) -> str:
    indent = len(line) - len(line.lstrip(" "))
    return line[min(indent, width) :]
