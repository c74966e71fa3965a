"""The generation: what is remembered of the content is never stale."""

import pytest

from cms import db
from cms.accounts.permissions import OPERATOR
from cms.content import editing, publishing, queries, working_copies
from cms.content.selection import posts
from cms.errors import Rejected
from cms.history import generation
from cms.site import settings
from tests.content.stories import NOW, TICK, at, on_sqlite, publish, rewrite, write
from tests.history.test_recording import ACTS, things  # noqa: F401


def number(database):
    with db.unit_of_work(database, write=False):
        return generation.number()


def titles(database, now=NOW):
    with db.unit_of_work(database, write=False):
        return [card.title for card in queries.list_home(now=now, limit=9)], queries.count(
            posts(), now=now
        )


@on_sqlite
@pytest.mark.parametrize("act", ACTS)
def test_every_change_raises_it_with_its_own_transaction(act, database, unit, things):  # noqa: F811
    before = number(database)
    ACTS[act](things)
    db.session().flush()
    assert number(database) == before, "not before the change can be seen"
    unit.commit()
    assert number(database) == before + 1


def test_what_is_dropped_raises_nothing(database):
    before = number(database)
    with db.unit_of_work(database):
        write()
    with db.unit_of_work(database):
        db.commit()
    assert number(database) == before


def test_a_private_note_raises_nothing(database, ada):
    with db.unit_of_work(database):
        entry = write()
        db.commit()
    before = number(database)
    with db.unit_of_work(database):
        entry = editing.get_entry(entry.id)
        content = editing.Snapshot(title="x")
        working_copies.keep(entry, content, by=ada, now=NOW, base_id=None)
        db.commit()
    assert number(database) == before


def test_a_value_is_made_once_in_each_generation(database):
    made = []

    def ask(now=NOW, until=None):
        with db.unit_of_work(database, write=False):
            return generation.remember(
                "key", lambda: made.append(1) or len(made), now=now, until=lambda: until
            )

    assert [ask(), ask(), ask(at(1))] == [1, 1, 1]
    with db.unit_of_work(database):
        write()
        db.commit()
    assert [ask(until=at(2)), ask(at(1)), ask(at(2) - TICK)] == [2, 2, 2]
    assert ask(at(2)) == 3, "made anew at the very instant"
    assert ask(at(1)) == 4, "what was made for a later instant does not hold before it"


def test_what_another_process_wrote_is_seen(database_url, database):
    other = db.Database(database_url)
    assert titles(database) == titles(other) == ([], 0)
    with db.unit_of_work(other):
        entry = write("One")
        publish(entry)
        db.commit()
    assert titles(database) == titles(other) == (["One"], 1)
    with db.unit_of_work(database):
        publishing.unpublish(editing.get_entry(entry.id), by=OPERATOR, now=at(1))
        db.commit()
    assert titles(database, at(1)) == titles(other, at(1)) == ([], 0)
    other.dispose()


def test_what_begins_and_ends_by_the_clock_is_seen_in_that_instant(database):
    with db.unit_of_work(database):
        publish(write("One"), at=at(5), until=at(8))
        db.commit()
    for _twice in range(2):
        for hours, expected in ((0, 0), (5, 1), (7.99, 1), (8, 0), (4.99, 0)):
            assert titles(database, at(hours))[1] == expected


def test_nothing_that_is_not_committed_is_remembered(database):
    with db.unit_of_work(database):
        publish(write("Dropped"))
        db.session().flush()
        assert queries.count(posts(), now=NOW) == 1, "who writes sees what it wrote"
    assert titles(database) == ([], 0)
    with db.unit_of_work(database):
        publish(write("Kept"))
        db.commit()
    assert titles(database) == (["Kept"], 1)


def test_a_savepoint_does_not_let_go_of_the_rest(database):
    with db.unit_of_work(database) as unit:
        publish(write("Dropped"))
        with unit.session.begin_nested():
            write("Inner")
        with pytest.raises(Rejected), unit.session.begin_nested():
            publish(write(" "))
        assert queries.count(posts(), now=NOW) == 1
        assert settings.load().title == "Carafe"
    with db.unit_of_work(database):
        publish(write("One"))
        publish(write("Two"))
        db.commit()
    assert titles(database)[1] == 2


def test_a_unit_that_goes_on_after_its_commit_remembers_again(database):
    with db.unit_of_work(database):
        entry = write("One")
        publish(entry)
        db.commit()
        assert queries.count(posts(), now=NOW) == 1
        rewrite(entry, title="Two", listed=False)
        publish(entry, now=at(1))
        db.commit()
        assert queries.count(posts(), now=at(1)) == 0


@on_sqlite
def test_a_memory_does_not_grow_without_end(database):
    with db.unit_of_work(database, write=False):
        for key in range(generation.MAX_REMEMBERED + 5):
            generation.remember(key, lambda: 1, now=NOW)
    assert len(database.memory._values) <= generation.MAX_REMEMBERED
