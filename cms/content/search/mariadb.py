"""The search on MariaDB: a full-text index of InnoDB, which gives the best matches first."""

from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cms.content.search.documents import Document
from cms.content.words import Term

# The best are read, with the whole row for each, from the disk when the buffer pool is small.
MOST_MATCHES = 500
WEIGHTS = (10, 3, 1)  # title, extra, body; a word counts as often as it is written
_GAP = "zgap"  # A token of no word: it keeps phrases from spanning title, extra and body.


def write(session: Session, document: Document) -> None:
    """Put a document into the index, in place of what was there."""
    parts = (document.title, document.extra, document.body)
    written = [[*part, _GAP] * weight for part, weight in zip(parts, WEIGHTS, strict=True)]
    session.execute(
        sa.text(
            "REPLACE INTO search_document (publication_id, length, words)"
            " VALUES (:id, :length, :words)"
        ),
        {
            "id": document.publication_id,
            "length": sum(map(len, parts)),
            "words": " ".join(chain.from_iterable(written)),
        },
    )


def remove(session: Session, publication_id: str) -> None:
    """Take a document out of the index, if it is there."""
    session.execute(
        sa.text("DELETE FROM search_document WHERE publication_id = :id"), {"id": publication_id}
    )


def question(terms: tuple[Term, ...]) -> tuple[str, dict[str, Any]]:
    """The SQL that ranks the newest matches, and its parameters."""
    # InnoDB comes upon the best matches first, so the others need not be read at all. It counts a
    # word in a long text as much as in a short one; the logarithm makes up for that.
    sql = (
        "best AS (SELECT publication_id, length,"
        " MATCH (words) AGAINST (:words IN BOOLEAN MODE) AS relevance FROM search_document"
        " WHERE MATCH (words) AGAINST (:words IN BOOLEAN MODE) LIMIT {most}),"
        " matching AS (SELECT p.id AS publication_id, p.dated_at,"
        " b.relevance / (1 + LN(1 + b.length)) AS score"
        " FROM best b JOIN publication p ON p.id = b.publication_id WHERE {visible})"
    )
    return sql, {"words": " ".join(f"+{_write_term(term)}" for term in terms)}


def _write_term(term: Term) -> str:
    if len(term.tokens) > 1:
        return f'"{" ".join(term.tokens)}"'
    return f"{term.tokens[0]}{'*' if term.prefix else ''}"
