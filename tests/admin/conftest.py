"""What the tests of the editors' door share: entries by hand, and looking into the database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from cms import clock, db
from cms.accounts.permissions import Person
from cms.content import editing, intervals, publishing, revisions
from cms.content.models import Entry, Revision
from cms.content.snapshot import Snapshot


@pytest.fixture
def dialect() -> str:
    """The door is tried on SQLite; the rooms are tried on every database."""
    return "sqlite"


class Room:
    """The content behind the door, as a test reads and writes it."""

    def __init__(self, database: db.Database) -> None:
        self.database = database

    @contextmanager
    def open(self, *, write: bool = False) -> Iterator[None]:
        """A unit of work that is committed at the end when it writes."""
        with db.unit_of_work(self.database, write=write):
            yield
            if write:
                db.commit()

    def write(self, by: Person, title: str | None = "Tea", kind: str = "post", **more: Any) -> str:
        """A draft; its id."""
        parent_id = more.pop("parent_id", None)
        content = Snapshot(title=title, source=more.pop("source", "Hot water.\n"), **more)
        with self.open(write=True):
            entry = editing.create_entry(kind, content, by=by, now=clock.now(), parent_id=parent_id)
        return entry.id

    def publish(self, entry_id: str, by: Person, **when: Any) -> None:
        """Publish the newest revision."""
        with self.open(write=True):
            publishing.publish(editing.get_entry(entry_id), by=by, now=clock.now(), **when)

    def entry(self, entry_id: str) -> Entry:
        """The entry as it stands."""
        with self.open():
            return editing.get_entry(entry_id)

    def head(self, entry_id: str) -> Revision:
        """The newest revision."""
        with self.open():
            return revisions.get_head(editing.get_entry(entry_id))

    def count_revisions(self, entry_id: str) -> int:
        """How many states of the entry were saved."""
        with self.open():
            return len(revisions.list_revisions(editing.get_entry(entry_id)))

    def state(self, entry_id: str) -> str:
        """draft, scheduled, published …"""
        with self.open():
            return intervals.state_of(editing.get_entry(entry_id), now=clock.now()).status.value


@pytest.fixture
def room(database: db.Database) -> Room:
    """The content behind the door."""
    return Room(database)


@pytest.fixture
def someone(make_person: Callable[..., Person], olga: Person) -> Person:
    """Somebody else, whose things are not one's own."""
    return olga
