"""A site that lives below a path of its host."""

import re
from urllib.parse import urlsplit

import feedparser
import pytest
from flask import Flask

from tests.browsing import BASE

BELOW = f"{BASE}/blog"
_LOCAL = re.compile(r'(?:href|src|action)="(/[^"]*)"')


@pytest.fixture
def environment() -> dict[str, str]:
    return {"SITE_URL": BELOW, "TRUSTED_HOSTS": "127.0.0.1"}


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/posts/rich/", "/guide/writing/", "/tag/tides/", "/archive/", "/search?q=water"),
        *("/nothing/", "/vault/", "/page/2/", "/author/ana-lind/", "/category/places/harbours/"),
    ],
)
def test_every_link_stays_below_the_path(app: Flask, path: str) -> None:
    client = app.test_client()
    text = client.get(f"/blog{path}", base_url=BASE).get_data(as_text=True)
    links = set(_LOCAL.findall(text))
    assert links
    for link in links:
        assert link.startswith("/blog/"), link
    for link in links:
        if "/-/unlock/" not in link:
            with client.get(link.split("#")[0].replace("&amp;", "&"), base_url=BASE) as answer:
                assert answer.status_code == 200, link


def test_absolute_addresses_hold_the_path(app: Flask) -> None:
    client = app.test_client()
    read = feedparser.parse(client.get("/blog/feed.xml", base_url=BASE).get_data())
    assert all(entry.link.startswith(f"{BELOW}/") for entry in read.entries)
    assert f'href="{BELOW}/guide/"' in read.entries[2].content[0].value
    text = client.get("/blog/posts/rich/", base_url=BASE).get_data(as_text=True)
    assert f'<link rel="canonical" href="{BELOW}/posts/rich/">' in text
    assert f"{BELOW}/sitemap/post-1.xml" in client.get("/blog/sitemap.xml", base_url=BASE).get_data(
        as_text=True
    )


@pytest.mark.parametrize(
    ("path", "goes_to"),
    [
        ("/blog/guide", "/blog/guide/"),
        ("/blog/posts/moved/", "/blog/now-here/"),
        ("/blog/old-harbour", "/blog/guide/"),
        ("/blog/page/1/", "/blog/"),
    ],
)
def test_redirects_stay_below_the_path(app: Flask, path: str, goes_to: str) -> None:
    location = app.test_client().get(path, base_url=BASE).headers["Location"]
    assert urlsplit(location).path == goes_to


def test_the_menu_marks_where_the_visitor_is(app: Flask) -> None:
    text = app.test_client().get("/blog/about/", base_url=BASE).get_data(as_text=True)
    assert '<a href="/blog/about/" aria-current="page">' in text
