"""Joining terms: what carried any of several carries one, and their addresses lead there."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from cms import db
from cms.accounts import permissions
from cms.accounts.permissions import Permission, Person
from cms.addresses import book
from cms.content import editing, publications, relinking, revisions, terms
from cms.content.models import (
    Entry,
    EntryTerm,
    Publication,
    PublicationTerm,
    Revision,
    Term,
    WorkingCopy,
)
from cms.content.snapshot import Snapshot
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _


def join(gone: Term, into: Term, *, by: Person, now: datetime) -> int:
    """Make one term of two, and say how many entries were filed anew; raises Rejected, NotAllowed.

    Drafts, what is public and what is to come carry `into` where they carried `gone`, in the same
    place; what stood below `gone` stands below `into`.
    """
    permissions.ensure_may(by, Permission.MANAGE_TERMS)
    for term in sorted((gone, into), key=lambda each: each.id):
        db.session().refresh(term, with_for_update=True)
    if gone.id == into.id or gone.taxonomy != into.taxonomy:
        raise Rejected(_("Choose another one of the same kind."), field="into")
    with recording.act(_("Merged “{a}” into “{b}”", a=gone.name, b=into.name), by=by, now=now):
        entries = _carriers(gone)
        for entry in entries:
            _refile(entry, gone.id, into.id, by=by, now=now)
        relinking.replace_uses("term", {gone.id}, into.id, by=by, now=now)
        for child in terms.list_children(gone):
            if child.id == into.id:
                raise Rejected(_("It stands below the one that would go."), field="into")
            terms.update_term(child, by=by, now=now, name=child.name, slug=child.slug,
                              description=child.description, internal=child.internal,
                              parent_id=into.id)  # fmt: skip
        for line in book.list_for("term", gone.id):
            line.target_id = into.id
            line.state = "former"
        db.session().flush()
        db.session().delete(gone)
        db.session().flush()
    return len(entries)


def count_carriers(term: Term) -> int:
    """How many entries, drafts and trashed ones too, carry a term."""
    return len(_carriers(term))


def _carriers(term: Term) -> Sequence[Entry]:
    drafted = sa.select(EntryTerm.entry_id).where(EntryTerm.term_id == term.id)
    shown = (
        sa.select(Publication.entry_id)
        .join(PublicationTerm, PublicationTerm.publication_id == Publication.id)
        .where(PublicationTerm.term_id == term.id)
    )
    query = sa.select(Entry).where(sa.or_(Entry.id.in_(drafted), Entry.id.in_(shown)))
    return db.session().scalars(query.order_by(Entry.id)).all()


def _refile(entry: Entry, gone: str, into: str, *, by: Person, now: datetime) -> None:
    editing.lock(entry)
    head, note = revisions.get_head(entry), _("Filed anew")
    renewed: dict[str, Revision] = {}
    query = (
        sa.select(Publication)
        .join(PublicationTerm, PublicationTerm.publication_id == Publication.id)
        .where(Publication.entry_id == entry.id, PublicationTerm.term_id == gone)
    )
    shown = db.session().scalars(query).all()
    for publication in shown:
        was = revisions.get_revision(entry, publication.revision_id)
        if was.id != head.id and was.id not in renewed:
            content = _filed(Snapshot.of(was), gone, into)
            renewed[was.id] = revisions.write_aside(entry, content, was, by=by, now=now, note=note)
    content = _filed(Snapshot.of(head), gone, into)
    if content != Snapshot.of(head):
        renewed[head.id] = revisions.write(entry, content, by=by, now=now, note=note)
    for copy in db.session().scalars(
        sa.select(WorkingCopy).where(WorkingCopy.entry_id == entry.id)
    ):
        typed = copy.content.get("term_ids") or []
        if gone in typed:
            kept = dict.fromkeys(into if each == gone else each for each in typed)
            copy.content = {**copy.content, "term_ids": list(kept)}
    for publication in shown:
        made = renewed.get(publication.revision_id)
        if made is not None:
            publication.revision_id = made.id
        _refile_publication(publication, gone, into)
        if publication.until_at is None or publication.until_at > now:
            publications.index(publication)


def _filed(content: Snapshot, gone: str, into: str) -> Snapshot:
    """The content with one term for the other; the first of them keeps its place."""
    term_ids = dict.fromkeys(into if each == gone else each for each in content.term_ids)
    return replace(content, term_ids=tuple(term_ids))


def _refile_publication(publication: Publication, gone: str, into: str) -> None:
    query = sa.select(PublicationTerm).where(
        PublicationTerm.publication_id == publication.id,
        PublicationTerm.term_id.in_((gone, into)),
    )
    rows: Collection[PublicationTerm] = db.session().scalars(query).all()
    position, dated_at = min(row.position for row in rows), publication.dated_at
    for row in rows:
        db.session().delete(row)
    db.session().flush()
    db.session().add(
        PublicationTerm(
            publication_id=publication.id, term_id=into, position=position, dated_at=dated_at
        )
    )
    db.session().flush()
