"""Moving a page in the tree: its whole subtree follows, and every old path leads on."""

from datetime import datetime

from cms.accounts.permissions import Permission, Person
from cms.content import (
    editing,
    intervals,
    naming,
    ownership,
    revisions,
    rules,
    subtree,
    tree,
    types,
)
from cms.content.models import Entry
from cms.history import recording
from cms.i18n import gettext as _


def move(
    entry: Entry,
    *,
    parent_id: str | None,
    position: int | None = None,
    before_id: str | None = None,
    by: Person,
    now: datetime,
) -> None:
    """Put a page below another one, at a place among its siblings; raises Rejected, NotAllowed.

    The place is a number from 0, or in front of the sibling `before_id`; else the last one.
    """
    editing.lock(entry)
    ownership.ensure_may(by, Permission.EDIT_ANY, entry)
    rules.edit(trashed=entry.trashed_at is not None)
    if intervals.is_any_public([entry], now=now):
        # Visitors find it elsewhere, or in another order.
        ownership.ensure_may(by, Permission.PUBLISH_ANY, entry)
    title = revisions.get_head(entry).title or _("Untitled")
    with recording.act(_("Moved “{title}”", title=title), by=by, now=now):
        if parent_id != entry.parent_id:
            _put_below(entry, parent_id, by=by, now=now)
        if before_id is not None:
            position = tree.position_of(entry, before_id)
        if position is not None:
            tree.put_at(entry, position)


def _put_below(entry: Entry, parent_id: str | None, *, by: Person, now: datetime) -> None:
    content_type = types.get_type(entry.type)
    tree.hold(entry, parent_id)
    tree.ensure_place(content_type, entry.id, parent_id)
    below = [each for each in tree.descendants(entry) if each.trashed_at is None]
    # Their addresses change for visitors, and perhaps who may read them.
    subtree.ensure_may_follow(entry, by=by, now=now)
    before, folder = naming.parent_path(entry), naming.folder_of(entry)
    old = naming.present_path(entry)
    entry.parent_id = parent_id
    entry.position = tree.next_position(content_type, parent_id)
    after = naming.parent_path(entry)
    if before == after or not folder.startswith(before):
        return
    shift = (folder, after + folder[len(before) :])
    if old is not None:
        subtree.repath(entry, [shift, (before, after)], by=by, now=now)
    for each in below:
        subtree.repath(each, [shift], by=by, now=now)
