"""What the clock alone makes public or takes away: no job has to run."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from tests.browsing import Browser
from tests.public.journal import CANARIES, Journal

TICK = timedelta(seconds=1)
EVERYWHERE = ("/", "/archive/", "/feed.xml", "/feed.json", "/sitemap/post-1.xml", "/llms.txt")


@pytest.fixture
def clock(made: Journal) -> Iterator[time_machine.Traveller]:
    """A clock that stands just before the scheduled post goes live."""
    with time_machine.travel(made.now + timedelta(hours=1) - TICK, tick=False) as traveller:
        yield traveller


def test_a_scheduled_post_is_there_from_its_instant_on(
    browser: Browser, clock: time_machine.Traveller
) -> None:
    word = CANARIES["scheduled"]
    assert browser.get("/posts/scheduled/").status_code == 404
    for path in EVERYWHERE:
        assert "scheduled" not in browser.get(path).get_data(as_text=True).lower(), path
    clock.shift(TICK)
    browser.get("/posts/scheduled/")
    assert word in browser.text
    for path in EVERYWHERE:
        assert "scheduled" in browser.get(path).get_data(as_text=True).lower(), path
    browser.get(f"/search?q={word}")
    assert "1 result" in browser.text
    browser.get("/about/")
    assert "Canaryscheduled" in browser.text  # its line in the menu


def test_a_scheduled_change_shows_at_its_instant(
    browser: Browser, clock: time_machine.Traveller
) -> None:
    browser.get("/2026/revised/" if browser.get("/2026/revised/").status_code == 200 else "/")
    word = CANARIES["scheduled change"]
    assert word not in browser.text
    before = browser.get("/feed.xml").headers["ETag"]
    clock.shift(TICK)
    assert word in browser.get("/feed.xml").get_data(as_text=True)
    assert browser.get("/feed.xml").headers["ETag"] != before


def test_a_clock_set_back_hides_it_again(browser: Browser, clock: time_machine.Traveller) -> None:
    clock.shift(2 * TICK)
    assert browser.get("/posts/scheduled/").status_code == 200
    clock.shift(-4 * TICK)
    assert browser.get("/posts/scheduled/").status_code == 404
    assert "canaryscheduled" not in browser.get("/").get_data(as_text=True).lower()
