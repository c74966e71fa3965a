"""Moments in forms: typed and shown in the site's time zone, kept in UTC."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cms.web import display


def to_form(moment: datetime | None) -> datetime | None:
    """The moment as the clock on the site's wall shows it, to the minute."""
    if moment is None:
        return None
    return moment.astimezone(zone()).replace(tzinfo=None, second=0, microsecond=0)


def from_form(typed: datetime | None, *, before: datetime | None = None) -> datetime | None:
    """The instant that was typed; what stood `before` stays exact when it was not touched."""
    if typed is None:
        return None
    if before is not None and to_form(before) == typed.replace(second=0, microsecond=0):
        return before
    return typed.replace(tzinfo=zone()).astimezone(UTC)


def zone() -> ZoneInfo:
    """The site's time zone, in which everything is planned."""
    return display.site().zone
