"""The page tree: one level at a time, put in order and moved without scripts."""

import pytest

from cms.accounts.permissions import Person
from tests.admin.conftest import Room
from tests.browsing import Browser


@pytest.fixture
def pages(room: Room, eli: Person) -> dict[str, str]:
    """Three pages at the top, one below the first."""
    made = {name: room.write(eli, name, "page") for name in ("About", "Blog", "Contact")}
    made["Team"] = room.write(eli, "Team", "page", parent_id=made["About"])
    for entry_id in made.values():
        room.publish(entry_id, eli)
    return made


def order(browser: Browser, below: str = "") -> list[str]:
    browser.get("/admin/tree/" + (f"?below={below}" if below else ""))
    lines = [each.get("data-name") for each in browser.page.all("li") if each.get("data-id")]
    return [str(name) for name in lines]


def test_a_level_shows_its_pages_and_leads_to_those_below(
    browser: Browser, pages: dict[str, str], eli: Person
) -> None:
    assert order(browser.sign_in(eli)) == ["About", "Blog", "Contact"]
    assert "1 page below" in browser.text
    assert order(browser, pages["About"]) == ["Team"]


def test_a_page_is_put_in_order_and_the_note_takes_it_back(
    browser: Browser, pages: dict[str, str], eli: Person
) -> None:
    browser.sign_in(eli).get("/admin/tree/")
    assert browser.submit("Move down").status_code == 303
    assert order(browser) == ["Blog", "About", "Contact"]
    assert "Moved “About”." in browser.text
    assert browser.submit("Undo").status_code == 303
    assert order(browser) == ["About", "Blog", "Contact"]


def test_a_page_is_moved_with_all_below_it_and_old_addresses_lead_on(
    browser: Browser, room: Room, pages: dict[str, str], eli: Person
) -> None:
    browser.sign_in(eli).get(f"/admin/tree/{pages['About']}/place")
    assert "1 page below it goes too." in browser.text
    assert browser.submit("Move", parent="/contact/", position="").status_code == 303
    assert room.entry(pages["About"]).parent_id == pages["Contact"]
    answer = browser.get("/about/team/")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/contact/about/team/")


@pytest.mark.parametrize(
    ("parent", "words"),
    [
        ("/about/team/", "A page cannot stand below itself."),
        ("/nowhere/", "Nothing stands at /nowhere/."),
        ("No such page", "There is nothing with this title."),
    ],
)
def test_a_place_that_cannot_be_is_refused_in_words(
    browser: Browser, room: Room, pages: dict[str, str], eli: Person, parent: str, words: str
) -> None:
    browser.sign_in(eli).get(f"/admin/tree/{pages['About']}/place")
    assert browser.submit("Move", parent=parent).status_code == 422
    assert words in browser.text
    assert room.entry(pages["About"]).parent_id is None


def test_the_search_finds_pages_of_every_level(
    browser: Browser, pages: dict[str, str], eli: Person
) -> None:
    browser.sign_in(eli).get("/admin/tree/?q=team")
    assert "Team" in browser.text
    assert "Contact" not in browser.text


def test_pages_are_moved_by_who_may_change_them(
    browser: Browser, room: Room, pages: dict[str, str], ana: Person, eli: Person
) -> None:
    assert browser.sign_in(ana).get(f"/admin/tree/{pages['Blog']}/place").status_code == 403
    post = room.write(eli, "A post")
    assert browser.sign_in(eli).get(f"/admin/tree/{post}/place").status_code == 404
