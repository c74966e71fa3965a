"""The log: one change set for every act, with who, when, before and after."""

import json

import pytest
import sqlalchemy as sa

from cms import db
from cms.accounts.permissions import OPERATOR
from cms.content import (
    editing,
    moving,
    profiles,
    publishing,
    reviewing,
    term_removal,
    terms,
    trash,
)
from cms.content.models import Entry, Publication, Term
from cms.content.snapshot import Snapshot
from cms.errors import Rejected
from cms.history import recording, tracking
from cms.history.models import Change, ChangeSet
from cms.migrating import load_models
from cms.site import menus, settings
from tests.content.stories import NOW, at, on_sqlite, publish, rewrite, write

pytestmark = pytest.mark.usefixtures("unit")

# Rows that stand for what they are, that tick, or that are the log itself; each with its reason.
NEVER_CHANGED_OR_NOT_CONTENT = {
    "change_set": "the log itself",
    "change": "the log itself",
    "change_subject": "the log itself",
    "past_path": "what undoing remembers",
    "generation": "a counter",
    "revision": "never changes; the entry that points to it is recorded",
    "reference": "follows from a revision",
    "entry_finding": "follows from the entries, undoing too",
    "working_copy": "what is typed and not saved yet",
    "tombstone": "written with the deletion that is recorded",
    "job_mark": "work under way",
    "outbox": "work under way",
    "notice": "what a person is told",
    "notice_choice": "what a person wishes to be told",
    "former_account": "written with the removal that is recorded",
}
# Tables beside the secrets whose secret columns are kept out of the log, or that have none.
NO_SECRETS = {"account", "account_grant", "invitation"}
SECRETS = ("account", "grant", "token", "secret", "second_factor", "invitation", "recovery")


def sets():
    return list(db.session().scalars(sa.select(ChangeSet).order_by(ChangeSet.id)))


def changes(change_set=None):
    query = sa.select(Change).order_by(Change.id)
    if change_set is not None:
        query = query.where(Change.change_set_id == change_set.id)
    return list(db.session().scalars(query))


def test_an_act_says_who_did_what_when(ana):
    before = len(sets())
    entry = write("Walk", by=ana)
    (made,) = sets()[before:]
    assert (made.label, made.account_id, made.actor, made.via, made.state, made.created_at) == (
        "Started “Walk”", ana.id, "person", "admin", "applied", NOW,
    )  # fmt: skip
    rows = {(line.row_table, line.operation) for line in changes(made)}
    assert ("entry", "insert") in rows
    inserted = next(line for line in changes(made) if line.row_id == entry.id)
    assert inserted.before is None
    assert inserted.after["type"] == "post"
    assert inserted.after["position"] == 0, "defaults are written down too"


def test_whoever_sits_at_the_terminal_is_a_program():
    write()
    assert (sets()[-1].actor, sets()[-1].account_id) == ("program", None)


def test_a_change_holds_the_values_before_and_after():
    entry = write()
    first = publish(entry)
    db.session().flush()
    db.session().expire_all()
    publish(entry, now=at(1))
    (line,) = [each for each in changes(sets()[-1])
               if (each.row_id, each.operation) == (first.id, "update")]  # fmt: skip
    assert line.before == {"until_at": None}
    assert line.after == {"until_at": at(1).isoformat()}


def test_a_deletion_holds_the_whole_row():
    entry = write()
    coming = publish(entry, at=at(5))
    publishing.cancel_scheduled(entry, by=OPERATOR, now=at(1))
    (line,) = [each for each in changes(sets()[-1]) if each.row_id == coming.id]
    assert (line.operation, line.after) == ("delete", None)
    assert line.before["title"] == "A walk"
    assert line.before["from_at"] == at(5).isoformat()


