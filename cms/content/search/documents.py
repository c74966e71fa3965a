"""What an index is given of a publication."""

from dataclasses import dataclass

LONGEST_TEXT = 500_000  # characters that are indexed; PostgreSQL's tsvector ends at 1 MB


@dataclass(frozen=True)
class Document:
    """The tokens of a publication; those of the title count most, those of `extra` more."""

    publication_id: str
    title: list[str]
    extra: list[str]
    body: list[str]
