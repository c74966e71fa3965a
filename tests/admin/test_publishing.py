"""Publishing, scheduling, taking back: from the panel that gives a last look."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cms import clock, db
from cms.accounts.permissions import Person
from cms.content import editing, intervals, revisions
from cms.content.snapshot import Snapshot
from cms.site import settings
from tests.admin.conftest import Room
from tests.browsing import Browser


@pytest.fixture
def entry_id(room: Room, ana: Person) -> str:
    return room.write(ana, "Tea", path="/tea/")


@pytest.fixture
def desk(browser: Browser, ana: Person, entry_id: str) -> Browser:
    """Ana has the panel of her own entry open."""
    browser.sign_in(ana).get(f"/admin/entries/{entry_id}/publication")
    return browser


def _in(**span: Any) -> str:
    return (clock.now() + timedelta(**span)).strftime("%Y-%m-%dT%H:%M")


def _count(room: Room, entry_id: str) -> int:
    with room.open():
        return len(intervals.list_all(editing.get_entry(entry_id)))


def test_saving_leads_on_to_the_panel_and_out(
    browser: Browser, room: Room, ana: Person, entry_id: str
) -> None:
    browser.sign_in(ana).get(f"/admin/entries/{entry_id}")
    browser.submit("Publish…", title="Green tea")
    browser.follow()
    assert browser.heading == "Ready to publish"
    assert "Green tea" in browser.text
    browser.submit("Publish")
    assert room.state(entry_id) == "published"
    browser.follow()
    assert "Published." in browser.text
    assert browser.get("/tea/").status_code == 200


def test_the_address_that_the_title_makes_is_shown_before_it_goes_out(
    browser: Browser, room: Room, ana: Person, entry_id: str
) -> None:
    parent = room.write(ana, "Cups", "page", path="/cups/")
    room.publish(parent, ana)
    month = f"/{clock.now():%Y/%m}"
    for title, more, shown in (
        ("Green pot", {}, f"{month}/green-pot/"),
        ("Green pot", {}, f"{month}/green-pot-2/"),
        ("Saucers", {"kind": "page", "parent_id": parent}, "/cups/saucers/"),
    ):
        draft = room.write(ana, title, **more)
        browser.sign_in(ana).get(f"/admin/entries/{draft}/publication")
        assert shown in browser.text.partition("Draft")[0]
        browser.submit("Publish")
        assert browser.get(shown).status_code == 200


def test_pressing_twice_publishes_once(desk: Browser, room: Room, entry_id: str) -> None:
    page = desk.page
    desk.submit("Publish")
    desk.page = page
    assert desk.submit("Publish").status_code == 303
    assert _count(room, entry_id) == 1


def test_something_goes_out_later_and_ends(desk: Browser, room: Room, entry_id: str) -> None:
    desk.submit("Publish", when="later", from_at=_in(days=1), until_at=_in(days=2))
    assert room.state(entry_id) == "scheduled"
    desk.follow()
    assert "Scheduled for" in desk.text
    assert "It is taken down on" in desk.text
    assert desk.get("/tea/").status_code == 404


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"when": "later"}, "Choose the date and time."),
        ({"when": "later", "from_at": "2026-13-01T10:00"}, "no such date"),
        ({"when": "later", "from_at": "9999-12-31T23:59"}, "too far away"),
        ({"when": "never"}, "Not a valid choice"),
        ({"until_at": "2001-01-01T00:00"}, "It would end before it begins."),
        ({"until_at": "x"}, "no such date"),
    ],
)
def test_what_cannot_be_is_refused_with_words(
    desk: Browser, room: Room, entry_id: str, fields: dict[str, str], words: str
) -> None:
    assert desk.submit("Publish", **fields).status_code == 422
    assert words in desk.text
    assert room.state(entry_id) == "draft"


def test_an_entry_without_a_title_is_not_published(
    browser: Browser, room: Room, ana: Person
) -> None:
    entry_id = room.write(ana, None)
    browser.sign_in(ana).get(f"/admin/entries/{entry_id}/publication")
    assert "The title is missing" in browser.text
    assert browser.submit("Publish").status_code == 422
    assert "Give this a title" in browser.text


def test_what_was_changed_meanwhile_is_looked_at_once_more(
    desk: Browser, room: Room, ana: Person, entry_id: str
) -> None:
    with room.open(write=True):
        entry = editing.get_entry(entry_id)
        content = Snapshot.of(revisions.get_head(entry))
        changed = replace(content, title="Other words")
        editing.save(entry, changed, by=ana, now=clock.now(), based_on=entry.head_id)
    assert desk.submit("Publish").status_code == 422
    assert "changed meanwhile" in desk.text
    assert "Other words" in desk.text
    assert desk.submit("Publish").status_code == 303


def test_a_change_to_what_is_out_can_be_planned_and_cancelled(
    browser: Browser, room: Room, ana: Person, entry_id: str
) -> None:
    room.publish(entry_id, ana)
    browser.sign_in(ana).get(f"/admin/entries/{entry_id}")
    browser.submit("Publish…", title="New words")
    browser.follow()
    browser.submit("Publish", when="later", from_at=_in(days=1))
    browser.get(f"/admin/entries/{entry_id}/publication")
    assert "A change goes live on" in browser.text
    assert "New words" not in browser.get("/tea/").text
    browser.get(f"/admin/entries/{entry_id}/publication")
    assert browser.submit("Cancel the schedule").status_code == 303
    assert _count(room, entry_id) == 1
    assert browser.get("/tea/").status_code == 200


def test_something_is_taken_off_the_site(
    browser: Browser, room: Room, ana: Person, entry_id: str
) -> None:
    room.publish(entry_id, ana)
    browser.sign_in(ana).get(f"/admin/entries/{entry_id}/publication")
    browser.submit("Unpublish")
    assert room.state(entry_id) == "draft"
    browser.follow()
    assert "Visitors do not see it." in browser.text


def test_there_is_nothing_to_take_back_from_a_draft(desk: Browser, entry_id: str) -> None:
    assert desk.send(f"/admin/entries/{entry_id}/publication/end").status_code == 422
    assert "This is not published." in desk.text
    assert desk.send(f"/admin/entries/{entry_id}/publication/cancel").status_code == 422


def test_dates_are_those_of_the_site(browser: Browser, room: Room, ada: Person) -> None:
    with room.open(write=True):
        settings.save({"timezone": "Asia/Tokyo"}, by=ada, now=clock.now())
    entry_id = room.write(ada, "Tea")
    browser.sign_in(ada).get(f"/admin/entries/{entry_id}/publication")
    browser.submit("Publish", when="later", from_at="2040-01-01T09:00")
    with db.unit_of_work(room.database, write=False):
        interval = intervals.list_all(editing.get_entry(entry_id))[0]
        assert interval.from_at.isoformat() == "2040-01-01T00:00:00+00:00"
    browser.get(f"/admin/entries/{entry_id}/publication")
    assert "Asia/Tokyo" in browser.text


def test_who_may_see_it_is_chosen_on_the_panel(
    desk: Browser, browser: Browser, room: Room, entry_id: str
) -> None:
    desk.submit("Publish", access="password", password="open sesame")
    assert room.state(entry_id) == "published"
    with room.open():
        live = intervals.find_live(editing.get_entry(entry_id), now=clock.now())
        assert live is not None
        assert live.access == "password"
        assert live.password_hash
        assert live.listed
    page = desk.get(f"/admin/entries/{entry_id}/publication")
    assert page.status_code == 200
    assert "open sesame" not in page.text


def test_a_password_is_asked_for_where_there_is_none(desk: Browser, entry_id: str) -> None:
    answer = desk.submit("Publish", access="password")
    assert answer.status_code == 422
    assert "Choose the password that opens this." in desk.text


def test_what_is_out_ends_at_a_date_without_its_changes(
    desk: Browser, room: Room, ana: Person, entry_id: str
) -> None:
    desk.submit("Publish")
    desk.get(f"/admin/entries/{entry_id}")
    desk.submit("Save", title="Not out yet")
    desk.get(f"/admin/entries/{entry_id}/publication")
    desk.submit("Take it down then", at=_in(days=2))
    with room.open():
        entry = editing.get_entry(entry_id)
        live = intervals.find_live(entry, now=clock.now())
        assert live is not None
        assert live.title == "Tea"
        assert live.until_at is not None
        assert live.until_at > clock.now() + timedelta(days=1)


def test_an_author_learns_nothing_from_the_panel_of_another(
    browser: Browser, room: Room, eli: Person, ana: Person
) -> None:
    foreign = room.write(eli, "Eli's own", path="/eli/")
    browser.sign_in(ana)
    assert browser.send(f"/admin/entries/{foreign}/publication", {"when": "now"}).status_code == 403


def test_who_may_see_it_is_chosen_where_it_goes_out(
    desk: Browser, room: Room, entry_id: str
) -> None:
    assert desk.submit("Publish", access="password").status_code == 422
    assert "Choose the password" in desk.text
    assert desk.submit("Publish", access="nobody").status_code == 422
    assert room.state(entry_id) == "draft"
    assert room.count_revisions(entry_id) == 1
    desk.get(f"/admin/entries/{entry_id}/publication")
    chosen = {"access": "password", "password": "open sesame, please"}
    assert desk.submit("Publish", **chosen).status_code == 303
    assert room.head(entry_id).access == "password"
    assert room.state(entry_id) == "published"


def test_something_is_taken_down_at_a_date(
    browser: Browser, room: Room, ana: Person, entry_id: str
) -> None:
    room.publish(entry_id, ana)
    browser.sign_in(ana)
    for wrong in ("2001-01-01T00:00", "never"):
        browser.get(f"/admin/entries/{entry_id}/publication")
        assert browser.submit("Take it down then", at=wrong).status_code == 422
    browser.get(f"/admin/entries/{entry_id}/publication")
    assert browser.submit("Take it down then", at=_in(days=1)).status_code == 303
    assert room.state(entry_id) == "published"
    browser.follow()
    assert "It is taken down on" in browser.text
