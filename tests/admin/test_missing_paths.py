"""Missing pages: noted without a word of who asked, led elsewhere, dismissed, bounded."""

import os
import threading
from datetime import timedelta

import pytest
from flask import Flask

from cms import clock, db
from cms.accounts.permissions import Person
from cms.addresses import book, missing
from cms.public import counting
from tests.admin.conftest import Room
from tests.browsing import BASE, Browser

FLOOD = int(os.environ.get("FLOOD", "300"))  # visitors


def _noted(app: Flask, room: Room) -> dict[str, tuple[int, str]]:
    counting.of(app).missing.tally.flush()
    with room.open():
        return {row.path: (row.hits, row.referrer) for row in missing.list_missing(limit=9_999)}


def test_what_is_missing_is_noted_and_led_to_what_was_meant_in_one_click(
    app: Flask, browser: Browser, room: Room, ada: Person
) -> None:
    entry_id = room.write(ada, "Green tea", "page", path="/drinks/green-tea/")
    room.publish(entry_id, ada)
    for _time in range(2):
        browser.get("/2019/green-tea?secret=1", headers={"Referer": f"{BASE}/about/?x=1"})
    assert _noted(app, room) == {"/2019/green-tea": (2, "/about/")}
    browser.sign_in(ada).get("/admin/redirects/missing/")
    assert "/2019/green-tea 2 times" in browser.text
    assert browser.page is not None
    fix = next(
        a for a in browser.page.all("a") if a.get("aria-label") == "Redirect /2019/green-tea"
    )
    browser.get(str(fix.get("href")))
    assert browser.submit("Lead it to “Green tea”").status_code == 303
    assert browser.get("/2019/green-tea").headers["Location"] == "/drinks/green-tea/"
    assert _noted(app, room) == {}


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/old-page/", True), ("/2019/05/a-long-title-of-twenty-and-more-letters/", True),
        ("/東京/", True), ("/chapter-12/", True), ("/internationalisation-guidelines/", True),
        ("/reset/9f86d081884c7d659a2feaa0c55ad015/", False), ("/u/ada@example.org", False),
        ("/t/dBjftJeZ4CVPmB92K27uhbUJU1p1r", False), ("/call/004915112345678", False),
        ("/x/01M7X2FAXP392AM66ZYHJQ6H7S", False), ("/token=abc/", False), ("/.env", False),
        ("/wp-login.php", False), ("/" + "x" * 400, False),
    ],
)  # fmt: skip
def test_nothing_that_may_be_a_secret_or_a_robots_guess_is_kept(path: str, kept: bool) -> None:
    assert missing.is_worth_noting(path) is kept


@pytest.mark.parametrize(
    ("referrer", "kept"),
    [
        (f"{BASE}/about/?q=1#x", "/about/"),
        ("https://search.example/find?q=private", "search.example"),
        ("javascript:x", ""), ("", ""), ("https://[::1", ""),
        (f"{BASE}/reset/9f86d081884c7d659a2feaa0c55ad015", ""),
    ],
)  # fmt: skip
def test_of_where_they_came_from_only_the_place_is_kept(referrer: str, kept: str) -> None:
    assert missing.read_referrer(referrer, BASE) == kept


def test_a_path_is_dismissed_shown_again_and_the_list_emptied(
    app: Flask, browser: Browser, room: Room, ada: Person
) -> None:
    browser.get("/nothing/")
    _noted(app, room)
    browser.sign_in(ada).get("/admin/redirects/missing/")
    browser.submit("Dismiss /nothing/")
    browser.follow()
    assert "Nobody asked for anything in vain." in browser.text
    browser.get("/admin/redirects/missing/?dismissed=1")
    browser.submit("Show /nothing/ again")
    browser.get("/admin/redirects/missing/?q=noth&sort=newest")
    assert "/nothing/" in browser.text
    browser.submit("Empty the list")
    assert _noted(app, room) == {}
    assert browser.send("/admin/redirects/missing/dismissal", {"path": "/x"}).status_code == 404


def test_noting_can_be_stopped(app: Flask, browser: Browser, room: Room, ada: Person) -> None:
    browser.sign_in(ada).get("/admin/redirects/missing/")
    browser.submit("Stop noting")
    browser.follow()
    assert "not noted at present" in browser.text
    browser.get("/nothing/")
    assert _noted(app, room) == {}
    browser.get("/admin/redirects/missing/")
    browser.submit("Start noting")
    browser.get("/nothing/")
    assert "/nothing/" in _noted(app, room)


def test_a_flood_of_missing_paths_leaves_a_bounded_trace(
    database: db.Database, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(missing, "MOST_KEPT", 100)
    notes, now = missing.Notes(database), clock.now()
    notes.tally.in_background = False

    def flood(number: int) -> None:
        for step in range(500):
            moment = now + timedelta(seconds=step)
            notes.add(f"/flood-{number}-{step}/", referrer="", site_url=BASE, now=moment)
            notes.add("/wanted/", referrer="", site_url=BASE, now=moment)

    threads = [threading.Thread(target=flood, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    notes.tally.flush()
    with room.open():
        assert missing.count_missing() <= 100
    for minute in range(5):
        for step in range(500):
            notes.add(f"/more-{minute}-{step}/", referrer="", site_url=BASE,
                      now=now + timedelta(hours=1, minutes=minute))  # fmt: skip
        notes.tally.flush()
    with room.open():
        assert missing.count_missing() == 100
        assert book.find("/wanted/") is None


def test_a_flood_of_visitors_leaves_a_bounded_trace_that_tells_of_nobody(
    app: Flask, room: Room
) -> None:
    client, notes = app.test_client(), counting.of(app).missing
    for number in range(FLOOD):
        client.get(
            f"/lost-{number}/?mail=ada{number}@example.org",
            headers={"Referer": f"https://mail.example.org/?to=ada{number}@example.org"},
            environ_base={"REMOTE_ADDR": f"203.0.113.{number % 250}"},
        ).close()
    assert len(notes._fresh) <= missing.FRESH_A_MINUTE
    assert len(notes.tally._waiting) <= missing.FRESH_A_MINUTE * 2
    noted = _noted(app, room)
    # A minute may have ended meanwhile.
    assert missing.FRESH_A_MINUTE <= len(noted) <= missing.FRESH_A_MINUTE * (2 + FLOOD // 1_000)
    assert not any(mark in f"{noted}" for mark in ("ada", "@", "?", "203.0.113", "to="))
    assert {referrer for _hits, referrer in noted.values()} == {"mail.example.org"}
