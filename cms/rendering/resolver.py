"""The one step after the sanitizers: our placeholders become addresses when a page is shown.

It replaces whole attributes by values that it escapes itself, and adds what only the core may
add: names for scrollable regions, sizes of pictures, the frame of a player. So a rename or a new
picture size never makes stored HTML stale.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin, urlsplit

from markupsafe import escape

from cms.i18n import gettext as _
from cms.rendering import embeds
from cms.rendering.safe_html import SafeHtml

Target = Literal["web", "feed"]


@dataclass(frozen=True)
class Resolved:
    """Where one of our own things is now; sizes and sources for pictures."""

    url: str
    title: str | None = None
    alt: str | None = None
    width: int | None = None
    height: int | None = None
    srcset: str | None = None
    sizes: str | None = None


# Asked with a kind (entry, term, profile, media) and an id.
Lookups = Callable[[str, str], Resolved | None]

_PLACEHOLDER = re.compile(r"(entry|term|profile|media):([^#?/\s]+)(.*)", re.DOTALL)
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
# Every whole tag, so that nothing inside an attribute is ever taken for one.
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [a-z]+(?:="[^"]*")?)*)>')
# Only the tags of interest, five times as fast; right as long as no attribute holds a "<".
_TAGS_WANTED: dict[Target, re.Pattern[str]] = {
    "web": re.compile(r'<(/?)(a|img|pre|table)((?: [a-z]+(?:="[^"]*")?)*)>'),
    "feed": re.compile(r'<(/?)(a|img)((?: [a-z]+(?:="[^"]*")?)*)>'),
}
_TAG_IN_VALUE = re.compile(r'="[^"<]*<')


def resolve(
    safe_html: SafeHtml,
    lookups: Lookups,
    *,
    target: Target = "web",
    base_url: str = "",
    page_url: str = "",
) -> SafeHtml:
    """The HTML for a page, or with absolute addresses for a feed.

    `base_url` is the site's address with its sub-path, `page_url` that of the page shown.
    An own link that leads nowhere leaves its text.
    """
    return SafeHtml(_Resolving(lookups, target, base_url, page_url).run(str(safe_html)))


class _Resolving:
    """One pass over one text."""

    def __init__(self, lookups: Lookups, target: Target, base_url: str, page_url: str) -> None:
        self.lookups = lookups
        self.target = target
        self.base_url = base_url.rstrip("/")
        self.page_url = page_url or self.base_url + "/"
        self.prefix = urlsplit(self.base_url).path
        self.link_is_missing = False
        self.regions = {"pre": 0, "table": 0}

    def run(self, text: str) -> str:
        """The text with every tag of interest replaced."""
        tag = _TAG if _TAG_IN_VALUE.search(text) else _TAGS_WANTED[self.target]
        return tag.sub(self._tag, text)

    def _tag(self, match: re.Match[str]) -> str:
        closing, name = match[1], match[2]
        if name == "a":
            return self._link_end() if closing else self._link(match)
        if name == "img":
            return self._image(match)
        return self._region(match) if name in self.regions else match[0]

    # Links

    def _link(self, match: re.Match[str]) -> str:
        attributes = _attributes(match[3])
        if "href" not in attributes:
            return match[0]
        address = self._address(attributes["href"])
        if address is None:
            self.link_is_missing = True
            return '<span class="missing-link">'
        if self.target == "web" and attributes.get("class") == "embed-link":
            found = embeds.find_embed(attributes["href"])
            if found:
                attributes["data-embed-src"] = found.frame_url
        return _write("a", attributes | {"href": address})

    def _link_end(self) -> str:
        if self.link_is_missing:
            self.link_is_missing = False
            return "</span>"
        return "</a>"

    def _address(self, address: str) -> str | None:
        """Where an address of the text leads from here; None when its target is not there."""
        own = _PLACEHOLDER.match(address)
        if own is None:
            return self._plain_address(address)
        found = self.lookups(own[1], own[2])
        if found is None:
            return None
        rest = own[3] if own[3][:1] in ("#", "?") else ""
        return self._absolute(found.url + rest)

    def _plain_address(self, address: str) -> str:
        if address.startswith("/") and not address.startswith("//"):
            return self._absolute(self.prefix + address)
        return self._absolute(address)

    def _absolute(self, address: str) -> str:
        """For a feed the whole address; a page knows where it is."""
        if self.target == "web":
            return address
        try:
            return urljoin(self.page_url, address)
        except ValueError:
            return address

    # Pictures

    def _image(self, match: re.Match[str]) -> str:
        attributes = _attributes(match[3])
        source = attributes.get("src", "")
        own = _PLACEHOLDER.match(source)
        if own is None:
            attributes["src"] = self._plain_address(source)
        else:
            found = self.lookups(own[1], own[2]) if own[1] == "media" else None
            if found is None:
                return f'<span class="missing-media">{escape(attributes.get("alt", ""))}</span>'
            self._describe(attributes, found)
        attributes.setdefault("alt", "")
        if self.target == "web":
            attributes.setdefault("loading", "lazy")
            attributes["decoding"] = "async"
        return _write("img", attributes)

    def _describe(self, attributes: dict[str, str], found: Resolved) -> None:
        """What is known about an own picture; the words of the writer go before."""
        attributes["src"] = self._absolute(found.url)
        if found.alt is not None and not attributes.get("alt"):
            attributes["alt"] = found.alt
        if found.width and found.height and "width" not in attributes:
            attributes["width"] = str(found.width)
            attributes["height"] = str(found.height)
        if self.target == "web" and found.srcset:
            attributes["srcset"] = found.srcset
            attributes["sizes"] = found.sizes or "100vw"

    # Regions that scroll sideways: they must be reachable by keyboard, and have a name

    def _region(self, match: re.Match[str]) -> str:
        closing, name = match[1], match[2]
        if self.target == "feed":
            return match[0]
        if closing:
            return "</table></div>" if name == "table" else match[0]
        self.regions[name] += 1
        number = self.regions[name]
        if name == "pre":
            return _write("pre", _attributes(match[3]) | _region(_("Code {n}", n=number)))
        wrap = _write("div", {"class": "table-wrap"} | _region(_("Table {n}", n=number)))
        return f"{wrap}{match[0]}"


def _region(label: str) -> dict[str, str]:
    return {"tabindex": "0", "role": "region", "aria-label": label}


def _attributes(text: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(text)}


def _write(tag: str, attributes: dict[str, str]) -> str:
    written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return f"<{tag}{written}>"
