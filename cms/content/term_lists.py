"""Lists of terms: narrowed, sorted, page by page, with how many entries carry each.

A list of a hundred thousand tags is never counted through: a page begins behind the last line of
the one before, and what is published follows from the few entries that are not.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from types import MappingProxyType

import sqlalchemy as sa

from cms import db, ids, text
from cms.content import narrowing, schedule
from cms.content.models import Entry, EntryTerm, Publication, Term
from cms.content.term_places import IN_ORDER
from cms.history import generation

SORTS = ("name", "newest", "used")
UNUSED, INTERNAL = "unused", "internal"
ONLY = ("", UNUSED, INTERNAL)
CHUNK = 900  # entries asked for at once
MOST_LOOKED_AT = 5_000  # entries of a page's terms; of more all are looked at, and remembered
_DRAFT, _SCHEDULED, _TRASHED = range(3)


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
    """How many entries in which state carry each of these terms; a few queries for all."""
    uses = _uses_of(term_ids)
    if sum(uses.values()) <= MOST_LOOKED_AT:
        carried = sa.select(EntryTerm.entry_id).where(EntryTerm.term_id.in_(term_ids))
        apart = _count_apart(_states_apart(now, Entry.id.in_(carried)))
    else:
        apart = schedule.remembered("terms apart", lambda: _count_apart(_states_apart(now)), now)
    counted: dict[str, Counts] = {}
    for term_id, total in uses.items():
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


def _states_apart(now: datetime, *among: sa.ColumnElement[bool]) -> dict[str, int]:
    """The entries, all or those among some, that visitors do not see, with their state."""
    is_trashed = Entry.trashed_at.is_not(None)
    query = sa.select(Entry.id, is_trashed).where(
        sa.or_(is_trashed, ~narrowing.is_live(now)), *among
    )
    states = {row[0]: _TRASHED if row[1] else _DRAFT for row in db.session().execute(query)}
    coming = sa.select(Publication.entry_id).where(Publication.from_at > now)
    for entry_id in db.session().scalars(coming):
        if states.get(entry_id) == _DRAFT:
            states[entry_id] = _SCHEDULED
    return states


def _count_apart(states: Mapping[str, int]) -> Mapping[str, tuple[int, int, int]]:
    """How many of these drafts, scheduled and trashed entries carry each term."""
    counted: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    entry_ids = list(states)
    # Asked for by the few entries; in one statement databases begin at all that carry a term.
    for first in range(0, len(entry_ids), CHUNK):
        chunk = EntryTerm.entry_id.in_(entry_ids[first : first + CHUNK])
        carried = sa.select(EntryTerm.term_id, EntryTerm.entry_id).where(chunk)
        for term_id, entry_id in db.session().execute(carried):
            counted[term_id][states[entry_id]] += 1
    return MappingProxyType({key: (each[0], each[1], each[2]) for key, each in counted.items()})
