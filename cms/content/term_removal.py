"""Deleting a term: where it is used, and what its old address does from then on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from cms import db
from cms.accounts import permissions
from cms.accounts.permissions import Permission, Person
from cms.addresses import book
from cms.content import filing, reindexing, relinking, term_places, uses
from cms.content.models import Entry, EntryTerm, Publication, PublicationTerm, Term
from cms.content.uses import Use
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _


class After(StrEnum):
    """What the address of a deleted term does."""

    GONE = "gone"
    PARENT = "parent"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Plan:
    """What hangs on a term that is to go."""

    entries: int  # that carry it, outside the trash
    trashed: int
    children: Sequence[Term]
    uses: tuple[Use, ...]  # links in texts and fields, lines of menus, redirects


def plan(term: Term, *, now: datetime) -> Plan:
    """What hangs on a term that is to go; nothing is changed."""
    by_trash = (
        sa.select(Entry.trashed_at.is_not(None), sa.func.count())
        .join(EntryTerm, EntryTerm.entry_id == Entry.id)
        .where(EntryTerm.term_id == term.id)
        .group_by(Entry.trashed_at.is_not(None))
    )
    counts = {bool(row[0]): row[1] for row in db.session().execute(by_trash)}
    return Plan(
        entries=counts.get(False, 0),
        trashed=counts.get(True, 0),
        children=term_places.children(term),
        uses=uses.list_uses("term", {term.id}, now=now),
    )


def delete_term(
    term: Term,
    *,
    by: Person,
    now: datetime,
    after: After = After.GONE,
    other: Term | None = None,
) -> None:
    """Delete a term: entries lose it, terms below it move up. Raises Rejected, NotAllowed.

    Its addresses, and all links to it, lead to the term above or to `other`; or the addresses say
    that it is gone, and links become their words. One that never was public leaves no trace.
    """
    permissions.ensure_may(by, Permission.MANAGE_TERMS)
    # Whoever links to it at this moment does so before or after, not meanwhile.
    db.session().refresh(term, with_for_update=True)
    heir = _heir(term, after, other)
    with recording.act(_("Deleted “{name}”", name=term.name), by=by, now=now):
        if heir is None:
            relinking.unlink_uses("term", {term.id}, by=by, now=now)
        else:
            relinking.replace_uses("term", {term.id}, heir.id, by=by, now=now)
        was_public = _was_public(term, now=now)
        carried = reindexing.list_of_term(term.id, now=now)
        lift_children(term, now=now)
        for model in (EntryTerm, PublicationTerm):
            for row in db.session().scalars(sa.select(model).where(model.term_id == term.id)):
                db.session().delete(row)
        if heir is not None:
            lead_addresses(term, heir)
        else:
            _close_addresses(term, keep=was_public)
        remove_row(term)
        reindexing.of_publications(carried, now=now)


def lift_children(term: Term, *, now: datetime) -> None:
    """Let what stands below a term stand beside it; part of an act."""
    above = db.session().get(Term, term.parent_id) if term.parent_id else None
    for child in term_places.children(term):
        term_places.put_below(child, above, now=now)


def lead_addresses(term: Term, heir: Term) -> None:
    """Let every address of a term lead to another; part of an act."""
    for line in book.list_for("term", term.id):
        line.target_id = heir.id
        line.state = "former"
    db.session().flush()


def remove_row(term: Term) -> None:
    """Take away the row of a term on which nothing hangs any more; part of an act."""
    db.session().flush()
    db.session().delete(term)
    db.session().flush()


def _heir(term: Term, after: After, other: Term | None) -> Term | None:
    if after is After.GONE:
        return None
    if after is After.PARENT:
        if term.parent_id is None:
            raise Rejected(_("Nothing stands above it. Choose something else."), field="after")
        return db.session().get_one(Term, term.parent_id)
    if other is None:
        raise Rejected(_("Name the one that its address leads to."), field="other")
    if other.id == term.id:
        raise Rejected(_("This goes away itself. Choose something else."), field="other")
    return other


def _was_public(term: Term, *, now: datetime) -> bool:
    """Whether visitors could ever come to its page."""
    if term.internal:
        return False
    carried = (
        sa.select(Publication.id)
        .join(PublicationTerm, PublicationTerm.publication_id == Publication.id)
        .where(PublicationTerm.term_id.in_(filing.with_descendants(term.id, now=now)))
        .where(Publication.from_at <= now)
    )
    return db.session().execute(carried.limit(1)).first() is not None


def _close_addresses(term: Term, *, keep: bool) -> None:
    """Others may have its paths; until then they say that it is gone, where it was public."""
    for line in book.list_for("term", term.id):
        if keep:
            line.state = "former"
        else:
            db.session().delete(line)
    db.session().flush()
