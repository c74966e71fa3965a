"""Moments in forms: typed and shown in the site's time zone, kept in UTC."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import DateTimeLocalField
from wtforms.validators import Optional

from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.web import display

FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
YEARS = range(1000, 9000)


class MomentField(DateTimeLocalField):
    """A date and time that may be left empty."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, [Optional()], format=FORMATS, **options)

    def process_formdata(self, valuelist: Any) -> None:
        """Read what was typed; what is no date is refused in words."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(
                _("There is no such date and time; it looks like 2026-04-30 18:30.")
            ) from None


def to_form(moment: datetime | None) -> datetime | None:
    """The moment as the clock on the site's wall shows it, to the minute."""
    if moment is None:
        return None
    return moment.astimezone(zone()).replace(tzinfo=None, second=0, microsecond=0)


def from_form(
    typed: datetime | None, *, field: str, before: datetime | None = None
) -> datetime | None:
    """The instant that was typed; what stood `before` stays exact when it was not touched."""
    if typed is None:
        return None
    if typed.year not in YEARS:
        raise Rejected(_("This date is too far away."), field=field)
    if before is not None and to_form(before) == typed.replace(second=0, microsecond=0):
        return before
    return typed.replace(tzinfo=zone()).astimezone(UTC)


def zone() -> ZoneInfo:
    """The site's time zone, in which everything is planned."""
    return display.site().zone
