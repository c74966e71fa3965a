"""What went out by itself: nothing had to run for that, but its writer may like to hear of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa

from cms import db, ids, notices
from cms.content.models import Entry, Publication
from cms.i18n import gettext as _
from cms.notices.models import Notice

LOOKED_BACK = timedelta(days=1)  # a worker that was away for longer tells nobody any more
A_READING = 500  # publications read at once; of most, nobody waits to be told
SOONEST = timedelta(minutes=1)  # what was to go out sooner was hardly scheduled


def is_anything_untold(*, now: datetime) -> bool:
    """Whether something went out lately that nobody was told of; changes nothing."""
    return any(_untold(now))


def tell(*, now: datetime) -> None:
    """Tell the writers of entries that went out as planned; each of them once."""
    for publication_id, title, entry_id, created_by in _untold(now):
        notices.tell(
            created_by,
            "went-live",
            values={"title": title or _("Untitled")},
            subject=("entry", entry_id),
            by=None,
            now=now,
            once_key=_key(publication_id),
        )


def _untold(now: datetime) -> Iterator[tuple[str, str | None, str, str]]:
    told = sa.select(Notice.id).where(
        Notice.account_id == Entry.created_by,
        Notice.once_key == sa.literal(_key("")).concat(Publication.id),
    )
    query = (
        sa.select(
            Publication.id, Publication.title, Publication.from_at, Entry.id.label("entry_id")
        )
        .add_columns(Entry.created_by)
        .join(Entry, Entry.id == Publication.entry_id)
        .where(Publication.from_at > now - LOOKED_BACK, Publication.from_at <= now)
        .where(Entry.created_by.is_not(None), Entry.trashed_at.is_(None), ~told.exists())
        .order_by(Publication.from_at, Publication.id)
        .limit(A_READING)
    )
    place = sa.tuple_(Publication.from_at, Publication.id)
    rows = db.session().execute(query).all()
    while rows:
        for row in rows:
            # Whether it was scheduled is told by the moment in its id, which no query can read.
            if row.from_at - ids.made_at(row.id) >= SOONEST:
                yield row.id, row.title, row.entry_id, row.created_by
        if len(rows) < A_READING:
            return
        last = sa.tuple_(sa.literal(rows[-1].from_at, Publication.from_at.type), rows[-1].id)
        rows = db.session().execute(query.where(place > last)).all()


def _key(publication_id: str) -> str:
    return f"went-live:{publication_id}"
