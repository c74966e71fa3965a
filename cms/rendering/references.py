"""What a text points to: found in rendered HTML, and kept by identity in the source.

A link to one of our own things is written `entry:ID` in the source, so that a new address breaks
nothing. People paste addresses; `to_references` turns them into identities when they save.
"""

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from cms import text
from cms.rendering import excerpt, source_links

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
        found[Reference(kind, target_kind, target, place)] = None
    return tuple(found)


# --- In the source -------------------------------------------------------------------------------

# Asked with the local path of an own address: whose is it? (entry, term, profile, media; id)
Find = Callable[[str], tuple[str, str] | None]
# Asked with a kind and an id: the words for a link to it.
LabelOf = Callable[[str, str], str]
# Asked with a kind and an id: its local path now.
PathOf = Callable[[str, str], str | None]

_UNSAFE_IN_LABEL = re.compile(r"[\[\]\\`*_<>]")
_UNSAFE_IN_TARGET = re.compile(r"[\s()<>\"'%#?\\]")


def to_references(source: str, find: Find, *, site_url: str = "") -> str:
    """The Markdown with every own address of a link or picture as a reference.

    An own address starts with `site_url`, or with a slash. No other byte changes.
    """
    return rewrite(source, lambda target: _reference_for(target, find, site_url.rstrip("/")))


def name_bare(source: str, find: Find, label_of: LabelOf, *, site_url: str) -> str:
    """The Markdown with every own address that stands by itself as a link by identity."""
    site_url = site_url.rstrip("/")

    def named(target: source_links.LinkTarget) -> str | None:
        reference = _reference_for(target, find, site_url)
        if reference is None:
            return None
        kind, _colon, rest = reference.partition(":")
        label = label_of(kind, re.split(r"[?#]", rest)[0])
        return f"[{_UNSAFE_IN_LABEL.sub(_escaped, label)}]({reference})"

    return _changed(source, source_links.find_bare(source, site_url), named)


def to_paths(source: str, path_of: PathOf) -> str:
    """The Markdown with every reference as the path that `path_of` knows; others stay."""
    return rewrite(source, lambda target: _path_for(target, path_of))


def find_own(source: str) -> set[tuple[str, str]]:
    """Kind and id of each of our own things that the links and pictures of the Markdown name."""
    found = (_OWN.match(target.text) for target in source_links.find_targets(source))
    return {(own[1], own[2]) for own in found if own is not None}


Change = Callable[[source_links.LinkTarget], str | None]


def rewrite(source: str, change: Change) -> str:
    """The Markdown with each target of a link or picture as `change` says; None leaves it."""
    return _changed(source, source_links.find_targets(source), change)


def _changed(source: str, targets: Iterable[source_links.LinkTarget], change: Change) -> str:
    pieces: list[str] = []
    at = 0
    for target in targets:
        changed = change(target)
        if changed is not None:
            pieces += [source[at : target.start], changed]
            at = target.end
    return "".join([*pieces, source[at:]]) if pieces else source


def _escaped(mark: re.Match[str]) -> str:
    return "\\" + mark[0]


def _reference_for(target: source_links.LinkTarget, find: Find, site_url: str) -> str | None:
    address, rest = _split(target.text)
    for path in _own_paths(address, site_url):
        found = find(path)
        if found and (not target.is_image or found[0] == "media"):
            return f"{found[0]}:{found[1]}{rest}"
    return None


def _own_paths(address: str, site_url: str) -> list[str]:
    """The local paths that an address may mean; none when it is not ours."""
    site = urlsplit(site_url)
    prefix = site.path
    local = address
    if match := re.match(r"https?://([^/]*)", address, re.IGNORECASE):
        if not site_url or match[1].lower() != site.netloc.lower():
            return []
        local = address[match.end() :] or "/"
    elif not address.startswith("/") or address.startswith("//"):
        return []
    try:
        path = text.normalise(unquote(local, errors="strict"))
    except UnicodeDecodeError:
        return []
    below = [path[len(prefix) :] or "/"] if prefix and (path + "/").startswith(prefix + "/") else []
    return below if local != address and prefix else [*below, path]


def _path_for(target: source_links.LinkTarget, path_of: PathOf) -> str | None:
    own = _OWN.match(target.text)
    path = path_of(own[1], own[2]) if own else None
    if own is None or path is None:
        return None
    encoded = _UNSAFE_IN_TARGET.sub(lambda letter: f"%{ord(letter[0]):02X}", path)
    return encoded + target.text[own.end() :]


def _split(address: str) -> tuple[str, str]:
    """An address, and what follows it from the first `?` or `#` on."""
    match = re.search(r"[?#]", address)
    return (address[: match.start()], address[match.start() :]) if match else (address, "")
