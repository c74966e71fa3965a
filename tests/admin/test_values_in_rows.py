"""Values changed in the row of a list: each by itself, and never over what someone else saved."""

from datetime import timedelta

import pytest

from cms import clock
from cms.accounts.permissions import Person
from cms.content import editing, intervals, profiles, terms
from tests.admin.conftest import Room
from tests.browsing import BASE, Browser


def value(entry_id: str, name: str) -> str:
    return f"/admin/entries/{entry_id}/values/{name}?list=kind%3Dpost%26q%3DTea"


def shown_title(room: Room, entry_id: str) -> tuple[str | None, str | None, bool]:
    with room.open():
        entry = editing.get_entry(entry_id)
        live = intervals.find_live(entry, now=clock.now())
        assert live is not None
        return live.title, live.path, live.revision_id == entry.head_id


def test_an_address_is_changed_for_visitors_and_one_comes_back_to_the_list(
    browser: Browser, room: Room, eli: Person
) -> None:
    entry_id = room.write(eli, "Tea", path="/tea/")
    room.publish(entry_id, eli)
    browser.sign_in(eli).get(value(entry_id, "address"))
    assert browser.submit("Save", path="/hot/tea/").status_code == 303
    assert browser.response is not None
    assert browser.response.headers["Location"] == "/admin/entries/?kind=post&q=Tea"
    assert shown_title(room, entry_id) == ("Tea", "/hot/tea/", True)
    assert browser.client.get("/tea/", base_url=BASE).headers["Location"].endswith("/hot/tea/")
    browser.follow()
    browser.submit("Undo")
    assert shown_title(room, entry_id)[1] == "/tea/"


def test_a_date_tags_and_authors_are_changed_one_by_one(
    browser: Browser, room: Room, eli: Person
) -> None:
    entry_id = room.write(eli, "Tea", source="Hot water.\n")
    with room.open(write=True):
        shelf = terms.create_term("category", "Drinks", by=eli, now=clock.now()).id
        jo = profiles.create_profile("Jo", by=eli, now=clock.now()).id
    browser.sign_in(eli).get(value(entry_id, "date"))
    assert browser.submit("Save", dated_at="2020-05-01T10:00").status_code == 303
    browser.get(value(entry_id, "terms"))
    assert browser.submit("Save", tags="Green, #secret", categories=shelf).status_code == 303
    browser.get(value(entry_id, "byline"))
    assert browser.submit("Save", bylines="Jo").status_code == 303
    head = room.head(entry_id)
    assert head.dated_at is not None
    assert head.dated_at.year == 2020
    assert len(head.term_ids) == 3
    assert head.byline_ids == [jo]
    assert (head.title, head.source) == ("Tea", "Hot water.\n")
    assert room.state(entry_id) == "draft"


def test_a_state_is_set(browser: Browser, room: Room, eli: Person) -> None:
    entry_id = room.write(eli, "Tea")
    browser.sign_in(eli)
    later = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    for sent, expected in (
        ({"state": "later", "at": later}, "scheduled"),
        ({"state": "now"}, "published"),
        ({"state": "draft"}, "draft"),
        ({"state": ""}, "draft"),
    ):
        browser.get(value(entry_id, "state"))
        assert browser.submit("Save", **sent).status_code == 303
        assert room.state(entry_id) == expected
    browser.get(value(entry_id, "state"))
    assert browser.submit("Save", state="later", at="").status_code == 422
    assert "still to come" in browser.text


def test_a_form_that_grew_old_replaces_nothing_unseen(
    browser: Browser, room: Room, eli: Person
) -> None:
    entry_id = room.write(eli, "Tea", path="/tea/")
    browser.sign_in(eli).get(value(entry_id, "address"))
    old, address = browser.page, browser.address
    browser.get(value(entry_id, "address"))
    browser.submit("Save", path="/theirs/")
    browser.page, browser.address = old, address
    assert browser.submit("Save", path="/mine/").status_code == 409
    assert "Eli changed this meanwhile to “/theirs/”." in browser.text
    assert room.head(entry_id).path == "/theirs/"
    assert browser.submit("Save").status_code == 303
    assert room.head(entry_id).path == "/mine/"


