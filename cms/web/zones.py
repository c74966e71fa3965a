"""Time zones in forms: the places of the world, without the many other names they go by."""

from zoneinfo import available_timezones

from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from cms.web.forms import choices

# “localtime” and its like mean another zone on another machine; “Etc/GMT+3” is west, not east.
AREAS = (
    *("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/"),
    *("Europe/", "Indian/", "Pacific/"),
)
UTC = "UTC"


def offered(*, also: str = "") -> list[SelectChoice]:
    """The zones by name, and the one that is chosen already, whatever it is called."""
    places = {zone for zone in available_timezones() if zone.startswith(AREAS)}
    named = sorted(places | {UTC} | ({also} if also else set()))
    return choices((zone, zone.replace("_", " ")) for zone in named)
