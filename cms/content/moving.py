"""Moving a page in the tree: its whole subtree follows, and every old path leads on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from cms.accounts.permissions import Permission, Person
from cms.content import editing, naming, ownership, publishing, rules, tree, types
from cms.content.models import Entry
from cms.content.snapshot import Snapshot
from cms.history import recording
from cms.i18n import gettext as _

# Where a path began before a move, and where it begins now.
Shift = tuple[str, str]


def move(
    entry: Entry, *, parent_id: str | None, position: int | None, by: Person, now: datetime
) -> None:
    """Put a page below another one, at a place among its siblings; raises Rejected, NotAllowed."""
    editing.lock(entry)
    ownership.ensure_may(by, Permission.EDIT_ANY, entry)
    rules.edit(trashed=entry.trashed_at is not None)
    title = editing.get_head(entry).title or _("Untitled")
    with recording.act(_("Moved “{title}”", title=title), by=by, now=now):
        if parent_id != entry.parent_id:
            _put_below(entry, parent_id, by=by, now=now)
        if position is not None:
            tree.put_at(entry, position)


def _put_below(entry: Entry, parent_id: str | None, *, by: Person, now: datetime) -> None:
    content_type = types.get_type(entry.type)
    tree.hold(entry, parent_id)
    tree.ensure_place(content_type, entry.id, parent_id)
    below = [each for each in tree.descendants(entry) if each.trashed_at is None]
    if publishing.is_any_public([entry, *below], now=now):
        # Its address changes for visitors, and perhaps who may read it.
        ownership.ensure_may(by, Permission.PUBLISH_ANY, entry)
    before, folder = naming.parent_path(entry), naming.folder_of(entry)
    old = naming.present_path(entry)
    entry.parent_id = parent_id
    entry.position = tree.next_position(content_type, parent_id)
    after = naming.parent_path(entry)
    if before == after or not folder.startswith(before):
        return
    shift = (folder, after + folder[len(before) :])
    if old is not None:
        _repath(entry, [shift, (before, after)], by=by, now=now)
    for each in below:
        _repath(each, [shift], by=by, now=now)


def _repath(entry: Entry, shifts: Sequence[Shift], *, by: Person, now: datetime) -> None:
    present = naming.present_path(entry)
    path = _shifted(present, shifts) if present else None
    if path is None or path == present:
        return
    head = editing.get_head(entry)
    content = replace(editing.keep_existing(Snapshot.of(head)), path=path)
    revision = editing.save(
        entry, content, by=by, now=now, based_on=head.id, note=_("Moved to {path}", path=path)
    )
    publishing.follow(
        entry, now=now, moved=lambda at: _shifted(at, shifts), was=head, shown=revision
    )


def _shifted(path: str, shifts: Sequence[Shift]) -> str:
    folder = path if path.endswith("/") else path + "/"
    for before, after in shifts:
        if folder.startswith(before):
            moved = after + folder[len(before) :]
            return moved if path.endswith("/") else moved[:-1]
    return path
