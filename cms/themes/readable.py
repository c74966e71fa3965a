"""What a template may read of what it was given, by exact type. A type not named shows nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from jinja2.runtime import BlockReference, LoopContext, Macro
from markupsafe import Markup

from cms.themes import views

_TEXT_METHODS = frozenset(
    {
        *("capitalize", "count", "endswith", "find", "isalnum", "isalpha", "isdigit", "islower"),
        *("isspace", "isupper", "lower", "lstrip", "rsplit", "rstrip", "split", "splitlines"),
        *("startswith", "strip", "title", "upper"),
    }
)
_DATE_PARTS = frozenset({"day", "month", "year", "isoformat", "isoweekday", "weekday"})
_LOOP = frozenset(
    {
        *("changed", "cycle", "depth", "depth0", "first", "index", "index0", "last", "length"),
        *("nextitem", "previtem", "revindex", "revindex0"),
    }
)
MAPPINGS = (dict, MappingProxyType)
MAPPING_METHODS = frozenset({"get", "items", "keys", "values"})
INDEXED = frozenset({tuple, list, str, Markup, views.PageOf, range})


class ThemeMacro(Macro):
    """A macro, with what a call of it needs looked up once."""

    def __init__(self, *values: object) -> None:
        super().__init__(*values)  # type: ignore[arg-type]
        self.function = self._func
        # Takes its arguments by their places and nothing beside them.
        special = self.catch_kwargs or self.catch_varargs or self.caller or self.explicit_caller
        self.places = -1 if special else len(self.arguments)


READABLE: Mapping[type, frozenset[str]] = {
    **{each: frozenset(views.attributes(each)) for each in views.VIEW_CLASSES},
    str: _TEXT_METHODS,
    Markup: _TEXT_METHODS,
    datetime: _DATE_PARTS | {"hour", "minute", "second"},
    date: _DATE_PARTS,
    tuple: frozenset({"count", "index"}),
    list: frozenset({"count", "index"}),
    LoopContext: _LOOP,
    BlockReference: frozenset({"super"}),
    **{each: frozenset() for each in (int, float, bool, type(None), range, ThemeMacro, frozenset)},
}


def _classes_by_field() -> Mapping[str, frozenset[type]]:
    found: dict[str, set[type]] = defaultdict(set)
    for each in views.VIEW_CLASSES:
        for name in views.attributes(each):
            found[name].add(each)
    return MappingProxyType({name: frozenset(classes) for name, classes in found.items()})


# The views that have a field of this name: compiled templates read it from them without asking.
CLASSES_BY_FIELD: Mapping[str, frozenset[type]] = _classes_by_field()
