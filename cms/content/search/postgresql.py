"""The search on PostgreSQL: a tsvector that we write ourselves, so that no parser is asked."""

from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cms.content.search.documents import Document
from cms.content.words import Term

# The newest are ranked, as on SQLite.
MOST_MATCHES = 2_000
WEIGHTS = "{0.1, 0.1, 0.3, 1.0}"  # of D (body), C, B (extra), A (title)
MOST_BYTES = 900_000  # a tsvector ends at 1 MB
MOST_PLACES = 255  # of one token
LAST_PLACE = 16_383
_GAP = 10  # places between title, extra and body, so that no phrase spans them


def write(session: Session, document: Document) -> None:
    """Put a document into the index, in place of what was there."""
    session.execute(
        sa.text(
            "INSERT INTO search_document (publication_id, dated_at, words)"
            " SELECT id, dated_at, CAST(:words AS tsvector) FROM publication WHERE id = :id"
            " ON CONFLICT (publication_id) DO UPDATE"
            " SET dated_at = excluded.dated_at, words = excluded.words"
        ),
        {"id": document.publication_id, "words": vector(document)},
    )


def remove(session: Session, publication_id: str) -> None:
    """Take a document out of the index, if it is there."""
    session.execute(
        sa.text("DELETE FROM search_document WHERE publication_id = :id"), {"id": publication_id}
    )


def question(terms: tuple[Term, ...]) -> tuple[str, dict[str, Any]]:
    """The SQL that ranks the newest matches, and its parameters."""
    sql = (
        "matching AS (SELECT p.id AS publication_id, p.dated_at,"
        " ts_rank(CAST(:weights AS float4[]), n.words, CAST(:words AS tsquery), 1) AS score"
        " FROM search_newest(CAST(:words AS tsquery), {most}) n"
        " JOIN publication p ON p.id = n.publication_id WHERE {visible})"
    )
    return sql, {"words": " & ".join(map(_write_term, terms)), "weights": WEIGHTS}


def vector(document: Document) -> str:
    """A document as PostgreSQL writes a tsvector, ended before it grows too large."""
    places: dict[str, list[str]] = {}
    bytes_left = MOST_BYTES
    place = 0
    for tokens, weight in ((document.title, "A"), (document.extra, "B"), (document.body, "")):
        place += _GAP
        for token in tokens:
            place = min(place + 1, LAST_PLACE)
            known = places.get(token)
            bytes_left -= 2 if known else len(token) + 6
            if bytes_left < 0:
                break
            places.setdefault(token, []).append(f"{place}{weight}")
    return " ".join(
        f"{token}:{','.join(islice(where, MOST_PLACES))}" for token, where in places.items()
    )


def _write_term(term: Term) -> str:
    return f"({' <-> '.join(term.tokens)}{':*' if term.prefix else ''})"
