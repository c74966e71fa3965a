"""Joining terms: what carried any of several carries one, and their addresses lead there."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from cms import db
from cms.accounts import permissions
from cms.accounts.permissions import Permission, Person
from cms.content import (
    editing,
    publications,
    relinking,
    revisions,
    term_places,
    term_removal,
)
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
    place; what stood below `gone` stands below `into`, and every link to it leads there.
    """
    permissions.ensure_may(by, Permission.MANAGE_TERMS)
    for term in sorted((gone, into), key=lambda each: each.id):
        db.session().refresh(term, with_for_update=True)
    ensure_joinable(gone, into)
    with recording.act(_("Merged “{a}” into “{b}”", a=gone.name, b=into.name), by=by, now=now):
        carriers = list_carriers(gone)
        refile(carriers, gone.id, into.id, by=by, now=now)
        relinking.replace_uses("term", {gone.id}, into.id, by=by, now=now)
        for child in term_places.children(gone):
            term_places.move(child, parent_id=into.id, by=by, now=now)
        term_removal.lead_addresses(gone, into)
        term_removal.remove_row(gone)
    return len(carriers)


def ensure_joinable(gone: Term, into: Term) -> None:
    """Pass, or raise Rejected when these two cannot become one."""
    if gone.id == into.id or gone.taxonomy != into.taxonomy:
        raise Rejected(_("Choose another one of the same kind."), field="into")
    if gone in term_places.ancestors(into):
        raise Rejected(_("It stands below the one that would go."), field="into")


def refile(entry_ids: Collection[str], gone: str, into: str, *, by: Person, now: datetime) -> None:
    """Let these entries carry one term where they carried another."""
    with recording.act(_("Filed entries anew"), by=by, now=now):
        for entry_id in sorted(entry_ids):
            entry = editing.find_entry(entry_id)
            if entry is not None:
                _refile(entry, gone, into, by=by, now=now)


def list_carriers(*terms: Term) -> Sequence[str]:
    """The ids of the entries, drafts and trashed ones too, that carry any of these terms."""
    wanted = [term.id for term in terms]
    drafted = sa.select(EntryTerm.entry_id).where(EntryTerm.term_id.in_(wanted))
    shown = (
        sa.select(Publication.entry_id)
        .join(PublicationTerm, PublicationTerm.publication_id == Publication.id)
        .where(PublicationTerm.term_id.in_(wanted))
    )
    return sorted(db.session().scalars(drafted.union(shown)))


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
