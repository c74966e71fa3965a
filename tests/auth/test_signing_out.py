"""Signing out."""

from cms.accounts.permissions import Person
from tests.browsing import Browser


def test_the_session_ends_on_the_server(browser: Browser, ana: Person) -> None:
    browser.sign_in(ana)
    before = {c.value for c in browser.client._cookies.values() if c.key == "sid"}.pop()
    answer = browser.send("/auth/logout")
    assert answer.headers["Location"] == "/auth/login"
    assert "sid" not in browser.cookies()
    browser.client.set_cookie("sid", before, domain="127.0.0.1")
    assert browser.get("/auth/login").status_code == 200, "the old cookie opens nothing"


def test_a_link_signs_nobody_out(browser: Browser, ana: Person) -> None:
    assert browser.sign_in(ana).get("/auth/logout").status_code == 404
    assert browser.get("/auth/login").status_code == 303, "still signed in"


def test_a_form_without_its_token_signs_nobody_out(browser: Browser, ana: Person) -> None:
    browser.sign_in(ana)
    assert browser.post("/auth/logout").status_code == 400
    assert browser.get("/auth/login").status_code == 303, "still signed in"
