"""Where redirects lead, in words: titles, names and present paths of their targets."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from cms import db
from cms.addresses import targets
from cms.addresses.redirects import Redirect
from cms.content import naming, profiles
from cms.content.models import Entry, Profile, Revision, Term
from cms.i18n import gettext as _

MOST_FOUND = 10


@dataclass(frozen=True, slots=True)
class Aim:
    """What a redirect leads to, as people read it."""

    label: str
    address: str
    is_there: bool = True


GONE = Aim("", "")


def aims_of(rows: Iterable[Redirect]) -> dict[str, Aim]:
    """Where each of these redirects leads now, by its id; a question for each kind."""
    rows = list(rows)
    named: dict[tuple[str, str], tuple[str, str]] = {}
    for kind, find in (("entry", _entries), ("term", _terms), ("profile", _profiles)):
        wanted = {str(row.target_id) for row in rows if row.target_kind == kind}
        if wanted:
            named |= {(kind, key): found for key, found in find(wanted).items()}
    return {row.id: _aim(row, named) for row in rows}


def find_entries(words: str) -> list[tuple[str, str, str]]:
    """Id, title and present path of entries whose title holds these words, best first."""
    pattern = sa.func.lower(Revision.title).contains(words.lower(), autoescape=True)
    query = (
        sa.select(Entry, Revision.title)
        .join(Revision, Revision.id == Entry.head_id)
        .where(Entry.trashed_at.is_(None), pattern)
        .order_by(sa.func.length(Revision.title), Entry.id.desc())
        .limit(MOST_FOUND)
    )
    return [
        (entry.id, title or _("Untitled"), naming.present_path(entry) or _("no address yet"))
        for entry, title in db.session().execute(query)
    ]


def _aim(row: Redirect, named: dict[tuple[str, str], tuple[str, str]]) -> Aim:
    if row.target_kind == "redirect":
        return Aim("", row.location or "")
    found = named.get((row.target_kind, str(row.target_id)))
    if found is None:
        return Aim(_("Something that is gone"), "", is_there=False)
    label, path = found
    return Aim(label, targets.with_suffix(path, row.suffix) if path else "")


def _entries(wanted: set[str]) -> dict[str, tuple[str, str]]:
    query = sa.select(Entry, Revision.title).join(Revision, Revision.id == Entry.head_id)
    return {
        entry.id: (title or _("Untitled"), naming.present_path(entry) or "")
        for entry, title in db.session().execute(query.where(Entry.id.in_(wanted)))
    }


def _terms(wanted: set[str]) -> dict[str, tuple[str, str]]:
    query = sa.select(Term.id, Term.name, Term.path).where(Term.id.in_(wanted))
    return {row.id: (row.name, row.path) for row in db.session().execute(query)}


def _profiles(wanted: set[str]) -> dict[str, tuple[str, str]]:
    query = sa.select(Profile.id, Profile.name, Profile.handle).where(Profile.id.in_(wanted))
    found = db.session().execute(query)
    return {row.id: (row.name, profiles.path_for(row.handle)) for row in found}
