"""Filters that take anything that can be looped over, with every turn counted."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from jinja2 import Undefined, pass_context, pass_environment
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.runtime import Context
from markupsafe import Markup, escape

from cms.themes import budget, formatting
from cms.themes.budget import Counted
from cms.themes.sandbox import ThemeEnvironment
from cms.themes.views import Group

_MAX_ROW = 1_000


def listing(name: str) -> Callable[..., Any]:
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


def over_items(name: str) -> Callable[..., Any]:
    """One of Jinja's filters that takes a list first, with its turns counted."""
    inner = listing(name)

    @functools.wraps(inner)
    def filtered(first: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
        return inner(first, items_of(value), *args, **kwargs)

    return filtered


def batch(value: Any, linecount: int, fill_with: Any = None) -> list[tuple[Any, ...]]:
    """Rows of so many items; the last is filled up when there is something to fill it with."""
    size = max(1, min(int(linecount), _MAX_ROW))
    items = list(items_of(value))
    rows = [tuple(items[at : at + size]) for at in range(0, len(items), size)]
    if rows and fill_with is not None:
        rows[-1] += (fill_with,) * (size - len(rows[-1]))
    budget.current.get().build(budget.weigh(rows))
    return rows


def columns(value: Any, slices: int, fill_with: Any = None) -> list[tuple[Any, ...]]:
    """So many columns of nearly the same length, in reading order."""
    number_of = max(1, min(int(slices), _MAX_ROW))
    items = list(items_of(value))
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
    result = list(items_of(value))
    budget.current.get().build(budget.weigh(result))
    return result


def items_of(value: Any) -> Any:
    if value is None or isinstance(value, Undefined):
        return ()
    return Counted(value)


@pass_environment
def groupby(
    environment: ThemeEnvironment, value: Any, attribute: str | int, default: Any = None
) -> tuple[Group, ...]:
    """Put together what shares a value, in the order of the values."""
    groups: dict[Any, list[Any]] = {}
    for item in items_of(value):
        key = dotted(environment, item, attribute)
        if isinstance(key, Undefined) or key is None:
            key = default
        groups.setdefault(key, []).append(item)
    keys = sorted(groups, key=lambda key: (key is not None, _folded(key)))
    return tuple(Group(grouper=key, list=tuple(groups[key])) for key in keys)


@pass_context
def by_year(context: Context, value: Any, attribute: str = "published") -> tuple[Group, ...]:
    """Put entries together by the year of their date, in the order they come in."""
    groups: dict[Any, list[Any]] = {}
    for item in items_of(value):
        moment = dotted(context.environment, item, attribute)  # type: ignore[arg-type]
        year = formatting.local_time(moment).year if isinstance(moment, datetime) else None
        groups.setdefault(year, []).append(item)
    return tuple(Group(grouper=year, list=tuple(items)) for year, items in groups.items())


def _folded(key: Any) -> Any:
    return key.lower() if isinstance(key, str) else key


def dotted(environment: ThemeEnvironment, item: Any, attribute: str | int) -> Any:
    for part in str(attribute).split("."):
        item = environment.getitem(item, int(part) if part.isdigit() else part)
    return item


def total(value: Any, attribute: str | None = None, start: float = 0) -> float:
    """The sum of numbers."""
    environment = budget.current.get().cache["environment"]
    result = start
    for item in items_of(value):
        number = item if attribute is None else dotted(environment, item, attribute)
        if not isinstance(number, int | float):
            raise TypeError("sum adds numbers only.")
        result += number
    return result


def pick(value: Any) -> Any:
    """One item, always the same on the same page."""
    items = list(items_of(value))
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
    result = list(items_of(value))[::-1]
    budget.current.get().build(budget.weigh(result))
    return result


def first_or_last(name: str) -> Callable[..., Any]:
    def filtered(value: Any) -> Any:
        items: Sequence[Any] = list(items_of(value))
        if not items:
            return None
        return items[0] if name == "first" else items[-1]

    return filtered


@pass_environment
def join(
    environment: ThemeEnvironment, value: Any, d: Any = "", attribute: str | None = None
) -> str:
    """Join the parts of a list with a text between them."""
    items: Iterable[Any] = Counted(value)
    if attribute is not None:
        items = [dotted(environment, item, attribute) for item in items]
    parts = [formatting.as_text(item) for item in items]
    between = formatting.as_text(d)
    run = budget.current.get()
    run.make(sum(map(len, parts)) + len(between) * len(parts))
    if any(isinstance(part, Markup) for part in (*parts, between)):
        return escape(between).join(parts)
    return between.join(parts)
