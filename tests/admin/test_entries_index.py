"""The list of entries: filters, sorting, pages, states; each sees what is theirs to see."""

from datetime import timedelta

import pytest

from cms import clock
from cms.accounts.permissions import Person
from tests.admin.conftest import Room
from tests.browsing import Browser


def _titles(browser: Browser) -> list[str]:
    assert browser.page is not None
    links = [link for link in browser.page.all("a") if "entry-title" in (link.get("class") or "")]
    return [browser.page.words(link) for link in links]


def test_an_empty_list_offers_a_first_entry(browser: Browser, ana: Person) -> None:
    browser.sign_in(ana).get("/admin/entries/")
    assert browser.heading == "Posts"
    assert "Nothing has been written here yet." in browser.text


def test_an_editor_sees_everything_and_an_author_what_is_theirs(
    browser: Browser, room: Room, ana: Person, eli: Person
) -> None:
    room.write(ana, "By Ana")
    room.write(eli, "By Eli")
    browser.sign_in(eli).get("/admin/entries/")
    assert _titles(browser) == ["By Eli", "By Ana"]
    browser.sign_in(ana).get("/admin/entries/")
    assert _titles(browser) == ["By Ana"]


def test_an_author_sees_no_draft_of_others_in_the_tree_of_pages(
    browser: Browser, room: Room, ana: Person, eli: Person
) -> None:
    room.write(eli, "A secret page", "page")
    browser.sign_in(ana).get("/admin/entries/?kind=page")
    assert "secret" not in browser.text


def test_the_tree_shows_pages_below_each_other(browser: Browser, room: Room, eli: Person) -> None:
    above = room.write(eli, "Above", "page")
    room.write(eli, "Beside", "page")
    room.write(eli, "Below", "page", parent_id=above)
    browser.sign_in(eli).get("/admin/entries/?kind=page")
    assert _titles(browser) == ["Above", "Below", "Beside"]


def test_a_search_that_more_texts_answer_than_are_searched_says_so(
    browser: Browser, room: Room, eli: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cms.content.search.sqlite.MOST_MATCHES", 2)
    for number in range(2):
        room.publish(room.write(eli, f"Cup {number}", source="Hot saffron\n"), eli)
    browser.sign_in(eli).get("/admin/entries/?q=saffron")
    assert "the newest 2 of them were searched" in browser.text
    browser.get("/admin/entries/?q=rooibos")
    assert "were searched" not in browser.text


def test_states_are_tabs_with_counts(browser: Browser, room: Room, eli: Person) -> None:
    now = clock.now()
    room.write(eli, "A draft")
    room.publish(room.write(eli, "Out"), eli)
    room.publish(room.write(eli, "Later"), eli, at=now + timedelta(days=1))
    browser.sign_in(eli)
    expected = {
        "draft": ["A draft"],
        "scheduled": ["Later"],
        "published": ["Out"],
        "changed": [],
        "nonsense": ["Later", "Out", "A draft"],
    }
    for state, titles in expected.items():
        browser.get(f"/admin/entries/?state={state}")
        assert _titles(browser) == titles, state


def test_a_list_is_searched_sorted_and_paged(browser: Browser, room: Room, eli: Person) -> None:
    for number in range(32):
        room.write(eli, f"Cup {number:02}")
    browser.sign_in(eli).get("/admin/entries/?q=CUP&sort=title&page=2")
    assert _titles(browser) == ["Cup 30", "Cup 31"]
    browser.get("/admin/entries/?q=100%25")
    assert "Nothing fits this search." in browser.text


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-1", "page=99999999999999999999", "page=x", "sort=nonsense", "state=%00",
     "q=%00%ff", "tag=%00", "author=x%27", "q=" + "a" * 3000, "sort=-date", "sort=updated"],
)  # fmt: skip
def test_nonsense_in_the_address_is_no_accident(browser: Browser, eli: Person, query: str) -> None:
    browser.sign_in(eli)
    assert browser.get(f"/admin/entries/?{query}").status_code == 200


def test_a_contributor_is_not_offered_the_trash(browser: Browser, room: Room, rob: Person) -> None:
    room.write(rob)
    browser.sign_in(rob).get("/admin/entries/")
    assert "Move to trash" not in browser.text
