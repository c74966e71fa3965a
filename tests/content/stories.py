"""What the stories about content have in common: a clock that is told, and short acts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from cms import db
from cms.accounts.permissions import OPERATOR, Person
from cms.content import editing, intervals, publishing, revisions
from cms.content.models import Entry, Publication
from cms.content.schedule import is_live_at
from cms.content.snapshot import Snapshot
from tests import databases

on_sqlite = databases.on_sqlite

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)


def at(hours: float) -> datetime:
    """An instant so many hours after the beginning of the story."""
    return NOW + hours * HOUR


def write(
    title: str | None = "A walk", source: str = "Some words.", *, kind: str = "post",
    by: Person = OPERATOR, now: datetime = NOW, parent: Entry | None = None, **values,
) -> Entry:  # fmt: skip
    """A draft."""
    content = Snapshot(title=title, source=source, **values)
    return editing.create_entry(
        kind, content, by=by, now=now, parent_id=parent.id if parent else None
    )


def rewrite(entry: Entry, *, by: Person = OPERATOR, now: datetime = NOW, **values):
    """Save the entry with some values changed; returns the revision."""
    head = revisions.get_head(entry)
    content = replace(Snapshot.of(head), **values)
    return editing.save(entry, content, by=by, now=now, based_on=head.id)


def publish(entry: Entry, *, by: Person = OPERATOR, now: datetime = NOW, **values):
    """Publish the newest revision."""
    return publishing.publish(entry, by=by, now=now, **values)


def find_published(entry_id: str, *, now: datetime) -> Publication | None:
    """What visitors may see of an entry at an instant, even when the entry is gone."""
    query = sa.select(Publication).where(Publication.entry_id == entry_id, is_live_at(now))
    return db.session().scalars(query).one_or_none()


def spans(entry: Entry) -> list[tuple[float, float | None]]:
    """The intervals of an entry in hours after the beginning of the story."""
    return [
        (_hours(each.from_at), None if each.until_at is None else _hours(each.until_at))
        for each in intervals.list_all(entry)
    ]


def _hours(moment: datetime) -> float:
    return (moment - NOW) / HOUR
