"""Dates as people have written them in files, read into aware UTC instants. PURE."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime

NUMERIC = re.compile(
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
    r"(?:(?:[Tt]|\s+|\s*,\s*)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})"
    r"(?:[.,](?P<part>\d{1,9}))?)?)?"
    r"\s*(?P<zone>[Zz]|UTC|GMT|[-+]\d{1,2}(?::?\d{2})?(?::?\d{2})?)?"
    r"(?:\s+(?:UTC|GMT|[A-Z]{3,4}))?"
)
WORDED = re.compile(
    r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+(?P<month>[A-Za-z]{3,9})"
    r"|(?P<month2>[A-Za-z]{3,9})\s+(?P<day2>\d{1,2})(?:st|nd|rd|th)?),?\s+(?P<year>\d{4})"
)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FIRST_YEAR = (
    1000  # Older years are mistakes such as -0001 or 0000, and not every database has them.
)


def read_date(value: object, zone: tzinfo = UTC) -> datetime | None:
    """The instant meant, in UTC; times without an offset are in `zone`. None if it is no date."""
    try:
        found = _read(value, zone)
        if found is None or found.year < FIRST_YEAR:
            return None
        return found.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _read(value: object, zone: tzinfo) -> datetime | None:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    if isinstance(value, date):
        return datetime.combine(value, time(), zone)
    if not isinstance(value, str) or len(value) > 60:
        return None
    text = value.strip()
    if match := NUMERIC.fullmatch(text):
        return _from_numbers(match.groupdict(), zone)
    if match := WORDED.fullmatch(text):
        return _from_words(match.groupdict(), zone)
    if not re.search(r"\d{1,2}:\d{2}", text):
        return None
    found = parsedate_to_datetime(text)
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _from_numbers(parts: dict[str, str | None], zone: tzinfo) -> datetime:
    numbers = [
        int(parts[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")
    ]
    year, month, day, hour, minute, second = numbers
    micro = int((parts["part"] or "0")[:6].ljust(6, "0"))
    # Second 60 is a leap second, hour 24 the end of the day; both are the next instant.
    more = timedelta(seconds=second) + (timedelta(days=1) if hour == 24 else timedelta())
    if second > 60 or hour > 24:
        raise ValueError("no such time")
    start = datetime(year, month, day, hour % 24, minute, 0, micro, _zone(parts["zone"], zone))
    return start + more


def _from_words(parts: dict[str, str | None], zone: tzinfo) -> datetime:
    month = (parts["month"] or parts["month2"] or "")[:3].lower()
    day = int(parts["day"] or parts["day2"] or 0)
    return datetime(int(parts["year"] or 0), MONTHS.index(month) + 1, day, tzinfo=zone)


def _zone(written: str | None, zone: tzinfo) -> tzinfo:
    if not written:
        return zone
    if written[0] not in "+-":
        return UTC
    digits = written[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:4] or 0)
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if written[0] == "-" else offset)
