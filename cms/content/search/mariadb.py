"""The search on MariaDB: two full-text indexes of InnoDB, one of them for the title alone."""

# ruff: noqa: S608 - SQL is put together from constants here; values are always bound.

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cms.content.search.documents import Document
from cms.content.words import Term

TITLE_WEIGHT = 2.0
_GAP = "zgap"  # A token of no word: it keeps phrases from spanning title, extra and body.


def write(session: Session, document: Document) -> None:
    """Put a document into the index, in place of what was there."""
    everything = [*document.title, _GAP, *document.extra, _GAP, *document.body]
    session.execute(
        sa.text(
            "REPLACE INTO search_document (publication_id, length, title, words)"
            " VALUES (:id, :length, :title, :words)"
        ),
        {
            "id": document.publication_id,
            "length": len(everything),
            "title": " ".join(document.title),
            "words": " ".join(everything),
        },
    )


def remove(session: Session, publication_id: str) -> None:
    """Take a document out of the index, if it is there."""
    session.execute(
        sa.text("DELETE FROM search_document WHERE publication_id = :id"), {"id": publication_id}
    )


def question(terms: tuple[Term, ...]) -> tuple[str, dict[str, Any]]:
    """The SQL that ranks the newest matches, and its parameters."""
    # InnoDB counts a word in a long text as much as in a short one; the logarithm makes up for it.
    sql = (
        "matching AS (SELECT d.publication_id, p.dated_at,"
        " MATCH (d.words) AGAINST (:words IN BOOLEAN MODE) / (1 + LN(1 + d.length))"
        f" + {TITLE_WEIGHT} * MATCH (d.title) AGAINST (:title IN BOOLEAN MODE) AS score"
        " FROM search_document d JOIN publication p ON p.id = d.publication_id"
        " WHERE MATCH (d.words) AGAINST (:words IN BOOLEAN MODE) AND {visible}"
        " ORDER BY p.dated_at DESC, p.id DESC LIMIT {most})"
    )
    written = [_write_term(term) for term in terms]
    return sql, {
        "words": " ".join(f"+{term}" for term in written),
        "title": " ".join(written),
    }


def _write_term(term: Term) -> str:
    if len(term.tokens) > 1:
        return f'"{" ".join(term.tokens)}"'
    return f"{term.tokens[0]}{'*' if term.prefix else ''}"
