"""Finds where a Markdown text leads, outside code, and leads it elsewhere. PURE.

A link to another file of the same source is written `file:<source id>#part`; the scheme is ours
and never meets a reader of the site, because the runner replaces every such mark in the end.
"""

import posixpath
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

MARK = "file:"
LONGEST_TEXT = 2000  # characters between the brackets of a link
FENCE = re.compile(r"[ \t>]*(`{3,}(?!.*`)|~{3,})")
TICKS = re.compile(r"`+")
# One destination in brackets, as a definition at the start of a line, or in an HTML attribute.
PLACE = re.compile(
    r"\]\([ \t]*(?:<(?P<angled>[^<>\n]{1,2000})>"
    r"|(?P<bare>(?:[^\s()<>]|\([^\s()]*\)){1,2000}))"
    r"|(?P<attribute>\b(?:href|src|poster)=(?P<quote>[\"'])(?P<value>[^\"'\n]{1,2000})(?P=quote))"
)
DEFINITION = re.compile(r" {0,3}\[[^\]\n]{1,999}\]:[ \t]*(?:<(?P<angled>[^<>\n]+)>|(?P<bare>\S+))")


class Place(NamedTuple):
    """Where a destination stands in the text, and whether a picture is shown there."""

    start: int
    end: int
    destination: str
    is_image: bool


def find_places(source: str) -> Iterator[Place]:
    """Every destination of a link or picture in running text, from top to bottom."""
    at = 0
    for is_code, line in _lines(source):
        if not is_code:
            yield from _places_in_line(line, at)
        at += len(line)


def rewrite(source: str, resolve: Callable[[str, bool], str | None]) -> str:
    """The text with each destination replaced by `resolve(destination, is_image)` unless None."""
    parts, at = [], 0
    for place in find_places(source):
        found = resolve(place.destination, place.is_image)
        if found is not None and found != place.destination:
            parts += [source[at : place.start], _safe(found)]
            at = place.end
    return "".join([*parts, source[at:]])


def mark(source_id: str, fragment: str = "") -> str:
    """How a link to another file of the source is written until its place here is known."""
    return MARK + quote(source_id, safe="/@:+,;=!$&'*~") + (f"#{fragment}" if fragment else "")


def is_mark(destination: str) -> bool:
    """Whether this is our own mark, and not a `file:///` address that someone wrote."""
    return destination.startswith(MARK) and not destination.startswith("file:/")


def read_mark(destination: str) -> tuple[str, str]:
    """The source id and the part that a mark names."""
    path, _hash, fragment = destination.removeprefix(MARK).partition("#")
    return unquote(path), fragment


def locate(destination: str, folder: str) -> str | None:
    """The source path that a relative destination means, seen from a folder, or None."""
    try:
        parts = urlsplit(destination)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or not parts.path or parts.path.startswith("/"):
        return None
    path = posixpath.normpath(posixpath.join(folder, unquote(parts.path)))
    return None if path.startswith("../") or path in ("..", ".") or "\x00" in path else path


def outside_code(source: str, change: Callable[[str], str]) -> str:
    """The text with `change` applied to each run of text that is not code."""
    parts: list[str] = []
    run = ""
    for is_code, line in _lines(source):
        if is_code:
            parts += [_outside_spans(run, change), line]
            run = ""
        else:
            run += line
    return "".join([*parts, _outside_spans(run, change)])


def _lines(source: str) -> Iterator[tuple[bool, str]]:
    """Each line with whether it belongs to a fenced or an indented code block."""
    fence = ""
    was_blank, was_code, in_list = True, False, False
    for line in source.splitlines(keepends=True):
        opening = FENCE.match(line)
        if fence:
            yield True, line
            if opening and opening[1].startswith(fence) and not line[opening.end() :].strip():
                fence = ""
            continue
        if opening:
            fence, was_code = opening[1], False
            yield True, line
            continue
        blank = not line.strip()
        indented = line.startswith(("    ", "\t"))
        was_code = indented and not in_list and not blank and (was_blank or was_code)
        if not blank and not indented:
            in_list = bool(re.match(r" {0,3}(?:[-*+]|\d{1,9}[.)])\s|\[\^", line)) or (
                in_list and (not was_blank or line[0] == " ")
            )
        was_blank = blank
        yield was_code, line


def _places_in_line(line: str, offset: int) -> Iterator[Place]:
    if "](" not in line and "]:" not in line and '="' not in line and "='" not in line:
        return
    code = _code_spans(line) if "`" in line else []
    if definition := DEFINITION.match(line):
        group = "angled" if definition["angled"] else "bare"
        start, end = definition.span(group)
        yield Place(offset + start, offset + end, definition[group], False)
        return
    for match in PLACE.finditer(line):
        before = bisect_right(code, (match.start(), len(line)))
        if before and match.start() < code[before - 1][1]:
            continue
        group = next(name for name in ("angled", "bare", "value") if match[name])
        start, end = match.span(group)
        yield Place(offset + start, offset + end, match[group], _is_image(line, match))


def _is_image(line: str, match: re.Match[str]) -> bool:
    start = match.start()
    if match["attribute"]:
        tag = line.rfind("<", max(0, start - LONGEST_TEXT), start)
        return tag >= 0 and line[tag + 1 : tag + 5].lower() in ("img ", "imag", "vide")
    opening = line.rfind("[", max(0, start - LONGEST_TEXT), start)
    return opening > 0 and line[opening - 1] == "!" and "](" not in line[opening:start]


def _code_spans(line: str) -> list[tuple[int, int]]:
    """Where backticks enclose code: a run of them up to the next run of the same length."""
    runs = [match.span() for match in TICKS.finditer(line)]
    spans: list[tuple[int, int]] = []
    following: dict[int, list[int]] = {}
    for number, (start, end) in enumerate(runs):
        following.setdefault(end - start, []).append(number)
    at = 0
    while at < len(runs):
        start, end = runs[at]
        same = following[end - start]
        closing = bisect_right(same, at)
        if closing == len(same):
            at += 1
            continue
        spans.append((start, runs[same[closing]][1]))
        at = same[closing] + 1
    return spans


def _outside_spans(text: str, change: Callable[[str], str]) -> str:
    parts, at = [], 0
    for start, end in _code_spans(text):
        parts += [change(text[at:start]), text[start:end]]
        at = end
    return "".join([*parts, change(text[at:])])


def _safe(destination: str) -> str:
    """The destination without what would end it early in Markdown or HTML."""
    return (
        destination.replace(" ", "%20").replace("<", "%3C").replace(">", "%3E").replace('"', "%22")
    )
