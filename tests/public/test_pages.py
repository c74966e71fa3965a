"""One entry at its address: posts, pages, redirects, and what is not there."""

import json
import re

import pytest
from flask import Flask

from tests.browsing import BASE, Browser, Page
from tests.public.journal import LONG_TITLE, Journal


def head_of(browser: Browser) -> dict[str, str]:
    """The links and properties in the head of the present page, by name."""
    assert browser.page is not None
    found = {}
    for link in browser.page.all("link"):
        found.setdefault(link.get("rel", ""), link.get("href", ""))
    for meta in browser.page.all("meta"):
        name = meta.get("property") or meta.get("name")
        if name:
            found[name] = meta.get("content", "")
    return found


def structured(page: Page | None) -> list[dict[str, object]]:
    assert page is not None
    scripts = [each for each in page.all("script") if each.get("type") == "application/ld+json"]
    graph: list[dict[str, object]] = json.loads(scripts[0].text or "")["@graph"]
    return graph


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/", "The Harbour Journal"),
        ("/page/2/", "Posts, page 2"),
        ("/posts/rich/", "Everything in one post"),
        ("/posts/long/", LONG_TITLE),
        ("/posts/arabic/", "الميناء القديم"),
        ("/posts/chinese/", "潮汐数据库"),
        ("/posts/unlisted/", "By its address only"),
        ("/about/", "About"),
        ("/letter/", "A letter"),
        ("/wide/", "A wide page"),
        ("/guide/writing/pencils/", "Pencils"),
        ("/tag/tides/", "Tides"),
        ("/tag/数据库/", "数据库"),
        ("/category/places/harbours/", "Harbours"),
        ("/author/ana-lind/", "Ana Lind"),
        ("/archive/", "Archive"),
        ("/search", "Search"),
        ("/search?q=gulls", "Results for “gulls”"),
    ],
)
def test_every_kind_of_page_is_there_and_sound(browser: Browser, path: str, heading: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 200
    assert browser.heading == heading
    assert not browser.cookies()
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, max-age=0, must-revalidate"


def test_a_post_tells_what_it_is(browser: Browser) -> None:
    browser.get("/posts/rich/")
    head = head_of(browser)
    assert head["canonical"] == head["og:url"] == f"{BASE}/posts/rich/"
    assert head["og:type"] == "article"
    assert head["og:title"] == "Everything in one post"
    assert head["description"].startswith("The harbour wakes")
    posting, crumbs = structured(browser.page)
    assert posting["@type"] == "BlogPosting"
    assert [each["name"] for each in posting["author"]] == ["Ana Lind", "Rob Salt"]
    assert [each["name"] for each in crumbs["itemListElement"]] == [
        "Home",
        "Everything in one post",
    ]


def test_seo_fields_stand_above_the_text(browser: Browser) -> None:
    browser.get("/posts/noindex/")
    head = head_of(browser)
    assert head["robots"] == "noindex"
    assert head["og:title"] == "Another title"
    assert head["description"] == "Another description."
    assert browser.heading == "Not for engines"


def test_the_language_of_an_entry_sets_the_direction_of_its_page(browser: Browser) -> None:
    text = browser.get("/posts/arabic/").get_data(as_text=True)
    assert '<html lang="ar" dir="rtl"' in text
    assert 'lang="zh"' in browser.get("/posts/chinese/").get_data(as_text=True)


def test_a_page_knows_its_place_in_the_tree(browser: Browser) -> None:
    browser.get("/guide/writing/")
    assert browser.page is not None
    crumbs = next(nav for nav in browser.page.all("nav") if nav.get("class") == "breadcrumbs")
    assert browser.page.words(crumbs) == "Home Guide Writing"
    assert "Pencils" in browser.text
    browser.get("/guide/writing/pencils/")
    assert "Home Guide Writing Pencils" in browser.text


def test_posts_lead_to_their_neighbours_and_kin(browser: Browser) -> None:
    text = browser.get("/posts/day-3/").get_data(as_text=True)
    assert re.search(r'rel="prev" href="/posts/day-4/"', text)
    assert re.search(r'rel="next" href="/posts/day-2/"', text)
    assert "Related" in browser.text


@pytest.mark.parametrize(
    ("path", "goes_to"),
    [
        ("/posts/rich", "/posts/rich/"),
        ("/posts/rich?a=1&b=%C3%A9", "/posts/rich/?a=1&b=%C3%A9"),
        ("/about", "/about/"),
        ("/tag/tides", "/tag/tides/"),
        ("/author/ana-lind", "/author/ana-lind/"),
        ("/archive", "/archive/"),
        ("/archive/2026", "/archive/2026/"),
        ("/page/1/", "/"),
        ("/page/2", "/page/2/"),
        ("/tag/tides/page/2", "/tag/tides/page/2/"),
        ("/posts/moved/", "/now-here/"),
        ("/posts/moved", "/now-here/"),
        ("/posts/moved.md", "/now-here.md"),
        ("/old-harbour", "/guide/"),
        ("/old-harbour/", "/guide/"),
        ("/e%CC%81", "/%C3%A9"),
    ],
)
def test_other_forms_of_an_address_lead_to_the_one(
    browser: Browser, path: str, goes_to: str
) -> None:
    answer = browser.get(path)
    assert answer.status_code == 301
    assert answer.headers["Location"] == goes_to
    assert answer.headers["Cache-Control"] == "public, max-age=3600"


def test_the_owner_sends_visitors_elsewhere(browser: Browser) -> None:
    answer = browser.get("/elsewhere")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "https://example.org/somewhere"


@pytest.mark.parametrize(
    "path",
    [
        *("/nothing/", "/posts/draft/", "/posts/scheduled/", "/posts/ended/", "/staff/", "/staff"),
        *("/staff/child/", "/staff.md", "/page/99/", "/page/0/", "/tag/canaryinternal/"),
        *("/tag/none/", "/category/harbours/", "/author/canarynobody-person/", "/author/none/"),
        *("/archive/1999/", "/archive/2026/13/", "/archive/2026/1/", "/archive/0000/", "/posts/"),
        *("/sitemap/post-0.xml", "/sitemap/post-9.xml", "/sitemap/x-1.xml", "/-/"),
        *("/posts/rich/feed.xml", "/posts/rich/page/2/", "/tag/tides.md", "/search?q=gulls&page=9"),
    ],
)
def test_what_is_not_there_is_not_found(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/posts/trashed/", "/posts/purged/", "/posts/trashed", "/burnt/", "/burnt"]
)
def test_what_was_public_and_is_gone_says_so(browser: Browser, path: str) -> None:
    assert browser.get(path).status_code == 410
    assert browser.heading == "This is gone"


def test_a_wrong_address_gets_near_matches(browser: Browser) -> None:
    browser.get("/2019/day-7-at-the-harbor/")
    assert "Perhaps you were looking for" in browser.text
    assert "Day 7 at the harbour" in browser.text


def test_files_that_programs_ask_for_get_no_page(browser: Browser) -> None:
    answer = browser.get("/apple-touch-icon.png")
    assert (answer.status_code, answer.mimetype) == (404, "text/plain")


@pytest.mark.parametrize(
    "path", ["/", "/posts/rich/", "/feed.xml", "/posts/rich.md", "/robots.txt"]
)
def test_who_has_a_page_already_gets_no_second_copy(browser: Browser, path: str) -> None:
    first = browser.get(path)
    again = browser.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert not again.get_data()
    assert again.headers["ETag"] == first.headers["ETag"]
    other = browser.get(path, headers={"If-None-Match": 'W/"other"'})
    assert other.status_code == 200


@pytest.mark.parametrize("path", ["/", "/posts/rich/", "/nothing/", "/feed.xml", "/vault/"])
def test_asking_for_the_head_gives_the_same_without_the_body(app: Flask, path: str) -> None:
    client = app.test_client()
    whole, head = client.get(path, base_url=BASE), client.head(path, base_url=BASE)
    assert head.status_code == whole.status_code
    assert not head.get_data()
    for name in ("Content-Type", "ETag", "Cache-Control", "Content-Length"):
        assert head.headers.get(name) == whole.headers.get(name)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "PROPFIND", "NONSENSE"])
def test_pages_can_only_be_read(app: Flask, method: str) -> None:
    for path in ("/", "/about/", "/feed.xml", "/nothing/"):
        answer = app.test_client().open(path, method=method, base_url=BASE)
        assert answer.status_code == 405
        assert "GET" in answer.headers["Allow"]


def test_an_unknown_host_is_told_nothing(app: Flask) -> None:
    answer = app.test_client().get("/", base_url="http://evil.example")
    assert answer.status_code == 400
    assert "Harbour" not in answer.get_data(as_text=True)


def test_links_never_come_from_the_host_header(browser: Browser) -> None:
    text = browser.get("/", headers={"X-Forwarded-Host": "evil.example"}).get_data(as_text=True)
    assert "evil.example" not in text


def test_the_menu_marks_where_the_visitor_is(browser: Browser, made: Journal) -> None:
    text = browser.get("/guide/writing/").get_data(as_text=True)
    assert '<a href="/guide/" class="on-trail">' in text
    assert '<a href="/guide/writing/" aria-current="page">' in text
