"""What programs read: sitemap, robots.txt, llms.txt, and every entry as Markdown."""

from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from cms.public import sitemap
from tests.browsing import BASE, Browser

NAMESPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def locations(browser: Browser, path: str) -> list[str]:
    answer = browser.get(path)
    assert answer.mimetype == "application/xml"
    root = ElementTree.fromstring(answer.get_data())
    return [each.text or "" for each in root.iterfind(".//s:loc", NAMESPACE)]


def test_the_sitemap_names_what_engines_may_show(browser: Browser) -> None:
    parts = locations(browser, "/sitemap.xml")
    paths = []
    for part in parts:
        assert part.startswith(BASE)
        paths += [urlsplit(each).path for each in locations(browser, urlsplit(part).path)]
    assert len(paths) == len(set(paths))
    assert {"/", "/posts/rich/", "/guide/writing/", "/tag/tides/", "/author/ana-lind/"} <= set(
        paths
    )
    assert "/posts/noindex/" not in paths
    assert "/posts/unlisted/" not in paths
    assert "/posts/locked/" not in paths
    for path in paths:
        assert browser.get(path).status_code == 200, path


def test_every_entry_in_the_sitemap_says_when_it_changed(browser: Browser) -> None:
    root = ElementTree.fromstring(browser.get("/sitemap/post-1.xml").get_data())
    assert len(root.findall(".//s:lastmod", NAMESPACE)) == len(root.findall("s:url", NAMESPACE))


def test_a_long_sitemap_comes_in_parts(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "PART", 4)
    parts = [urlsplit(each).path for each in locations(browser, "/sitemap.xml")]
    assert "/sitemap/post-2.xml" in parts
    found = [path for part in parts for path in locations(browser, part)]
    assert len(found) == len(set(found))
    assert f"{BASE}/posts/day-12/" in found


def test_robots_are_led_to_the_sitemap(browser: Browser) -> None:
    text = browser.get("/robots.txt").get_data(as_text=True)
    assert f"Sitemap: {BASE}/sitemap.xml" in text
    assert "Disallow: /admin/" in text
    assert "Disallow: /\n" not in text


def test_an_entry_can_be_read_as_it_was_written(browser: Browser) -> None:
    answer = browser.get("/posts/rich.md")
    assert answer.content_type == "text/markdown; charset=utf-8"
    assert answer.headers["Link"] == f'<{BASE}/posts/rich/>; rel="canonical"'
    text = answer.get_data(as_text=True)
    assert text.startswith("# Everything in one post\n\nThe harbour wakes")
    assert "entry:" not in text
    assert f"]({BASE}/guide/)" in text


def test_the_accept_header_asks_for_markdown_too(browser: Browser) -> None:
    answer = browser.get("/posts/rich/", headers={"Accept": "text/markdown, text/html;q=0.5"})
    assert answer.mimetype == "text/markdown"
    assert "Accept" in answer.headers["Vary"]
    page = browser.get("/posts/rich/", headers={"Accept": "text/html, */*;q=0.1"})
    assert page.mimetype == "text/html"
    assert "Accept" in page.headers["Vary"]
    assert browser.get("/posts/rich/", headers={"Accept": "*/*"}).mimetype == "text/html"


def test_llms_txt_lists_the_site_in_markdown(browser: Browser) -> None:
    text = browser.get("/llms.txt").get_data(as_text=True)
    assert text.startswith("# The Harbour Journal\n\n> Water, stone & patience\n\n## Pages\n")
    assert f"[About]({BASE}/about.md)" in text


def test_markdown_can_be_switched_off(browser: Browser, change_settings: Any) -> None:
    change_settings(markdown_pages=False)
    assert browser.get("/posts/rich.md").status_code == 404
    assert browser.get("/llms.txt").status_code == 404
    answer = browser.get("/posts/rich/", headers={"Accept": "text/markdown"})
    assert answer.mimetype == "text/html"
    assert "text/markdown" not in answer.get_data(as_text=True)
