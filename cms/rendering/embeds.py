"""Players of other sites, shown as a link that loads nothing before somebody follows it."""

import html
import re
from typing import NamedTuple

from cms.rendering import policy
from cms.rendering.safe_html import decoded


class Embed(NamedTuple):
    """A player: whose it is, the page a link goes to, and the frame a click may open."""

    provider: policy.Provider
    page_url: str
    frame_url: str


def find_embed(url: str) -> Embed | None:
    """The player behind an address, or None when no provider we know has it."""
    if len(url) > 500:
        return None
    for provider in policy.EMBED_PROVIDERS:
        for pattern in provider.addresses:
            if match := pattern.fullmatch(url):
                return Embed(
                    provider,
                    provider.page_url.format(id=match["id"]),
                    provider.frame_url.format(id=match["id"]),
                )
    return None


def frame_hosts() -> tuple[str, ...]:
    """The origins that a page may open players from, for its security policy."""
    return tuple(
        re.sub(r"(https://[^/]+).*", r"\1", provider.frame_url)
        for provider in policy.EMBED_PROVIDERS
    )


_IFRAME = re.compile(r"<iframe\b([^<>]*)>(?:\s*</iframe\s*>)?", re.IGNORECASE)
_SOURCE = re.compile(r"""\ssrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_TITLE = re.compile(r"""\stitle\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)


def replace_frames(unsafe_html: str) -> str:
    """Raw frames as cards or links: the sanitizers would drop them without a trace."""
    return (
        _IFRAME.sub(_frame_link, unsafe_html) if "<iframe" in unsafe_html.lower() else unsafe_html
    )


def _frame_link(match: re.Match[str]) -> str:
    source = _SOURCE.search(match[1])
    if source is None:
        return ""
    url = decoded(next(group for group in source.groups() if group is not None)).strip()
    url = f"https:{url}" if url.startswith("//") else url
    title_match = _TITLE.search(match[1])
    title = decoded(title_match[1] or title_match[2] or "") if title_match else ""
    if found := find_embed(url):
        return card_html(found, title)
    return f'<p><a href="{html.escape(url)}">{html.escape(title or url)}</a></p>'


def card_html(embed: Embed, title: str) -> str:
    """The card of a player: a figure with a plain link."""
    label = html.escape(title or embed.page_url)
    return (
        f'<figure class="embed embed-{embed.provider.name}">'
        f'<a class="embed-link" href="{html.escape(embed.page_url)}">'
        f'<span class="embed-title">{label}</span> '
        f'<span class="embed-provider">{embed.provider.label}</span></a></figure>'
    )
