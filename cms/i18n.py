"""Translations of the interface: gettext catalogues, and the language of the moment."""

import gettext as _gettext
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

from markupsafe import escape

DOMAIN = "messages"
FOLDER = Path(__file__).parent / "translations"
RIGHT_TO_LEFT = frozenset(
    {"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"}
)

# What BCP 47 calls well-formed, without the forms that it only inherited.
_TAG = re.compile(
    r"(?P<language>[a-z]{2,3}(-[a-z]{3}){0,3})"
    r"(-(?P<script>[a-z]{4}))?"
    r"(-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"
    r"(-[a-wyz0-9](-[a-z0-9]{2,8})+)*"
    r"(-x(-[a-z0-9]{1,8})+)?"
)

_language: ContextVar[str] = ContextVar("language", default="en")


def gettext(message: str, **values: object) -> str:
    """The message in the language of the moment, with `{names}` filled in."""
    text = _catalogue(_language.get()).gettext(message)
    return text.format(**values) if values else text


def ngettext(singular: str, plural: str, n: int, **values: object) -> str:
    """The form that fits the count `n`, in the language of the moment."""
    text = _catalogue(_language.get()).ngettext(singular, plural, n)
    return text.format(n=n, **values)


class LazyText(str):
    """A message that is translated when it is shown, for labels made at import."""

    __slots__ = ()

    def __str__(self) -> str:
        return gettext(str.__str__(self))

    def __html__(self) -> str:
        return str(escape(str(self)))

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


def lazy_gettext(message: str) -> LazyText:
    """Mark a message that is known at import but shown later."""
    return LazyText(message)


@contextmanager
def language(tag: str) -> Iterator[None]:
    """Within this block the interface speaks the given language."""
    token = _language.set(tag)
    try:
        yield
    finally:
        _language.reset(token)


def set_language(tag: str) -> None:
    """Choose the language for the rest of this request or command."""
    _language.set(tag)


def list_languages() -> tuple[str, ...]:
    """The tags of the languages that the interface speaks."""
    found = FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")
    return ("en", *sorted(file.parts[-3].replace("_", "-") for file in found))


def current_language() -> str:
    """The BCP 47 tag of the language of the moment."""
    return _language.get()


def read_tag(typed: str) -> str | None:
    """A language tag in the usual form of BCP 47 (pt-BR, zh-Hant), or None when it is none."""
    tag = typed.strip().replace("_", "-").lower()
    found = _TAG.fullmatch(tag) if tag.isascii() else None
    if found is None:
        return None
    parts = [tag[: found.end("language")]]
    if script := found["script"]:
        parts.append(script.title())
    if region := found["region"]:
        parts.append(region.upper())
    rest = tag[max(found.end(name) for name in ("language", "script", "region")) :]
    return "-".join(parts) + rest


def direction(tag: str) -> str:
    """Which way a language is written: `rtl` or `ltr`."""
    parts = tag.replace("_", "-").split("-")
    is_rtl = parts[0].lower() in RIGHT_TO_LEFT or "Arab" in parts or "Hebr" in parts
    return "rtl" if is_rtl and "Latn" not in parts else "ltr"


@lru_cache(maxsize=32)
def _catalogue(tag: str) -> _gettext.NullTranslations:
    names = [tag.replace("-", "_"), tag.split("-")[0]]
    return _gettext.translation(DOMAIN, FOLDER, languages=names, fallback=True)
