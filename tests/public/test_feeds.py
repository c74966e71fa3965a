"""Feeds of the site and of every list, read as feed readers do."""

import json
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import feedparser
import pytest
from flask import Flask

from cms import clock, db
from cms.web import installation
from tests.browsing import BASE, Browser
from tests.public import journal
from tests.public.journal import Journal

LISTS = ("/", "/tag/tides/", "/tag/数据库/", "/category/places/", "/author/ana-lind/")
FEEDS = [f"{base}{name}" for base in LISTS for name in ("feed.xml", "rss.xml")]


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_is_sound(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "Cookie" not in answer.headers.get("Vary", "")
    read = feedparser.parse(answer.get_data())
    assert not read.bozo, read.get("bozo_exception")
    assert read.entries
    assert read.version == ("atom10" if path.endswith("feed.xml") else "rss20")
    for entry in read.entries:
        assert entry.title
        assert entry.link.startswith(BASE)
        assert entry.published_parsed
        assert entry.content[0].value
        own = urlsplit(entry.link).path
        assert browser.get(own).status_code in (200, 301)
    ids = [entry.id for entry in read.entries]
    assert len(ids) == len(set(ids))


def test_atom_names_itself_and_its_authors(browser: Browser) -> None:
    read = feedparser.parse(browser.get("/tag/tides/feed.xml").get_data())
    assert read.feed.title == "Tides – The Harbour Journal"
    links = {link.rel: link.href for link in read.feed.links}
    assert links == {"self": f"{BASE}/tag/tides/feed.xml", "alternate": f"{BASE}/tag/tides/"}
    rich = next(entry for entry in read.entries if entry.link.endswith("/posts/rich/"))
    assert [author.name for author in rich.authors] == ["Ana Lind", "Rob Salt"]
    assert {tag.term for tag in rich.tags} == {"Tides", "Stone", "Old harbours"}


def test_links_in_a_feed_are_whole(browser: Browser) -> None:
    read = feedparser.parse(browser.get("/feed.xml").get_data())
    rich = next(entry for entry in read.entries if entry.link.endswith("/posts/rich/"))
    html = rich.content[0].value
    assert f'href="{BASE}/guide/"' in html
    assert 'href="/' not in html
    assert 'href="#' not in html


def test_a_json_feed_holds_the_same(browser: Browser) -> None:
    for base in LISTS:
        answer = browser.get(f"{base}feed.json")
        assert answer.content_type == "application/feed+json"
        feed = json.loads(answer.get_data())
        assert feed["version"] == "https://jsonfeed.org/version/1.1"
        read = feedparser.parse(browser.get(f"{base}feed.xml").get_data())
        assert [item["id"] for item in feed["items"]] == [entry.id for entry in read.entries]
        assert all(item["content_html"] for item in feed["items"])


def test_excerpts_alone_are_a_setting(browser: Browser, change_settings: Any) -> None:
    change_settings(feed_text="excerpt", feed_size=3)
    read = feedparser.parse(browser.get("/feed.xml").get_data())
    assert len(read.entries) == 3
    assert not any("content" in entry for entry in read.entries)
    items = json.loads(browser.get("/feed.json").get_data())["items"]
    assert all("content_html" not in item and item["content_text"] for item in items)


def test_what_is_behind_a_password_is_in_no_feed(browser: Browser) -> None:
    for name in ("feed.xml", "rss.xml", "feed.json"):
        assert "Behind a lock" not in browser.get(f"/{name}").get_data(as_text=True)


def test_what_xml_cannot_hold_does_not_break_a_feed(app: Flask, made: Journal) -> None:
    odd = 'Less < than & "more" ]]> \u0007 \u000b \ufffe \U0001f30a'
    with db.unit_of_work(installation.of(app).database):
        fresh = Journal(clock.now(), dict(made.entries), made.terms, made.people)
        journal.write(
            fresh, "odd", odd.replace("\u0007 \u000b ", ""), odd + "\n\n```\na\n\n\nb\n```"
        )
        db.commit()
    client = app.test_client()
    for name in ("feed.xml", "rss.xml"):
        body = client.get(f"/{name}", base_url=BASE).get_data()
        ElementTree.fromstring(body)
        read = feedparser.parse(body)
        assert not read.bozo
        assert "a\n\n\nb" in read.entries[0].content[0].value
    assert json.loads(client.get("/feed.json", base_url=BASE).get_data())["items"]


def test_an_empty_feed_is_still_a_feed(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cms.content.queries.list_cards", lambda *_args, **_options: ())
    body = browser.get("/feed.xml").get_data()
    read = feedparser.parse(body)
    assert not read.bozo
    assert not read.entries
    assert read.feed.updated


def test_feeds_hold_no_empty_lines_of_their_own(browser: Browser, change_settings: Any) -> None:
    change_settings(feed_text="excerpt")
    for path in ("/feed.xml", "/rss.xml", "/sitemap.xml", "/sitemap/post-1.xml"):
        text = browser.get(path).get_data(as_text=True)
        assert "\n\n" not in text, path
