"""Filters that take a text and give a text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from jinja2 import pass_environment
from jinja2.filters import FILTERS as JINJA_FILTERS
from markupsafe import Markup, escape

from cms import text as texts
from cms.themes import budget, formatting
from cms.themes.budget import Counted
from cms.themes.printing import printed
from cms.themes.sandbox import ThemeEnvironment

_CLASS = re.compile(r"[A-Za-z0-9_-]+")
_INLINE_LIMIT = 5_000  # characters
_STRIPPED_LIMIT = 100_000  # characters; taking out comments costs the square of their number


def replace(value: Any, old: str, new: str, count: int | None = None) -> str:
    """Replace one text by another, unless the result would be too long."""
    source, old, new = formatting.as_text(value), formatting.as_text(old), formatting.as_text(new)
    found = source.count(str(old)) if old else len(source) + 1
    grown = len(source) + found * len(new) * (6 if isinstance(source, Markup) else 1)
    budget.current.get().make(grown)
    if isinstance(source, Markup) or isinstance(new, Markup):
        return escape(source).replace(escape(old), escape(new), -1 if count is None else count)
    return source.replace(old, new, -1 if count is None else count)


def excerpt(value: Any, words: int = 40) -> str:
    """The first words of a text, without markup."""
    kept = striptags(value) if isinstance(value, Markup) else formatting.as_text(value)
    parts = kept.split(None, max(1, min(int(words), 1000)))
    if len(parts) <= int(words):
        return budget.made(str(kept).strip())
    return budget.made(" ".join(parts[: int(words)]).rstrip(" ,;:.") + "…")


def striptags(value: Any) -> str:
    """A text without its elements; of a very long one only the beginning."""
    source = Markup(formatting.as_text(value)[:_STRIPPED_LIMIT])  # noqa: S704 - ends as plain text
    return budget.made(source.striptags())


def markdown_inline(value: Any) -> Markup:
    """Bold, emphasis, code and links of one line of Markdown; everything else stays escaped."""
    source = formatting.as_text(value)[:_INLINE_LIMIT]
    html = str(escape(str(source)))
    html = re.sub(r"`([^`\n]{1,500})`", r"<code>\1</code>", html)
    html = re.sub(r"\[([^\[\]\n]{1,300})\]\(([^\s()<>]{1,500})\)", _inline_link, html)
    html = re.sub(r"\*\*([^*\n]{1,500})\*\*", r"<strong>\1</strong>", html)
    html = re.sub(r"(?<![\w*])[*_]([^*_\n]{1,500})[*_](?![\w*])", r"<em>\1</em>", html)
    # The source was escaped first, only these elements are added.
    return budget.made(Markup(html))  # noqa: S704


def _inline_link(match: re.Match[str]) -> str:
    label, address = match[1], match[2]
    if not re.match(r"(?:https?://|mailto:|/(?!/)|#)", address):
        return match[0]
    # Marks inside an address must not become elements.
    for mark, code in (("*", "%2A"), ("_", "%5F"), ("`", "%60")):
        address = address.replace(mark, code)
    return f'<a href="{address}">{label}</a>'


def classes(value: Any) -> str:
    """A list of class names as one attribute's value; what is empty or odd is left out."""
    items = [value] if isinstance(value, str) else list(Counted(value))
    names = [formatting.as_text(item) for item in items if item]
    return budget.made(" ".join(name for name in names if _CLASS.fullmatch(name)))


def slug(value: Any) -> str:
    """A text as it would stand in an address."""
    return texts.make_slug(formatting.as_text(value)[:1000])


def spending(name: str) -> Callable[..., Any]:
    """One of Jinja's filters that makes a text no longer than a few times what it was given."""
    inner = JINJA_FILTERS[name]

    def filtered(value: Any, *args: Any, **kwargs: Any) -> Any:
        result = inner(formatting.as_text(value), *args, **kwargs)
        budget.current.get().make(len(result))
        return result

    return filtered


@pass_environment
def truncate(environment: ThemeEnvironment, value: Any, *args: Any, **kwargs: Any) -> str:
    """The beginning of a text, cut at a word."""
    result: str = JINJA_FILTERS["truncate"](environment, formatting.as_text(value), *args, **kwargs)
    budget.current.get().make(len(result))
    return result


def escaped(value: Any) -> Markup:
    """A text with everything that means something in HTML made harmless."""
    return budget.made(escape(printed(value)))


def wordcount(value: Any) -> int:
    """How many words a text has."""
    return len(formatting.as_text(value).split())
