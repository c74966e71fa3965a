"""Finds the targets of links and pictures in Markdown source, by position.

It never looks into code, so that a rewrite of what it finds changes nothing that a writer quoted.
Where it is in doubt whether a line is code, the line is left alone.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

Span = tuple[int, int]


class LinkTarget(NamedTuple):
    """Where in the source a target stands, what it is, and whether it belongs to a picture."""

    start: int
    end: int
    text: str
    is_image: bool


def find_targets(source: str) -> Iterator[LinkTarget]:
    """Every target of a Markdown or raw HTML link or picture, in the order of the source."""
    code = _Mask(sorted(_code_spans(source)))
    found = [*_inline_targets(source, code), *_definitions(source, code), *_raw(source, code)]
    last = 0
    for target in sorted(found):
        if target.start >= last:
            last = target.end
            yield target


def find_bare(source: str, site_url: str) -> Iterator[LinkTarget]:
    """Every address of the site that stands in the text by itself, perhaps between < and >.

    Within brackets or tags it may belong to a link already, so it is left alone there.
    """
    if not site_url:
        return
    code = _Mask(sorted(_code_spans(source)))
    bare = re.compile(_BARE_OWN.format(site=re.escape(site_url)), re.IGNORECASE)
    for match in bare.finditer(source):
        closed = match[1] == "<"
        end = match.end(2) if closed else match.end(2) - _trailing(match[2])
        if closed and source[end : end + 1] != ">":
            continue
        if not code.covers(match.start(2)) and not _is_in_link(source, match.start(2)):
            start = match.start(1) if closed else match.start(2)
            address = source[match.start(2) : end]
            yield LinkTarget(start, end + 1 if closed else end, address, False)


def without_comments(source: str) -> str:
    """The source without HTML comments, which are for those who write; code keeps what it quotes.

    A comment that never ends is shown by the renderer, so it stays here too.
    """
    blocks = list(_code_blocks(source))
    code = _Mask(sorted([*blocks, *_prose_between(source, blocks)]))
    pieces, at, start = [], 0, source.find("<!--")
    while start >= 0 and (end := source.find("-->", start + 4)) >= 0:
        if code.covers(start) or source[start - 1 : start] == "\\":
            start = source.find("<!--", start + 4)
            continue
        pieces.append(source[at:start])
        at = end + 3
        # A comment on lines of its own leaves no empty line behind.
        if source[start - 1 : start] in ("", "\n") and source[at : at + 1] == "\n":
            at += 1
        start = source.find("<!--", at)
    return "".join([*pieces, source[at:]])


def find_label(source: str, target_start: int) -> int | None:
    """Where the bracket opens whose words the inline target at this position belongs to."""
    words_end = source.rfind("](", 0, target_start)
    if words_end < 0 or source[words_end + 2 : target_start].strip(" \t\n<"):
        return None
    depth = 0
    for mark in reversed(list(_BRACKET.finditer(source, 0, words_end + 1))):
        if mark[0] == "]":
            depth += 1
        elif mark[0] in ("[", "!["):
            depth -= 1
            if depth == 0:
                return mark.start() if mark[0] == "[" else None
    return None


def _trailing(address: str) -> int:
    """How many marks at the end of an address belong to the sentence around it."""
    return len(address) - len(address.rstrip(".,;:!?'\"*_)"))


def _is_in_link(source: str, position: int) -> bool:
    paragraph = source.rfind("\n\n", 0, position) + 1
    before = source[paragraph:position]
    if before.count("[") > before.count("]"):
        return True
    end = source.find("\n\n", position)
    after = source[position : end if end >= 0 else len(source)]
    return before.endswith(("](", "](<", "]: ", "=")) or "</a" in after.lower()


# --- Links ---------------------------------------------------------------------------------------

_TITLE = r"""(?:\s+(?:"[^"\n]{0,500}"|'[^'\n]{0,500}'))?"""
_BARE = r"[^\s()<>]{1,2000}(?:\([^\s()<>]{0,500}\)[^\s()<>]{0,500}){0,9}"
_INLINE = re.compile(rf"\(\s{{0,9}}(?:<([^<>\n]*)>|({_BARE})){_TITLE}\s{{0,9}}\)")
_BARE_OWN = r"""(?:^|(?<=[\s(*_]))(<?)({site}(?:[/?#][^\s<>"\]]{{0,2000}})?)(?![\w.:-])"""
_BRACKET = re.compile(r"\\.|\n[ \t]*\n|!?\[|\]", re.DOTALL)
_DEFINITION = re.compile(r"^[ ]{0,3}\[(?!\^)[^\[\]\n]+\]:[ \t]*(?:<([^<>\n]+)>|(\S+))", re.M)
_RAW_TAG = re.compile(r"<(a|img)\b([^<>]{0,2000})>", re.IGNORECASE)
_RAW_TARGET = re.compile(r"""\s(?:href|src)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)


def _inline_targets(source: str, code: "_Mask") -> Iterator[LinkTarget]:
    """`[text](target)` and `![text](target)`; a paragraph's end closes what is still open."""
    opened: list[str] = []
    for mark in _BRACKET.finditer(source):
        if mark[0].startswith("\n"):
            opened.clear()
        elif mark[0].startswith("\\") or code.covers(mark.start()):
            continue
        elif mark[0] != "]":
            opened.append(mark[0])
        elif opened:
            is_image = opened.pop() == "!["
            if match := _INLINE.match(source, mark.end()):
                yield _target(match, 1 if match[1] is not None else 2, is_image)


def _definitions(source: str, code: "_Mask") -> Iterator[LinkTarget]:
    """`[label]: target`; whether it serves a link or a picture stands elsewhere."""
    for match in _DEFINITION.finditer(source):
        if not code.covers(match.start()):
            yield _target(match, 1 if match[1] is not None else 2, False)


def _raw(source: str, code: "_Mask") -> Iterator[LinkTarget]:
    """`<a href="target">` and `<img src="target">`."""
    for tag in _RAW_TAG.finditer(source):
        if code.covers(tag.start()):
            continue
        if match := _RAW_TARGET.search(source, tag.start(2), tag.end(2)):
            group = 1 if match[1] is not None else 2
            yield _target(match, group, tag[1].lower() == "img")


def _target(match: re.Match[str], group: int, is_image: bool) -> LinkTarget:
    return LinkTarget(match.start(group), match.end(group), match[group], is_image)


# --- Code ----------------------------------------------------------------------------------------


class _Mask:
    """Answers for growing positions whether they are covered by one of some spans."""

    def __init__(self, spans: list[Span]) -> None:
        self._spans = spans
        self._at = 0
        self._last = -1

    def covers(self, position: int) -> bool:
        if position < self._last:
            self._at = 0
        self._last = position
        while self._at < len(self._spans) and self._spans[self._at][1] <= position:
            self._at += 1
        return self._at < len(self._spans) and self._spans[self._at][0] <= position


_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}|~{3,})([^\n]*)")
_LIST_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")
_PARAGRAPH_END = re.compile(r"\n[ \t>]*(?=\n|\Z)")
_BACKTICKS = re.compile(r"\\.|`+", re.DOTALL)
_RAW_CODE = re.compile(r"<(pre|code|script|style)\b[^<>]*>|<!--", re.IGNORECASE)


