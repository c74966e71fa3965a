"""The visitor's walk on every kind of database."""

from collections.abc import Callable, Iterator
from pathlib import Path

import feedparser
import pytest
from flask import Flask

from cms import clock, db
from cms.web import installation
from tests import databases
from tests.browsing import Browser
from tests.public import journal


@pytest.fixture(params=databases.params())
def dialect(request: pytest.FixtureRequest) -> str:
    databases.ensure_server(request.param)
    return str(request.param)


@pytest.fixture
def database_url(
    dialect: str, tmp_path: Path, sqlite_template: Path, server_urls: Callable[[str], str]
) -> Iterator[str]:
    if dialect == "sqlite":
        yield databases.copy_sqlite(sqlite_template, tmp_path / "instance")
        return
    url = server_urls(dialect)
    yield url
    databases.empty_tables(url)


def test_a_visitor_walks_through_the_whole_site(app: Flask, browser: Browser) -> None:
    with db.unit_of_work(installation.of(app).database):
        made = journal.fill(now=clock.now())
    for path, words in (
        ("/", "Pinned above all"),
        ("/page/2/", "at the harbour"),
        ("/posts/rich/", "The harbour wakes"),
        ("/posts/day-3/", "Related"),
        ("/guide/writing/", "Home Guide Writing"),
        ("/tag/tides/", "Day 3 at the harbour"),
        ("/tag/数据库/", "潮汐数据库"),
        ("/category/places/", "Everything in one post"),
        ("/author/ana-lind/", "Day 3 at the harbour"),
        ("/archive/", "By year"),
        ("/archive/2026/", "2026"),
        ("/search?q=pencil", "Writing"),
        ("/search?q=数据库", "潮汐数据库"),
    ):
        assert browser.get(path).status_code == 200, path
        assert words in browser.text, path
    for path, status in (
        ("/posts/moved/", 301),
        ("/posts/rich", 301),
        ("/posts/trashed/", 410),
        ("/posts/draft/", 404),
        ("/staff/", 404),
        ("/nothing/", 404),
    ):
        assert browser.get(path).status_code == status, path
    for path in ("/feed.xml", "/category/places/rss.xml"):
        assert feedparser.parse(browser.get(path).get_data()).entries
    assert "/posts/rich/" in browser.get("/sitemap/post-1.xml").get_data(as_text=True)
    assert made.entries
