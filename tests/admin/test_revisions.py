"""The history of an entry: what changed, and going back whole."""

import pytest

from cms.accounts.permissions import Person
from tests.admin.conftest import Room
from tests.browsing import Browser


@pytest.fixture
def entry_id(browser: Browser, room: Room, ana: Person) -> str:
    """An entry with two states, by Ana."""
    entry_id = room.write(ana, "Tea", source="One cup of tea.\n", excerpt="Old.")
    browser.sign_in(ana).get(f"/admin/entries/{entry_id}")
    browser.submit(
        "Save", title="Coffee", source="Two cups of tea.\n", excerpt="New.", tags="cups",
        note="More cups", seo_title="Cups", pinned="y",
    )  # fmt: skip
    return entry_id


def test_every_state_is_listed_with_who_and_why(browser: Browser, entry_id: str) -> None:
    browser.get(f"/admin/entries/{entry_id}/revisions/")
    assert browser.heading == "History"
    for words in ("More cups", "Ana", "Newest", "4 words"):
        assert words in browser.text


def test_a_state_shows_what_changed_in_text_and_fields(
    browser: Browser, room: Room, entry_id: str
) -> None:
    browser.get(f"/admin/entries/{entry_id}/revisions/{room.head(entry_id).id}")
    assert browser.page is not None
    added = " ".join(browser.page.words(each) for each in browser.page.all("ins"))
    removed = " ".join(browser.page.words(each) for each in browser.page.all("del"))
    for words in ("Coffee", "Two", "New", "cups", "Cups", "yes"):
        assert words in added, words
    for words in ("Tea", "One", "Old"):
        assert words in removed, words


def test_restoring_brings_back_the_whole_state(browser: Browser, room: Room, entry_id: str) -> None:
    browser.get(f"/admin/entries/{entry_id}/revisions/")
    assert browser.submit("Restore").status_code == 303
    head = room.head(entry_id)
    assert (head.title, head.source, head.excerpt) == ("Tea", "One cup of tea.\n", "Old.")
    assert (head.term_ids, head.seo, head.pinned) == ([], {}, False)
    assert room.count_revisions(entry_id) == 3
    browser.follow()
    assert "Restored." in browser.text


def test_any_two_states_are_compared(browser: Browser, room: Room, entry_id: str) -> None:
    newest = room.head(entry_id)
    first = newest.base_id
    browser.get(f"/admin/entries/{entry_id}/revisions/{first}?against={newest.id}&whole=1")
    assert "compared with" in browser.text
    assert browser.get(
        f"/admin/entries/{entry_id}/revisions/{newest.id}?against=nonsense"
    ).status_code == 404  # fmt: skip


def test_a_state_of_another_entry_is_not_found(
    browser: Browser, room: Room, ana: Person, entry_id: str
) -> None:
    elsewhere = room.head(room.write(ana, "Else")).id
    path = f"/admin/entries/{entry_id}/revisions/{elsewhere}"
    assert browser.get(path).status_code == 404
    assert browser.send(f"{path}/restoration").status_code == 404


def test_what_lies_in_the_trash_is_not_restored_by_its_history(
    browser: Browser, room: Room, entry_id: str
) -> None:
    first = room.head(entry_id).base_id
    browser.send(f"/admin/entries/{entry_id}/trash")
    path = f"/admin/entries/{entry_id}/revisions/{first}/restoration"
    assert browser.send(path).status_code == 422
    assert "Take this out of the trash first." in browser.text