def _code_spans(source: str) -> Iterator[Span]:
    """Every span of the source that is code, or must be treated as if it were."""
    blocks = list(_code_blocks(source))
    yield from blocks
    yield from _prose_between(source, blocks)
    yield from _raw_code(source)


def _prose_between(source: str, blocks: list[Span]) -> Iterator[Span]:
    """Backtick spans in all that lies between blocks of code."""
    at = 0
    for start, end in [*blocks, (len(source), len(source))]:
        yield from _code_in_prose(source, at, start)
        at = end


def _code_blocks(source: str) -> Iterator[Span]:
    """Fenced and indented code, line by line."""
    fence = ""
    in_list, after_blank = False, True
    start = 0
    for line in source.splitlines(keepends=True):
        end = start + len(line)
        opening = _FENCE.match(line)
        if fence:
            yield start, end
            if opening and opening[1].startswith(fence) and not opening[2].strip():
                fence = ""
        elif opening and not (opening[1][0] == "`" and "`" in opening[2]):
            fence = opening[1]
            yield start, end
        else:
            is_indented = line.startswith(("    ", "\t"))
            if _LIST_ITEM.match(line) and (in_list or not is_indented):
                in_list = True
            elif line.strip() and not line[0].isspace() and after_blank:
                in_list = False
            deep = line.startswith(("        ", "\t\t")) if in_list else is_indented
            if deep and after_blank and line.strip():
                yield start, end
                start = end
                continue  # Still "after a blank line": the next indented line is code too.
        after_blank = not line.strip()
        start = end


def _code_in_prose(source: str, start: int, end: int) -> Iterator[Span]:
    """Backtick spans, paragraph by paragraph."""
    for paragraph_start, paragraph_end in _paragraphs(source, start, end):
        runs = [
            mark
            for mark in _BACKTICKS.finditer(source, paragraph_start, paragraph_end)
            if mark[0][0] == "`"
        ]
        later: dict[int, list[int]] = {}
        for index in range(len(runs) - 1, -1, -1):
            later.setdefault(len(runs[index][0]), []).append(index)
        index = 0
        while index < len(runs):
            same = later[len(runs[index][0])]
            while same and same[-1] <= index:
                same.pop()
            if same:
                yield runs[index].start(), runs[same[-1]].end()
                index = same[-1]
            index += 1


def _paragraphs(source: str, start: int, end: int) -> Iterator[Span]:
    for blank in _PARAGRAPH_END.finditer(source, start, end):
        yield start, blank.start()
        start = blank.end()
    yield start, end


def _raw_code(source: str) -> Iterator[Span]:
    """Raw HTML whose content is not Markdown; what never ends goes on to the end."""
    lowered = source.lower()
    at = 0
    while mark := _RAW_CODE.search(source, at):
        closing = f"</{mark[1].lower()}" if mark[1] else "-->"
        end = lowered.find(closing, mark.end())
        at = end + len(closing) if end >= 0 else len(source)
        yield mark.start(), at
