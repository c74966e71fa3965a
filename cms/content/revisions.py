"""Revisions: finding them, and writing a new one. What may be written, `editing` decides."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cms import db, ids, text
from cms.accounts.permissions import Person
from cms.content import naming, references, snapshot, types
from cms.content.models import Entry, EntryByline, EntryTerm, Profile, Revision, Term
from cms.content.snapshot import Snapshot
from cms.errors import NotFound
from cms.i18n import gettext as _

MAX_NOTE = 200  # characters


def get_head(entry: Entry) -> Revision:
    """The newest revision of an entry."""
    return get_revision(entry, entry.head_id or "")


def get_revision(entry: Entry, revision_id: str) -> Revision:
    """A revision of this entry; raises NotFound."""
    revision = db.session().get(Revision, revision_id) if ids.is_id(revision_id) else None
    if revision is None or revision.entry_id != entry.id:
        raise NotFound(_("This revision is not there."))
    return revision


def get_first(entry: Entry) -> Revision:
    """The revision that an entry began with."""
    query = sa.select(Revision).where(Revision.entry_id == entry.id)
    return db.session().scalars(query.order_by(Revision.id).limit(1)).one()


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


def imagine(entry: Entry, content: Snapshot, *, now: datetime) -> Revision:
    """The revision that saving this content would write; it is not stored."""
    return Revision(
        id=ids.new_id(),
        entry_id=entry.id,
        created_at=now,
        content_hash="",
        **_columns(replace(content, source=references.adopt(content.source))),
    )


def write(
    entry: Entry,
    content: Snapshot,
    *,
    by: Person,
    now: datetime,
    note: str,
    merged_id: str | None = None,
) -> Revision:
    """Write this content down as the newest revision; part of an act. Raises Rejected."""
    naming.claim_path(entry, content, now=now)
    revision = _store(entry, content, entry.head_id, by=by, now=now, note=note, merged_id=merged_id)
    entry.head_id = revision.id
    _index_head(entry, content)
    db.session().flush()
    return revision


def write_aside(
    entry: Entry, content: Snapshot, base: Revision, *, by: Person, now: datetime, note: str
) -> Revision:
    """Write down a state beside the newest one, for what is public; part of an act."""
    return _store(entry, content, base.id, by=by, now=now, note=note)


def _store(
    entry: Entry,
    content: Snapshot,
    base_id: str | None,
    *,
    by: Person,
    now: datetime,
    note: str,
    merged_id: str | None = None,
) -> Revision:
    revision = Revision(
        id=ids.new_id(),
        entry_id=entry.id,
        base_id=base_id,
        merged_id=merged_id,
        author_id=by.id or None,
        created_at=now,
        note=text.truncate(text.clean_line(note), MAX_NOTE),
        content_hash=content.content_hash(),
        **_columns(content),
    )
    db.session().add(revision)
    db.session().flush()
    references.record(revision, types.get_type(entry.type).fields)
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
    # A profile that was merged into another is that other one now.
    standing = sa.func.coalesce(Profile.merged_into_id, Profile.id) if model is Profile else Term.id
    query = sa.select(model.id, standing).where(model.id.in_(unique))
    there = {row[0]: row[1] for row in db.session().execute(query)}
    return tuple(dict.fromkeys(there[each] for each in unique if each in there))
