"""Two editors at once: one after the other, and nothing is lost."""

import multiprocessing
import threading
from collections import Counter
from itertools import pairwise

import sqlalchemy as sa

from cms import db
from cms.accounts.permissions import OPERATOR
from cms.content import (
    editing,
    intervals,
    merging_profiles,
    profiles,
    publishing,
    references,
    revisions,
    term_removal,
    terms,
    trash,
)
from cms.content.models import Entry, Profile
from cms.content.snapshot import Snapshot
from cms.errors import Conflict, NotFound, Rejected
from cms.history import generation
from cms.history.models import ChangeSet
from tests.content.stories import NOW, at, on_sqlite, publish, write

MANY = 4


def prepared(database, **values):
    with db.unit_of_work(database):
        entry = write(**values)
        db.commit()
        return entry.id, entry.head_id


def at_once(database, *acts):
    """What came of acts that begin in the same moment, each in its own unit of work."""
    together = threading.Barrier(len(acts), timeout=20)
    came: list[object] = [None] * len(acts)

    def run(number, act):
        def work():
            with db.unit_of_work(database):
                answer = act()
                db.commit()
                return answer

        together.wait()
        try:
            came[number] = db.retrying(work)
        except Exception as error:  # noqa: BLE001 - it is looked at in the test
            came[number] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(40)
    return came


def ensure_no_overlap(database, entry_id):
    with db.unit_of_work(database, write=False):
        rows = intervals.list_all(editing.get_entry(entry_id))
        for one, later in pairwise(rows):
            assert one.until_at is not None
            assert one.until_at <= later.from_at
        return len(rows)


def test_whoever_comes_when_it_was_just_deleted_for_good_is_told_so(database):
    entry_id, _head = prepared(database)
    with db.unit_of_work(database):
        trash.trash(editing.get_entry(entry_id), by=OPERATOR, now=NOW)
        db.commit()

    def purge():
        return trash.purge(editing.get_entry(entry_id), by=OPERATOR, now=NOW)

    came = at_once(database, *[purge] * MANY)
    refused = [each for each in came if isinstance(each, Exception)]
    assert {type(each) for each in refused} == {NotFound}
    assert len(refused) == MANY - 1


def test_of_those_who_save_the_same_entry_exactly_one_wins(database):
    entry_id, base = prepared(database)

    def save(number):
        def act():
            entry = editing.get_entry(entry_id)
            content = Snapshot(title=f"Title {number}", source="Other words.")
            editing.save(entry, content, by=OPERATOR, now=NOW, based_on=base)
            return "saved"

        return act

    came = at_once(database, *(save(number) for number in range(MANY)))
    assert Counter(map(_kind, came)) == {"saved": 1, "Conflict": MANY - 1}
    with db.unit_of_work(database, write=False):
        head = revisions.get_head(editing.get_entry(entry_id))
        theirs = {each.theirs.id for each in came if isinstance(each, Conflict)}
        assert theirs == {head.id}, "each of the others got what stands there now"
        assert db.session().scalar(sa.select(sa.func.count()).select_from(ChangeSet)) == 2


def test_those_who_publish_at_once_do_so_one_after_the_other(database):
    entry_id, _base = prepared(database)

    def act(number):
        def publishing_act():
            entry = editing.get_entry(entry_id)
            # As a page does that shows the state first; what it saw may be old by now.
            intervals.state_of(entry, now=NOW)
            publish(entry, now=at(number / 1000))
            return "published"

        return publishing_act

    assert at_once(database, *map(act, range(MANY))) == ["published"] * MANY
    ensure_no_overlap(database, entry_id)


def test_publishing_ending_and_scheduling_at_once_never_overlap(database):
    entry_id, _base = prepared(database)
    with db.unit_of_work(database):
        publish(editing.get_entry(entry_id))
        db.commit()

    def seen(act):
        def look_first():
            entry = editing.get_entry(entry_id)
            intervals.find_live(entry, now=at(1))
            act(entry)
            return "done"

        return look_first

    came = at_once(
        database,
        seen(lambda entry: publish(entry, now=at(1))),
        seen(lambda entry: publish(entry, now=at(1), at=at(5))),
        seen(lambda entry: publishing.unpublish(entry, by=OPERATOR, now=at(1), at=at(9))),
    )
    assert {_kind(each) for each in came} <= {"done", "Rejected"}
    ensure_no_overlap(database, entry_id)


