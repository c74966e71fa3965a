"""Who edits only their own entries learns nothing of others' drafts, wherever titles stand."""

import pytest

from cms import clock
from cms.accounts import people
from cms.accounts.permissions import Person
from cms.content import handing_over
from tests.admin.conftest import Room
from tests.browsing import Browser

SECRET = "Merger with Initech"


@pytest.fixture(params=["ana", "rob"])
def writer(request: pytest.FixtureRequest) -> Person:
    """Someone who edits only their own."""
    person: Person = request.getfixturevalue(request.param)
    return person


@pytest.fixture
def mine(room: Room, writer: Person) -> str:
    """A page of their own."""
    return room.write(writer, "Mine", "page")


@pytest.fixture
def secret(room: Room, eli: Person, mine: str) -> str:
    """A draft of somebody else, which links to that page."""
    return room.write(eli, SECRET, "page", source=f"[it](entry:{mine})", path="/merger/")


@pytest.mark.parametrize(
    "address",
    [
        "/admin/activity/?thing=entry:{secret}",
        "/admin/activity/?thing=menu:{secret}",
        "/admin/tree/",
        "/admin/tree/?q=merger",
        "/admin/tree/?below={secret}",
        "/admin/tree/{mine}/place",
        "/admin/entries/new?kind=page",
        "/admin/entries/{mine}",
        "/admin/entries/?kind=page&q=merger",
        "/admin/entries/list.csv?kind=page",
        "/admin/entries/bulk/tag?id={secret}&list=kind%3Dpage",
        "/admin/entries/{mine}/removal",
        "/admin/find/?q=merger",
        "/admin/replace/?words=merger",
    ],
)
def test_no_page_names_a_draft_of_somebody_else(
    browser: Browser, writer: Person, mine: str, secret: str, address: str
) -> None:
    answer = browser.sign_in(writer).get(address.format(mine=mine, secret=secret))
    assert answer.status_code in (200, 403, 404)
    assert SECRET not in answer.get_data(as_text=True)


def test_who_may_edit_everything_and_whoever_reads_the_site_sees_it(
    browser: Browser, room: Room, writer: Person, eli: Person, mine: str, secret: str
) -> None:
    for address in (f"/admin/tree/{mine}/place", "/admin/tree/", "/admin/entries/new?kind=page"):
        assert SECRET in browser.sign_in(eli).get(address).get_data(as_text=True)
    room.publish(secret, eli)
    for address in (f"/admin/tree/{mine}/place", "/admin/tree/", "/admin/entries/new?kind=page"):
        assert SECRET in browser.sign_in(writer).get(address).get_data(as_text=True)


def test_asking_by_name_tells_nothing(
    browser: Browser, room: Room, writer: Person, mine: str, secret: str
) -> None:
    browser.sign_in(writer)
    for typed in (SECRET, "/merger/"):
        browser.get(f"/admin/tree/{mine}/place")
        assert browser.submit("Move", parent=typed).status_code == 422
        assert "There is nothing with this title." in browser.text or (
            "Nothing stands at /merger/." in browser.text
        )
    assert room.entry(mine).parent_id is None


def test_a_page_stays_where_it_stands_below_a_draft_of_somebody_else(
    browser: Browser, room: Room, writer: Person, eli: Person
) -> None:
    above = room.write(eli, SECRET, "page", path="/merger/")
    mine = room.write(writer, "Mine", "page", parent_id=above)
    browser.sign_in(writer).get(f"/admin/entries/{mine}")
    assert browser.submit("Save", title="Still mine").status_code == 303
    browser.get(f"/admin/tree/{mine}/place")
    assert browser.submit("Move", position="1").status_code == 303
    assert room.entry(mine).parent_id == above


def test_links_in_an_unknown_draft_are_not_changed_and_it_is_not_named(
    browser: Browser, room: Room, ana: Person, eli: Person
) -> None:
    mine = room.write(ana, "Mine", "page")
    room.write(eli, SECRET, "page", source=f"[it](entry:{mine})")
    browser.sign_in(ana).get(f"/admin/entries/{mine}/removal")
    assert "Something you may not open" in browser.text
    assert browser.submit("Move to trash", choice="unlink").status_code == 422
    assert "You may not change something that links here." in browser.text
    assert SECRET not in browser.response.text
    assert room.entry(mine).trashed_at is None


def test_a_link_to_an_unknown_draft_does_not_tell_its_title(
    browser: Browser, room: Room, writer: Person, eli: Person, secret: str
) -> None:
    mine = room.write(writer, "Guessing", source=f"[a](/merger/) and [b](entry:{secret})")
    for address in (f"/admin/entries/{mine}", f"/admin/entries/{mine}/publication"):
        browser.sign_in(writer).get(address)
        assert SECRET not in browser.response.text
    browser.sign_in(eli).get(f"/admin/entries/{mine}")
    assert SECRET in browser.response.text


def test_an_entry_that_was_handed_over_is_not_named_to_whoever_had_it(
    browser: Browser, room: Room, ada: Person, ana: Person, eli: Person
) -> None:
    entry = room.write(ana, "Walks")
    with room.open(write=True):
        account = people.get_account(ana.id)
        handing_over.hand_over(account, eli.email, bylines=False, by=ada, now=clock.now())
    browser.sign_in(eli).get(f"/admin/entries/{entry}")
    browser.submit("Save", title=SECRET)
    browser.sign_in(ana).get("/admin/activity/")
    (act,) = [
        a.get("href") for a in browser.page.all("a") if browser.page.words(a) == "Started “Walks”"
    ]
    browser.get(act)
    assert "Walks" in browser.text
    assert "Someone else changed it since." in browser.text
    assert SECRET not in browser.response.text
