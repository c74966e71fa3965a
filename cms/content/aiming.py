"""Where redirects lead, in words: titles, names and present paths of their targets."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from cms import db
from cms.addresses import hits, leads, redirects, targets
from cms.addresses.redirects import Redirect
from cms.content import naming, profiles
from cms.content.models import Entry, Profile, Revision, Term
from cms.i18n import gettext as _

MOST_FOUND = 10
STEP = 500  # redirects read at once


@dataclass(frozen=True, slots=True)
class Aim:
    """What a redirect leads to, as people read it."""

    label: str
    address: str
    is_there: bool = True


class Row(NamedTuple):
    """A redirect as a line of a table."""

    source: str
    address: str
    code: int
    hits: int
    last_at: datetime | None


def aims_of(rows: Iterable[Redirect]) -> dict[str, Aim]:
    """Where each of these redirects leads now, by its id; a question for each kind."""
    rows = list(rows)
    named: dict[tuple[str, str], tuple[str, str]] = {}
    for kind, find in (("entry", _entries), ("term", _terms), ("profile", _profiles)):
        wanted = {str(row.target_id) for row in rows if row.target_kind == kind}
        if wanted:
            named |= {(kind, key): found for key, found in find(wanted).items()}
    return {row.id: _aim(row, named) for row in rows}


def list_rows(wanted: leads.Filter) -> Iterator[Row]:
    """All redirects that a list shows, as a table that can be taken in again; in steps."""
    if wanted.kind in ("", leads.PATTERN):
        yield from _in_table(leads.list_patterns(wanted))
    if wanted.kind == leads.PATTERN:
        return
    after = ""
    while True:
        rows = leads.list_lines(wanted, limit=STEP, after=after)
        yield from _in_table(rows)
        if len(rows) < STEP:
            return
        after = leads.cursor(wanted, rows[-1], hits.of([rows[-1].id]))


def _in_table(rows: Sequence[Redirect]) -> Iterator[Row]:
    aims, counted = aims_of(rows), hits.of(row.id for row in rows)
    for row in rows:
        used = counted.get(row.id, hits.NONE)
        source, address = redirects.source_of(row), aims[row.id].address
        yield Row(source, address, row.code, used.count, used.last_at)


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
