"""Plain values as JSON inside HTML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from cms.themes import budget


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
