"""The trash: what lies there, bringing it back, deleting it for good."""

import pytest

from cms import clock
from cms.accounts.permissions import Person
from cms.content import editing, trash
from tests.admin.conftest import Room
from tests.browsing import Browser


@pytest.fixture
def gone(room: Room, ana: Person) -> str:
    """A page with one below it, both in the trash."""
    above = room.write(ana, "Above", "page")
    room.write(ana, "Below", "page", parent_id=above)
    with room.open(write=True):
        trash.trash(editing.get_entry(above), by=ana, now=clock.now())
    return above


def test_the_trash_lists_what_went(browser: Browser, gone: str, ana: Person) -> None:
    browser.sign_in(ana).get("/admin/trash/")
    assert "Above" in browser.text
    assert "Below" not in browser.text, "it went with the page above it"
    assert "Delete for good" not in browser.text


def test_a_full_trash_is_shown_page_by_page(
    browser: Browser, room: Room, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cms.admin.trash.PAGE_SIZE", 2)
    written = [room.write(ana, f"Post {number}") for number in range(5)]
    with room.open(write=True):
        for entry_id in written:
            trash.trash(editing.get_entry(entry_id), by=ana, now=clock.now())
    browser.sign_in(ana)
    seen = []
    for number in (1, 2, 3):
        browser.get(f"/admin/trash/?page={number}")
        seen += [n for n in range(5) if f"Post {n}" in browser.text]
    assert sorted(seen) == [0, 1, 2, 3, 4]
    assert browser.get("/admin/trash/?page=4").status_code == 404


def test_an_empty_trash_says_so(browser: Browser, ana: Person) -> None:
    browser.sign_in(ana).get("/admin/trash/")
    assert "The trash is empty." in browser.text


def test_an_author_does_not_see_what_others_threw_away(
    browser: Browser, room: Room, gone: str, make_person: object, eli: Person, rob: Person
) -> None:
    browser.sign_in(rob)
    assert browser.get("/admin/trash/").status_code == 403
    browser.sign_in(eli).get("/admin/trash/")
    assert "Above" in browser.text


def test_restoring_brings_back_all_that_went_with_it(
    browser: Browser, room: Room, gone: str, ana: Person
) -> None:
    browser.sign_in(ana).get("/admin/trash/")
    assert browser.submit("Restore “Above”").status_code == 303
    browser.get("/admin/entries/?kind=page")
    assert "Above" in browser.text
    assert "Below" in browser.text


def test_deleting_for_good_asks_for_the_count(
    browser: Browser, room: Room, gone: str, ada: Person
) -> None:
    browser.sign_in(ada).get(f"/admin/trash/{gone}/purge")
    assert "2 entries go with their whole history." in browser.text
    for typed in ("", "1", "two", "2 "):
        status = browser.submit("Delete for good", count=typed).status_code
        assert status == (303 if typed == "2 " else 422)
    assert browser.get(f"/admin/entries/{gone}").status_code == 404


def test_what_is_not_in_the_trash_is_not_deleted(browser: Browser, room: Room, ada: Person) -> None:
    entry_id = room.write(ada)
    browser.sign_in(ada)
    answer = browser.send(f"/admin/trash/{entry_id}/purge", {"count": "1"})
    assert answer.status_code == 422
    assert room.state(entry_id) == "draft"
    assert browser.send(f"/admin/trash/{entry_id}/restoration").status_code == 422
