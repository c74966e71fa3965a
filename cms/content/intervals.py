"""The intervals in which publications hold: which there are, and making room among them.

They never overlap, and at most one lies in the future, unless the clock was set back. All here is
part of an act, which holds the entry's row.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import defer

from cms import db, ids
from cms.addresses import book
from cms.content import naming, publications, search, status
from cms.content.models import Entry, Publication, Revision
from cms.content.status import State
from cms.history import recording

SHORTEST = timedelta(microseconds=1)


def list_all(entry: Entry) -> Sequence[Publication]:
    """All publications of an entry, the earliest first."""
    query = sa.select(Publication).where(Publication.entry_id == entry.id)
    # There may be hundreds, and hardly anyone asks for their texts.
    query = query.options(defer(Publication.html), defer(Publication.headings))
    # Read anew: another editor may have ended one since this session saw it.
    query = query.order_by(Publication.from_at).execution_options(populate_existing=True)
    return db.session().scalars(query).all()


def find_live(entry: Entry, *, now: datetime) -> Publication | None:
    """What visitors see of this entry now."""
    return next((each for each in list_all(entry) if status.is_live(each, now)), None)


def find_ended(entry: Entry, *, at: datetime) -> Publication | None:
    """The publication that was live and that `end` cut off at this instant."""
    ends = (at, at + SHORTEST)
    return next((each for each in reversed(list_all(entry)) if each.until_at in ends), None)


def state_of(entry: Entry, *, now: datetime) -> State:
    """The state of an entry at an instant."""
    return status.derive(
        trashed=entry.trashed_at is not None,
        head_id=entry.head_id,
        intervals=list_all(entry),
        now=now,
    )


def is_any_public(entries: Sequence[Entry], *, now: datetime) -> bool:
    """Whether any of these entries is public now, or will be."""
    query = sa.select(Publication.id).where(
        Publication.entry_id.in_([entry.id for entry in entries]),
        sa.or_(Publication.until_at.is_(None), Publication.until_at > now),
    )
    return db.session().execute(query.limit(1)).first() is not None


def planned_end(publication: Publication) -> datetime | None:
    """The end that a publication had before the last act that moved it."""
    until = publication.until_at
    if until is None:
        return None
    before = recording.find_before("publication", publication.id, "until_at", until.isoformat())
    return datetime.fromisoformat(before) if before else None


def not_ended(entry: Entry, now: datetime) -> list[Publication]:
    """What is live or to come, the earliest first."""
    return [each for each in list_all(entry) if _ends_after(each, now)]


def find_coming(entry: Entry, now: datetime) -> Publication | None:
    """What visitors will see of this entry next."""
    return next((each for each in list_all(entry) if each.from_at > now), None)


def make_room(entry: Entry, start: datetime, *, now: datetime, keep_coming: bool = False) -> None:
    """End or strike out what stands in the way of an interval from `start` on."""
    if not keep_coming:
        withdraw(entry, now, now=now)
    for publication in not_ended(entry, now):
        if publication.from_at == start:
            # It never held for as long as an instant.
            publications.remove(publication)
        elif publication.from_at < start and _ends_after(publication, start):
            _cut(publication, start, now=now)
    db.session().flush()
    search.remove_ended(entry.id, now=now)


def end(entry: Entry, at: datetime, *, now: datetime) -> None:
    """Let nothing of this entry be shown from an instant on, which is now or lies ahead."""
    withdraw(entry, at, now=now)
    for publication in not_ended(entry, now):
        if _ends_after(publication, at):
            _cut(publication, max(at, publication.from_at + SHORTEST), now=now)
    db.session().flush()
    search.remove_ended(entry.id, now=now)


def withdraw(entry: Entry, since: datetime, *, now: datetime) -> None:
    """Strike out what is to come from an instant on; what was live goes on as long as it was to.

    There is one such publication at most, unless the clock was set back.
    """
    for coming in reversed(list_all(entry)):
        if coming.from_at > now and coming.from_at >= since:
            for publication in list_all(entry):
                if publication.until_at == coming.from_at:
                    publication.until_at = planned_end(publication)
            publications.remove(coming)


def resume(
    publication: Publication,
    *,
    now: datetime,
    until: datetime | None,
    path: str | None = None,
    revision_id: str | None = None,
) -> Publication:
    """Show again, from now on, what a publication showed, perhaps at another path.

    Part of another act, such as restoring from the trash or moving a page; what is scheduled
    stays so.
    """
    entry = db.session().get_one(Entry, publication.entry_id)
    copy = publications.copy(publication)
    coming = find_coming(entry, now)
    ends = [end for end in (until, coming.from_at if coming else None) if end is not None]
    make_room(entry, now, now=now, keep_coming=True)
    copy.id, copy.from_at, copy.until_at = ids.new_id(), now, min(ends, default=None)
    copy.path = path or publication.path
    copy.revision_id = revision_id or publication.revision_id
    publications.insert(copy, db.session().get_one(Revision, copy.revision_id))
    if copy.path is not None:
        naming.take_path(entry, copy.path, now=now)
    return copy


def show_instead(publication: Publication, revision: Revision, *, now: datetime) -> None:
    """Show another revision where this one is or will be shown, at the same path and dates."""
    if publication.from_at <= now:
        publication = resume(
            publication, now=now, until=publication.until_at, revision_id=revision.id
        )
    publications.renew(publication, revision)
    publications.index(publication)


def follow(
    entry: Entry, *, now: datetime, moved: Callable[[str], str], was: Revision, shown: Revision
) -> None:
    """Take what is public and what is to come along to another path; part of a move.

    What showed the revision `was` shows the revision `shown` from now on: only its path differs.
    """
    for publication in not_ended(entry, now):
        if publication.path is None:
            continue
        path = moved(publication.path)
        revision_id = shown.id if publication.revision_id == was.id else publication.revision_id
        if publication.from_at > now:
            publication.path, publication.revision_id = path, revision_id
            book.claim(path, "entry", entry.id, now=now, state="pending")
        elif path != publication.path:
            until = publication.until_at
            resume(publication, now=now, until=until, path=path, revision_id=revision_id)


def _cut(publication: Publication, end: datetime, *, now: datetime) -> None:
    publication.until_at = end
    if end <= now + SHORTEST:
        search.remove(publication.id)


def _ends_after(publication: Publication, moment: datetime) -> bool:
    return publication.until_at is None or publication.until_at > moment
