"""The tree of pages: parents, order, and where an entry may stand."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from cms import db, ids
from cms.content import rules
from cms.content.models import Entry
from cms.content.types import ContentType
from cms.errors import Rejected
from cms.i18n import gettext as _


def hold(entry: Entry, parent_id: str | None) -> None:
    """Hold the rows on the way to the top, so that two moves at once never make a circle."""
    held: set[str] = set()
    while True:
        parent = _find(parent_id)
        above = [parent, *ancestors(parent)] if parent else []
        wanted = {entry.id, *(each.id for each in above)}
        if wanted <= held:
            return
        # In the order of their ids: whoever holds one of them waits for nobody who waits for it.
        query = sa.select(Entry).where(Entry.id.in_(wanted)).order_by(Entry.id).with_for_update()
        db.session().scalars(query.execution_options(populate_existing=True)).all()
        held |= wanted


def ensure_place(content_type: ContentType, entry_id: str, parent_id: str | None) -> None:
    """Raises Rejected when the entry cannot stand below this parent."""
    parent = _find(parent_id)
    rules.place(
        content_type,
        entry_id=entry_id,
        parent_id=parent_id,
        parent_type=parent.type if parent and not parent.trashed_at else None,
        ancestors=[each.id for each in ancestors(parent)] if parent else [],
        height=_height(entry_id),
    )


def find_above(entry: Entry) -> Entry | None:
    """The entry right above this one."""
    return _find(entry.parent_id)


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
    return [each for level in _levels(entry.id) for each in level]


def next_position(content_type: ContentType, parent_id: str | None) -> int:
    """The position behind the last sibling; entries that are dated need none."""
    if not content_type.hierarchical:
        return 0
    query = sa.select(sa.func.max(Entry.position)).where(
        Entry.type == content_type.name, Entry.parent_id == parent_id
    )
    last = db.session().scalar(query)
    return 0 if last is None else last + 1


def siblings_of(entry: Entry) -> list[Entry]:
    """The other entries of its type beside this one, in their order."""
    query = sa.select(Entry).where(
        Entry.type == entry.type,
        Entry.parent_id == entry.parent_id,
        Entry.id != entry.id,
        Entry.trashed_at.is_(None),
    )
    return list(db.session().scalars(query.order_by(Entry.position, Entry.id)))


def position_of(entry: Entry, before_id: str) -> int:
    """The place in front of this sibling, from 0; raises Rejected when it is none any more."""
    for number, sibling in enumerate(siblings_of(entry)):
        if sibling.id == before_id:
            return number
    raise Rejected(_("The order has changed meanwhile. Load the page anew."))


def put_at(entry: Entry, position: int) -> None:
    """Move the entry to this place (from 0) among its siblings, and number them anew."""
    siblings = siblings_of(entry)
    siblings.insert(max(0, min(position, len(siblings))), entry)
    for number, sibling in enumerate(siblings):
        if sibling.position != number:
            sibling.position = number
    db.session().flush()


def _levels(entry_id: str) -> Iterator[list[Entry]]:
    """The entries below one, level by level."""
    level = list(children(entry_id))
    seen = {entry_id}
    while level:
        yield level
        seen |= {each.id for each in level}
        query = sa.select(Entry).where(Entry.parent_id.in_([each.id for each in level]))
        found = db.session().scalars(query.order_by(Entry.position, Entry.id))
        level = [each for each in found if each.id not in seen]


def _height(entry_id: str) -> int:
    return sum(1 for _level in _levels(entry_id))


def _find(entry_id: str | None) -> Entry | None:
    return db.session().get(Entry, entry_id) if entry_id and ids.is_id(entry_id) else None
