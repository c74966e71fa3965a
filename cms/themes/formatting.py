"""How values become words: numbers, sizes, dates, times and colours in the page's language."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import dates as babel_dates
from babel import numbers as babel_numbers
from jinja2 import Undefined
from jinja2.filters import FILTERS as JINJA_FILTERS

from cms.themes import budget, locales
from cms.themes import settings as theme_settings
from cms.themes.budget import OverBudget
from cms.themes.printing import printed

WORDS_PER_MINUTE = 220
MAX_PATTERN = 60
SMALL_NUMBER = 1000  # below this no language sets separators
_DATE_FORMATS = ("short", "medium", "long", "full")


def as_text(value: Any) -> str:
    """A value as `{{ }}` would print it."""
    text = printed(value)
    return text if isinstance(text, str) else str(text)


# Numbers


def rounded(value: Any, precision: int = 0, method: str = "common") -> float:
    """A number rounded to a few places."""
    places = max(0, min(int(precision), 10))
    if method not in ("common", "ceil", "floor"):
        raise ValueError("round knows common, ceil and floor.")
    return JINJA_FILTERS["round"](float(value), places, method)  # type: ignore[no-any-return]


def whole(value: Any, default: int = 0) -> int:
    """A whole number, or the default where there is none."""
    try:
        if isinstance(value, str) and len(value) > 300:
            return default
        return int(value)
    except (TypeError, ValueError, OverflowError):
        try:
            return int(float(value))
        except (TypeError, ValueError, OverflowError):
            return default


def number(value: Any) -> str:
    """A number with the separators of the language."""
    if isinstance(value, int) and 0 <= value < SMALL_NUMBER:
        return str(value)
    return babel_numbers.format_decimal(value, locale=locales.babel_locale(_lang()))


def filesize(value: Any) -> str:
    """A number of bytes in words."""
    amount = float(value or 0)
    units = ("B", "KB", "MB", "GB", "TB")
    step = 0
    while amount >= 1000 and step < len(units) - 1:
        amount /= 1000
        step += 1
    pattern = "0" if step == 0 or amount >= 10 else "0.#"
    shown = babel_numbers.format_decimal(amount, pattern, locale=locales.babel_locale(_lang()))
    return f"{shown} {units[step]}"


def reading_time(value: Any) -> int:
    """Whole minutes to read an entry or a number of words, at least one."""
    words = getattr(value, "words", value)
    return max(1, round((words if isinstance(words, int | float) else 0) / WORDS_PER_MINUTE))


# Dates


def format_date(value: Any, format: str = "long") -> str:
    """A date in the site's language and time zone: long, medium, short, full, iso or a pattern."""
    if value is None or isinstance(value, Undefined):
        return ""
    if len(format) > MAX_PATTERN:
        raise OverBudget("The pattern of a date is too long.")
    page = budget.current.get().page
    return _date_text(value, format, page.site.timezone, page.lang or page.site.locale)


def format_time(value: Any, format: str = "short") -> str:
    """A time of day in the site's language and time zone."""
    if value is None or isinstance(value, Undefined):
        return ""
    if len(format) > MAX_PATTERN:
        raise OverBudget("The pattern of a time is too long.")
    return babel_dates.format_time(local_time(value), format, locale=locales.babel_locale(_lang()))


def ago(value: Any) -> str:
    """How long ago something was, in words."""
    if value is None or isinstance(value, Undefined):
        return ""
    passed = value - budget.current.get().page.now
    return babel_dates.format_timedelta(
        passed, add_direction=True, locale=locales.babel_locale(_lang())
    )


@lru_cache(maxsize=4096)
def _date_text(value: Any, format: str, timezone: str, lang: str) -> str:
    moment = _in_zone(value, timezone)
    if format == "iso":
        return moment.isoformat()
    locale = locales.babel_locale(lang)
    if format in _DATE_FORMATS:
        return babel_dates.format_date(moment.date(), format, locale=locale)
    # Babel would turn an aware time back to UTC; this one already is local.
    return babel_dates.format_datetime(moment.replace(tzinfo=None), format, locale=locale)


def local_time(value: Any) -> datetime:
    """An instant in the site's time zone; raises TypeError for anything else."""
    return _in_zone(value, budget.current.get().page.site.timezone)


def _in_zone(value: Any, timezone: str) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError("This filter needs a date and time.")
    return value.astimezone(zone(timezone))


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The time zone of this name, UTC where it is not known."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _lang() -> str:
    run = budget.current.get()
    return run.page.lang or run.page.site.locale


# Colours and addresses


def contrast_text(color: Any) -> str:
    """Black or white, whichever is easier to read on this colour."""
    ground = as_text(color)
    black, white = (theme_settings.contrast(ground, ink) for ink in ("#000000", "#ffffff"))
    return "#000000" if black >= white else "#ffffff"


def alpha(color: Any, share: float) -> str:
    """A colour with a transparency from 0 (clear) to 1."""
    red, green, blue = theme_settings.channels(as_text(color))
    part = round(max(0.0, min(1.0, float(share))) * 255)
    return f"#{red:02x}{green:02x}{blue:02x}{part:02x}"


def absolute(value: Any) -> str:
    """A local address with the site's own in front."""
    address = as_text(value)
    if not address.startswith("/") or address.startswith("//"):
        return address
    root = "/".join(budget.current.get().page.site.url.split("/", 3)[:3])
    return budget.made(root + address)
