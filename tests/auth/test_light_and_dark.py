"""Choosing light or dark."""

from cms import db
from cms.accounts import people
from cms.accounts.permissions import Person
from tests.browsing import Browser


def test_a_person_chooses_and_stays_on_the_page(
    browser: Browser, rob: Person, database: db.Database
) -> None:
    browser.sign_in(rob)
    answer = browser.send("/auth/theme", {"theme": "dark", "next": "/admin/entries/"})
    assert answer.headers["Location"] == "/admin/entries/"
    with db.unit_of_work(database, write=False):
        assert people.get_account(rob.id).theme == "dark"


def test_it_needs_signing_in(browser: Browser) -> None:
    assert browser.post("/auth/theme", {"theme": "dark"}).status_code == 401


def test_another_word_is_refused(browser: Browser, rob: Person) -> None:
    browser.sign_in(rob)
    assert browser.send("/auth/theme", {"theme": "purple"}).status_code == 422


def test_a_stale_form_comes_back(browser: Browser, rob: Person) -> None:
    browser.sign_in(rob)
    assert browser.post("/auth/theme", {"theme": "dark"}).status_code == 400
