"""The wall before pages with a password."""

from typing import Any

import pytest
from flask import Flask

from cms import clock, db
from cms.accounts import passwords, throttling
from cms.accounts.permissions import OPERATOR, Person
from cms.content import editing, publishing
from cms.content.snapshot import Snapshot
from cms.web import installation
from tests.browsing import Browser
from tests.public.journal import CANARIES, PASSWORD, Journal

SECRET = CANARIES["password"]


def give(browser: Browser, password: str = PASSWORD, path: str = "/vault/") -> Any:
    """Type a password at the wall of a page."""
    browser.get(path)
    assert browser.page is not None
    form = browser.page.form_with("Open")
    return browser.post(form.get("action", ""), {"password": password})


def test_the_wall_shows_nothing_but_a_field(browser: Browser) -> None:
    answer = browser.get("/vault/")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert SECRET not in browser.text
    assert "The vault" not in browser.text
    assert 'content="noindex"' in answer.get_data(as_text=True)
    assert not browser.cookies()


def test_the_right_password_opens_the_page_and_only_then_gives_a_cookie(browser: Browser) -> None:
    assert give(browser, "wrong").status_code == 422
    assert "That is not the password." in browser.text
    assert not browser.cookies()
    answer = give(browser)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/vault/"
    assert browser.cookies() == {"unlocked"}
    page = browser.follow()
    assert SECRET in browser.text
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "Cookie" in page.headers["Vary"]
    assert browser.get("/vault.md").status_code == 200


def test_the_cookie_is_shut_to_scripts(browser: Browser) -> None:
    cookie = give(browser).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


def test_the_password_of_a_page_opens_what_stands_below_it(browser: Browser) -> None:
    browser.get("/vault/child/")
    assert CANARIES["password child"] not in browser.text
    assert give(browser, path="/vault/child/").headers["Location"] == "/vault/child/"
    browser.follow()
    assert CANARIES["password child"] in browser.text
    browser.get("/posts/locked/")
    assert SECRET not in browser.text


def test_a_changed_password_locks_again(app: Flask, browser: Browser, made: Journal) -> None:
    give(browser)
    now = clock.now()
    with db.unit_of_work(installation.of(app).database):
        entry = editing.get_entry(made.entries["vault"])
        changed = Snapshot(
            title="The vault",
            source=f"Text with {SECRET}.",
            path="/vault/",
            access="password",
            password_hash=passwords.hash_password("another one"),
        )
        editing.save(entry, changed, by=OPERATOR, now=now, based_on=entry.head_id)
        publishing.publish(entry, by=OPERATOR, now=now)
        db.commit()
    browser.get("/vault/")
    assert SECRET not in browser.text
    give(browser, "another one")
    browser.follow()
    assert SECRET in browser.text


def test_guessing_is_slowed_down(browser: Browser) -> None:
    statuses = [give(browser, f"guess {number}").status_code for number in range(40)]
    assert 429 in statuses
    first = statuses.index(429)
    assert set(statuses[:first]) == {422}
    answer = give(browser, PASSWORD)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert not browser.cookies()


def test_who_types_it_right_is_not_counted(browser: Browser) -> None:
    for _ in range(30):
        assert give(browser).status_code == 303
        browser.client.delete_cookie("unlocked", domain="127.0.0.1")


@pytest.mark.parametrize("password", ["", "x" * 5000, "\x00", "é" * 300, "\U0001f30a"])
def test_odd_passwords_are_simply_wrong(browser: Browser, password: str) -> None:
    assert give(browser, password).status_code == 422


def test_a_form_from_elsewhere_is_refused(browser: Browser, made: Journal) -> None:
    target = f"/-/unlock/{made.entries['vault']}"
    headers = {"Origin": "https://evil.example"}
    assert browser.post(target, {"password": PASSWORD}, headers=headers).status_code == 403
    assert not browser.cookies()


@pytest.mark.parametrize("name", ["about", "staff", "draft", "trashed", "purged"])
def test_only_a_page_behind_a_password_can_be_opened(
    browser: Browser, made: Journal, name: str
) -> None:
    answer = browser.post(f"/-/unlock/{made.entries[name]}", {"password": PASSWORD})
    assert answer.status_code == 404
    assert browser.post("/-/unlock/none", {"password": PASSWORD}).status_code == 404


@pytest.mark.parametrize("value", ["x", "a.b.c", "WyJ4Il0.Zm9v.x", "é"])
def test_a_made_up_cookie_opens_nothing(browser: Browser, value: str) -> None:
    browser.client.set_cookie("unlocked", value, domain="127.0.0.1")
    browser.get("/vault/")
    assert SECRET not in browser.text


def test_people_of_the_site_see_what_is_theirs_and_nothing_is_kept(
    app: Flask, eli: Person, zoe: Person
) -> None:
    staff = Browser(app).sign_in(eli)
    for path, word in (
        ("/staff/", "staff"),
        ("/vault/", "password"),
        ("/staff/child/", "staff child"),
    ):
        answer = staff.get(path)
        assert answer.status_code == 200
        assert CANARIES[word] in staff.text
        assert answer.headers["Cache-Control"] == "private, no-store"
    stranger = Browser(app).sign_in(zoe)
    assert stranger.get("/staff/").status_code == 404
    stranger.get("/vault/")
    assert SECRET not in stranger.text


def test_a_locked_entry_in_a_list_shows_its_title_alone(browser: Browser) -> None:
    browser.get("/")
    assert "Behind a lock" in browser.text
    assert "Needs a password" in browser.text


def test_guessing_from_many_addresses_is_slowed_down_too(app: Flask, made: Journal) -> None:
    key = throttling.wall_key(made.entries["vault"])
    with db.unit_of_work(installation.of(app).database, write=False):
        for _ in range(throttling.LIMITS["wall"][0]):
            throttling.count_attempt([key], now=clock.now())
    assert give(Browser(app)).status_code == 429


def test_guessing_at_a_wall_does_not_count_against_signing_in(
    app: Flask, browser: Browser, eli: Person
) -> None:
    while give(browser, "wrong").status_code != 429:
        pass
    with db.unit_of_work(installation.of(app).database, write=False):
        throttling.count_attempt([throttling.address_key("127.0.0.1")], now=clock.now())
