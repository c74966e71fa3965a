"""What tells whom: writers of what others do, hosts of who came, clocks of what went out."""

from datetime import timedelta

import pytest

from cms import clock, db
from cms.accounts import invitations
from cms.accounts.permissions import Person, Role
from cms.config import Settings
from cms.content import editing, going_live, publishing, reviewing, trash
from cms.content.snapshot import Snapshot
from cms.errors import Rejected
from cms.jobs import chores, running, starting
from cms.jobs import kinds as job_kinds
from cms.notices import kinds as notice_kinds
from cms.notices import reading
from cms.outbox import delivery
from tests.jobs.conftest import KIND

NOW = clock.now()


def _write(by: Person) -> str:
    content = Snapshot(title="Tea", source="Words.")
    return editing.create_entry("post", content, by=by, now=NOW).id


def _kinds(person: Person) -> list[str]:
    return sorted(notice.kind for notice in reading.list_notices(person.id, limit=99))


def test_a_writer_hears_of_what_others_do(unit: db.UnitOfWork, ana: Person, eli: Person) -> None:
    entry = editing.get_entry(_write(ana))
    other = Snapshot(title="Tea and cake", source="Other words.")
    editing.save(entry, other, by=eli, now=NOW, based_on=entry.head_id)
    publishing.publish(entry, by=eli, now=NOW)
    trash.trash(entry, by=eli, now=NOW)
    assert _kinds(ana) == ["entry-changed", "entry-published", "entry-trashed"]
    assert _kinds(eli) == []


def test_a_writer_does_not_hear_of_themselves(unit: db.UnitOfWork, ana: Person) -> None:
    entry = editing.get_entry(_write(ana))
    publishing.publish(entry, by=ana, now=NOW)
    trash.trash(entry, by=ana, now=NOW)
    assert _kinds(ana) == []


def test_what_was_scheduled_is_told_when_it_went_out(
    database: db.Database, settings: Settings, ana: Person
) -> None:
    with db.unit_of_work(database):
        later = NOW + timedelta(hours=2)
        publishing.publish(editing.get_entry(_write(ana)), by=ana, now=NOW, at=later)
        publishing.publish(editing.get_entry(_write(ana)), by=ana, now=NOW)
        db.commit()
    for at, told in (
        (NOW + timedelta(hours=1), []),
        (later, ["went-live"]),
        (later, ["went-live"]),
    ):
        chores.tell_of_what_went_live(chores.Round(database, settings, at + timedelta(seconds=1)))
        with db.unit_of_work(database, write=False):
            assert _kinds(ana) == told
    with db.unit_of_work(database, write=False):
        assert not going_live.is_anything_untold(now=later + timedelta(minutes=1))


def test_what_was_published_by_hand_hides_nothing_that_was_planned(
    database: db.Database, settings: Settings, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(going_live, "A_READING", 2)
    later = NOW + timedelta(hours=2)
    with db.unit_of_work(database):
        planned = _write(ana)
        publishing.publish(editing.get_entry(planned), by=ana, now=NOW, at=later)
        for _number in range(5):
            publishing.publish(editing.get_entry(_write(ana)), by=ana, now=NOW)
        db.commit()
    chores.tell_of_what_went_live(chores.Round(database, settings, later + timedelta(seconds=1)))
    with db.unit_of_work(database, write=False):
        assert _kinds(ana) == ["went-live"]


def test_a_host_hears_who_came(database: db.Database, settings: Settings, ada: Person) -> None:
    with db.unit_of_work(database):
        offer = invitations.invite(
            email="new@example.org", role=Role.AUTHOR, by=ada, now=NOW, settings=settings
        )
        secret = offer.url.rsplit("/", 1)[1]
        invitations.accept(secret, name="Nell", email="new@example.org", password_hash="x", now=NOW)
        assert _kinds(ada) == ["invitation-accepted"]


def test_a_failed_job_is_told_to_whoever_started_it(
    database: db.Database, settings: Settings, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_payload: object, _progress: object) -> None:
        raise Rejected("The tea is cold.")

    monkeypatch.setitem(job_kinds._kinds, KIND, refuse)
    with db.unit_of_work(database):
        job_id = starting.enqueue(KIND, {}, label="Count", by=ana, now=NOW)
        db.commit()
    delivery.drain(database, settings, worker="one", kinds=["job"])
    running.run(database, job_id, worker="one")
    with db.unit_of_work(database, write=False):
        (notice,) = reading.list_notices(ana.id, limit=9)
        assert notice.values == {"label": "Count", "error": "The tea is cold."}


def test_reviews_are_asked_of_those_who_may_publish_and_answered(
    unit: db.UnitOfWork, rob: Person, eli: Person, ada: Person, ana: Person
) -> None:
    entry = editing.get_entry(_write(rob))
    reviewing.ask(entry, "Is it\nstrong enough?", by=rob, now=NOW)
    assert (_kinds(eli), _kinds(ada), _kinds(ana), _kinds(rob)) == (
        ["review-asked"],
        ["review-asked"],
        [],
        [],
    )
    (notice,) = reading.list_notices(eli.id, limit=9)
    said = notice_kinds.sentence(notice.kind, notice.values)
    assert said == "Rob asks for a review of “Tea”. Is it strong enough?"
    reviewing.send_back(entry, "More leaves.", by=eli, now=NOW)
    (answer,) = reading.list_notices(rob.id, limit=9)
    assert notice_kinds.sentence(answer.kind, answer.values) == "Eli sent “Tea” back: More leaves."


def test_a_review_without_a_note_says_no_more_than_that(
    unit: db.UnitOfWork, rob: Person, eli: Person
) -> None:
    reviewing.ask(editing.get_entry(_write(rob)), "", by=rob, now=NOW)
    (notice,) = reading.list_notices(eli.id, limit=9)
    assert notice_kinds.sentence(notice.kind, notice.values).endswith("of “Tea”.")
