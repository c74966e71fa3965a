"""Writing: creating entries and saving revisions. Nothing here reaches visitors."""

import re
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import InvalidRequestError

from cms import db, ids, text
from cms.accounts import permissions
from cms.accounts.permissions import Permission, Person
from cms.addresses import book, paths
from cms.content import (
    fields,
    intervals,
    naming,
    ownership,
    references,
    revisions,
    rules,
    snapshot,
    subtree,
    targets,
    telling,
    tree,
    types,
)
from cms.content.models import Entry, Revision, Tombstone
from cms.content.snapshot import Snapshot
from cms.errors import Conflict, NotFound, Rejected
from cms.history import recording
from cms.i18n import gettext as _

MAX_LOCALE = 20  # characters
_LOCALE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def create_entry(
    type_name: str,
    content: Snapshot,
    *,
    by: Person,
    now: datetime,
    locale: str = "en",
    parent_id: str | None = None,
    translation_group: str | None = None,
    guid: str | None = None,
    entry_id: str | None = None,
) -> Entry:
    """A new draft with its first revision; raises NotAllowed, Rejected.

    A door that chooses the id itself can tell a form that is sent twice from two entries.
    """
    content_type = types.get_type(type_name)
    permissions.ensure_may(by, Permission.WRITE)
    snapshot.ensure_storable(content)
    _ensure_locale(locale)
    if entry_id is not None:
        _ensure_fresh(entry_id)
    entry_id = entry_id or ids.new_id()
    with recording.act(
        _("Started “{title}”", title=content.title or _("Untitled")), by=by, now=now
    ):
        tree.ensure_place(content_type, entry_id, parent_id)
        entry = Entry(
            id=entry_id,
            type=type_name,
            parent_id=parent_id,
            position=tree.next_position(content_type, parent_id),
            locale=locale,
            translation_group=translation_group or entry_id,
            guid=guid,
            created_at=now,
            created_by=by.id or None,
        )
        db.session().add(entry)
        db.session().flush()
        revisions.write(entry, _cleaned(entry, content), by=by, now=now, note="")
    return entry


def save(
    entry: Entry,
    content: Snapshot,
    *,
    by: Person,
    now: datetime,
    based_on: str | None,
    note: str = "",
    merged_id: str | None = None,
) -> Revision:
    """Save a new revision of the entry, and return the newest one.

    `based_on` is the revision that the writer began with; raises Conflict holding the newest
    revision when someone else saved meanwhile, Rejected and NotAllowed. Saving what stands there
    already writes nothing.
    """
    lock(entry)
    ownership.ensure_may(by, Permission.EDIT_ANY, entry)
    rules.edit(trashed=entry.trashed_at is not None)
    snapshot.ensure_storable(content)
    head = revisions.get_head(entry)
    if content.content_hash() == head.content_hash:
        return head
    content = _cleaned(entry, content)
    if content in (Snapshot.of(head), revisions.keep_existing(Snapshot.of(head))):
        return head
    if based_on != head.id:
        raise Conflict(_("Someone else has saved this meanwhile."), theirs=head)
    label = _("Edited “{title}”", title=content.title or _("Untitled"))
    before = _folder(entry, now)
    if before not in (None, naming.folder_of(entry, content)):
        subtree.ensure_may_follow(entry, by=by, now=now)
    with recording.act(label, by=by, now=now):
        revision = revisions.write(entry, content, by=by, now=now, note=note, merged_id=merged_id)
        if before is not None:
            subtree.follow(entry, before, naming.folder_of(entry), by=by, now=now)
        telling.tell_writer(entry, "entry-changed", title=content.title, by=by, now=now)
        return revision


def set_locale(entry: Entry, locale: str, *, by: Person, now: datetime) -> None:
    """Say in which language an entry is written; raises Rejected, NotAllowed."""
    if locale == entry.locale:
        return
    ownership.ensure_may(by, Permission.EDIT_ANY, entry)
    _ensure_locale(locale)
    title = revisions.get_head(entry).title or _("Untitled")
    with recording.act(_("Changed the language of “{title}”", title=title), by=by, now=now):
        entry.locale = locale


