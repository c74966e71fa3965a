"""The type of HTML that may be shown as it is. Only this room makes it."""

from markupsafe import Markup


class SafeHtml(Markup):
    """HTML that went through both sanitizers, or that the core wrote itself."""

    __slots__ = ()


def stored_html(html: str) -> SafeHtml:
    """HTML that `pipeline.render` made earlier and the database kept."""
    return SafeHtml(html)