ACTS = {
    "create": lambda it: write("Other"),
    "edit": lambda it: rewrite(it["entry"], title="New"),
    "language": lambda it: editing.set_locale(it["entry"], "de", by=OPERATOR, now=NOW),
    "publish": lambda it: publish(it["entry"]),
    "schedule": lambda it: publish(it["entry"], at=at(5)),
    "unpublish": lambda it: publishing.unpublish(it["live"], by=OPERATOR, now=at(1)),
    "cancel": lambda it: publishing.cancel_scheduled(it["coming"], by=OPERATOR, now=at(1)),
    "move": lambda it: moving.move(
        it["page"], parent_id=it["parent"].id, position=None, by=OPERATOR, now=NOW
    ),
    "order": lambda it: moving.move(it["page"], parent_id=None, position=0, by=OPERATOR, now=NOW),
    "trash": lambda it: trash.trash(it["parent"], by=OPERATOR, now=at(1)),
    "restore": lambda it: trash.restore(it["trashed"], by=OPERATOR, now=at(1)),
    "purge": lambda it: trash.purge(it["trashed"], by=OPERATOR, now=at(1)),
    "duplicate": lambda it: editing.duplicate(it["entry"], by=OPERATOR, now=NOW),
    "add a term": lambda it: terms.create_term("tag", "x", by=OPERATOR, now=NOW),
    "change a term": lambda it: terms.update_term(
        it["term"], by=OPERATOR, now=NOW, name="y", slug="y"
    ),
    "delete a term": lambda it: term_removal.delete_term(it["term"], by=OPERATOR, now=NOW),
    "add a profile": lambda it: profiles.create_profile("x", by=OPERATOR, now=NOW),
    "change a profile": lambda it: profiles.update_profile(
        it["profile"], by=OPERATOR, now=NOW, name="y", handle="y"
    ),
    "change a setting": lambda it: settings.save({"title": "x"}, by=OPERATOR, now=NOW),
    "ask for a review": lambda it: reviewing.ask(it["entry"], "Please", by=OPERATOR, now=NOW),
    "send a review back": lambda it: reviewing.send_back(
        it["asked"], "Longer", by=OPERATOR, now=at(1)
    ),
    "take a review back": lambda it: reviewing.withdraw(it["asked"], by=OPERATOR, now=at(1)),
    "publish what was asked for": lambda it: publish(it["asked"], now=at(1)),
    "change a menu": lambda it: menus.save_menu(
        "main", "Main", [menus.Line("x", "url", url="/x/")], by=OPERATOR, now=NOW
    ),
}


@pytest.fixture
def things():
    """One of each thing, in the state that an act needs."""
    term = terms.create_term("tag", "Term", by=OPERATOR, now=NOW)
    made = {name: write(name) for name in ("entry", "live", "coming", "trashed", "asked")}
    made |= {name: write(name, kind="page") for name in ("parent", "page")}
    rewrite(made["trashed"], term_ids=(term.id,))
    for name in ("live", "trashed", "parent"):
        publish(made[name])
    publish(made["coming"], at=at(5))
    trash.trash(made["trashed"], by=OPERATOR, now=NOW)
    reviewing.ask(made["asked"], "Please", by=OPERATOR, now=NOW)
    profile = profiles.create_profile("Profile", by=OPERATOR, now=NOW)
    db.commit()
    return {**made, "term": term, "profile": profile}


@on_sqlite
@pytest.mark.parametrize("act", ACTS)
def test_every_act_is_one_change_set_with_its_rows(act, things):
    before = len(sets())
    ACTS[act](things)
    made = sets()[before:]
    assert len(made) == 1
    assert made[0].label
    assert changes(made[0]), "there are rows in it"


def test_an_act_within_an_act_joins_it():
    before = len(sets())
    with recording.act("Both", by=None, now=NOW) as outer:
        write()
        settings.save({"title": "x"}, by=OPERATOR, now=NOW)
    assert [each.label for each in sets()[before:]] == ["Both"]
    assert {line.change_set_id for line in changes()} == {outer.id}


def begin_in_vain(person):
    """An act that is refused when it has begun, and is taken back alone."""
    with db.session().begin_nested():
        terms.create_term("tag", "Rain", by=person, now=NOW)
        raise Rejected("not this one")


def test_acts_together_outlive_the_first_that_is_refused(eli):
    before = len(sets())
    with recording.together(by=eli, now=NOW, label="All of them"):
        with pytest.raises(Rejected):
            begin_in_vain(eli)
        terms.create_term("tag", "Snow", by=eli, now=NOW)
    (made,) = sets()[before:]
    assert made.label == "All of them"
    names = [line.after["name"] for line in changes(made) if line.row_table == "term"]
    assert names == ["Snow"]
    assert recording.latest() == made.id


