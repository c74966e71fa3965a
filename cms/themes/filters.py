"""The filters and tests of theme templates: a table of names, nothing else exists."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Undefined
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.tests import TESTS as JINJA_TESTS

from cms.themes import formatting, json_filter, list_filters, text_filters


def or_default(value: Any, default_value: Any = "", boolean: bool = False) -> Any:
    """The value, or the other one where it is missing or None (or empty, with `true`)."""
    if value is None or isinstance(value, Undefined) or (boolean and not value):
        return default_value
    return value


def _empty_where_missing(name: str) -> Callable[..., Any]:
    inner = JINJA_FILTERS[name]

    @functools.wraps(inner)
    def filtered(value: Any) -> Any:
        return 0 if value is None else inner(value)

    return filtered


FILTERS: Mapping[str, Callable[..., Any]] = {
    **{
        name: text_filters.spending(name)
        for name in ("capitalize", "lower", "title", "trim", "upper")
    },
    "urlencode": text_filters.spending("urlencode"),
    "truncate": text_filters.truncate,
    **{name: list_filters.listing(name) for name in ("dictsort", "items")},
    "striptags": text_filters.striptags,
    "batch": list_filters.batch,
    "slice": list_filters.columns,
    "list": list_filters.listed,
    **{name: list_filters.over_items(name) for name in ("map", "select", "reject", "selectattr")},
    **{name: list_filters.over_items(name) for name in ("rejectattr", "sort", "unique")},
    **{name: JINJA_FILTERS[name] for name in ("abs", "float", "min", "max")},
    "default": or_default,
    "d": or_default,
    "length": _empty_where_missing("length"),
    "count": _empty_where_missing("count"),
    "wordcount": text_filters.wordcount,
    "first": list_filters.first_or_last("first"),
    "last": list_filters.first_or_last("last"),
    "escape": text_filters.escaped,
    "e": text_filters.escaped,
    "int": formatting.whole,
    "round": formatting.rounded,
    "string": formatting.as_text,
    "join": list_filters.join,
    "replace": text_filters.replace,
    "groupby": list_filters.groupby,
    "sum": list_filters.total,
    "random": list_filters.pick,
    "reverse": list_filters.reverse,
    "tojson": json_filter.tojson,
    "date": formatting.format_date,
    "time": formatting.format_time,
    "ago": formatting.ago,
    "number": formatting.number,
    "filesize": formatting.filesize,
    "reading_time": formatting.reading_time,
    "excerpt": text_filters.excerpt,
    "markdown_inline": text_filters.markdown_inline,
    "absolute": formatting.absolute,
    "by_year": list_filters.by_year,
    "contrast_text": formatting.contrast_text,
    "alpha": formatting.alpha,
    "classes": text_filters.classes,
    "slug": text_filters.slug,
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
