"""Which of the samples are there, and which of them somebody has made their own since."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from cms import db
from cms.content.models import Entry, Revision, WorkingCopy
from cms.history.models import ChangeSet, ChangeSubject
from cms.i18n import gettext as _
from cms.samples import pieces
from cms.samples.writing import VIA


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample that is there."""

    id: str
    type: str
    title: str
    parent_id: str | None
    is_changed: bool


def list_there() -> Sequence[Sample]:
    """The samples that are there; what somebody put into the trash counts as unchanged."""
    query = (
        sa.select(Entry.id, Entry.type, Entry.parent_id, Entry.trashed_at, Revision.title)
        .join(Revision, Revision.id == Entry.head_id)
        .where(Entry.guid.in_(pieces.guids()))
        .order_by(Entry.type, Entry.position, Entry.id)
    )
    rows = db.session().execute(query).all()
    changed = find_changed("entry", [row.id for row in rows]) | _being_written(
        [row.id for row in rows]
    )
    return [
        Sample(
            row.id,
            row.type,
            row.title or _("Untitled"),
            row.parent_id,
            row.trashed_at is None and row.id in changed,
        )
        for row in rows
    ]


def count_there() -> int:
    """How many samples there are."""
    query = sa.select(sa.func.count()).select_from(Entry).where(Entry.guid.in_(pieces.guids()))
    return db.session().scalar(query) or 0


def has_others() -> bool:
    """Whether there is anything else than samples."""
    known = Entry.guid.is_not(None) & Entry.guid.in_(pieces.guids())
    return db.session().scalars(sa.select(Entry.id).where(~known).limit(1)).first() is not None


def find_changed(kind: str, wanted: Collection[str]) -> set[str]:
    """Which of these things some person did anything to that is in force, but for the samples."""
    if not wanted:
        return set()
    query = (
        sa.select(ChangeSubject.subject_id)
        .join(ChangeSet, ChangeSet.id == ChangeSubject.change_set_id)
        .where(ChangeSubject.kind == kind, ChangeSubject.subject_id.in_(wanted))
        # Undoing an act puts back what was there before, whoever it was.
        .where(ChangeSet.state == "applied", ChangeSet.undoes_id.is_(None))
        .where(ChangeSet.account_id.is_not(None), ChangeSet.via != VIA)
    )
    return set(db.session().scalars(query))


def _being_written(ids: Collection[str]) -> set[str]:
    """Those in which somebody has typed and not saved yet."""
    query = sa.select(WorkingCopy.entry_id).where(WorkingCopy.entry_id.in_(ids))
    return set(db.session().scalars(query)) if ids else set()
