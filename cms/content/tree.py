"""The tree of pages: parents, order, and where an entry may stand."""

from collections.abc import Sequence

import sqlalchemy as sa

from cms import db, ids
from cms.content import rules
from cms.content.models import Entry
from cms.content.types import ContentType


def ensure_place(content_type: ContentType, entry_id: str, parent_id: str | None) -> None:
    """Raises Rejected when the entry cannot stand below this parent."""
    parent = _find(parent_id)
    rules.place(
        content_type,
        entry_id=entry_id,
        parent_id=parent_id,
        parent_type=parent.type if parent and not parent.trashed_at else None,
        ancestors=[each.id for each in ancestors(parent)] if parent else [],
    )


def ancestors(entry: Entry) -> list[Entry]:
    """The entries above this one, the nearest first."""
    above: list[Entry] = []
    parent = _find(entry.parent_id)
    while parent is not None and len(above) < rules.MAX_DEPTH * 2:
        above.append(parent)
        parent = _find(parent.parent_id)
    return above


def children(entry_id: str) -> Sequence[Entry]:
    """The entries right below this one, in their order."""
    query = sa.select(Entry).where(Entry.parent_id == entry_id)
    return db.session().scalars(query.order_by(Entry.position, Entry.id)).all()


def descendants(entry: Entry) -> list[Entry]:
    """All entries below this one, parents before their children."""
    found: list[Entry] = []
    level = list(children(entry.id))
    while level:
        found += level
        query = sa.select(Entry).where(Entry.parent_id.in_([each.id for each in level]))
        level = list(db.session().scalars(query.order_by(Entry.position, Entry.id)))
    return found


def next_position(content_type: ContentType, parent_id: str | None) -> int:
    """The position behind the last sibling; entries that are dated need none."""
    if not content_type.hierarchical:
        return 0
    query = sa.select(sa.func.max(Entry.position)).where(
        Entry.type == content_type.name, Entry.parent_id == parent_id
    )
    last = db.session().scalar(query)
    return 0 if last is None else last + 1


def put_at(entry: Entry, position: int) -> None:
    """Move the entry to this place (from 0) among its siblings, and number them anew."""
    query = sa.select(Entry).where(
        Entry.type == entry.type,
        Entry.parent_id == entry.parent_id,
        Entry.id != entry.id,
        Entry.trashed_at.is_(None),
    )
    siblings = list(db.session().scalars(query.order_by(Entry.position, Entry.id)))
    siblings.insert(max(0, min(position, len(siblings))), entry)
    for number, sibling in enumerate(siblings):
        if sibling.position != number:
            sibling.position = number
    db.session().flush()


def _find(entry_id: str | None) -> Entry | None:
    return db.session().get(Entry, entry_id) if entry_id and ids.is_id(entry_id) else None
