"""The pages below another one: where it goes, they go, and every old path leads on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from cms import db
from cms.accounts import permissions
from cms.accounts.permissions import Permission, Person
from cms.content import intervals, naming, ownership, revisions, tree
from cms.content.models import Entry
from cms.content.snapshot import Snapshot
from cms.errors import Rejected
from cms.i18n import gettext as _

# Where a path began before a move, and where it begins now.
Shift = tuple[str, str]


def follow(entry: Entry, before: str, after: str, *, by: Person, now: datetime) -> None:
    """Take the paths of all that stands below along from one folder to another; part of an act."""
    if before == after:
        return
    for each in _below(entry):
        repath(each, [(before, after)], by=by, now=now)


def ensure_may_follow(entry: Entry, *, by: Person, now: datetime) -> None:
    """Raises Rejected when pages would go along that the person may not change, or not publish."""
    if permissions.may(by, Permission.PUBLISH_ANY):
        return
    for each in _below(entry):
        is_public = intervals.is_any_public([each], now=now)
        needed = Permission.PUBLISH_ANY if is_public else Permission.EDIT_ANY
        if ownership.may(by, needed, each):
            continue
        words = _("Pages below this one are of others; ask an editor to change its address.")
        if is_public:
            words = _("Pages below this one are public; only who may publish them can change"
                      " its address.")  # fmt: skip
        raise Rejected(words, field="path")


def repath(entry: Entry, shifts: Sequence[Shift], *, by: Person, now: datetime) -> None:
    """Write down the path where an entry stands now, and show what is public there."""
    present = naming.present_path(entry)
    path = _shifted(present, shifts) if present else None
    if path is None or path == present:
        return
    # Held and read anew: somebody may have saved it a moment ago.
    db.session().refresh(entry, with_for_update=True)
    head = revisions.get_head(entry)
    content = replace(revisions.keep_existing(Snapshot.of(head)), path=path)
    revision = revisions.write(entry, content, by=by, now=now, note=_("Moved to {path}", path=path))
    intervals.follow(
        entry, now=now, moved=lambda at: _shifted(at, shifts), was=head, shown=revision
    )


def _below(entry: Entry) -> list[Entry]:
    return [each for each in tree.descendants(entry) if each.trashed_at is None]


def _shifted(path: str, shifts: Sequence[Shift]) -> str:
    folder = naming.as_folder(path)
    for before, after in shifts:
        if folder.startswith(before):
            moved = after + folder[len(before) :]
            return moved if path.endswith("/") else moved[:-1]
    return path