def test_what_is_trashed_while_it_is_published_is_not_public(database):
    entry_id, _base = prepared(database)

    def to_trash():
        trash.trash(editing.get_entry(entry_id), by=OPERATOR, now=at(1))
        return "done"

    def go_public():
        publish(editing.get_entry(entry_id), now=at(1))
        return "done"

    came = at_once(database, to_trash, go_public)
    assert {_kind(each) for each in came} <= {"done", "Rejected"}
    with db.unit_of_work(database, write=False):
        entry = editing.get_entry(entry_id)
        assert entry.trashed_at is not None
        assert intervals.find_live(entry, now=at(2)) is None


def test_those_who_want_the_same_path_are_told_who_has_it(database):
    came = at_once(database, *([lambda: write(path="/same/").id] * MANY))
    assert sum(isinstance(each, str) for each in came) == 1
    refused = [each for each in came if not isinstance(each, str)]
    assert all(isinstance(each, Rejected) and each.field == "path" for each in refused), refused


def test_those_who_add_the_same_tag_end_in_words_or_with_a_tag(database):
    def add():
        return terms.ensure_terms("tag", ["same"], by=OPERATOR, now=NOW)

    came = at_once(database, *([add] * MANY))
    assert any(isinstance(each, tuple) for each in came)
    assert all(isinstance(each, tuple | Rejected) for each in came), came


def test_every_writer_raises_the_generation_once(database):
    entries = [prepared(database, title=f"Entry {number}")[0] for number in range(MANY)]
    before = _number(database)

    def act(mine, theirs):
        def write_both():
            # One's own first, then the other's: a row that all need must not be held meanwhile.
            for entry_id in sorted((mine, theirs)):
                entry = editing.get_entry(entry_id)
                editing.lock(entry)
                entry.position += 1
                db.session().flush()
            return "done"

        return write_both

    pairs = zip(entries, entries[1:] + entries[:1], strict=True)
    assert at_once(database, *(act(*pair) for pair in pairs)) == ["done"] * MANY
    assert _number(database) == before + MANY
    with db.unit_of_work(database, write=False):
        assert set(db.session().scalars(sa.select(Entry.position))) == {2}


@on_sqlite
def test_processes_that_publish_at_once_do_so_one_after_the_other(database_url, database):
    entry_id, _base = prepared(database)
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=publish_in_a_process, args=(database_url, entry_id, number))
        for number in range(2)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    assert ensure_no_overlap(database, entry_id) >= 5


def publish_in_a_process(url, entry_id, number):
    database = db.Database(url)
    for round_ in range(5):
        with db.unit_of_work(database):
            publish(editing.get_entry(entry_id), now=at(round_ + number / 10))
            db.commit()
    database.dispose()


def _kind(came):
    return came if isinstance(came, str) else type(came).__name__


def _number(database):
    with db.unit_of_work(database, write=False):
        return generation.number()


def test_who_links_while_the_target_is_deleted_for_good_is_left_with_the_words(database):
    with db.unit_of_work(database):
        about, writer = write("About"), write("Writer")
        tag = terms.create_term("tag", "Tea", by=OPERATOR, now=NOW)
        trash.trash(about, by=OPERATOR, now=NOW)
        db.commit()
        links = f"[us](entry:{about.id}) [tea](term:{tag.id})"

    def link():
        entry = editing.get_entry(writer.id)
        content = Snapshot(title="Writer", source=links)
        editing.save(entry, content, by=OPERATOR, now=NOW, based_on=writer.head_id)
        return "linked"

    def purge():
        trash.purge(editing.get_entry(about.id), by=OPERATOR, now=NOW)
        return "purged"

    def delete():
        term_removal.delete_term(terms.get_term(tag.id), by=OPERATOR, now=NOW)
        return "deleted"

    came = at_once(database, link, purge, delete)
    assert came[0] in ("linked",) or isinstance(came[0], Conflict), came
    assert came[1] == "purged" or "links here" in str(came[1]), came
    assert came[2] == "deleted", came
    with db.unit_of_work(database, write=False):
        assert references.list_dangling(now=NOW) == []


def test_two_authors_merged_into_each_other_at_once_lead_nowhere_round(database):
    with db.unit_of_work(database):
        pair = [profiles.create_profile(name, by=OPERATOR, now=NOW).id for name in ("Ida", "Ivo")]
        db.commit()

    def merging(first, second):
        def act():
            rows = [db.session().get_one(Profile, each) for each in (first, second)]
            merging_profiles.merge(*rows, by=OPERATOR, now=NOW)

        return act

    came = at_once(database, merging(*pair), merging(*reversed(pair)))
    assert sum(isinstance(each, Rejected) for each in came) == 1
    with db.unit_of_work(database, write=False):
        merged = [db.session().get_one(Profile, each).merged_into_id for each in pair]
        assert sum(each is not None for each in merged) == 1
