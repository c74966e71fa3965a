"""Writing: creating entries and saving revisions. Nothing here reaches visitors."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cms import db, ids, text
from cms.accounts import permissions
from cms.accounts.permissions import Permission, Person
from cms.addresses import book, paths
from cms.content import fields, naming, ownership, references, rules, snapshot, tree, types
from cms.content.models import Entry, EntryByline, EntryTerm, Profile, Revision, Term, WorkingCopy
from cms.content.snapshot import Snapshot
from cms.errors import Conflict, NotFound, Rejected
from cms.history import recording
from cms.i18n import gettext as _

MAX_LOCALE = 20  # characters
MAX_NOTE = 200
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
        _write_revision(entry, _cleaned(entry, content), by=by, now=now, note="")
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
    head = get_head(entry)
    if content.content_hash() == head.content_hash:
        return head
    content = _cleaned(entry, content)
    if content in (Snapshot.of(head), keep_existing(Snapshot.of(head))):
        return head
    if based_on != head.id:
        raise Conflict(_("Someone else has saved this meanwhile."), theirs=head)
    label = _("Edited “{title}”", title=content.title or _("Untitled"))
    with recording.act(label, by=by, now=now):
        return _write_revision(entry, content, by=by, now=now, note=note, merged_id=merged_id)


def set_locale(entry: Entry, locale: str, *, by: Person, now: datetime) -> None:
    """Say in which language an entry is written; raises Rejected, NotAllowed."""
    if locale == entry.locale:
        return
    ownership.ensure_may(by, Permission.EDIT_ANY, entry)
    _ensure_locale(locale)
    title = get_head(entry).title or _("Untitled")
    with recording.act(_("Changed the language of “{title}”", title=title), by=by, now=now):
        entry.locale = locale


def revert_to(
    entry: Entry, revision: Revision, *, by: Person, now: datetime, based_on: str | None
) -> Revision:
    """Make an older revision the newest again, whole; raises as `save` does."""
    note = _("Restored the revision of {date}", date=revision.created_at.isoformat("T", "minutes"))
    content = keep_existing(Snapshot.of(revision))
    if content.path is not None and book.is_taken(content.path, "entry", entry.id):
        # The old path belongs to something else now; words come back, addresses stay right.
        content = replace(content, path=Snapshot.of(get_head(entry)).path)
    return save(entry, content, by=by, now=now, based_on=based_on, note=note)


def duplicate(entry: Entry, *, by: Person, now: datetime) -> Entry:
    """A new draft with the same content under a path of its own."""
    ownership.ensure_may(by, Permission.EDIT_ANY, entry)
    content = keep_existing(Snapshot.of(get_head(entry)))
    title = _("{title} (copy)", title=content.title) if content.title else None
    copied = replace(content, title=title, path=None, dated_at=None, pinned=False)
    return create_entry(
        entry.type, copied, by=by, now=now, locale=entry.locale, parent_id=entry.parent_id
    )


def lock(entry: Entry) -> None:
    """Hold the entry's row until the end of the transaction, and read it anew."""
    db.session().refresh(entry, with_for_update=True)


def find_entry(entry_id: str) -> Entry | None:
    """The entry with this id."""
    return db.session().get(Entry, entry_id) if ids.is_id(entry_id) else None


def get_entry(entry_id: str) -> Entry:
    """The entry with this id; raises NotFound."""
    entry = find_entry(entry_id)
    if entry is None:
        raise NotFound(_("This entry is not there."))
    return entry


def get_head(entry: Entry) -> Revision:
    """The newest revision of an entry."""
    return get_revision(entry, entry.head_id or "")


def get_revision(entry: Entry, revision_id: str) -> Revision:
    """A revision of this entry; raises NotFound."""
    revision = db.session().get(Revision, revision_id) if ids.is_id(revision_id) else None
    if revision is None or revision.entry_id != entry.id:
        raise NotFound(_("This revision is not there."))
    return revision


def list_revisions(entry: Entry, *, limit: int = 200) -> list[Revision]:
    """The revisions of an entry, the newest first."""
    query = sa.select(Revision).where(Revision.entry_id == entry.id)
    return list(db.session().scalars(query.order_by(Revision.id.desc()).limit(limit)))


def keep_existing(content: Snapshot) -> Snapshot:
    """The snapshot without terms and bylines that are gone since it was written."""
    return replace(
        content,
        term_ids=_existing(Term, content.term_ids),
        byline_ids=_existing(Profile, content.byline_ids),
    )


def imagine_revision(entry: Entry, content: Snapshot, *, now: datetime) -> Revision:
    """The revision that saving this content would write; it is not stored."""
    return Revision(
        id=ids.new_id(),
        entry_id=entry.id,
        created_at=now,
        content_hash="",
        **_columns(replace(content, source=references.adopt(content.source))),
    )


