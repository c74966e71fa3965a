"""The trash: out of sight with all below it, restored with the same ids and addresses."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from cms import db
from cms.accounts import permissions
from cms.accounts.permissions import Permission, Person
from cms.addresses import book
from cms.content import editing, ownership, publishing, rules, tree
from cms.content.models import (
    Entry,
    EntryByline,
    EntryTerm,
    Publication,
    Reference,
    Revision,
    Tombstone,
    WorkingCopy,
)
from cms.history import recording
from cms.i18n import gettext as _


def trash(entry: Entry, *, by: Person, now: datetime) -> Sequence[Entry]:
    """Move an entry and all below it to the trash; returns what went. Raises NotAllowed."""
    editing.lock(entry)
    ownership.ensure_may(by, Permission.TRASH_ANY, entry)
    rules.edit(trashed=entry.trashed_at is not None)
    going = [entry, *(each for each in tree.descendants(entry) if each.trashed_at is None)]
    for each in going:
        editing.lock(each)  # Nobody publishes it meanwhile.
        ownership.ensure_may(by, Permission.TRASH_ANY, each)
    with recording.act(_("Moved “{title}” to the trash", title=_title(entry)), by=by, now=now):
        for each in going:
            publishing.end_now(each, now=now)
            each.trashed_at = now
        db.session().flush()
    return going


def restore(entry: Entry, *, by: Person, now: datetime) -> Sequence[Entry]:
    """Take an entry and what went with it out of the trash; what was live is live again."""
    editing.lock(entry)
    ownership.ensure_may(by, Permission.TRASH_ANY, entry)
    above = editing.find_entry(entry.parent_id) if entry.parent_id else None
    rules.restore(
        trashed=entry.trashed_at is not None,
        parent_is_trashed=above is not None and above.trashed_at is not None,
    )
    moment = entry.trashed_at or now
    back = [entry, *(each for each in tree.descendants(entry) if each.trashed_at == moment)]
    with recording.act(_("Restored “{title}”", title=_title(entry)), by=by, now=now):
        for each in back:
            each.trashed_at = None
            _resume(each, moment, now=now)
        db.session().flush()
    return back


def _resume(entry: Entry, trashed_at: datetime, *, now: datetime) -> None:
    """Show again what trashing ended, for as long as it was to be shown."""
    ended = publishing.find_ended(entry, at=trashed_at)
    if ended is None:
        return
    until = publishing.planned_end(ended)
    if until is None or until > now:
        publishing.resume(ended, now=now, until=until)


def purge(entry: Entry, *, by: Person, now: datetime) -> None:
    """Delete a trashed entry and all below it for good; public paths answer 410 from then on."""
    permissions.ensure_may(by, Permission.DELETE_FOREVER)
    editing.lock(entry)
    rules.restore(trashed=entry.trashed_at is not None, parent_is_trashed=False)
    going = [entry, *tree.descendants(entry)]
    for each in going:
        editing.lock(each)
    with recording.act(_("Deleted “{title}” for good", title=_title(entry)), by=by, now=now):
        for each in reversed(going):
            _delete(each, by=by, now=now)


def _delete(entry: Entry, *, by: Person, now: datetime) -> None:
    publications = publishing.intervals(entry)
    if any(each.from_at <= now for each in publications):
        db.session().add(
            Tombstone(id=entry.id, kind="entry", purged_at=now, purged_by=by.id or None)
        )
        book.release("entry", entry.id)
    else:
        for line in book.list_for("entry", entry.id):
            db.session().delete(line)
    for publication in publications:
        publishing.remove(publication)
    revisions = sa.select(Revision.id).where(Revision.entry_id == entry.id)
    db.session().execute(sa.delete(Reference).where(Reference.revision_id.in_(revisions)))
    db.session().execute(sa.delete(WorkingCopy).where(WorkingCopy.entry_id == entry.id))
    for model in (EntryTerm, EntryByline):
        for row in db.session().scalars(sa.select(model).where(model.entry_id == entry.id)):
            db.session().delete(row)
    db.session().flush()
    db.session().execute(sa.delete(Revision).where(Revision.entry_id == entry.id))
    db.session().delete(entry)
    db.session().flush()


def list_trashed(*, limit: int = 200) -> Sequence[Entry]:
    """What lies in the trash, the newest first, without what lies below something trashed."""
    above = sa.orm.aliased(Entry)
    query = (
        sa.select(Entry)
        .outerjoin(above, above.id == Entry.parent_id)
        .where(Entry.trashed_at.is_not(None))
        .where(sa.or_(above.trashed_at.is_(None), above.trashed_at != Entry.trashed_at))
        .order_by(Entry.trashed_at.desc())
        .limit(limit)
    )
    return db.session().scalars(query).all()


def is_gone(entry_id: str, *, now: datetime) -> bool:
    """Whether this was public once and lies in the trash or is purged, so it answers 410."""
    if db.session().get(Tombstone, entry_id) is not None:
        return True
    entry = editing.find_entry(entry_id)
    if entry is None or entry.trashed_at is None:
        return False
    query = sa.select(Publication.id).where(
        Publication.entry_id == entry_id, Publication.from_at <= now
    )
    return db.session().execute(query.limit(1)).first() is not None


def _title(entry: Entry) -> str:
    return editing.get_head(entry).title or _("Untitled")
