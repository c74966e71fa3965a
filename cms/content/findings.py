"""Findings of the checks: of one entry, over the site, and those that are to be ignored."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import sqlalchemy as sa

from cms import db
from cms.accounts.permissions import Permission, Person
from cms.content import checked, ownership, revisions, schedule
from cms.content.checks import CHECKS, Finding
from cms.content.models import Entry, EntryFinding, IgnoredCheck, Revision
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to; what is empty narrows nothing."""

    code: str = ""
    severity: int = 0
    type: str = ""
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A finding in the list."""

    entry_id: str
    type: str
    title: str | None
    code: str
    count: int
    place: str


def look_at(entry: Entry) -> tuple[Finding, ...]:
    """What the checks find in an entry as it stands now, the ignored too."""
    return checked.followers[0].find(db.session().connection(), entry.id)


def list_of(entry: Entry) -> list[tuple[Finding, bool]]:
    """What was found in an entry when it was saved, the worst first, and whether it is ignored."""
    query = sa.select(EntryFinding).where(EntryFinding.entry_id == entry.id)
    order = (EntryFinding.severity.desc(), EntryFinding.code.desc())
    rows = db.session().scalars(query.order_by(*order))
    known = (row for row in rows if row.code in CHECKS)
    return [(Finding(row.code, row.place, row.count), row.is_ignored) for row in known]


def list_ignored(entry: Entry) -> frozenset[str]:
    """The codes of the checks that are to say nothing of an entry."""
    query = sa.select(IgnoredCheck.code).where(IgnoredCheck.entry_id == entry.id)
    return frozenset(db.session().scalars(query))


def ignore(entry: Entry, code: str, *, by: Person, now: datetime) -> None:
    """Let a check say nothing of an entry any more; raises NotAllowed, Rejected."""
    _change(entry, code, by=by, now=now, to=True)


def heed(entry: Entry, code: str, *, by: Person, now: datetime) -> None:
    """Let a check speak of an entry again; raises NotAllowed, Rejected."""
    _change(entry, code, by=by, now=now, to=False)


def list_findings(wanted: Filter, *, limit: int, offset: int = 0) -> list[Line]:
    """What was found over the site, the worst first."""
    near = sa.select(EntryFinding.entry_id, EntryFinding.code).where(*_conditions(wanted))
    by_code = (EntryFinding.code.desc(), EntryFinding.entry_id.desc())
    order = by_code if wanted.code else (EntryFinding.severity.desc(), *by_code)
    window = near.order_by(*order).limit(limit).offset(offset).subquery()
    is_it = sa.and_(window.c.entry_id == EntryFinding.entry_id, window.c.code == EntryFinding.code)
    columns = (Entry.id, Entry.type, Revision.title, EntryFinding.code, EntryFinding.count,
               EntryFinding.place)  # fmt: skip
    query = (
        sa.select(*columns)
        .select_from(EntryFinding)
        .join(window, is_it)
        .join(Entry, Entry.id == EntryFinding.entry_id)
        .join(Revision, Revision.id == Entry.head_id)
    )
    return [Line(*row) for row in db.session().execute(query.order_by(*order))]


def count_findings(wanted: Filter, *, now: datetime) -> int:
    """How many findings there are; counted once in each generation."""

    def make() -> int:
        query = sa.select(sa.func.count()).select_from(EntryFinding).where(*_conditions(wanted))
        return db.session().scalar(query) or 0

    return schedule.remembered(("findings", wanted), make, now)


def count_by_code(*, now: datetime, ignored: bool = False) -> Mapping[str, int]:
    """Of how many entries each check speaks; counted once in each generation."""

    def make() -> Mapping[str, int]:
        query = sa.select(EntryFinding.code, sa.func.count()).where(
            EntryFinding.is_ignored.is_(ignored)
        )
        rows = db.session().execute(query.group_by(EntryFinding.code))
        return MappingProxyType({row[0]: row[1] for row in rows})

    return schedule.remembered(("findings by code", ignored), make, now)


def renew(entry_ids: Collection[str]) -> None:
    """Let the checks look at these entries anew."""
    checked.followers[0].renew(db.session().connection(), entry_ids)


def _conditions(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [EntryFinding.is_ignored.is_(wanted.ignored)]
    if wanted.code:
        found.append(EntryFinding.code == wanted.code)
    elif wanted.severity:
        found.append(EntryFinding.severity == wanted.severity)
    if wanted.type:
        found.append(EntryFinding.type == wanted.type)
    return found


def _change(entry: Entry, code: str, *, by: Person, now: datetime, to: bool) -> None:
    ownership.ensure_may(by, Permission.EDIT_ANY, entry)
    if code not in CHECKS:
        raise Rejected(_("There is no such check."))
    row = db.session().get(IgnoredCheck, (entry.id, code))
    if (row is not None) == to:
        return
    title = revisions.get_head(entry).title or _("Untitled")
    label = _("Ignored a check of “{title}”") if to else _("Heeded a check of “{title}” again")
    with recording.act(label.format(title=title), by=by, now=now):
        if row is None:
            db.session().add(IgnoredCheck(entry_id=entry.id, code=code, created_at=now))
        else:
            db.session().delete(row)
        db.session().flush()
