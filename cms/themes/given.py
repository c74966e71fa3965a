"""What templates hand to the theme functions, made safe to use."""

from __future__ import annotations

import re
from typing import Any

from jinja2 import Undefined

from cms.themes.budget import Run
from cms.themes.views import PageOf, PostCard

MAX_IDS = 50
MOST_NOTES = 50

_WORD = re.compile(r"[\w.:/-]{1,200}")


def plain(value: Any) -> str:
    """A short text, or an empty one for anything else."""
    return str(value)[:500] if isinstance(value, str) else ""


def word(value: Any) -> str | None:
    """A name or slug, None where nothing is named; raises ValueError for any other text."""
    if value is None or isinstance(value, Undefined) or value == "":
        return None
    text = str(value) if isinstance(value, str) else ""
    if not _WORD.fullmatch(text):
        raise ValueError("Only names and slugs can be asked for.")
    return text


def ids(value: Any) -> tuple[str, ...]:
    """The ids of entries or texts that are ids; others are left out."""
    if value is None or isinstance(value, Undefined):
        return ()
    items = value if isinstance(value, tuple | list | PageOf) else (value,)
    found = [each.id if isinstance(each, PostCard) else each for each in items]
    kept = [each for each in found if isinstance(each, str) and _WORD.fullmatch(each)]
    return tuple(kept[:MAX_IDS])


def note(run: Run, what: str) -> None:
    """Remember what the theme asked for in vain; raises LookupError in a strict run."""
    if run.strict:
        raise LookupError(f"There is no {what}.")
    if len(run.missing) < MOST_NOTES:
        run.missing.add(what)
