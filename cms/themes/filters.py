"""The filters and tests of theme templates: a table of names, nothing else exists."""

from __future__ import annotations

import functools
import json
import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from jinja2 import Undefined, pass_context, pass_environment
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.runtime import Context
from jinja2.tests import TESTS as JINJA_TESTS
from markupsafe import Markup, escape

from cms import text as texts
from cms.themes import budget, formatting
from cms.themes.budget import Counted
from cms.themes.printing import printed
from cms.themes.sandbox import ThemeEnvironment
from cms.themes.views import Group

_CLASS = re.compile(r"[A-Za-z0-9_-]+")
_INLINE_LIMIT = 5_000  # characters
_STRIPPED_LIMIT = 100_000  # characters; taking out comments costs the square of their number
_MAX_ROW = 1_000


# Texts


def replace(value: Any, old: str, new: str, count: int | None = None) -> str:
    """Replace one text by another, unless the result would be too long."""
    source, old, new = formatting.as_text(value), formatting.as_text(old), formatting.as_text(new)
    found = source.count(str(old)) if old else len(source) + 1
    grown = len(source) + found * len(new) * (6 if isinstance(source, Markup) else 1)
    budget.current.get().make(grown)
    if isinstance(source, Markup) or isinstance(new, Markup):
        return escape(source).replace(escape(old), escape(new), -1 if count is None else count)
    return source.replace(old, new, -1 if count is None else count)


@pass_environment
def join(
    environment: ThemeEnvironment, value: Any, d: Any = "", attribute: str | None = None
) -> str:
    """Join the parts of a list with a text between them."""
    items: Iterable[Any] = Counted(value)
    if attribute is not None:
        items = [_dotted(environment, item, attribute) for item in items]
    parts = [formatting.as_text(item) for item in items]
    between = formatting.as_text(d)
    run = budget.current.get()
    run.make(sum(map(len, parts)) + len(between) * len(parts))
    if any(isinstance(part, Markup) for part in (*parts, between)):
        return escape(between).join(parts)
    return between.join(parts)


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


def tojson(value: Any) -> Markup:
    """Plain values as JSON that is safe inside HTML."""
    if type(value) in budget.CONTAINERS:
        budget.current.get().build(budget.weigh(value))
    dumped = json.dumps(value, ensure_ascii=False, default=_json_default)
    return budget.made(html_safe_json(budget.made(dumped)))


def html_safe_json(dumped: str) -> Markup:
    """JSON in which nothing can end a script element or an attribute."""
    for mark, code in (
        ("&", "\\u0026"),
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("'", "\\u0027"),
        ("\u2028", "\\u2028"),
        ("\u2029", "\\u2029"),
    ):
        dumped = dumped.replace(mark, code)
    return Markup(dumped)  # noqa: S704 - every character with a meaning in HTML is now a JSON escape


def _json_default(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"A {type(value).__name__} has no JSON form.")


# Lists


def _listing(name: str) -> Callable[..., Any]:
    """One of Jinja's filters that gives a list, counted and made at once."""
    inner = JINJA_FILTERS[name]

    @functools.wraps(inner)
    def filtered(*args: Any, **kwargs: Any) -> Any:
        result = [
            tuple(each) if isinstance(each, list) else each for each in inner(*args, **kwargs)
        ]
        budget.current.get().build(budget.weigh(result))
        return result

    return filtered


