"""Addresses that stand in the text become links, found by one linear pass."""

import re
import xml.etree.ElementTree as etree
from typing import Any

from markdown.inlinepatterns import InlineProcessor
from markdown.util import AtomicString

BARE_URL = r"(?<![\w/:.@-])https?://[^\s<>\"'`\x02\x03|\\^{}]{3,2000}"
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
