"""Patterns of paths: letters, and `*` for any of them. PURE.

Each part between two stars is looked for once, from the left, so that no path takes longer than
its length; a path is never tried in several ways as by a regular expression.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from cms.addresses import paths
from cms.i18n import gettext as _

STAR = "*"
MOST_STARS = 5
MOST_STEPS = 10


class Pattern(Protocol):
    """What of a pattern decides where a path leads."""

    @property
    def source(self) -> str: ...
    @property
    def location(self) -> str | None: ...


P = TypeVar("P", bound=Pattern)


def is_pattern(path: str) -> bool:
    """Whether this names many paths."""
    return STAR in path


def problem_with(source: str) -> str | None:
    """Why this cannot be a pattern, in words, or None."""
    stars = source.count(STAR)
    if stars > MOST_STARS:
        return _("A pattern holds at most {most} stars.", most=MOST_STARS)
    if STAR * 2 in source:
        return _("Two stars side by side say no more than one.")
    return None


def problem_with_location(location: str, source: str) -> str | None:
    """Why a pattern cannot lead there, in words, or None."""
    if location.count(STAR) > source.count(STAR):
        return _("There cannot be more stars than in the path that is led elsewhere.")
    if not location.startswith("/") and STAR in "/".join(location.split("/")[:3]):
        return _("A star may stand behind the name of the site, not within it.")
    return None


def match(source: str, path: str) -> tuple[str, ...] | None:
    """What the stars stand for in this path, or None when it does not fit."""
    first, *middle, last = source.split(STAR)
    if path + "/" == first and not middle and not last:
        return ("",)
    if len(path) < len(first) + len(last) or not (path.startswith(first) and path.endswith(last)):
        return None
    rest = path[len(first) : len(path) - len(last)]
    found: list[str] = []
    for part in middle:
        before, mark, rest = rest.partition(part)
        if not mark:
            return None
        found.append(before)
    found.append(rest)
    return tuple(found) if all(map(_is_harmless, found)) else None


def fill(location: str, found: Sequence[str]) -> str:
    """The location with what the stars of the path stood for in place of its own."""
    is_local = location.startswith("/")
    first, *parts = location.split(STAR)
    put = (each if is_local else paths.encode(each) for each in found)
    filled = first + "".join(each + part for each, part in zip(put, parts, strict=False))
    # What stood for a star may begin with slashes; a local path stays one.
    return "/" + filled.lstrip("/") if is_local else filled


def lead(patterns: Iterable[P], path: str) -> tuple[P, str] | None:
    """The first pattern that the path fits, and where it leads; nowhere when that is gone."""
    for pattern in patterns:
        found = match(pattern.source, path)
        if found is not None:
            return pattern, fill(pattern.location or "", found)
    return None


def has_circle(patterns: Sequence[Pattern], start: Pattern) -> bool:
    """Whether what a pattern leads to comes back to it, as written, perhaps through others."""
    passed: list[Pattern] = []
    pattern: Pattern | None = start
    while pattern is not None and len(passed) <= MOST_STEPS:
        if pattern in passed:
            return True
        passed.append(pattern)
        path = bare(pattern.location or "")
        led = lead(patterns, path) if path else None
        pattern = led[0] if led else None
    return pattern is not None


def bare(location: str) -> str:
    """The path of this site that a location names; empty for one elsewhere."""
    if not location.startswith("/") or location.startswith("//"):
        return ""
    return paths.normalise(location.split("#")[0].split("?")[0])


def _is_harmless(found: str) -> bool:
    """Nothing that a browser would take for a step upwards, or for the end of the path."""
    return not {".", ".."} & set(found.split("/")) and not any(each in found for each in "?#\\")
