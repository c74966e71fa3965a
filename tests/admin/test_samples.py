"""The page of the sample content: one act takes it away, one brings it back."""

import pytest

from cms import clock
from cms.accounts.permissions import Person
from cms.samples import pieces, presence, writing
from tests.admin.conftest import Room
from tests.browsing import Browser


@pytest.fixture
def samples(room: Room) -> int:
    """The samples are there."""
    with room.open(write=True):
        made = writing.fill(now=clock.now())
    return made


def count(room: Room) -> int:
    with room.open():
        return presence.count_there()


def test_they_go_come_back_and_the_message_undoes_either(
    browser: Browser, room: Room, samples: int, ada: Person
) -> None:
    browser.sign_in(ada).get("/admin/samples/")
    assert f"{samples} samples as they were" in browser.text
    browser.submit("Remove the samples")
    assert count(room) == 0
    browser.follow()
    assert f"Removed {samples} samples." in browser.text
    browser.submit("Undo")
    assert count(room) == samples
    browser.get("/admin/samples/")
    browser.submit("Remove the samples")
    browser.follow()
    browser.submit("Bring the samples back")
    assert count(room) == len(pieces.guids())


def test_what_somebody_changed_is_kept_unless_it_is_ticked(
    browser: Browser, room: Room, samples: int, ada: Person
) -> None:
    with room.open():
        mine = next(each for each in presence.list_there() if each.title == "Start here")
    browser.sign_in(ada).get(f"/admin/entries/{mine.id}")
    browser.submit("Save", title="Start with me")
    browser.get("/admin/samples/")
    assert "Start with me" in browser.text
    browser.submit("Remove the samples")
    assert count(room) == 1
    browser.follow()
    browser.submit("Remove the samples", also=mine.id)
    assert count(room) == 0


def test_nothing_is_offered_to_go_where_something_below_holds_all_that_is_left(
    browser: Browser, room: Room, samples: int, ada: Person
) -> None:
    with room.open():
        guide = next(each.id for each in presence.list_there() if each.title == "The guide")
    room.write(ada, "Descaling", "page", parent_id=guide)
    browser.sign_in(ada).get("/admin/samples/")
    browser.submit("Remove the samples")
    browser.follow()
    assert count(room) == 1
    assert "Kept, because something that stays stands below" in browser.text
    assert "Remove the samples" not in browser.text
    assert "Bring the samples back" in browser.text


def test_a_choice_that_is_none_is_refused(
    browser: Browser, room: Room, samples: int, ada: Person
) -> None:
    browser.sign_in(ada).get("/admin/samples/")
    assert browser.send("/admin/samples/removal", {"also": "nothing"}).status_code == 422
    assert count(room) == samples


def test_with_nothing_there_nothing_is_removed(browser: Browser, room: Room, ada: Person) -> None:
    assert browser.sign_in(ada).send("/admin/samples/removal", {}).status_code == 422