def revert_to(
    entry: Entry, revision: Revision, *, by: Person, now: datetime, based_on: str | None
) -> Revision:
    """Make an older revision the newest again, whole; raises as `save` does."""
    note = _("Restored the revision of {date}", date=revision.created_at.isoformat("T", "minutes"))
    content = revisions.keep_existing(Snapshot.of(revision))
    declared = types.get_type(entry.type).fields
    content = replace(content, fields=targets.keep_existing(declared, content.fields))
    if content.path is not None and book.is_taken(content.path, "entry", entry.id):
        # The old path belongs to something else now; words come back, addresses stay right.
        content = replace(content, path=Snapshot.of(revisions.get_head(entry)).path)
    return save(entry, content, by=by, now=now, based_on=based_on, note=note)


def duplicate(entry: Entry, *, by: Person, now: datetime) -> Entry:
    """A new draft with the same content under a path of its own."""
    ownership.ensure_may(by, Permission.EDIT_ANY, entry)
    content = revisions.keep_existing(Snapshot.of(revisions.get_head(entry)))
    declared = types.get_type(entry.type).fields
    content = replace(content, fields=targets.keep_existing(declared, content.fields))
    title = _("{title} (copy)", title=content.title) if content.title else None
    copied = replace(content, title=title, path=None, dated_at=None, pinned=False)
    return create_entry(
        entry.type, copied, by=by, now=now, locale=entry.locale, parent_id=entry.parent_id
    )


def lock(entry: Entry) -> None:
    """Hold the entry's row until the end of the transaction, and read it anew; raises NotFound."""
    try:
        db.session().refresh(entry, with_for_update=True)
    except InvalidRequestError:
        # Someone deleted it for good while we waited for the row.
        raise _not_there() from None


def find_entry(entry_id: str) -> Entry | None:
    """The entry with this id."""
    return db.session().get(Entry, entry_id) if ids.is_id(entry_id) else None


def get_entry(entry_id: str) -> Entry:
    """The entry with this id; raises NotFound."""
    entry = find_entry(entry_id)
    if entry is None:
        raise _not_there()
    return entry


def _not_there() -> NotFound:
    return NotFound(_("This entry is not there."))


def _cleaned(entry: Entry, content: Snapshot) -> Snapshot:
    """The content in the form in which it is kept; raises Rejected for what cannot be."""
    content_type = types.get_type(entry.type)
    typed = fields.clean_all(content_type.fields, content.fields, complete=False)
    before = revisions.get_head(entry).fields if entry.head_id else None
    targets.ensure_there(content_type.fields, typed, before or {})
    known = references.known_targets(entry.head_id)
    return replace(
        content,
        fields=references.adopt_fields(content_type.fields, typed, known=known),
        source=references.adopt(text.clean_source(content.source), hold=True, known=known),
        path=paths.ensure_usable(content.path) if content_type.public and content.path else None,
    )


def _folder(entry: Entry, now: datetime) -> str | None:
    """Where the pages below stand, if their place changes with a draft; else publishing does it."""
    if not types.get_type(entry.type).hierarchical or intervals.is_any_public([entry], now=now):
        return None
    return naming.folder_of(entry)


def _ensure_fresh(entry_id: str) -> None:
    """Raises Rejected for the id of an entry that was there, whose history is not the new one's."""
    written = sa.select(Revision.id).where(Revision.entry_id == entry_id).limit(1)
    is_purged = db.session().get(Tombstone, entry_id) is not None
    if is_purged or db.session().scalar(written) is not None:
        raise Rejected(_("What was begun here was taken back. Send it once more to begin anew."))


def _ensure_locale(locale: str) -> None:
    if not _LOCALE.fullmatch(locale) or len(locale) > MAX_LOCALE:
        raise Rejected(_("A language is written as en, de or pt-BR."), field="locale")
