"""Which template answers which request, and where a template's name leads.

Name by name: each name is tried in the theme, then in its parents; only then the next name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cms.themes.catalog import Theme

MAX_NAMES = 5

_LAST_NAMES: dict[str, tuple[str, ...]] = {
    "home": ("home", "index"),
    "index": ("index", "home"),
    "front": ("front", "page", "singular", "index"),
    "post": ("post", "singular", "index"),
    "page": ("page", "singular", "index"),
    "tag": ("tag", "archive", "index"),
    "category": ("category", "archive", "index"),
    "author": ("author", "archive", "index"),
    "archive": ("archive", "index"),
    "search": ("search", "index"),
    "private": ("private",),
}
_WITH_SLUG = ("post", "page", "tag", "category", "author")
_WITH_CUSTOM = ("front", "post", "page")
_NAME = re.compile(r"(?:\w[\w.-]*/)*\w[\w.-]*\.(?:html|xml|svg)", re.ASCII)
_SLUG = re.compile(r"[\w-]{1,120}")


def names_for(
    kind: str, *, slug: str = "", custom: str = "", code: int | None = None
) -> tuple[str, ...]:
    """Return the template names for a kind of page, best first, at most five.

    `custom` is the template an editor chose, such as custom/wide.html; `code` is the status of an
    error page.
    """
    if kind == "error":
        status = code or 500
        first = "404" if status in (404, 410) else str(status)
        return (f"{first}.html", "error.html")
    names = []
    if custom and kind in _WITH_CUSTOM and is_name(custom):
        names.append(custom)
    # "--" never occurs in a slug, so such a file can only be meant for one page.
    if slug and kind in _WITH_SLUG and _SLUG.fullmatch(slug):
        names.append(f"{kind}--{slug}.html")
    names += [f"{name}.html" for name in _LAST_NAMES[kind]]
    return tuple(names[:MAX_NAMES])


def is_name(name: str) -> bool:
    """Whether this can name a template at all: relative, plain, no way up or out."""
    return len(name) <= 200 and ".." not in name and _NAME.fullmatch(name) is not None


def find_template(theme: Theme, names: Sequence[str]) -> str | None:
    """Return the first of the names that the theme or one of its parents has."""
    return next((name for name in names if find_file(theme, name) is not None), None)


def find_file(theme: Theme, name: str, *, start: int = 0) -> tuple[int, Path] | None:
    """Return a template's place in the chain of parents and its file, from `start` upwards."""
    if not is_name(name):
        return None
    for place, owner in enumerate(theme.chain[start:], start):
        path = owner.folder / "templates" / name
        if path.is_file() and not path.is_symlink():
            return place, path
    return None


def find_library_file(theme: Theme, name: str) -> Path | None:
    """Return the file of a template of the core's library (named core:… by themes)."""
    if not is_name(name):
        return None
    path = theme.library / "templates" / name
    return path if path.is_file() else None
