"""A theme's own words: locales/<language>.toml, with plurals, child over parent over core."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from babel import Locale, UnknownLocaleError

from cms.themes.catalog import Theme

DEFAULT = "en"
MAX_FILE = 512 * 1024  # bytes
PLURALS = ("zero", "one", "two", "few", "many", "other")

_PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")

Text = str | Mapping[str, str]


def languages_for(lang: str, default: str = DEFAULT) -> tuple[str, ...]:
    """The languages to look in, best first: pt-BR, pt, en."""
    parts = lang.replace("_", "-").split("-")
    narrower = ["-".join(parts[:count]) for count in range(len(parts), 0, -1)]
    return tuple(dict.fromkeys([*narrower, default]))


def texts(theme: Theme, lang: str) -> Mapping[str, Text]:
    """All texts of a theme in a language, gaps filled from the next best language."""
    kept: dict[str, Mapping[str, Text]] = theme.__dict__.setdefault("_texts", {})
    if lang not in kept:
        kept[lang] = _merge(theme, lang)
    return kept[lang]


def find_text(theme: Theme, lang: str, key: str, n: float | None = None) -> str | None:
    """The text for a key, in the form for the number `n`, or None where no language has it."""
    text = texts(theme, lang).get(key)
    if text is None or isinstance(text, str):
        return text
    form = "other" if n is None else plural_form(lang, n)
    return text.get(form) or text.get("other", "")


def label(theme: Theme, lang: str, text: str) -> str:
    """A label of the manifest: `t:key` is looked up, anything else is shown as it is."""
    if not text.startswith("t:"):
        return text
    return find_text(theme, lang, text[2:]) or text[2:]


def fill(text: str, values: Mapping[str, object]) -> str:
    """Put values into {names}; a name without a value stays, nothing else is interpreted."""
    if "{" not in text:
        return text
    return _PLACEHOLDER.sub(lambda match: str(values.get(match[1], match[0])), text)


@lru_cache(maxsize=2048)
def plural_form(lang: str, n: float) -> str:
    """The plural category of a number in a language, by CLDR."""
    return babel_locale(lang).plural_form(n)


@lru_cache(maxsize=64)
def babel_locale(lang: str) -> Locale:
    """The locale for a language tag, English where it is not known."""
    for tag in languages_for(lang):
        try:
            return Locale.parse(tag.replace("-", "_"))
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse(DEFAULT)


def read_texts(source: str) -> Mapping[str, Text]:
    """Read one locale file; raises ValueError where it is not TOML."""
    found: dict[str, Text] = {}
    _collect(tomllib.loads(source), "", found)
    return MappingProxyType(found)


def _collect(table: Mapping[str, object], prefix: str, found: dict[str, Text]) -> None:
    for key, value in table.items():
        name = f"{prefix}{key}"
        if isinstance(value, str):
            found[name] = value
        elif isinstance(value, dict) and "other" in value and set(value) <= set(PLURALS):
            found[name] = MappingProxyType({form: str(text) for form, text in value.items()})
        elif isinstance(value, dict):
            _collect(value, f"{name}.", found)


def _merge(theme: Theme, lang: str) -> Mapping[str, Text]:
    merged: dict[str, Text] = {}
    for language in reversed(languages_for(lang)):
        for folder in (theme.library, *(each.folder for each in reversed(theme.chain))):
            merged.update(_read(folder / "locales" / f"{language}.toml"))
    return MappingProxyType(merged)


def _read(path: Path) -> Mapping[str, Text]:
    if not path.is_file() or path.stat().st_size > MAX_FILE:
        return {}
    try:
        return read_texts(path.read_text(encoding="utf-8"))
    except ValueError:
        # A damaged language must not take pages down; checks report it by file and line.
        return {}
