"""Rob may not publish: he asks for a review, and gets it published or sent back."""

import pytest
import sqlalchemy as sa

from cms import clock, db
from cms.accounts.permissions import Person
from cms.content import editing, reviewing, trash
from cms.content.models import ReviewRequest
from cms.site import settings
from tests.admin.conftest import Room
from tests.browsing import Browser


def state(room: Room) -> list[tuple[str, str, str]]:
    with room.open():
        rows = db.session().scalars(sa.select(ReviewRequest).order_by(ReviewRequest.id))
        return [(row.state, row.note, row.answer) for row in rows]


@pytest.fixture
def waiting(room: Room, rob: Person) -> str:
    entry_id = room.write(rob, "Rob’s tea")
    with room.open(write=True):
        entry = editing.get_entry(entry_id)
        reviewing.ask(entry, "Is it too hot?", by=rob, now=clock.now())
    return entry_id


def test_rob_asks_and_eli_publishes(browser: Browser, room: Room, rob: Person, eli: Person) -> None:
    entry_id = room.write(rob, "Rob’s tea")
    browser.sign_in(rob).get(f"/admin/entries/{entry_id}")
    assert browser.submit("Ready for review…", title="Rob’s hot tea").status_code == 303
    browser.follow()
    assert browser.submit("Ask for a review", note="Is it too hot?").status_code == 303
    browser.follow()
    assert "You asked for a review" in browser.text
    browser.sign_in(eli).get("/admin/")
    assert "Waiting for your review" in browser.text
    browser.get(f"/admin/entries/{entry_id}")
    assert "Rob asked for a review. Is it too hot?" in browser.text
    browser.get(f"/admin/entries/{entry_id}/review")
    assert "Rob’s hot tea" in browser.text
    room.publish(entry_id, eli)
    assert state(room) == [("accepted", "Is it too hot?", "")]
    browser.get("/admin/")
    assert "Waiting for your review" not in browser.text


def test_what_waits_for_a_review_is_a_filter_of_the_list(
    browser: Browser, room: Room, rob: Person, eli: Person
) -> None:
    asked, _idle = room.write(rob, "Asked for"), room.write(rob, "Not yet")
    with room.open(write=True):
        reviewing.ask(editing.get_entry(asked), "", by=rob, now=clock.now())
    for person in (eli, rob):
        browser.sign_in(person).get("/admin/entries/?only=review")
        assert "Asked for" in browser.text
        assert "Not yet" not in browser.text
    room.publish(asked, eli)
    browser.get("/admin/entries/?only=review")
    assert "Asked for" not in browser.text


def test_eli_sends_it_back_with_a_note(
    browser: Browser, room: Room, rob: Person, eli: Person, waiting: str
) -> None:
    browser.sign_in(eli).get(f"/admin/entries/{waiting}/review")
    assert browser.submit("Send back", note=" ").status_code == 422
    assert "Say what is still to do." in browser.text
    assert browser.submit("Send back", note="Cooler, please.").status_code == 303
    assert state(room) == [("returned", "Is it too hot?", "Cooler, please.")]
    browser.sign_in(rob).get(f"/admin/entries/{waiting}")
    assert "Eli sent it back: Cooler, please." in browser.text
    browser.get(f"/admin/entries/{waiting}/review")
    assert browser.submit("Ask for a review", note="Cold now").status_code == 303
    assert [each[0] for each in state(room)] == ["returned", "open"]


def test_asking_twice_changes_the_note_and_it_can_be_taken_back(
    browser: Browser, room: Room, rob: Person, waiting: str
) -> None:
    browser.sign_in(rob).get(f"/admin/entries/{waiting}/review")
    browser.submit("Change the note", note="Or too cold?")
    assert state(room) == [("open", "Or too cold?", "")]
    browser.get(f"/admin/entries/{waiting}/review")
    assert browser.submit("Take the request back").status_code == 303
    assert state(room) == [("withdrawn", "Or too cold?", "")]
    late = browser.send(f"/admin/entries/{waiting}/review/withdrawal")
    assert late.status_code == 422
    assert "Nobody waits" in browser.text


@pytest.mark.parametrize("note", ["x" * 2_001, "a\x00b"])
def test_a_note_that_cannot_be_kept_is_refused(
    browser: Browser, room: Room, rob: Person, note: str
) -> None:
    entry_id = room.write(rob)
    browser.sign_in(rob)
    assert browser.send(f"/admin/entries/{entry_id}/review", {"note": note}).status_code == 422
    assert state(room) == []


def test_what_is_thrown_away_waits_no_more_and_leaves_no_request(
    browser: Browser, room: Room, ada: Person, waiting: str
) -> None:
    with room.open(write=True):
        trash.trash(editing.get_entry(waiting), by=ada, now=clock.now())
    browser.sign_in(ada).get("/admin/")
    assert "Waiting for your review" not in browser.text
    assert browser.send(f"/admin/entries/{waiting}/review").status_code == 422
    with room.open(write=True):
        trash.purge(editing.get_entry(waiting), by=ada, now=clock.now())
    assert state(room) == []


def test_reviews_are_for_their_writers_and_those_who_publish(
    browser: Browser, room: Room, rob: Person, ana: Person, waiting: str
) -> None:
    path = f"/admin/entries/{waiting}/review"
    assert browser.get(path).status_code == 302
    browser.sign_in(ana)
    assert browser.get(path).status_code == 403
    for act in ("", "/withdrawal", "/answer"):
        assert browser.send(path + act, {"note": "x"}).status_code == 403
    browser.sign_in(rob)
    assert browser.send(f"{path}/answer", {"note": "x"}).status_code == 403
    assert browser.get("/admin/entries/01J00000000000000000000000/review").status_code == 404
    assert [each[0] for each in state(room)] == ["open"]


def test_the_first_steps_are_put_away(browser: Browser, room: Room, ada: Person) -> None:
    browser.sign_in(ada).get("/admin/")
    assert "Invite someone" in browser.text
    browser.submit("Put these away")
    browser.follow()
    assert "Invite someone" not in browser.text
    with room.open():
        assert settings.load().first_steps is False
