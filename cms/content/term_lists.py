"""Lists of terms: narrowed, sorted, page by page, with how many entries carry each.

A list of a hundred thousand tags is never counted through: a page begins behind the last line of
the one before, and what is published follows from the few entries that are not.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from cms import db, ids, text
from cms.content import narrowing, schedule
from cms.content.models import Entry, EntryTerm, Publication, Term
from cms.content.term_places import IN_ORDER
from cms.history import generation

SORTS = ("name", "newest", "used")
UNUSED, INTERNAL = "unused", "internal"
ONLY = ("", UNUSED, INTERNAL)
LAST_LETTER = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to, and its order."""

    taxonomy: str
    words: str = ""
    only: str = ""
    sort: str = "name"

    def as_json(self) -> dict[str, str]:
        """Plain values that JSON can hold."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many entries carry a term, by their state; “published” includes the changed ones."""

    published: int = 0
    scheduled: int = 0
    draft: int = 0
    trashed: int = 0

    @property
    def total(self) -> int:
        """All that are not in the trash."""
        return self.published + self.scheduled + self.draft


NONE = Counts()


def list_terms(wanted: Filter, *, limit: int, after: str = "") -> Sequence[Term]:
    """The terms that the filter finds, behind the place `after`, which `cursor` gave."""
    if wanted.sort == "used":
        return _most_used(wanted, limit=limit, after=after)
    query = sa.select(Term).where(*_conditions(wanted))
    last_id, name_key = after[: ids.LENGTH], after[ids.LENGTH :]
    if wanted.sort == "newest":
        query = query.where(Term.id < last_id) if after else query
        return db.session().scalars(query.order_by(Term.id.desc()).limit(limit)).all()
    if after:
        behind = sa.and_(Term.name_key == name_key, Term.id > last_id)
        # The first condition alone is one the index can begin at.
        query = query.where(Term.name_key >= name_key)
        query = query.where(sa.or_(Term.name_key > name_key, behind))
    return db.session().scalars(query.order_by(Term.name_key, Term.id).limit(limit)).all()


def list_ids(wanted: Filter) -> list[str]:
    """The ids of all that the filter finds."""
    return list(db.session().scalars(sa.select(Term.id).where(*_conditions(wanted))))


def cursor(wanted: Filter, term: Term) -> str:
    """What the page behind this term begins after."""
    if wanted.sort == "used":
        return f"{term.id}{_uses_of([term.id]).get(term.id, 0)}"
    return term.id if wanted.sort == "newest" else f"{term.id}{term.name_key}"


def count_terms(wanted: Filter, *, now: datetime) -> int:
    """How many terms the filter finds; counted once in each generation."""

    def make() -> int:
        query = sa.select(sa.func.count()).select_from(Term).where(*_conditions(wanted))
        return db.session().scalar(query) or 0

    key = ("terms listed", wanted.taxonomy, wanted.words, wanted.only)
    return generation.remember(key, make, now=now)


def list_level(
    taxonomy: str, parent_id: str | None, *, limit: int, offset: int = 0
) -> Sequence[Term]:
    """The terms right below another one (None: at the top), in their order."""
    query = sa.select(Term).where(Term.taxonomy == taxonomy, Term.parent_id == parent_id)
    return db.session().scalars(query.order_by(*IN_ORDER).limit(limit).offset(offset)).all()


def count_level(taxonomy: str, parent_id: str | None) -> int:
    """How many terms stand right below another one (None: at the top)."""
    query = sa.select(sa.func.count()).select_from(Term)
    query = query.where(Term.taxonomy == taxonomy, Term.parent_id == parent_id)
    return db.session().scalar(query) or 0


def count_children(term_ids: Collection[str]) -> dict[str, int]:
    """How many terms stand right below each of these; what has none is left out."""
    query = sa.select(Term.parent_id, sa.func.count()).where(Term.parent_id.in_(term_ids))
    rows = db.session().execute(query.group_by(Term.parent_id))
    return {str(row[0]): row[1] for row in rows}


def count_states(term_ids: Collection[str], *, now: datetime) -> dict[str, Counts]:
    """How many entries in which state carry each of these terms; two queries, one remembered."""
    apart = _not_published(now)
    counted: dict[str, Counts] = {}
    for term_id, total in _uses_of(term_ids).items():
        drafts, scheduled, trashed = apart.get(term_id, (0, 0, 0))
        published = total - drafts - scheduled - trashed
        counted[term_id] = Counts(published, scheduled, drafts, trashed)
    return counted


def _conditions(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    found = [Term.taxonomy == wanted.taxonomy]
    found += [
        Term.name_key.contains(word, autoescape=True)
        for word in text.fold(wanted.words).split()[: narrowing.MAX_WORDS]
    ]
    if wanted.only == UNUSED:
        found.append(~sa.exists().where(EntryTerm.term_id == Term.id))
    elif wanted.only == INTERNAL:
        found.append(Term.internal.is_(True))
    return found


def _uses_of(term_ids: Collection[str]) -> dict[str, int]:
    query = sa.select(EntryTerm.term_id, sa.func.count()).where(EntryTerm.term_id.in_(term_ids))
    return {row[0]: row[1] for row in db.session().execute(query.group_by(EntryTerm.term_id))}


def _most_used(wanted: Filter, *, limit: int, after: str) -> Sequence[Term]:
    """Those that anything carries, by one scan of an index; the trash counts too."""
    uses = sa.func.count()
    ranked = sa.select(EntryTerm.term_id, uses.label("uses")).group_by(EntryTerm.term_id)
    last_id, number = after[: ids.LENGTH], after[ids.LENGTH :]
    if number.isascii() and number.isdigit():
        behind = sa.and_(uses == int(number[:9]), EntryTerm.term_id > last_id)
        ranked = ranked.having(sa.or_(uses < int(number[:9]), behind))
    found = ranked.subquery()
    query = sa.select(Term).join(found, found.c.term_id == Term.id).where(*_conditions(wanted))
    return db.session().scalars(query.order_by(found.c.uses.desc(), Term.id).limit(limit)).all()


def _not_published(now: datetime) -> Mapping[str, tuple[int, int, int]]:
    """How many drafts, scheduled and trashed entries carry each term: the few there are."""

    def make() -> Mapping[str, tuple[int, int, int]]:
        live = sa.orm.aliased(Publication)
        holds = sa.and_(live.entry_id == Entry.id, schedule.is_live_at(now, live))
        coming = sa.select(Publication.entry_id).where(Publication.from_at > now)
        is_trashed = Entry.trashed_at.is_not(None)
        is_coming = sa.and_(~is_trashed, Entry.id.in_(coming))
        is_draft = sa.and_(~is_trashed, Entry.id.not_in(coming))
        query = (
            sa.select(EntryTerm.term_id, _sum(is_draft), _sum(is_coming), _sum(is_trashed))
            .select_from(Entry)
            .outerjoin(live, holds)
            .join(EntryTerm, EntryTerm.entry_id == Entry.id)
            .where(sa.or_(live.id.is_(None), is_trashed))
            .group_by(EntryTerm.term_id)
        )
        rows = db.session().execute(query)
        return MappingProxyType({row[0]: (int(row[1]), int(row[2]), int(row[3])) for row in rows})

    return schedule.remembered("terms not published", make, now)


def _sum(condition: sa.ColumnElement[bool]) -> Any:
    return sa.func.sum(sa.case((condition, 1), else_=0))
