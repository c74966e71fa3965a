"""The search on SQLite: an FTS5 table without content, whose rows are numbered by date."""

# ruff: noqa: S608 - SQL is put together from constants here; values are always bound.

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cms import db
from cms.content.search.documents import Document
from cms.content.words import Term

# The newest are ranked. Among 30,000 posts 5,000 take 35 to 50 ms, 2,000 take 10 to 30 (measured).
MOST_MATCHES = 2_000
WEIGHTS = (10.0, 3.0, 1.0)  # title, extra, body
_START = datetime(1900, 1, 1)  # noqa: DTZ001 - what SQLite keeps is UTC without saying so
# Numbers set aside for publications of the same minute; when they are used up, the next minute's
# are taken, which disturbs nothing but the order among those few.
_PER_MINUTE = 1024


def write(session: Session, document: Document) -> None:
    """Put a document into the index, in place of what was there."""
    remove(session, document.publication_id)
    number = _new_number(session, document.publication_id)
    session.execute(
        sa.text("INSERT INTO search_document (id, publication_id) VALUES (:id, :publication_id)"),
        {"id": number, "publication_id": document.publication_id},
    )
    session.execute(
        sa.text(
            "INSERT INTO search_words (rowid, title, extra, body)"
            " VALUES (:id, :title, :extra, :body)"
        ),
        {
            "id": number,
            "title": " ".join(document.title),
            "extra": " ".join(document.extra),
            "body": " ".join(document.body),
        },
    )


def remove(session: Session, publication_id: str) -> None:
    """Take a document out of the index; a trigger takes its words."""
    session.execute(
        sa.text("DELETE FROM search_document WHERE publication_id = :id"), {"id": publication_id}
    )


def question(terms: tuple[Term, ...]) -> tuple[str, dict[str, Any]]:
    """The SQL that ranks the newest matches, and its parameters."""
    sql = (
        "newest AS MATERIALIZED (SELECT w.rowid AS id, p.id AS publication_id, p.dated_at"
        " FROM search_words w CROSS JOIN search_document d ON d.id = w.rowid"
        " CROSS JOIN publication p ON p.id = d.publication_id"
        " WHERE w.search_words MATCH :words AND {visible}"
        " ORDER BY w.rowid DESC LIMIT {most}),"
        " matching AS (SELECT n.publication_id, n.dated_at,"
        f" -bm25(search_words, {', '.join(map(str, WEIGHTS))}) AS score"
        " FROM search_words CROSS JOIN newest n ON n.id = search_words.rowid"
        " WHERE search_words MATCH :words AND search_words.rowid >= (SELECT min(id) FROM newest))"
    )
    return sql, {"words": " AND ".join(map(_write_term, terms))}


def _write_term(term: Term) -> str:
    return f'"{" ".join(term.tokens)}"{"*" if term.prefix else ""}'


def _new_number(session: Session, publication_id: str) -> int:
    question = sa.text("SELECT dated_at FROM publication WHERE id = :id").columns(
        dated_at=db.UtcDateTime()
    )
    dated_at: datetime = session.execute(question, {"id": publication_id}).scalar_one()
    minutes = (dated_at.replace(tzinfo=None) - _START) // timedelta(minutes=1)
    first = minutes * _PER_MINUTE
    while True:
        newest = session.scalar(
            sa.text("SELECT max(id) FROM search_document WHERE id >= :first AND id < :end"),
            {"first": first, "end": first + _PER_MINUTE},
        )
        if newest is None:
            return first
        if newest + 1 < first + _PER_MINUTE:
            return int(newest) + 1
        first += _PER_MINUTE