def _over_items(name: str) -> Callable[..., Any]:
    """One of Jinja's filters that takes a list first, with its turns counted."""
    inner = _listing(name)

    @functools.wraps(inner)
    def filtered(first: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
        return inner(first, _items(value), *args, **kwargs)

    return filtered


def batch(value: Any, linecount: int, fill_with: Any = None) -> list[tuple[Any, ...]]:
    """Rows of so many items; the last is filled up when there is something to fill it with."""
    size = max(1, min(int(linecount), _MAX_ROW))
    items = list(_items(value))
    rows = [tuple(items[at : at + size]) for at in range(0, len(items), size)]
    if rows and fill_with is not None:
        rows[-1] += (fill_with,) * (size - len(rows[-1]))
    budget.current.get().build(budget.weigh(rows))
    return rows


def columns(value: Any, slices: int, fill_with: Any = None) -> list[tuple[Any, ...]]:
    """So many columns of nearly the same length, in reading order."""
    number_of = max(1, min(int(slices), _MAX_ROW))
    items = list(_items(value))
    each, more = divmod(len(items), number_of)
    found, at = [], 0
    for column in range(number_of):
        end = at + each + (1 if column < more else 0)
        short = fill_with is not None and more and column >= more
        found.append((*items[at:end], *((fill_with,) if short else ())))
        at = end
    budget.current.get().build(budget.weigh(found))
    return found


def listed(value: Any) -> list[Any]:
    """The items of anything that can be looped over."""
    result = list(_items(value))
    budget.current.get().build(budget.weigh(result))
    return result


def _items(value: Any) -> Any:
    if value is None or isinstance(value, Undefined):
        return ()
    return Counted(value)


@pass_environment
def groupby(
    environment: ThemeEnvironment, value: Any, attribute: str | int, default: Any = None
) -> tuple[Group, ...]:
    """Put together what shares a value, in the order of the values."""
    groups: dict[Any, list[Any]] = {}
    for item in _items(value):
        key = _dotted(environment, item, attribute)
        if isinstance(key, Undefined) or key is None:
            key = default
        groups.setdefault(key, []).append(item)
    keys = sorted(groups, key=lambda key: (key is not None, _folded(key)))
    return tuple(Group(grouper=key, list=tuple(groups[key])) for key in keys)


@pass_context
def by_year(context: Context, value: Any, attribute: str = "published") -> tuple[Group, ...]:
    """Put entries together by the year of their date, in the order they come in."""
    groups: dict[Any, list[Any]] = {}
    for item in _items(value):
        moment = _dotted(context.environment, item, attribute)  # type: ignore[arg-type]
        year = formatting.local_time(moment).year if isinstance(moment, datetime) else None
        groups.setdefault(year, []).append(item)
    return tuple(Group(grouper=year, list=tuple(items)) for year, items in groups.items())


def _folded(key: Any) -> Any:
    return key.lower() if isinstance(key, str) else key


def _dotted(environment: ThemeEnvironment, item: Any, attribute: str | int) -> Any:
    for part in str(attribute).split("."):
        item = environment.getitem(item, int(part) if part.isdigit() else part)
    return item


def total(value: Any, attribute: str | None = None, start: float = 0) -> float:
    """The sum of numbers."""
    environment = budget.current.get().cache["environment"]
    result = start
    for item in _items(value):
        number = item if attribute is None else _dotted(environment, item, attribute)
        if not isinstance(number, int | float):
            raise TypeError("sum adds numbers only.")
        result += number
    return result


def pick(value: Any) -> Any:
    """One item, always the same on the same page."""
    items = list(_items(value))
    if not items:
        return None
    run = budget.current.get()
    seed = f"{run.page.meta.canonical}|{run.page.kind}"
    return random.Random(seed).choice(items)  # noqa: S311 - a choice of looks, not a secret


def reverse(value: Any) -> Any:
    """The other way round: a text by letters, anything else by items."""
    if isinstance(value, str):
        budget.current.get().make(len(value))
        return value[::-1]
    result = list(_items(value))[::-1]
    budget.current.get().build(budget.weigh(result))
    return result


def _spending(name: str) -> Callable[..., Any]:
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


def or_default(value: Any, default_value: Any = "", boolean: bool = False) -> Any:
    """The value, or the other one where it is missing or None (or empty, with `true`)."""
    if value is None or isinstance(value, Undefined) or (boolean and not value):
        return default_value
    return value


def wordcount(value: Any) -> int:
    """How many words a text has."""
    return len(formatting.as_text(value).split())


def _empty_where_missing(name: str) -> Callable[..., Any]:
    inner = JINJA_FILTERS[name]

    @functools.wraps(inner)
    def filtered(value: Any) -> Any:
        return 0 if value is None else inner(value)

    return filtered


def _first_or_last(name: str) -> Callable[..., Any]:
    def filtered(value: Any) -> Any:
        items: Sequence[Any] = list(_items(value))
        if not items:
            return None
        return items[0] if name == "first" else items[-1]

    return filtered


FILTERS: Mapping[str, Callable[..., Any]] = {
    **{name: _spending(name) for name in ("capitalize", "lower", "title", "trim", "upper")},
    "urlencode": _spending("urlencode"),
    "truncate": truncate,
    **{name: _listing(name) for name in ("dictsort", "items")},
    "striptags": striptags,
    "batch": batch,
    "slice": columns,
    "list": listed,
    **{name: _over_items(name) for name in ("map", "select", "reject", "selectattr")},
    **{name: _over_items(name) for name in ("rejectattr", "sort", "unique")},
    **{name: JINJA_FILTERS[name] for name in ("abs", "float", "min", "max")},
    "default": or_default,
    "d": or_default,
    "length": _empty_where_missing("length"),
    "count": _empty_where_missing("count"),
    "wordcount": wordcount,
    "first": _first_or_last("first"),
    "last": _first_or_last("last"),
    "escape": escaped,
    "e": escaped,
    "int": formatting.whole,
    "round": formatting.rounded,
    "string": formatting.as_text,
    "join": join,
    "replace": replace,
    "groupby": groupby,
    "sum": total,
    "random": pick,
    "reverse": reverse,
    "tojson": tojson,
    "date": formatting.format_date,
    "time": formatting.format_time,
    "ago": formatting.ago,
    "number": formatting.number,
    "filesize": formatting.filesize,
    "reading_time": formatting.reading_time,
    "excerpt": excerpt,
    "markdown_inline": markdown_inline,
    "absolute": formatting.absolute,
    "by_year": by_year,
    "contrast_text": formatting.contrast_text,
    "alpha": formatting.alpha,
    "classes": classes,
    "slug": slug,
}

TESTS: Mapping[str, Any] = {
    name: JINJA_TESTS[name]
    for name in (
        *("defined", "undefined", "none", "true", "false", "boolean", "integer", "float"),
        *("number", "string", "mapping", "sequence", "iterable", "odd", "even", "divisibleby"),
        *("in", "eq", "==", "equalto", "ne", "!=", "lt", "<", "le", "<=", "gt", ">", "ge", ">="),
        *("lessthan", "greaterthan", "sameas"),
    )
}
