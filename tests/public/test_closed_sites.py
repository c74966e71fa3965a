"""A site that is private, or not open yet."""

from typing import Any

import pytest
from flask import Flask

from cms.accounts.permissions import Person
from tests.browsing import Browser
from tests.public.journal import PASSWORD, Journal

PAGES = (
    *("/", "/about/", "/posts/rich/", "/tag/tides/", "/search?q=water", "/archive/", "/nothing/"),
    *("/posts/rich.md", "/posts/moved/", "/old-harbour", "/page/2/", "/posts/trashed/"),
)
FILES = ("/feed.xml", "/rss.xml", "/feed.json", "/sitemap.xml", "/sitemap/post-1.xml", "/llms.txt")
WORDS = ("gulls", "Everything in one post", "The harbour wakes", "Guide")


@pytest.mark.parametrize(("access", "status"), [("private", 403), ("coming-soon", 503)])
def test_a_closed_site_shows_one_page_only(
    browser: Browser, change_settings: Any, access: str, status: int
) -> None:
    change_settings(access=access)
    for path in PAGES:
        answer = browser.get(path)
        assert answer.status_code == status, path
        assert answer.headers["Cache-Control"] == "no-store"
        assert not any(word in answer.get_data(as_text=True) for word in WORDS), path
    for path in FILES:
        answer = browser.get(path)
        assert answer.status_code == 404, path
        assert not any(word in answer.get_data(as_text=True) for word in WORDS), path
    assert "Disallow: /\n" in browser.get("/robots.txt").get_data(as_text=True)


def test_coming_soon_says_so_in_the_owners_words(browser: Browser, change_settings: Any) -> None:
    change_settings(access="coming-soon", coming_soon_text="We open with the spring tide.")
    answer = browser.get("/")
    assert "We open with the spring tide." in browser.text
    assert int(answer.headers["Retry-After"]) > 0


def test_a_password_does_not_open_a_private_site(
    browser: Browser, change_settings: Any, made: Journal
) -> None:
    change_settings(access="private")
    answer = browser.post(f"/-/unlock/{made.entries['vault']}", {"password": PASSWORD})
    assert answer.status_code in (403, 404)
    assert not browser.cookies()


def test_people_of_the_site_see_it_as_it_will_be(
    app: Flask, change_settings: Any, eli: Person
) -> None:
    change_settings(access="coming-soon")
    staff = Browser(app).sign_in(eli)
    for path in ("/", "/about/", "/posts/rich/", "/feed.xml", "/sitemap.xml"):
        answer = staff.get(path)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_the_sign_in_page_stays_open(browser: Browser, change_settings: Any) -> None:
    change_settings(access="private")
    assert browser.get("/auth/login").status_code == 200
    assert browser.get("/healthz").status_code == 200
