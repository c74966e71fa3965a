"""Where visitors are led: by hand, by patterns, by what moved; never round in a circle."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from cms import clock, db
from cms.accounts.permissions import OPERATOR
from cms.addresses import book, hits, redirects
from cms.content import editing, publishing, revisions, terms, trash
from cms.content.snapshot import Snapshot
from cms.public import counting
from cms.web import installation
from tests.browsing import Browser


@pytest.fixture(autouse=True)
def room(app: Flask) -> Iterator[None]:
    """A unit of work that writes."""
    with db.unit_of_work(installation.of(app).database):
        yield


def lead(path: str, location: str, code: int = 301) -> str:
    """Lead a path elsewhere as the owner would; gives the id of the redirect."""
    target = redirects.read_target(location, source=path, code=code, lists=("/posts/",))
    row = redirects.create(path, target, by=None, now=clock.now(), code=code)
    db.commit()
    return row.id


def _page(path: str, title: str = "Page", **values: Any) -> Any:
    now = clock.now()
    content = Snapshot(title=title, source="Words.", path=path, **values)
    entry = editing.create_entry("page", content, by=OPERATOR, now=now)
    publishing.publish(entry, by=OPERATOR, now=now)
    db.commit()
    return entry


def _move(entry: Any, path: str) -> None:
    now, head = clock.now(), revisions.get_head(entry)
    content = Snapshot.of(head)
    content = Snapshot(title=content.title, source=content.source, path=path)
    editing.save(entry, content, by=OPERATOR, now=now, based_on=head.id)
    publishing.publish(entry, by=OPERATOR, now=now)
    db.commit()


def goes(browser: Browser, path: str) -> tuple[int, str]:
    answer = browser.get(path)
    return answer.status_code, answer.headers.get("Location", "")


def test_what_was_led_by_hand_follows_its_target_wherever_it_moves(browser: Browser) -> None:
    entry = _page("/one/")
    lead("/old/", "/one/#part", 302)
    assert goes(browser, "/old/") == (302, "/one/#part")
    assert goes(browser, "/old?x=1") == (302, "/one/?x=1#part")
    _move(entry, "/two/")
    assert goes(browser, "/old/") == (302, "/two/#part")
    assert goes(browser, "/one/") == (301, "/two/")
    trash.trash(entry, by=OPERATOR, now=clock.now())
    db.commit()
    assert goes(browser, "/old/")[0] == 410


def test_forms_of_a_list_are_led_along(browser: Browser) -> None:
    lead("/topic/", "/tag/tides/")
    lead("/topic-news.xml", "/tag/tides/feed.xml")
    assert goes(browser, "/topic/") == (301, "/tag/tides/")
    assert goes(browser, "/topic/feed.xml") == (301, "/tag/tides/feed.xml")
    assert goes(browser, "/topic-news.xml") == (301, "/tag/tides/feed.xml")
    tea = terms.find_by_name("tag", "Tides")
    assert tea is not None
    terms.update_term(tea, by=OPERATOR, now=clock.now(), name="Tee", slug="tee")
    db.commit()
    for path in ("/topic/feed.xml", "/topic-news.xml", "/tag/tides/feed.xml"):
        assert goes(browser, path) == (301, "/tag/tee/feed.xml")


def test_a_live_list_goes_before_a_redirect_from_one_of_its_forms(browser: Browser) -> None:
    lead("/tag/tee/feed.xml", "/tag/tides/feed.xml")
    assert goes(browser, "/tag/tee/feed.xml") == (301, "/tag/tides/feed.xml")
    tea = terms.find_by_name("tag", "Tides")
    assert tea is not None
    terms.update_term(tea, by=OPERATOR, now=clock.now(), name="Tee", slug="tee")
    db.commit()
    assert browser.get("/tag/tee/feed.xml").status_code == 200


def test_a_scheduled_move_to_a_path_that_was_led_there_comes_true(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = _page("/one/")
    lead("/two/", "/one/")
    now, head = clock.now(), revisions.get_head(entry)
    content = Snapshot(title="Page", source="Words.", path="/two/")
    editing.save(entry, content, by=OPERATOR, now=now, based_on=head.id)
    later = now + timedelta(hours=1)
    publishing.publish(entry, by=OPERATOR, now=now, at=later)
    db.commit()
    assert goes(browser, "/two/") == (301, "/one/")
    monkeypatch.setattr(clock, "now", lambda: later + timedelta(minutes=1))
    assert browser.get("/two/").status_code == 200
    assert goes(browser, "/one/") == (301, "/two/")


def test_a_pattern_leads_to_what_stands_there_now_in_one_step(browser: Browser) -> None:
    entry = _page("/fresh/")
    _move(entry, "/ripe/")
    lead("/blog/*", "/*", 308)
    lead("/older/*", "/blog/*")
    lead("/topics/*", "/tag/*")
    assert goes(browser, "/blog/ripe/?x=1") == (308, "/ripe/?x=1")
    assert goes(browser, "/blog/fresh/") == (308, "/ripe/"), "not by way of the former path"
    assert goes(browser, "/older/fresh") == (301, "/ripe/"), "nor by way of another pattern"
    assert goes(browser, "/topics/tides/") == (301, "/tag/tides/")
    assert goes(browser, "/topics/tides/feed.xml") == (301, "/tag/tides/feed.xml")
    assert goes(browser, "/blog/ripe.md") == (308, "/ripe.md")
    assert goes(browser, "/blog/archive/") == (308, "/archive/")


def test_a_pattern_leads_nobody_to_where_nothing_stands(browser: Browser) -> None:
    editing.create_entry("page", Snapshot(title="Draft", path="/draft/"), by=OPERATOR,
                         now=clock.now())  # fmt: skip
    db.commit()
    lead("/blog/*", "/*")
    for path in (
        "/blog/nothing/",
        "/blog/draft/",
        "/blog/tag/nothing/",
        "/blog/x.md",
    ):
        assert goes(browser, path) == (404, ""), path


def test_a_pattern_does_not_tell_of_hidden_pages(browser: Browser) -> None:
    _page("/secret/", access="staff")
    lead("/blog/*", "/*")
    assert goes(browser, "/blog/secret/") == (404, "")


def test_a_pattern_gives_way_to_what_the_book_knows(browser: Browser) -> None:
    _page("/blog/mine/")
    lead("/blog/his/", "https://example.org/his")
    lead("/blog/*", "https://example.org/*")
    assert browser.get("/blog/mine/").status_code == 200
    assert goes(browser, "/blog/his/") == (301, "https://example.org/his")
    assert goes(browser, "/blog/a b/?token=1") == (301, "https://example.org/a%20b/")


@pytest.mark.parametrize("path", ["/x//evil.example/", "/x/%2f%2fevil.example", "/x/%5cevil.com",
                                  "/x///evil.example", "/x/..//evil.example"])  # fmt: skip
def test_nobody_is_led_off_the_site_by_an_odd_path(browser: Browser, path: str) -> None:
    lead("/x/*", "/*")
    lead("/x*", "/*")
    status, location = goes(browser, path)
    assert status == 404 or (location.startswith("/") and not location.startswith("//"))


def test_all_of_one_shape_may_be_gone_or_lead_to_one_thing(browser: Browser) -> None:
    entry = _page("/closed/")
    lead("/shop/old/*", "", 410)
    lead("/shop/*", "/closed/")
    assert goes(browser, "/shop/old/x")[0] == 410
    assert goes(browser, "/shop/x/y") == (301, "/closed/")
    _move(entry, "/shut/")
    assert goes(browser, "/shop/x/y") == (301, "/shut/")


def test_patterns_that_were_sent_round_by_force_still_end(app: Flask, browser: Browser) -> None:
    first, second = lead("/a/*", "/b/*"), lead("/b/*", "/c/*")
    assert first != second
    for row in book.list_patterns():
        row.location = {"/a/*": "/b/*", "/b/*": "/a/*"}[row.source]
    line = book.find(redirects.source_of(redirects.get(lead("/loop/", "https://example.org/"))))
    assert line is not None
    line.location = "/loop/"
    db.commit()
    for path in ("/a/x", "/b/x", "/loop/", "/loop"):
        assert goes(browser, path)[0] == 404


def test_who_is_led_on_is_counted_without_a_word_in_the_content(
    app: Flask, browser: Browser
) -> None:
    entry = _page("/one/")
    _move(entry, "/two/")
    left = book.find("/one/")
    assert left is not None
    by_hand, pattern = lead("/old/", "/two/"), lead("/blog/*", "/two/")
    tally = counting.of(app).redirects
    for path in ("/old/", "/old", "/one/", "/blog/x", "/blog/y", "/two/", "/two", "/nothing/"):
        browser.get(path)
    browser.client.head("/old/", base_url=browser.base)
    assert hits.of([by_hand]) == {}, "not before it is written"
    tally.flush()
    found = hits.of([by_hand, left.id, pattern])
    assert {key: each.count for key, each in found.items()} == {by_hand: 2, left.id: 1, pattern: 2}
    browser.get("/blog/z")
    tally.close()
    assert [(key, each.count) for key, each in hits.most_used(limit=1)] == [(pattern, 3)]
    assert hits.most_used(limit=5, after=(3, pattern))[0] == (by_hand, found[by_hand])
