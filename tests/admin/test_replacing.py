"""Find and replace over the site: looking first, then one act."""

import pytest

from cms.accounts.permissions import Person
from tests.admin.conftest import Room
from tests.browsing import Browser

LOOK = "/admin/replace/?words=kettle&replacement=pot"


@pytest.fixture
def kettles(room: Room, ana: Person) -> list[str]:
    return [room.write(ana, f"Kettle {number}", source="A kettle.") for number in range(3)]


def places(browser: Browser) -> list[str]:
    return [
        each.get("value") or "" for each in browser.page.all("input") if each.get("name") == "place"
    ]


def test_every_place_is_shown_before_anything_changes(
    browser: Browser, room: Room, kettles: list[str], eli: Person
) -> None:
    browser.sign_in(eli).get(LOOK)
    assert len(places(browser)) == 6
    assert "3 entries" in browser.text
    assert room.head(kettles[0]).source == "A kettle."


def test_chosen_places_change_and_the_others_stay(
    browser: Browser, room: Room, kettles: list[str], eli: Person
) -> None:
    browser.sign_in(eli).get(LOOK)
    chosen = [each for each in places(browser) if each.startswith(kettles[1]) and "source" in each]
    answer = browser.submit("Replace in the chosen places", place=chosen)
    assert answer.status_code == 303
    browser.follow()
    assert "Replaced in 1 entry." in browser.text
    assert room.head(kettles[1]).source == "A pot."
    assert room.head(kettles[1]).title == "Kettle 1"
    assert room.head(kettles[0]).source == "A kettle."


def test_what_is_public_follows_when_asked(
    browser: Browser, room: Room, kettles: list[str], eli: Person
) -> None:
    room.publish(kettles[0], eli)
    browser.sign_in(eli).get(LOOK)
    browser.submit("Replace in the chosen places")
    assert room.state(kettles[0]) == "published"
    assert room.head(kettles[0]).title == "pot 0"


def test_authors_find_only_what_they_may_edit(
    browser: Browser, room: Room, kettles: list[str], rob: Person
) -> None:
    browser.sign_in(rob).get(LOOK)
    assert "These words stand nowhere." in browser.text
    head = room.head(kettles[0]).id
    browser.send(
        "/admin/replace/",
        {"words": "kettle", "replacement": "pot", "place": f"{kettles[0]}/{head}/*"},
    )
    assert room.head(kettles[0]).source == "A kettle."


def test_without_words_or_places_nothing_happens_and_all_is_kept(
    browser: Browser, kettles: list[str], eli: Person
) -> None:
    browser.sign_in(eli)
    assert browser.get("/admin/replace/?words=&replacement=pot").status_code == 422
    assert "Say which words to look for." in browser.text
    browser.get(LOOK)
    assert browser.submit("Replace in the chosen places", place=[]).status_code == 422
    assert "Choose at least one place." in browser.text
    assert len(places(browser)) == 6


def test_many_entries_ask_for_their_count(browser: Browser, room: Room, eli: Person) -> None:
    written = [room.write(eli, f"Kettle {number}") for number in range(21)]
    browser.sign_in(eli).get(LOOK)
    assert browser.submit("Replace in the chosen places").status_code == 422
    assert "Type 21 to change so many entries at once." in browser.text
    assert browser.submit("Replace in the chosen places", count="21").status_code == 303
    assert {room.head(each).title for each in written} == {f"pot {n}" for n in range(21)}


def test_an_entry_saved_meanwhile_is_named(
    browser: Browser, room: Room, kettles: list[str], eli: Person, ana: Person
) -> None:
    browser.sign_in(eli).get(LOOK)
    stale = [
        each.replace(room.head(kettles[2]).id, room.head(kettles[0]).id) for each in places(browser)
    ]
    browser.submit("Replace in the chosen places", place=stale)
    browser.follow()
    assert "“Kettle 2” was left as it is" in browser.text
    assert "Replaced in 2 entries." in browser.text


@pytest.mark.parametrize("place", ["", "/", "a/b/c", "x" * 500, "01J00000000000000000000000/…/*"])
def test_places_of_no_known_shape_are_none(
    browser: Browser, kettles: list[str], eli: Person, place: str
) -> None:
    browser.sign_in(eli).get(LOOK)
    assert browser.submit("Replace in the chosen places", place=place).status_code == 422


def test_one_undo_takes_all_of_it_back(
    browser: Browser, room: Room, kettles: list[str], eli: Person
) -> None:
    room.publish(kettles[0], eli)
    browser.sign_in(eli).get(LOOK)
    browser.submit("Replace in the chosen places")
    browser.follow()
    browser.submit("Undo")
    assert [room.head(each).source for each in kettles] == ["A kettle."] * 3
    assert room.state(kettles[0]) == "published"
