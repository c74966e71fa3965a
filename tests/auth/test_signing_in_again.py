"""Signing in over an open form: what the page's script asks, and what it is told."""

from typing import Any

import pytest

from cms import db
from cms.accounts import people, sessions
from cms.accounts.permissions import Person
from cms.web import installation
from tests.browsing import Browser
from tests.conftest import PASSWORD

JSON = {"Accept": "application/json"}


def _ask(browser: Browser) -> Any:
    answer = browser.client.get("/auth/session", headers=JSON, base_url=browser.base)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.json


def _sign_in(browser: Browser, token: str, **typed: str) -> Any:
    data = {"csrf_token": token, **typed}
    return browser.client.post("/auth/session", data=data, headers=JSON, base_url=browser.base)


def _end_sessions(browser: Browser, person: Person) -> None:
    with db.unit_of_work(installation.of(browser.app).database):
        sessions.end_all(people.get_account(person.id))
        db.commit()


def test_a_page_learns_who_is_signed_in(browser: Browser, ana: Person) -> None:
    assert _ask(browser)["person"] is None
    browser.sign_in(ana)
    assert _ask(browser)["person"] == {"id": ana.id, "name": "Ana", "email": ana.email}
    _end_sessions(browser, ana)
    assert _ask(browser)["person"] is None


def test_signing_in_again_gives_a_session_and_the_token_that_fits_it(
    browser: Browser, ana: Person
) -> None:
    browser.sign_in(ana)
    before = browser.token()
    _end_sessions(browser, ana)
    answer = _sign_in(browser, _ask(browser)["token"], email=ana.email, password=PASSWORD)
    assert answer.status_code == 200
    assert answer.json["person"]["id"] == ana.id
    fresh = answer.json["token"]
    theme = {"theme": "dark"}
    for token, status in ((before, 400), (fresh, 303)):
        sent = browser.post("/auth/theme", {"csrf_token": token, **theme}, headers=JSON)
        assert sent.status_code == status


def test_signing_in_again_works_after_another_tab_signed_out(browser: Browser, ana: Person) -> None:
    browser.sign_in(ana)
    browser.send("/auth/logout")
    answer = _sign_in(browser, _ask(browser)["token"], email=ana.email, password=PASSWORD)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ({"password": "wrong wrong!"}, 401, "do not match"),
        ({"password": ""}, 422, "Enter your password."),
        ({"email": "", "password": PASSWORD}, 422, "Enter your email address."),
        ({"email": "nobody@example.org", "password": PASSWORD}, 401, "do not match"),
    ],
)
def test_a_refusal_comes_with_words(
    browser: Browser, ana: Person, typed: dict[str, str], status: int, said: str
) -> None:
    answer = _sign_in(browser, _ask(browser)["token"], **{"email": ana.email, **typed})
    assert answer.status_code == status
    assert said in answer.json["detail"]
    assert _ask(browser)["person"] is None


def test_guessing_is_slowed_down_as_at_the_door(browser: Browser, ana: Person) -> None:
    token = _ask(browser)["token"]
    for _ in range(5):
        assert _sign_in(browser, token, email=ana.email, password="wrong!").status_code == 401
    answer = _sign_in(browser, token, email=ana.email, password=PASSWORD)
    assert answer.status_code == 429
    assert "Too many attempts. Wait" in answer.json["detail"]
    assert int(answer.headers["Retry-After"]) > 0
    browser.get("/auth/login")
    assert browser.submit("Sign in", email=ana.email, password=PASSWORD).status_code == 429


def test_nobody_is_signed_in_without_the_token_or_from_elsewhere(
    browser: Browser, ana: Person
) -> None:
    typed = {"email": ana.email, "password": PASSWORD}
    assert _sign_in(browser, "", **typed).status_code == 400
    data = {"csrf_token": _ask(browser)["token"], **typed}
    for origin in ("https://evil.example", "null"):
        answer = browser.post("/auth/session", data, headers={**JSON, "Origin": origin})
        assert answer.status_code == 403
    assert _ask(browser)["person"] is None


def test_a_closed_account_does_not_come_back(browser: Browser, zoe: Person) -> None:
    answer = _sign_in(browser, _ask(browser)["token"], email=zoe.email, password=PASSWORD)
    assert answer.status_code == 401