def save_working_copy(
    entry: Entry,
    content: Snapshot,
    *,
    by: Person,
    now: datetime,
    base_id: str | None,
    tab: str = "",
) -> WorkingCopy:
    """Keep what a person has typed but not saved; replaces what the same tab kept before."""
    ownership.ensure_may(by, Permission.EDIT_ANY, entry)
    snapshot.ensure_storable(content)
    copy = find_working_copy(entry, by=by, tab=tab)
    if copy is None:
        copy = WorkingCopy(entry_id=entry.id, account_id=by.id, tab=tab)
        db.session().add(copy)
    copy.base_id, copy.content, copy.updated_at = base_id, content.as_json(), now
    copy.counter = (copy.counter or 0) + 1
    db.session().flush()
    return copy


def find_working_copy(entry: Entry, *, by: Person, tab: str = "") -> WorkingCopy | None:
    """What this person has typed in this tab and not saved."""
    query = sa.select(WorkingCopy).where(
        WorkingCopy.entry_id == entry.id,
        WorkingCopy.account_id == by.id,
        WorkingCopy.tab == tab,
    )
    return db.session().scalars(query).one_or_none()


def drop_working_copies(entry: Entry, *, by: Person) -> None:
    """Forget what this person typed, once it is saved."""
    query = sa.delete(WorkingCopy).where(
        WorkingCopy.entry_id == entry.id, WorkingCopy.account_id == by.id
    )
    db.session().execute(query)


def _cleaned(entry: Entry, content: Snapshot) -> Snapshot:
    """The content in the form in which it is kept; raises Rejected for what cannot be."""
    content_type = types.get_type(entry.type)
    typed = fields.clean_all(content_type.fields, content.fields, complete=False)
    return replace(
        content,
        fields=references.adopt_fields(content_type.fields, typed),
        source=references.adopt(text.clean_source(content.source)),
        path=paths.ensure_usable(content.path) if content_type.public and content.path else None,
    )


def _ensure_locale(locale: str) -> None:
    if not _LOCALE.fullmatch(locale) or len(locale) > MAX_LOCALE:
        raise Rejected(_("A language is written as en, de or pt-BR."), field="locale")


def _write_revision(
    entry: Entry,
    content: Snapshot,
    *,
    by: Person,
    now: datetime,
    note: str,
    merged_id: str | None = None,
) -> Revision:
    naming.claim_path(entry, content, now=now)
    revision = Revision(
        id=ids.new_id(),
        entry_id=entry.id,
        base_id=entry.head_id,
        merged_id=merged_id,
        author_id=by.id or None,
        created_at=now,
        note=text.truncate(text.clean_line(note), MAX_NOTE),
        content_hash=content.content_hash(),
        **_columns(content),
    )
    db.session().add(revision)
    db.session().flush()
    entry.head_id = revision.id
    _index_head(entry, content)
    references.record(revision, types.get_type(entry.type).fields)
    db.session().flush()
    return revision


def _columns(content: Snapshot) -> dict[str, object]:
    values = {name: getattr(content, name) for name in snapshot.NAMES}
    values["seo"], values["fields"] = dict(content.seo), dict(content.fields)
    values["term_ids"], values["byline_ids"] = list(content.term_ids), list(content.byline_ids)
    return values


def _index_head(entry: Entry, content: Snapshot) -> None:
    """Let the admin's lists find the entry by the terms and names of its newest revision."""
    _replace_links(EntryTerm, "term_id", entry, _existing(Term, content.term_ids))
    _replace_links(EntryByline, "profile_id", entry, _existing(Profile, content.byline_ids))


def _replace_links(
    model: type[EntryTerm | EntryByline], column: str, entry: Entry, wanted: Iterable[str]
) -> None:
    present: dict[str, Any] = {
        getattr(row, column): row
        for row in db.session().scalars(sa.select(model).where(model.entry_id == entry.id))
    }
    for position, target_id in enumerate(wanted):
        row = present.pop(target_id, None)
        if row is None:
            row = model(entry_id=entry.id, position=position, **{column: target_id})
            db.session().add(row)
        elif row.position != position:
            row.position = position
    db.session().flush()
    for row in present.values():
        db.session().delete(row)


def _existing(model: type[Term] | type[Profile], wanted: Iterable[str]) -> tuple[str, ...]:
    unique = tuple(dict.fromkeys(wanted))
    if not unique:
        return ()
    there = set(db.session().scalars(sa.select(model.id).where(model.id.in_(unique))))
    return tuple(each for each in unique if each in there)
