"""What a text points to."""

import html
import re
from dataclasses import dataclass

from cms.rendering import excerpt, policy

_ATTRIBUTE = re.compile(r'\s(href|src|class)="([^"]*)"')
_OWN = re.compile(r"(entry|media|term|profile):([^#?/\s]+)")


@dataclass(frozen=True)
class Reference:
    """A link, picture or player in a text, and what it points to."""

    kind: str  # link, image, embed
    target_kind: str  # entry, media, term, profile, url
    target: str  # An id, or the address itself.
    place: str = "body"

    @property
    def target_id(self) -> str | None:
        """The id of one of our own things; None for an address elsewhere."""
        return None if self.target_kind == "url" else self.target

    @property
    def url(self) -> str | None:
        """The address elsewhere; None for one of our own things."""
        return self.target if self.target_kind == "url" else None


def find_references(safe_html: str, *, place: str = "body") -> tuple[Reference, ...]:
    """Every target of the safe HTML once, in the order of the text; places inside it not."""
    found: dict[Reference, None] = {}
    for tag in excerpt.TAG.finditer(safe_html):
        if tag[1] or tag[2] not in ("a", "img"):
            continue
        attributes = dict(_ATTRIBUTE.findall(tag[3]))
        address = html.unescape(attributes.get("href" if tag[2] == "a" else "src", ""))
        if not address or address.startswith("#"):
            continue
        kind = "image" if tag[2] == "img" else "link"
        kind = "embed" if attributes.get("class") == "embed-link" else kind
        own = _OWN.match(address)
        target_kind, target = (own[1], own[2]) if own else ("url", address)
        assert target_kind in policy.OWN_SCHEMES | {"url"}
        found[Reference(kind, target_kind, target, place)] = None
    return tuple(found)
