"""Slowing down whoever guesses."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from cms import db
from cms.accounts import throttling
from cms.accounts.models import Throttle
from cms.accounts.throttling import LIMITS, Throttled

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FREE, LONGEST = LIMITS["account"]
KEY = throttling.account_key("ana@example.org")


def _fail(times: int, *, at: datetime = NOW, key: str = KEY) -> int:
    """How many of so many attempts got through."""
    through = 0
    for _ in range(times):
        try:
            throttling.count_attempt([key], now=at)
            through += 1
        except Throttled:
            pass
    return through


def test_a_few_attempts_are_free(unit: db.UnitOfWork) -> None:
    assert _fail(FREE + 3) == FREE


def test_the_delay_grows_and_has_an_end() -> None:
    delays = [throttling.delay_after(n, "account") for n in range(200)]
    assert delays[FREE - 1] == timedelta()
    assert delays[FREE] == timedelta(seconds=2)
    assert delays == sorted(delays)
    assert delays[-1] == LONGEST


def test_waiting_helps(unit: db.UnitOfWork) -> None:
    _fail(FREE)
    assert _fail(1, at=NOW + timedelta(seconds=1)) == 0
    assert _fail(1, at=NOW + timedelta(seconds=2)) == 1
    assert _fail(1, at=NOW + timedelta(seconds=5)) == 0


def test_an_attempt_that_is_turned_away_is_not_counted(unit: db.UnitOfWork) -> None:
    _fail(FREE)
    _fail(100)
    assert _fail(1, at=NOW + timedelta(seconds=2)) == 1


def test_the_person_is_told_how_long(unit: db.UnitOfWork) -> None:
    _fail(FREE)
    with pytest.raises(Throttled, match="Wait 2 seconds") as refusal:
        throttling.count_attempt([KEY], now=NOW)
    assert refusal.value.retry_after == 2


def test_a_good_attempt_forgives(unit: db.UnitOfWork) -> None:
    _fail(FREE - 1)
    throttling.forgive([KEY])
    assert _fail(FREE + 1) == FREE


def test_an_address_gets_only_its_own_attempt_back(unit: db.UnitOfWork) -> None:
    key = throttling.address_key("192.0.2.1")
    free = LIMITS["address"][0]
    _fail(free - 1, key=key)
    throttling.take_back([key], now=NOW)
    assert _fail(5, key=key) == 2


def test_a_day_later_all_is_forgotten(unit: db.UnitOfWork, database: db.Database) -> None:
    _fail(FREE)
    later = NOW + timedelta(hours=25)
    assert _fail(FREE, at=later) == FREE
    throttling.forget_old(now=later + timedelta(hours=25))
    with database.ticking() as ticks:
        assert ticks.query(Throttle).count() == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2", True),
        ("nonsense", "", True),
    ],
)
def test_networks_count_together(one: str, other: str, same: bool) -> None:
    assert (throttling.address_key(one) == throttling.address_key(other)) is same


def test_an_account_and_an_address_are_counted_apart(unit: db.UnitOfWork) -> None:
    _fail(FREE)
    assert _fail(1, key=throttling.address_key("192.0.2.1")) == 1


def test_many_at_once_gain_nothing(database: db.Database) -> None:
    """Of a flood in the same instant, as many pass as one after the other would."""

    def attempt(_: int) -> int:
        with db.unit_of_work(database, write=False):
            return _fail(3)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == FREE


def test_counts_outlive_the_process(unit: db.UnitOfWork, database: db.Database) -> None:
    _fail(FREE)
    again = db.Database(database.url.render_as_string(hide_password=False))
    try:
        with db.unit_of_work(again, write=False):
            assert _fail(1) == 0
    finally:
        again.dispose()
