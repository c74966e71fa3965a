"""The type of HTML that may be shown as it is. Only this room makes it."""

import html
import re

from markupsafe import Markup

# No character has a number of so many digits; reading thousands of them is slow, or fails.
HUGE_NUMBER = re.compile(r"&(?=#[xX]?[0-9a-fA-F]{9})")


class SafeHtml(Markup):
    """HTML that went through both sanitizers, or that the core wrote itself."""

    __slots__ = ()


def stored_html(html: str) -> SafeHtml:
    """HTML that `pipeline.render` made earlier and the database kept."""
    return SafeHtml(html)


def decoded(text: str) -> str:
    """The text with its entities as characters; numbers of no character stay as they are."""
    return html.unescape(HUGE_NUMBER.sub("&amp;", text))
