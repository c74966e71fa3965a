"""The trash: out of sight with all below it, restored with the same ids and addresses."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cms import db
from cms.accounts import permissions
from cms.accounts.permissions import Permission, Person
from cms.addresses import book
from cms.content import (
    editing,
    intervals,
    naming,
    narrowing,
    ownership,
    publications,
    revisions,
    rules,
    telling,
    tree,
    uses,
)
from cms.content.models import (
    Entry,
    EntryByline,
    EntryTerm,
    IgnoredCheck,
    Publication,
    Reference,
    ReviewRequest,
    Revision,
    Tombstone,
    WorkingCopy,
)
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.site import settings


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
            intervals.end(each, now, now=now)
            each.trashed_at = now
            telling.tell_writer(each, "entry-trashed", title=_title(each), by=by, now=now)
        db.session().flush()
    return going


def restore(entry: Entry, *, by: Person, now: datetime) -> Sequence[Entry]:
    """Take an entry and what went with it out of the trash; what was live is live again.

    Pages below it stay there that the person may not bring back.
    """
    editing.lock(entry)
    ownership.ensure_may(by, Permission.TRASH_ANY, entry)
    above = editing.find_entry(entry.parent_id) if entry.parent_id else None
    rules.restore(
        trashed=entry.trashed_at is not None,
        parent_is_trashed=above is not None and above.trashed_at is not None,
    )
    moment = entry.trashed_at or now
    back = _coming_back(entry, moment, by=by)
    for each in back:
        editing.lock(each)
    with recording.act(_("Restored “{title}”", title=_title(entry)), by=by, now=now):
        for each in back:
            each.trashed_at = None
            _resume(each, moment, now=now)
        db.session().flush()
    return back


def _coming_back(entry: Entry, moment: datetime, *, by: Person) -> list[Entry]:
    found = [entry]
    for each in tree.descendants(entry):
        # Parents come before their children; nothing comes back below what stays.
        is_above_back = each.parent_id in {other.id for other in found}
        if is_above_back and each.trashed_at == moment:
            found += [each] if ownership.may(by, Permission.TRASH_ANY, each) else []
    return found


def _resume(entry: Entry, trashed_at: datetime, *, now: datetime) -> None:
    """Show again what trashing ended, for as long as it was to be shown."""
    ended = intervals.find_ended(entry, at=trashed_at)
    if ended is None:
        return
    until = intervals.planned_end(ended)
    if until is None or until > now:
        _take_back(ended.path)
        intervals.resume(ended, now=now, until=until)


def _take_back(path: str | None) -> None:
    """A path that was led elsewhere while its entry lay in the trash belongs to it again."""
    line = book.find(path) if path is not None else None
    if line is not None and line.by_hand:
        db.session().delete(line)
        db.session().flush()


def purge(entry: Entry, *, by: Person, now: datetime) -> Sequence[Entry]:
    """Delete a trashed entry and all below it for good; public paths answer 410 from then on.

    Raises Rejected while something else links to any of it; `removal` decides what becomes of
    that.
    """
    permissions.ensure_may(by, Permission.DELETE_FOREVER)
    editing.lock(entry)
    rules.restore(trashed=entry.trashed_at is not None, parent_is_trashed=False)
    going = [entry, *tree.descendants(entry)]
    for each in going:
        editing.lock(each)
    if uses.list_uses("entry", {each.id for each in going}, now=now, trashed=True):
        raise Rejected(_("Something still links here. Decide what becomes of the links first."))
    with recording.act(_("Deleted “{title}” for good", title=_title(entry)), by=by, now=now):
        for each in reversed(going):
            _delete(each, by=by, now=now)
        if settings.load().front_page in {each.id for each in going}:
            # Chosen once, and not shown: nobody is asked about it.
            settings.save({"front_page": None}, by=by, now=now)
    return going


def _delete(entry: Entry, *, by: Person, now: datetime) -> None:
    shown = intervals.list_all(entry)
    if any(each.from_at <= now for each in shown) or naming.past_paths(entry.id):
        db.session().add(
            Tombstone(id=entry.id, kind="entry", purged_at=now, purged_by=by.id or None)
        )
        book.release("entry", entry.id)
    else:
        for line in book.list_for("entry", entry.id):
            db.session().delete(line)
    for publication in shown:
        publications.remove(publication)
    written = sa.select(Revision.id).where(Revision.entry_id == entry.id)
    db.session().execute(sa.delete(Reference).where(Reference.revision_id.in_(written)))
    db.session().execute(sa.delete(WorkingCopy).where(WorkingCopy.entry_id == entry.id))
    for model in (EntryTerm, EntryByline, ReviewRequest, IgnoredCheck):
        for row in db.session().scalars(sa.select(model).where(model.entry_id == entry.id)):
            db.session().delete(row)
    db.session().flush()
    db.session().execute(sa.delete(Revision).where(Revision.entry_id == entry.id))
    db.session().delete(entry)
    db.session().flush()


def list_trashed(*, limit: int, offset: int = 0, owned_by: str | None = None) -> Sequence[Entry]:
    """What lies in the trash, the newest first, without what lies below something trashed.

    With `owned_by` only what this account made or signs.
    """
    query = sa.select(Entry).order_by(Entry.trashed_at.desc(), Entry.id.desc())
    return db.session().scalars(_tops(query, owned_by).limit(limit).offset(offset)).all()


def count_trashed(*, owned_by: str | None = None) -> int:
    """How many lines that list has in all."""
    query = sa.select(sa.func.count()).select_from(Entry)
    return db.session().scalar(_tops(query, owned_by)) or 0


def _tops(query: sa.Select[Any], owned_by: str | None) -> sa.Select[Any]:
    above = sa.orm.aliased(Entry)
    query = (
        query.outerjoin(above, above.id == Entry.parent_id)
        .where(Entry.trashed_at.is_not(None))
        .where(sa.or_(above.trashed_at.is_(None), above.trashed_at != Entry.trashed_at))
    )
    return query if owned_by is None else query.where(narrowing.owned_by(owned_by))


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
    shown = db.session().execute(query.limit(1)).first() is not None
    return shown or bool(naming.past_paths(entry_id))


def _title(entry: Entry) -> str:
    return revisions.get_head(entry).title or _("Untitled")
