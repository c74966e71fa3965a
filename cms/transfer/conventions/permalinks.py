"""Address patterns of Jekyll and Hugo, filled in with the facts of one file. PURE."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from cms.transfer.conventions.shaping import ascii_slug

STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
PLACEHOLDER = re.compile(r":([a-z_]+)")
# What Jekyll leaves standing in a `:title`; everything else becomes a hyphen.
NOT_PRETTY = re.compile(r"[^\w._~!$&'()+,;=@]+")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a pattern may ask for."""

    stem: str = ""
    slug: str = ""
    title: str = ""
    folder: str = ""
    dated_at: datetime | None = None
    zone: tzinfo = UTC
    categories: tuple[str, ...] = ()
    collection: str = ""


def fill_jekyll(pattern: str, facts: Facts) -> str:
    """The address that Jekyll makes; doubled slashes of empty parts are folded."""
    pattern = STYLES.get(pattern, pattern)
    values = _dates(facts) | {
        "title": pretty_slug(facts.slug or facts.stem),
        "slug": ascii_slug(facts.slug or facts.stem),
        "name": pretty_slug(facts.stem),
        "basename": facts.stem,
        "path": f"{facts.folder}/{facts.stem}".strip("/"),
        "categories": "/".join(one.lower().replace(" ", "%20") for one in facts.categories),
        "slugified_categories": "/".join(ascii_slug(one) for one in facts.categories),
        "collection": facts.collection,
        "output_ext": ".html",
    }
    return "/" + re.sub("/{2,}", "/", _fill(pattern, values)).lstrip("/")


def fill_hugo(pattern: str, facts: Facts) -> str:
    """The address that Hugo makes of a section's pattern."""
    name = facts.stem.lower().replace(" ", "-")
    title = ascii_slug(facts.title) or name
    values = _dates(facts) | {
        "title": title,
        "slug": facts.slug or title,
        "slugorfilename": facts.slug or name,
        "slugorcontentbasename": facts.slug or name,
        "filename": name,
        "contentbasename": name,
        "section": facts.folder.split("/")[0],
        "sections": facts.folder,
    }
    return "/" + re.sub("/{2,}", "/", _fill(pattern, values)).strip("/") + "/"


def pretty_slug(text: str) -> str:
    """Jekyll's slug of a title: letter case and most signs stay."""
    return NOT_PRETTY.sub("-", text).strip("-")


def _fill(pattern: str, values: dict[str, str]) -> str:
    """Unknown names stay; the longest known name at a colon wins, as in `:year:month`."""

    def value(match: re.Match[str]) -> str:
        word = match[1]
        for end in range(len(word), 0, -1):
            if word[:end] in values:
                return values[word[:end]] + word[end:]
        return match.group()

    return PLACEHOLDER.sub(value, pattern)


def _dates(facts: Facts) -> dict[str, str]:
    if facts.dated_at is None:
        return {}
    day = facts.dated_at.astimezone(facts.zone)
    return {
        "year": f"{day.year:04}",
        "short_year": f"{day.year % 100:02}",
        "month": f"{day.month:02}",
        "i_month": str(day.month),
        "monthname": MONTHS[day.month - 1],
        "long_month": MONTHS[day.month - 1].title(),
        "short_month": MONTHS[day.month - 1][:3].title(),
        "day": f"{day.day:02}",
        "i_day": str(day.day),
        "y_day": f"{day.timetuple().tm_yday:03}",
        "yearday": str(day.timetuple().tm_yday),
        "week": f"{day.isocalendar().week:02}",
        "short_day": day.strftime("%a"),
        "hour": f"{day.hour:02}",
        "minute": f"{day.minute:02}",
        "second": f"{day.second:02}",
    }