def test_what_someone_saved_elsewhere_in_the_entry_stays(
    browser: Browser, room: Room, eli: Person
) -> None:
    entry_id = room.write(eli, "Tea")
    browser.sign_in(eli).get(value(entry_id, "terms"))
    old, address = browser.page, browser.address
    browser.get(f"/admin/entries/{entry_id}")
    browser.submit("Save", title="Green tea")
    browser.page, browser.address = old, address
    assert browser.submit("Save", tags="Hot").status_code == 303
    head = room.head(entry_id)
    assert head.title == "Green tea"
    assert len(head.term_ids) == 1


def test_what_is_being_worked_on_stays_a_draft_and_it_is_said(
    browser: Browser, room: Room, eli: Person
) -> None:
    entry_id = room.write(eli, "Tea", path="/tea/")
    room.publish(entry_id, eli)
    browser.sign_in(eli).get(f"/admin/entries/{entry_id}")
    browser.submit("Save", title="Half a thought")
    browser.get(value(entry_id, "address"))
    browser.submit("Save", path="/new/")
    browser.follow()
    assert "Visitors see it once it is published." in browser.text
    assert shown_title(room, entry_id) == ("Tea", "/tea/", False)


def test_a_refusal_keeps_what_was_typed(browser: Browser, room: Room, ana: Person) -> None:
    room.write(ana, "Other", path="/taken/")
    entry_id = room.write(ana, "Tea", path="/tea/")
    browser.sign_in(ana).get(value(entry_id, "address"))
    for typed, words in (("/taken/", "taken"), ("/a/../b", "empty parts"), ("/a\x07", "control")):
        assert browser.submit("Save", path=typed).status_code == 422
        assert words in browser.text
        assert typed.strip("\x07") in browser.page.text
    browser.get(value(entry_id, "byline"))
    assert browser.submit("Save", bylines="Nobody Known").status_code == 422
    assert "Nobody Known" in browser.page.text
    assert room.count_revisions(entry_id) == 1


def test_htmx_gets_the_row_and_its_form(browser: Browser, room: Room, eli: Person) -> None:
    entry_id = room.write(eli, "Tea", path="/tea/")
    browser.sign_in(eli)
    partial = {"HX-Request": "true", "Origin": BASE}
    form = browser.client.get(value(entry_id, "address"), base_url=BASE, headers=partial)
    assert form.text.strip().startswith('<tr class="row-editing">')
    sent = {"csrf_token": browser.token(), "path": "/new/", "list": "kind=post&cols=address"}
    row = browser.client.post(value(entry_id, "address"), base_url=BASE, headers=partial, data=sent)
    assert row.status_code == 200
    assert "<tr>" in row.text
    assert "/new/" in row.text
    again = browser.client.get(f"/admin/entries/{entry_id}/row", base_url=BASE, headers=partial)
    assert "Tea" in again.text
    browser.get(f"/admin/entries/{entry_id}/row")
    assert browser.heading == "Change a value"


@pytest.mark.parametrize("name", ["nonsense", "date"])
def test_a_page_has_no_such_value(browser: Browser, room: Room, eli: Person, name: str) -> None:
    page = room.write(eli, "Page", "page")
    assert browser.sign_in(eli).get(value(page, name)).status_code == 404


def test_a_contributor_sets_no_state(browser: Browser, room: Room, rob: Person) -> None:
    entry_id = room.write(rob, "Tea")
    browser.sign_in(rob).get(f"/admin/entries/{entry_id}/values/")
    assert "State" not in browser.text
    assert browser.get(value(entry_id, "state")).status_code == 403
    assert browser.send(value(entry_id, "state"), {"state": "now"}).status_code == 403
    assert room.state(entry_id) == "draft"


def test_what_lies_in_the_trash_is_not_changed(browser: Browser, room: Room, eli: Person) -> None:
    entry_id = room.write(eli, "Tea")
    browser.sign_in(eli).send(f"/admin/entries/{entry_id}/trash")
    browser.get(value(entry_id, "terms"))
    assert browser.submit("Save", tags="Hot").status_code == 422
    assert "Take this out of the trash first." in browser.text
