"""How many questions a page asks the database, once the process is warm."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from cms.web import installation
from tests.browsing import BASE

POST, LIST = 6, 8
PAGES = {
    "/posts/rich/": POST,
    "/posts/day-3/": POST,
    "/guide/writing/": POST,
    "/": LIST,
    "/page/2/": LIST,
    "/page/4/": LIST,
    "/tag/tides/": LIST,
    "/category/places/": LIST,
    "/author/ana-lind/": LIST,
    "/archive/": LIST,
    "/archive/2026/": LIST,
    "/feed.xml": LIST,
    "/tag/tides/rss.xml": LIST,
    "/search?q=water": LIST,
    "/sitemap/post-1.xml": LIST,
    "/posts/rich.md": LIST,
    "/nothing/day": 12,
}


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that are sent within the block, without those that begin and end."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    engine = installation.of(app).database.reading_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_little(app: Flask, path: str) -> None:
    client = app.test_client()
    client.get(path, base_url=BASE)
    with counted(app) as asked:
        assert client.get(path, base_url=BASE).status_code in (200, 404)
    assert len(asked) <= PAGES[path], "\n\n".join(asked)


@pytest.mark.parametrize("path", ["/posts/rich/", "/posts/day-3/"])
def test_a_post_asks_little_even_when_everything_was_just_changed(
    app: Flask, path: str, change_settings: Callable[..., None]
) -> None:
    client = app.test_client()
    client.get(path, base_url=BASE)
    change_settings(tagline="Another")
    with counted(app) as asked:
        client.get(path, base_url=BASE)
    assert len(asked) <= 25, "\n\n".join(asked)


def test_the_length_of_a_list_does_not_change_how_much_is_asked(
    app: Flask, change_settings: Callable[..., None]
) -> None:
    client = app.test_client()
    lengths = []
    for size in (1, 12):
        change_settings(posts_per_page=size)
        client.get("/tag/tides/", base_url=BASE)
        change_settings(tagline=f"Again {size}")
        with counted(app) as asked:
            client.get("/tag/tides/", base_url=BASE)
        lengths.append(len(asked))
    assert lengths[0] == lengths[1]


def test_a_bare_file_asks_nothing(app: Flask) -> None:
    client = app.test_client()
    with counted(app) as asked:
        client.get("/healthz", base_url=BASE)
    assert not asked
