"""The files of the sample content: what stands between their dashes, and the Markdown below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "site"
TITLE = "The Carafe"
TAGLINE = "A small journal about keeping a journal"
# Handles, names and what is told of those who are named in the bylines.
PEOPLE: Mapping[str, tuple[str, str]] = {
    "carafe": ("The makers", "They wrote the software and hope to be edited out of it soon."),
    "ida": ("Ida Brandt", "Writes slowly, edits twice, and keeps water on the table."),
}
# Pages in the order in which they stand; a dot separates a page from the one above it.
PAGES = ("about", "guide", "guide.writing", "guide.publishing", "guide.blocks", "colophon")


@dataclass(frozen=True)
class Piece:
    """One file."""

    name: str
    head: Mapping[str, Any]
    source: str

    @property
    def guid(self) -> str:
        """What the entry made of it is known by."""
        return f"sample:{self.name}"

    @property
    def above(self) -> str:
        """The name of the page above this one, or nothing."""
        return self.name.rpartition(".")[0]

    @property
    def tags(self) -> list[str]:
        """The names of its tags."""
        return list(self.head.get("tags", ()))

    @property
    def bylines(self) -> list[str]:
        """The handles of those who are named in it."""
        named = self.head.get("by", ())
        return [named] if isinstance(named, str) else list(named)


@cache
def posts() -> Sequence[Piece]:
    """The posts, the oldest first."""
    found = map(_read, (FOLDER / "posts").glob("*.md"))
    return tuple(sorted(found, key=lambda piece: (-int(piece.head.get("days_ago", 0)), piece.name)))


@cache
def pages() -> Sequence[Piece]:
    """The pages, each behind the one above it."""
    return tuple(_read(FOLDER / "pages" / f"{name}.md") for name in PAGES)


def guids() -> frozenset[str]:
    """What the entries made of the pieces are known by."""
    return frozenset(piece.guid for piece in (*posts(), *pages()))


def term_names() -> Mapping[str, frozenset[str]]:
    """The names that the samples are filed under, by taxonomy."""
    return {
        "tag": frozenset(tag for piece in posts() for tag in piece.tags),
        "category": frozenset(piece.head["category"] for piece in posts()),
    }


def _read(path: Path) -> Piece:
    _start, head, source = path.read_text("utf-8").split("---\n", 2)
    return Piece(path.stem, yaml.safe_load(head), source)
