"""Moving a page in the tree: its whole subtree follows, and every old path leads on."""

from dataclasses import replace
from datetime import datetime

from cms.accounts.permissions import Permission, Person
from cms.content import editing, naming, ownership, publishing, rules, tree, types
from cms.content.models import Entry
from cms.content.snapshot import Snapshot
from cms.history import recording
from cms.i18n import gettext as _


def move(
    entry: Entry, *, parent_id: str | None, position: int | None, by: Person, now: datetime
) -> None:
    """Put a page below another one, at a place among its siblings; raises Rejected, NotAllowed."""
    editing.lock(entry)
    ownership.ensure_may(by, Permission.EDIT_ANY, entry)
    rules.edit(trashed=entry.trashed_at is not None)
    head = editing.get_head(entry)
    with recording.act(_("Moved “{title}”", title=head.title or _("Untitled")), by=by, now=now):
        if parent_id != entry.parent_id:
            tree.ensure_place(types.get_type(entry.type), entry.id, parent_id)
            before, path = naming.parent_path(entry), naming.present_path(entry)
            entry.parent_id = parent_id
            entry.position = tree.next_position(types.get_type(entry.type), parent_id)
            if path is not None and path.startswith(before):
                rename(entry, naming.parent_path(entry) + path[len(before) :], by=by, now=now)
        if position is not None:
            tree.put_at(entry, position)


def rename(entry: Entry, path: str, *, by: Person, now: datetime) -> None:
    """Give an entry and all below it another path, at once, also where they are live."""
    old = naming.present_path(entry)
    for each in (entry, *tree.descendants(entry)):
        present = naming.present_path(each)
        if each is entry:
            _repath(each, path, by=by, now=now)
        elif old and present and present.startswith(old.rstrip("/") + "/"):
            _repath(each, path.rstrip("/") + present[len(old.rstrip("/")) :], by=by, now=now)


def _repath(entry: Entry, path: str, *, by: Person, now: datetime) -> None:
    head = editing.get_head(entry)
    live = publishing.find_live(entry, now=now)
    content = replace(editing.keep_existing(Snapshot.of(head)), path=path)
    revision = editing.save(
        entry, content, by=by, now=now, based_on=head.id, note=_("Moved to {path}", path=path)
    )
    if live is not None:
        is_newest = live.revision_id == head.id
        shown = revision.id if is_newest else live.revision_id
        publishing.resume(live, now=now, path=revision.path, revision_id=shown)
