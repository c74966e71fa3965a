"""Dates as people write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from cms.transfer.dates import read_date


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2014-01-28 5:37:44 -0400", (2014, 1, 28, 9, 37, 44)),
        ("2013-05-06 02:12:52 +0200", (2013, 5, 6, 0, 12, 52)),
        ("2016-02-06 19:32:10", (2016, 2, 6, 19, 32, 10)),
        ("2020-01-02", (2020, 1, 2)),
        ("2020-1-2", (2020, 1, 2)),
        ("2020/01/02", (2020, 1, 2)),
        ("2020-01-02T03:04:05Z", (2020, 1, 2, 3, 4, 5)),
        ("2020-01-02T03:04:05.123+01:00", (2020, 1, 2, 2, 4, 5, 123000)),
        ("2020-01-02 03:04 UTC", (2020, 1, 2, 3, 4)),
        ("January 2, 2020", (2020, 1, 2)),
        ("2 Jan 2020", (2020, 1, 2)),
        ("Thu, 02 Jan 2020 03:04:05 +0000", (2020, 1, 2, 3, 4, 5)),
        ("2020-01-02 24:00:00", (2020, 1, 3)),
    ],
)
def test_dates_are_read(written: str, expected: tuple[int, ...]) -> None:
    assert read_date(written) == datetime(*expected, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    "written",
    [
        "2014-02-31",
        "0000-00-00 00:00:00",
        "-0001-11-30",
        "soon",
        "",
        "9999-99-99",
        20140101,
        True,
        ["2020-01-01"],
        "2020-01-02 25:00:00",
        "2020-01-02 10:00:61",
        "1" * 500,
        "9999-12-31 -9999",
    ],
)
def test_what_is_no_date_is_none(written: object) -> None:
    assert read_date(written) is None


def test_a_time_without_offset_is_in_the_zone_of_the_site() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert read_date("2020-07-01 12:00", berlin) == datetime(2020, 7, 1, 10, tzinfo=UTC)
