"""How values look to people: dates in their zone and language, initials, sizes."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_decimal
from flask import Flask, g

from cms import clock, i18n
from cms.site import settings as site_settings
from cms.web import gate


def install(app: Flask) -> None:
    """Give the filters to the admin's and sign-in templates."""
    for show in (day, moment, hour, ago, initials, number, file_size):
        app.add_template_filter(show)


def day(at: datetime) -> str:
    """A date, such as “Nov 20, 2026”."""
    return str(format_date(at.astimezone(zone()), "medium", locale=locale()))


def moment(at: datetime) -> str:
    """A date and time to the minute, such as “Nov 20, 2026, 2:30 PM”."""
    return f"{day(at)}, {hour(at)}"


def hour(at: datetime) -> str:
    """A time of day."""
    return str(format_time(at.astimezone(zone()), "short", locale=locale()))


def ago(at: datetime) -> str:
    """How long ago, such as “3 hours ago”."""
    return str(format_timedelta(at - clock.now(), add_direction=True, locale=locale()))


def initials(name: str) -> str:
    """At most two letters that stand for a name."""
    words = [word for word in name.split() if word[0].isalnum()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [word[0] for word in words]
    return "".join(letters).upper() or "?"


def number(value: float) -> str:
    """A number with the separators of the language."""
    return str(format_decimal(value, locale=locale()))


def file_size(size: int) -> str:
    """A number of bytes in words, such as “1.2 MB”."""
    amount = float(size)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{format_decimal(round(amount, 1), locale=locale())} {unit}"
        amount /= 1000
    return f"{format_decimal(round(amount, 1), locale=locale())} GB"


def site() -> site_settings.SiteSettings:
    """The site's settings, read once per request; the defaults when there is no database."""
    if "site_settings" not in g:
        g.site_settings = site_settings.DEFAULTS
        if not g.get("database_is_gone", False):
            g.site_settings = site_settings.load()
    found: site_settings.SiteSettings = g.site_settings
    return found


def zone() -> ZoneInfo:
    """The time zone of whoever looks: their own choice, else the site's."""
    person = gate.current_person()
    if person is not None and person.timezone:
        return ZoneInfo(person.timezone)
    return site().zone


def locale() -> Locale:
    """The Babel locale of the interface's language."""
    return _locale(i18n.current_language())


def direction() -> str:
    """`rtl` or `ltr`, for the interface's language."""
    return i18n.direction(i18n.current_language())


@lru_cache(maxsize=64)
def _locale(tag: str) -> Locale:
    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")
