"""Links by identity: what a text refers to is a row, so a rename never breaks a link."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from cms import db
from cms.addresses import book, paths, urls
from cms.content.models import Entry, Reference, Revision
from cms.errors import Rejected
from cms.rendering import pipeline
from cms.rendering import references as marks


def adopt(source: str) -> str:
    """The text with addresses of the site itself turned into references by identity."""
    return marks.to_references(source, _find_target, site_url=urls.site_url())


def with_paths(source: str, *, path_of: marks.PathOf) -> str:
    """The text with every reference as the path that `path_of` knows, for reading elsewhere."""
    return marks.to_paths(source, path_of)


def record(revision: Revision) -> None:
    """Write down what this revision links to and shows."""
    try:
        found = pipeline.render(revision.source).references
    except Rejected:
        # A text that cannot be shown yet is still kept; publishing it will say what is wrong.
        return
    for reference in found:
        db.session().add(
            Reference(
                revision_id=revision.id,
                kind=reference.kind,
                target_kind=reference.target_kind,
                target_id=reference.target_id,
                url=reference.url,
                place=reference.place,
            )
        )


def uses_of(target_kind: str, target_id: str) -> Sequence[Entry]:
    """The entries whose newest revision refers to this target."""
    query = (
        sa.select(Entry)
        .join(Reference, Reference.revision_id == Entry.head_id)
        .where(Reference.target_kind == target_kind, Reference.target_id == target_id)
        .where(Entry.trashed_at.is_(None), Entry.id != target_id)
        .distinct()
    )
    return db.session().scalars(query).all()


def list_missing(revision: Revision) -> Sequence[str]:
    """The ids of entries that this revision refers to and that are not there, or in the trash."""
    query = (
        sa.select(Reference.target_id)
        .outerjoin(Entry, Entry.id == Reference.target_id)
        .where(Reference.revision_id == revision.id, Reference.target_kind == "entry")
        .where(sa.or_(Entry.id.is_(None), Entry.trashed_at.is_not(None)))
    )
    return [str(each) for each in db.session().scalars(query)]


def list_dangling(kinds: Collection[str] = ("entry",)) -> Sequence[tuple[str, str, str]]:
    """(entry, kind, target) of each reference of a newest revision whose target is not there."""
    query = (
        sa.select(Entry.id, Reference.target_kind, Reference.target_id)
        .join(Reference, Reference.revision_id == Entry.head_id)
        .where(Reference.target_kind.in_(kinds), Entry.trashed_at.is_(None))
    )
    rows = db.session().execute(query).all()
    wanted = {row.target_id for row in rows}
    there = set(db.session().scalars(sa.select(Entry.id).where(Entry.id.in_(wanted))))
    return [(row[0], row[1], str(row[2])) for row in rows if row.target_id not in there]


def _find_target(path: str) -> tuple[str, str] | None:
    line = book.find(paths.normalise(path)) if path != "/" else None
    if line is None or line.target_id is None:
        return None
    return line.target_kind, line.target_id
