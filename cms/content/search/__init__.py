"""Finding what is published, by its words.

Each database keeps tokens of `cms.content.words` in its own kind of index, written in the
transaction that publishes. Nothing that a visitor types reaches a database's query language: it
is taken apart into tokens of letters and digits first. MariaDB finds what was committed only.
"""

# ruff: noqa: S608 - SQL is put together from constants here; values are always bound.

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cms import db
from cms.content import visibility, words
from cms.content.search import mariadb, postgresql, sqlite
from cms.content.search.documents import LONGEST_TEXT, Document


@dataclass(frozen=True)
class Hit:
    """A publication that was found; a higher score is a better match."""

    publication_id: str
    score: float


@dataclass(frozen=True)
class Found:
    """One page of hits, and how many there are in all (at most the engine's MOST_MATCHES)."""

    hits: tuple[Hit, ...]
    total_capped: int


class Engine(Protocol):
    """What each database does in its own way."""

    # How many matches are ranked: to rank all that hold a common word takes too long.
    MOST_MATCHES: int

    def write(self, session: Session, document: Document) -> None:
        """Put a document into the index, in place of what was there."""

    def remove(self, session: Session, publication_id: str) -> None:
        """Take a document out of the index, if it is there."""

    def question(self, terms: tuple[words.Term, ...]) -> tuple[str, dict[str, Any]]:
        """The SQL that ranks the newest matches, and its parameters."""


_ENGINES: dict[str, Engine] = {
    "sqlite": sqlite,
    "postgresql": postgresql,
    "mariadb": mariadb,
}


def index(publication_id: str, *, title: str, body_text: str, extra_text: str = "") -> None:
    """Make a publication findable by these words, in place of those it had."""
    document = Document(
        publication_id,
        title=words.tokens(title),
        extra=words.tokens(extra_text[:LONGEST_TEXT]),
        body=words.tokens(body_text[:LONGEST_TEXT]),
    )
    db.session().flush()  # The publication must be there before its words.
    _engine().write(db.session(), document)


def remove(publication_id: str) -> None:
    """Make a publication unfindable; nothing happens when it was."""
    _engine().remove(db.session(), publication_id)


def remove_ended(entry_id: str, *, now: datetime) -> None:
    """Take out the publications of an entry whose time was over without any act.

    They are not found in any case, but make the index larger.
    """
    query = sa.text(
        "SELECT d.publication_id FROM search_document d JOIN publication p"
        " ON p.id = d.publication_id WHERE p.until_at <= :now AND p.entry_id = :entry_id"
    ).bindparams(sa.bindparam("now", type_=db.UtcDateTime()))
    ended = db.session().scalars(query, {"now": now, "entry_id": entry_id})
    for publication_id in ended.all():
        remove(publication_id)


def find(query: str, *, now: datetime, limit: int = 10, offset: int = 0) -> Found:
    """What visitors may see at `now` and holds all words of the query, the best first.

    Only what is listed and open to everyone is found; whether the whole site is closed is for the
    caller to know.
    """
    terms = words.terms(query)
    if not terms:
        return Found((), 0)
    engine = _engine()
    matching, parameters = engine.question(terms)
    parameters |= {"now": now, "limit": limit, "offset": offset}
    types = [sa.bindparam("now", type_=db.UtcDateTime())]
    visible = _VISIBLE
    # What stands below a page for staff or behind a password is not open to everyone either.
    if closed := list(visibility.inherited(now=now)):
        visible += " AND (p.access = 'public' OR p.entry_id NOT IN :closed)"
        parameters["closed"] = closed
        types.append(sa.bindparam("closed", expanding=True))
    statement = sa.text(
        f"WITH {matching.format(visible=visible, most=engine.MOST_MATCHES)}"
        " SELECT publication_id, score, count(*) OVER () AS total FROM matching"
        " ORDER BY score DESC, dated_at DESC, publication_id DESC LIMIT :limit OFFSET :offset"
    ).bindparams(*types)
    rows = db.session().execute(statement, parameters).all()
    hits = tuple(Hit(row.publication_id, float(row.score)) for row in rows)
    return Found(hits, rows[0].total if rows else 0)


def find_entries(query: str, *, now: datetime) -> list[str]:
    """The entries whose published text holds all words of the query, for those who work here.

    Whether it is listed or open to everyone does not matter; the newest MOST_MATCHES count.
    """
    terms = words.terms(query)
    if not terms:
        return []
    engine = _engine()
    matching, parameters = engine.question(terms)
    visible = "(p.until_at IS NULL OR p.until_at > :now)"
    statement = sa.text(
        f"WITH {matching.format(visible=visible, most=engine.MOST_MATCHES)}"
        " SELECT DISTINCT p.entry_id FROM matching m JOIN publication p ON p.id = m.publication_id"
    ).bindparams(sa.bindparam("now", type_=db.UtcDateTime()))
    return list(db.session().scalars(statement, {**parameters, "now": now}))


def most_matches() -> int:
    """How many texts that hold the words are found at most, the newest ones."""
    return _engine().MOST_MATCHES


def _engine() -> Engine:
    return _ENGINES[db.database().dialect]


_VISIBLE = (
    "p.from_at <= :now AND (p.until_at IS NULL OR p.until_at > :now) AND p.listed = true"
    " AND p.path IS NOT NULL AND p.access IN ('public', 'inherit')"
)
