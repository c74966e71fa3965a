"""What stands around an entry: the pages above it, the posts beside it, those of its kind."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from cms import db
from cms.content import queries, schedule
from cms.content.models import Entry, Publication
from cms.content.rows import CARD, Card, Whole
from cms.content.selection import Selection, posts, question

MAX_RELATED_TERMS = 4


def ancestors(entry_id: str, *, now: datetime) -> tuple[Card, ...]:
    """The live pages above this one, the topmost first; remembered while nothing changes."""

    def make() -> tuple[Card, ...]:
        above: list[str] = []
        current = db.read(_PARENT, {"id": entry_id}).scalar()
        while current is not None and current not in above:
            above.insert(0, current)
            current = db.read(_PARENT, {"id": current}).scalar()
        return _in_order_of(above, Selection(unlisted=True), now)

    return schedule.remembered(("above", entry_id), make, now)


def siblings(page: Publication | Whole, *, now: datetime, limit: int) -> tuple[Card, ...]:
    """The live pages beside this one in the tree, in their order, without itself."""
    parent_id = db.read(_PARENT, {"id": page.entry_id}).scalar()
    beside = Selection(
        types=(page.type,),
        parent_id=parent_id,
        top_level=parent_id is None,
        without=(page.entry_id,),
    )
    return queries.list_cards(beside, now=now, limit=limit)


def neighbours(card: Publication | Whole, *, now: datetime) -> tuple[Card | None, Card | None]:
    """The older and the newer post beside this one."""
    asked = question(Selection(types=(card.type,)), CARD, now=now)
    query = asked.statement.where(_PUBLISHED.c.entry_id != sa.bindparam("beside"))
    # Left to itself MariaDB walks from the newest post to this one.
    query = query.with_hint(_PUBLISHED, f"FORCE INDEX ({_LIST_INDEX})", "mariadb")
    older = query.where(_BEFORE).order_by(*_NEWEST_FIRST).limit(1).subquery()
    newer = query.where(_AFTER).order_by(*_OLDEST_FIRST).limit(1).subquery()
    both = sa.union_all(sa.select(older), sa.select(newer))
    here = {"beside": card.entry_id, "here_at": card.dated_at, "here_id": card.id}
    found = queries.cards_of(db.read(both, {**asked.values, **here}))
    here_place = (card.dated_at, card.id)
    return (
        next((each for each in found if (each.dated_at, each.id) < here_place), None),
        next((each for each in found if (each.dated_at, each.id) > here_place), None),
    )


def related(
    card: Publication | Whole, term_ids: Sequence[str], *, now: datetime, limit: int = 3
) -> tuple[Card, ...]:
    """The newest posts that share a term with this one; those of its first term go first."""
    found: tuple[Card, ...] = ()
    for term_id in term_ids[:MAX_RELATED_TERMS]:
        if len(found) < limit:
            without = (card.entry_id, *(each.entry_id for each in found))
            selection = posts(term_ids=(term_id,), without=without)
            found += queries.list_cards(selection, now=now, limit=limit - len(found))
    return found


# --- the questions, built once ----------------------------------------------------------------


_PUBLISHED, _ENTRY = Publication.__table__, Entry.__table__

_PARENT = sa.select(_ENTRY.c.parent_id).where(_ENTRY.c.id == sa.bindparam("id"))

_LIST_INDEX = "ix_publication_type_listed_dated_at_id"

# Not as pairs: MariaDB compares those only after it has read the row, and SQLite, once it knows
# how much there is in each index, takes the wrong one.
_AT, _HERE_AT = _PUBLISHED.c.dated_at, sa.bindparam("here_at", type_=db.UtcDateTime())

_ID, _HERE_ID = _PUBLISHED.c.id, sa.bindparam("here_id", type_=db.Id)

_BEFORE = sa.and_(_AT <= _HERE_AT, sa.or_(_AT < _HERE_AT, _ID < _HERE_ID))

_AFTER = sa.and_(_AT >= _HERE_AT, sa.or_(_AT > _HERE_AT, _ID > _HERE_ID))

_NEWEST_FIRST = (_PUBLISHED.c.dated_at.desc(), _PUBLISHED.c.id.desc())

_OLDEST_FIRST = (_PUBLISHED.c.dated_at, _PUBLISHED.c.id)


def _in_order_of(entry_ids: Sequence[str], selection: Selection, now: datetime) -> tuple[Card, ...]:
    if not entry_ids:
        return ()
    wanted = replace(selection, entry_ids=tuple(entry_ids))
    found = {
        card.entry_id: card for card in queries.list_cards(wanted, now=now, limit=len(entry_ids))
    }
    return tuple(found[each] for each in entry_ids if each in found)
