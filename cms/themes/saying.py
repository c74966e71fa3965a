"""The functions by which a theme says its texts in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from cms import i18n
from cms.themes import budget, formatting, given, locales

LONGEST_ESCAPE = len("&quot;")
MAX_COUNTS = 5_000  # texts with a small number in them that are kept for a theme


def t(key: str, **values: Any) -> str:
    """The theme's text for a key, with {names} filled in."""
    run = budget.current.get()
    found = locales.find_text(run.theme, run.variables["lang"], given.plain(key))
    if found is None:
        given.note(run, f"text {key}")
        return given.plain(key)
    return _filled(found, values)


def tn(key: str, n: Any, **values: Any) -> str:
    """The theme's text for a key in the form that fits the number, which fills {n}."""
    run = budget.current.get()
    lang, plain = run.variables["lang"], given.plain(key)
    number = n if isinstance(n, int | float) else 0
    known: dict[tuple[str, str, float], str] = run.theme.__dict__.setdefault("_counts", {})
    is_small = not values and type(number) is int and 0 <= number < formatting.SMALL_NUMBER
    if is_small and (lang, plain, number) in known:
        return known[lang, plain, number]
    found = locales.find_text(run.theme, lang, plain, number)
    if found is None:
        given.note(run, f"text {key}")
        return plain
    text = _filled(found, {"n": formatting.number(number), **values})
    if is_small and len(known) < MAX_COUNTS:
        known[lang, plain, number] = text
    return text


def gettext(message: str, **values: Any) -> str:
    """A text written in English and looked up in the page's language; itself where unknown."""
    run = budget.current.get()
    lang, plain = run.variables["lang"], given.plain(message)
    found = locales.find_text(run.theme, lang, plain)
    if found is None:
        with i18n.language(lang):
            found = i18n.gettext(plain)
    return _filled(found, values)


def _filled(text: str, values: Mapping[str, Any]) -> str:
    if not values:
        return text
    shown = {key: formatting.as_text(value) for key, value in values.items()}
    is_html = any(isinstance(value, Markup) for value in shown.values())
    # A text may name each value many times.
    room = len(text) + sum(map(len, shown.values())) * text.count("{")
    budget.current.get().make(room * (LONGEST_ESCAPE if is_html else 1))
    if is_html:
        # With trusted HTML among the values the whole becomes HTML, so all the rest is escaped.
        escaped = {key: escape(value) for key, value in shown.items()}
        return Markup(locales.fill(str(escape(text)), escaped))  # noqa: S704 - escaped just now
    return locales.fill(text, shown)
