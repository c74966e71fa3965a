"""A look through the real theme before anyone else sees it."""

import pytest

from cms.accounts.permissions import Person
from cms.content import editing, naming
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


# --- what was typed and left ------------------------------------------------------------------


def _press(browser: Browser, words: str) -> None:
    """Follow the link of these words."""
    page = browser.page
    assert page is not None
    [link] = [each for each in page.all("a") if page.words(each).strip() == words]
    browser.get(link.get("href", ""))


def _value(browser: Browser, name: str) -> str:
    """What stands in an input of the entry's form."""
    page = browser.page
    assert page is not None
    return dict(page.fields(page.form_with("Save")))[name].strip("\n")


@pytest.fixture
def left(browser: Browser, room: Room, ana: Person) -> str:
    """An entry of Ana's; she typed more, looked at it, and closed the window."""
    entry_id = room.write(ana, "Tea", source="One.\n\nTwo.")
    browser.sign_in(ana).get(f"/admin/entries/{entry_id}")
    browser.submit("Preview", title="Tea, at last", source="One.\n\nTwo.\n\nThree.", locale="de")
    return entry_id


def test_what_was_left_is_offered_and_gone_on_with(browser: Browser, room: Room, left: str) -> None:
    browser.get(f"/admin/entries/{left}")
    assert "You wrote something here that is not saved" in browser.text
    _press(browser, "Go on with it")
    assert "This is what you wrote and had not saved" in browser.text
    assert _value(browser, "title") == "Tea, at last"
    assert _value(browser, "locale") == "de"
    assert browser.submit("Save").status_code == 303
    assert room.head(left).source == "One.\n\nTwo.\n\nThree."
    assert room.entry(left).locale == "de"
    browser.follow()
    assert "not saved" not in browser.text


def test_what_was_left_is_compared(browser: Browser, left: str) -> None:
    browser.get(f"/admin/entries/{left}")
    _press(browser, "Compare")
    assert browser.heading == "What you wrote and did not save"
    assert "Three." in browser.text
    _press(browser, "Go on with it")
    assert _value(browser, "title") == "Tea, at last"


def test_what_is_put_aside_stays_in_the_history(browser: Browser, room: Room, left: str) -> None:
    browser.get(f"/admin/entries/{left}")
    assert browser.submit("Put it aside").status_code == 303
    browser.follow()
    assert "It stays in the history" in browser.text
    assert "You wrote something" not in browser.text
    assert _value(browser, "title") == "Tea"
    assert room.head(left).title == "Tea"
    browser.get(f"/admin/entries/{left}/revisions/")
    assert "Put aside, not saved" in browser.text
    browser.submit("Restore")
    assert room.head(left).title == "Tea, at last"


def test_what_was_left_outlives_a_save_from_another_page(
    browser: Browser, room: Room, left: str
) -> None:
    browser.get(f"/admin/entries/{left}")
    browser.submit("Save", title="Green tea")
    browser.follow()
    assert "You wrote something here" in browser.text
    _press(browser, "Go on with it")
    # Typed into an older state: the paragraph is joined, the title was changed twice.
    assert browser.submit("Save").status_code == 409
    assert "Green tea" in browser.text
    assert "Tea, at last" in browser.text


def test_what_was_left_is_joined_with_what_others_saved(
    browser: Browser, room: Room, eli: Person, left: str
) -> None:
    other = Browser(browser.app).sign_in(eli)
    other.get(f"/admin/entries/{left}")
    assert "You wrote" not in other.text, "it is nobody else's business"
    other.submit("Save", source="Zero.\n\nOne.\n\nTwo.")
    browser.get(f"/admin/entries/{left}")
    _press(browser, "Go on with it")
    assert browser.submit("Save").status_code == 303
    assert room.head(left).source == "Zero.\n\nOne.\n\nTwo.\n\nThree."


def test_what_says_nothing_new_is_not_offered(browser: Browser, room: Room, ana: Person) -> None:
    entry_id = room.write(ana, "Tea")
    browser.sign_in(ana).get(f"/admin/entries/{entry_id}")
    browser.submit("Preview")
    assert "You wrote" not in browser.get(f"/admin/entries/{entry_id}").text


def test_nobody_reaches_for_what_another_left(
    browser: Browser, left: str, eli: Person, rob: Person
) -> None:
    browser.get(f"/admin/entries/{left}")
    assert browser.page is not None
    [href] = [
        each.get("href", "")
        for each in browser.page.all("a")
        if "/unsaved/" in (each.get("href") or "")
    ]
    for person, status in ((eli, 404), (rob, 403)):
        other = Browser(browser.app).sign_in(person)
        assert other.get(href).status_code == status
        assert other.send(f"{href}/removal").status_code == status
    assert browser.get(href).status_code == 200


def test_a_chosen_direction_counts_on_the_page(browser: Browser, room: Room, eli: Person) -> None:
    entry_id = room.write(eli, "Tea", direction="rtl")
    browser.sign_in(eli)
    assert 'dir="rtl"' in browser.get(f"/-/preview/{entry_id}").text.split(">", 2)[1]
    room.publish(entry_id, eli)
    with room.open():
        path = naming.present_path(editing.get_entry(entry_id))
    assert '<html lang="en" dir="rtl"' in browser.get(path).text
