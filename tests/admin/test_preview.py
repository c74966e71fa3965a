"""A look through the real theme before anyone else sees it."""

from cms.accounts.permissions import Person
from tests.admin.conftest import Room
from tests.browsing import Browser


def test_what_is_typed_is_shown_and_not_saved(browser: Browser, room: Room, ana: Person) -> None:
    entry_id = room.write(ana, "Tea")
    browser.sign_in(ana).get(f"/admin/entries/{entry_id}")
    assert browser.submit("Preview", title="Not saved", source="Only *typed*.").status_code == 303
    browser.follow()
    assert browser.page is not None
    frame = browser.page.all("iframe")[0]
    answer = browser.get(frame.get("src", ""))
    assert "Not saved" in answer.text
    assert "<em>typed</em>" in answer.text
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert room.head(entry_id).title == "Tea"
    assert room.count_revisions(entry_id) == 1


def test_saving_ends_what_was_only_previewed(browser: Browser, room: Room, ana: Person) -> None:
    entry_id = room.write(ana, "Tea")
    browser.sign_in(ana).get(f"/admin/entries/{entry_id}")
    page = browser.page
    browser.submit("Preview", title="Tried")
    browser.page = page
    browser.submit("Save", title="Kept")
    assert "Kept" in browser.get(f"/-/preview/{entry_id}").text


def test_a_new_entry_becomes_a_draft_when_it_is_looked_at(
    browser: Browser, room: Room, ana: Person
) -> None:
    browser.sign_in(ana).get("/admin/entries/new")
    page = browser.page
    location = browser.submit("Preview", title="New", source="Words.").headers["Location"]
    entry_id = location.split("/")[3]
    assert room.state(entry_id) == "draft"
    browser.page = page
    assert browser.submit("Save", title="New and saved", source="Words.").status_code == 303
    assert room.head(entry_id).title == "New and saved"


def test_a_preview_of_what_cannot_be_read_shows_the_form(
    browser: Browser, room: Room, ana: Person
) -> None:
    entry_id = room.write(ana, "Tea")
    browser.sign_in(ana).get(f"/admin/entries/{entry_id}")
    assert browser.submit("Preview", dated_at="never", title="Kept").status_code == 422
    assert "Kept" in browser.text


def test_there_are_three_widths(browser: Browser, room: Room, ana: Person) -> None:
    entry_id = room.write(ana, "Tea")
    browser.sign_in(ana)
    for width in ("phone", "tablet", "desktop", "nonsense"):
        assert browser.get(f"/admin/entries/{entry_id}/preview?width={width}").status_code == 200
