"""Going anywhere by one field: what is found, and for whom."""

import pytest

from cms import clock, db
from cms.accounts.permissions import OPERATOR, Person
from cms.content import terms
from tests.admin.conftest import Room
from tests.browsing import Browser


def links(browser: Browser) -> list[str]:
    return [
        browser.page.words(link)
        for link in browser.page.all("a")
        if "found-link" in (link.get("class") or "")
    ]


def test_without_words_the_rooms_are_listed(browser: Browser, olga: Person) -> None:
    browser.sign_in(olga).get("/admin/find/")
    assert {"Posts", "Pages"} <= set(links(browser))
    assert any(link.startswith("Settings") for link in links(browser))


def test_an_entry_is_found_by_words_of_its_title(browser: Browser, room: Room, ana: Person) -> None:
    room.write(ana, "Ten kettles compared")
    browser.sign_in(ana).get("/admin/find/?q=KETTLES")
    assert any(link.startswith("Ten kettles compared") for link in links(browser))


def test_contributors_find_only_their_own_entries_and_rooms(
    browser: Browser, room: Room, ana: Person, rob: Person
) -> None:
    room.write(ana, "Ten kettles compared")
    room.write(rob, "My kettle")
    browser.sign_in(rob).get("/admin/find/?q=kettle")
    assert "My kettle" in browser.text
    assert "Ten kettles" not in browser.text
    browser.get("/admin/find/")
    assert not any(link.startswith(("Settings", "Menus", "Tags")) for link in links(browser))


def test_terms_are_found_by_those_who_manage_them(
    browser: Browser, room: Room, eli: Person, ana: Person
) -> None:
    with room.open(write=True):
        terms.create_term("tag", name="Kettles", by=OPERATOR, now=clock.now())
        db.commit()
    browser.sign_in(eli).get("/admin/find/?q=kett")
    assert "Kettles" in links(browser)
    browser.sign_in(ana).get("/admin/find/?q=kett")
    assert "Kettles" not in links(browser)


def test_words_that_fit_nothing_say_so(browser: Browser, olga: Person) -> None:
    browser.sign_in(olga).get("/admin/find/?q=zzzz")
    assert "Nothing fits these words." in browser.text


@pytest.mark.parametrize(
    "words", ["%", "_", "!", "\\", "'\"<script>", "ʼn" * 400, "؀مرحبا", "a" * 5_000]
)
def test_odd_words_break_nothing(browser: Browser, olga: Person, words: str) -> None:
    browser.sign_in(olga).get("/admin/find/", query_string={"q": words})
    assert browser.heading == "Find anything"


def test_strangers_are_asked_to_sign_in(browser: Browser) -> None:
    assert browser.get("/admin/find/").status_code in (302, 303)


def test_settings_people_and_acts_are_found_by_those_who_may_see_them(
    browser: Browser, room: Room, olga: Person, ana: Person
) -> None:
    room.write(ana, "Ten kettles")

    def found(words: str) -> str:
        browser.get(f"/admin/find/?q={words}")
        return " ".join(links(browser))

    browser.sign_in(olga)
    assert "Tagline" in found("tagline")
    assert ana.email in found(ana.email)
    assert "Started “Ten kettles”" in found("started")
    browser.sign_in(ana)
    assert "Tagline" not in found("tagline")
    assert ana.email not in found(ana.email)