def test_acts_together_of_which_all_are_refused_leave_none_to_undo(eli):
    before = len(sets())
    with recording.together(by=eli, now=NOW, label="All of them"), pytest.raises(Rejected):
        begin_in_vain(eli)
    assert sets()[before:] == []
    assert recording.latest() is None


def test_an_act_that_is_refused_writes_nothing(database):
    entry = write(" ")
    db.commit()
    with pytest.raises(Rejected):
        publish(entry)
    db.session().rollback()
    with db.unit_of_work(database, write=False):
        assert len(sets()) == 1


def test_a_long_title_makes_a_label_that_fits():
    entry = write("x" * 500)
    rewrite(entry, title="y" * 500)
    assert all(len(each.label) <= 300 for each in sets())
    assert editing.save(
        entry, Snapshot(title="z"), by=OPERATOR, now=NOW, based_on=entry.head_id, note="n" * 900
    ).note.endswith("…")


def test_doing_nothing_is_no_act():
    settings.save({"title": "x"}, by=OPERATOR, now=NOW)
    entry = write()
    before = len(sets()), len(changes())
    settings.save({"title": "x"}, by=OPERATOR, now=NOW)
    rewrite(entry)
    editing.set_locale(entry, "en", by=OPERATOR, now=NOW)
    assert before == (len(sets()), len(changes()))


def test_no_secret_is_ever_written_down():
    entry = write(access="password", password_hash="canary-hash")
    publish(entry)
    rewrite(entry, password_hash="canary-other")
    publish(entry, now=at(1))
    trash.trash(entry, by=OPERATOR, now=at(2))
    trash.purge(entry, by=OPERATOR, now=at(3))
    db.session().flush()
    assert "canary" not in json.dumps([(each.before, each.after) for each in changes()])


@on_sqlite
def test_no_table_of_secrets_is_recorded_and_every_other_is_or_has_a_reason():
    load_models()
    for name in db.Base.metadata.tables:
        if name.startswith(SECRETS) and name not in NO_SECRETS:
            assert not tracking.is_tracked(name), name
        else:
            known = tracking.is_tracked(name) or name in NEVER_CHANGED_OR_NOT_CONTENT
            assert known, f"are the changes of {name} recorded? Say so, or say why not"
    for name in NEVER_CHANGED_OR_NOT_CONTENT:
        assert name in db.Base.metadata.tables


@on_sqlite
def test_a_statement_that_would_escape_the_log_is_refused():
    publish(write())
    for statement in (
        sa.update(Entry).values(locale="de"),
        sa.update(Entry.__table__).values(locale="de"),
        sa.delete(Publication),
        sa.insert(Term).values(id="x"),
    ):
        with pytest.raises(RuntimeError, match="escape the history"):
            db.session().execute(statement)


@on_sqlite
def test_no_database_cascades_in_recorded_tables():
    load_models()
    for table in db.Base.metadata.tables.values():
        if tracking.is_tracked(table.name):
            for key in table.foreign_keys:
                assert key.ondelete is None, f"{table.name}: {key.target_fullname}"


def test_the_log_is_never_rewritten(database):
    write()
    db.commit()
    for table in ("change_set", "change"):
        for statement in (
            sa.update(sa.table(table, sa.column("id"))).values(id="x"),
            sa.delete(sa.table(table)),
        ):
            with pytest.raises(sa.exc.DatabaseError), database.engine.begin() as connection:
                connection.execute(statement)


def test_a_value_before_is_known_by_the_value_after():
    entry = write()
    publication = publish(entry)
    publishing.unpublish(entry, by=OPERATOR, now=at(1), at=at(9))
    publishing.unpublish(entry, by=OPERATOR, now=at(1), at=at(5))
    found = recording.find_before("publication", publication.id, "until_at", at(5).isoformat())
    assert found == at(9).isoformat()
    assert recording.find_before("publication", publication.id, "until_at", "never") is None


def test_what_a_person_types_reaches_the_log_as_it_is():
    term = terms.create_term("tag", "Grüße 😀", by=OPERATOR, now=NOW)
    (line,) = [each for each in changes() if each.row_id == term.id]
    assert line.after["name"] == "Grüße 😀"
    assert Snapshot(title="x").as_json()["title"] == "x"
