"""What a reader finds elsewhere, in our words: entries, sections, and what went wrong. PURE."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

NoteKind = Literal["kept", "changed", "approximated", "skipped"]


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that did not come over as it was, or not at all: what, and why."""

    kind: NoteKind
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A file, or a part of one, that could not be read; the import goes on without it."""

    source_id: str
    why: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """A page or post as it stood elsewhere.

    Links to other files of the same source are written `file:<source id>` in the Markdown; see
    `links.rewrite`. `path` is the exact old address, None where the source does not tell.
    """

    source_id: str
    kind: Literal["post", "page"]
    title: str
    source: str
    digest: str  # of the file's bytes; tells whether a second import has anything new
    path: str | None = None
    slug: str = ""
    dated_at: datetime | None = None
    updated_at: datetime | None = None
    publishes_at: datetime | None = None
    expires_at: datetime | None = None
    draft: bool = False
    weight: int | None = None
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    excerpt: str | None = None
    aliases: tuple[str, ...] = ()
    image: str | None = None
    language: str | None = None
    seo_title: str | None = None
    seo_description: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    parent: str | None = None  # the source folder that this page belongs under, a hint
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceSection:
    """The page of a folder: what `_index.md` says about everything beneath it."""

    source_id: str
    folder: str  # "" is the root
    title: str
    source: str
    digest: str
    path: str | None = None
    excerpt: str | None = None
    draft: bool = False
    weight: int | None = None
    aliases: tuple[str, ...] = ()
    language: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


Found = SourceEntry | SourceSection | Problem
