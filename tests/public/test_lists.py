"""Lists: the home page, tags, categories, authors and the archive."""

from typing import Any

from flask import Flask

from cms import clock, db
from cms.accounts.permissions import OPERATOR
from cms.content import editing, trash
from cms.web import installation
from tests.browsing import BASE, Browser
from tests.public.journal import Journal
from tests.public.test_pages import head_of


def titles(browser: Browser) -> list[str]:
    """The titles of the cards on the present page."""
    assert browser.page is not None
    cards = [each for each in browser.page.all("h2", "h3") if each.get("class") == "card-title"]
    return [browser.page.words(each) for each in cards]


def test_the_home_page_begins_with_what_is_pinned(browser: Browser) -> None:
    browser.get("/")
    assert titles(browser)[0] == "Pinned above all"
    assert "Featured" in browser.text
    assert "By its address only" not in browser.text


def test_every_post_stands_on_exactly_one_page(browser: Browser) -> None:
    seen: list[str] = []
    number, answer = 1, browser.get("/")
    featured = ["Everything in one post"]
    while answer.status_code == 200:
        seen += titles(browser)
        number += 1
        answer = browser.get(f"/page/{number}/")
    assert len(seen + featured) == len(set(seen + featured))
    assert {f"Day {day} at the harbour" for day in range(1, 13)} <= set(seen)


def test_pages_of_a_list_know_one_another(browser: Browser) -> None:
    browser.get("/page/2/")
    head = head_of(browser)
    assert head["canonical"] == f"{BASE}/page/2/"
    assert head["prev"] == "/"
    assert head["next"] == "/page/3/"


def test_a_category_holds_what_is_filed_below_it(browser: Browser) -> None:
    browser.get("/category/places/")
    assert "Everything in one post" in titles(browser)
    browser.get("/category/places/harbours/old-harbours/")
    assert titles(browser) == ["Everything in one post"]
    assert "Home Places Harbours Old harbours" in browser.text


def test_a_tag_is_introduced_and_offers_its_own_feed(browser: Browser) -> None:
    text = browser.get("/tag/tides/").get_data(as_text=True)
    assert "<strong>comes and goes</strong>" in text
    assert f'href="{BASE}/tag/tides/feed.xml"' in text


def test_an_author_has_a_page(browser: Browser) -> None:
    text = browser.get("/author/rob-salt/").get_data(as_text=True)
    assert titles(browser) == ["Everything in one post"]
    assert '"@type": "Person", "name": "Rob Salt"' in text


def test_the_archive_goes_by_year_and_month(browser: Browser) -> None:
    browser.get("/archive/")
    assert browser.page is not None
    years = [
        each.get("href") for each in browser.page.all("a") if "/archive/2" in each.get("href", "")
    ]
    assert years
    for path in dict.fromkeys(years):
        assert browser.get(str(path)).status_code == 200
        assert "Archive" in browser.text


def test_a_term_that_nothing_public_carries_has_no_list_yet(browser: Browser) -> None:
    assert browser.get("/tag/canaryunused/").status_code == 404
    assert browser.get("/tag/canaryunused/feed.xml").status_code == 404


def test_a_site_without_posts_says_so(browser: Browser, app: Flask, made: Journal) -> None:
    with db.unit_of_work(installation.of(app).database):
        now = clock.now()
        for name, entry_id in made.entries.items():
            entry = editing.find_entry(entry_id)
            if entry is not None and entry.type == "post" and entry.trashed_at is None:
                assert name
                trash.trash(entry, by=OPERATOR, now=now)
        db.commit()
    browser.get("/")
    assert "Nothing has been published yet" in browser.text
    browser.get("/archive/")
    assert "There is nothing here yet" in browser.text
    assert head_of(browser)["robots"] == "noindex"
    assert browser.get("/feed.xml").status_code == 200
    assert browser.get("/page/2/").status_code == 404


def test_the_number_of_posts_on_a_page_is_a_setting(browser: Browser, change_settings: Any) -> None:
    change_settings(posts_per_page=3)
    browser.get("/page/2/")
    assert len(titles(browser)) == 3


def test_a_page_in_front_gives_the_posts_another_place(
    browser: Browser, change_settings: Any, made: Any
) -> None:
    change_settings(front="page", front_page=made.entries["about"], posts_path="/journal/")
    browser.get("/")
    assert browser.heading == "About"
    assert head_of(browser)["canonical"] == f"{BASE}/"
    assert browser.get("/about/").headers["Location"] == "/"
    assert browser.get("/journal").headers["Location"] == "/journal/"
    assert browser.get("/journal/").status_code == 200
    assert "Pinned above all" in browser.text
    assert browser.get("/journal/page/2/").status_code == 200
    assert browser.get("/journal/feed.xml").status_code == 200
    assert browser.get("/page/2/").status_code == 404
    assert f"{BASE}/journal/" in browser.get("/sitemap/lists-1.xml").get_data(as_text=True)


def test_a_front_page_that_is_gone_gives_way_to_the_posts(
    browser: Browser, change_settings: Any, made: Any
) -> None:
    change_settings(front="page", front_page=made.entries["trashed"])
    assert browser.get("/").status_code == 200
    assert "Pinned above all" in browser.text


def test_a_site_kept_from_engines_says_so_everywhere(
    browser: Browser, change_settings: Any
) -> None:
    change_settings(search_engines=False)
    for path in ("/", "/about/", "/tag/tides/", "/archive/", "/posts/rich/"):
        browser.get(path)
        assert head_of(browser)["robots"] == "noindex", path
    assert "Disallow: /\n" in browser.get("/robots.txt").get_data(as_text=True)
