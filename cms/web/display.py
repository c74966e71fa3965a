"""How templates of admin and sign-in show dates and names; knows no rooms."""

from datetime import UTC, datetime, tzinfo

from babel.dates import format_date, format_datetime
from flask import Flask, g

from cms import i18n

INITIALS = 2  # letters in an avatar


def install(app: Flask) -> None:
    """Give the application's own templates their words for dates and names, and gettext."""
    app.jinja_env.filters.update(day=day, moment=moment, initials=initials)
    app.jinja_env.globals.update(_=i18n.gettext, gettext=i18n.gettext, ngettext=i18n.ngettext)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def use_zone(zone: tzinfo) -> None:
    """Show the dates of this request in the given zone."""
    g.display_zone = zone


def day(at: datetime) -> str:
    """The date in the zone and the language of the moment."""
    return format_date(at.astimezone(_zone()), "medium", locale=_locale())


def moment(at: datetime) -> str:
    """Date and minute in the zone and the language of the moment."""
    return format_datetime(at, "d MMM y, HH:mm", tzinfo=_zone(), locale=_locale())


def initials(name: str) -> str:
    """The first letters of the first and the last word of a name."""
    words = name.split() or ["?"]
    chosen = words[:1] + words[-1:] if len(words) > 1 else words[:1]
    return "".join(word[0] for word in chosen)[:INITIALS].upper()


def _zone() -> tzinfo:
    zone: tzinfo = g.get("display_zone", UTC)
    return zone


def _locale() -> str:
    return i18n.current_language().replace("-", "_")
