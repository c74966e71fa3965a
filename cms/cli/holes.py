"""Versions with holes that concern Carafe. Data only; `manage.py check` reads it."""

from typing import NamedTuple


class Hole(NamedTuple):
    """From which version, until it was mended, and what it means here."""

    of: str
    since: tuple[int, ...]
    fixed: tuple[int, ...]
    words: str


_QUADRATIC = "broken tags make the HTML parser very slow; our own limits stand before it."

HOLES = (
    Hole("Python", (3, 11), (3, 11, 14), _QUADRATIC),
    Hole("Python", (3, 12), (3, 12, 12), _QUADRATIC),
    Hole("Python", (3, 13), (3, 13, 6), _QUADRATIC),
    Hole("Python", (3, 11), (3, 11, 4), "a blank before an address hides its scheme from checks."),
    Hole("Python", (3, 12), (3, 12, 11), "an archive can be unpacked outside its folder."),
    Hole("Python", (3, 13), (3, 13, 4), "an archive can be unpacked outside its folder."),
    Hole(
        "SQLite",
        (3, 7),
        (3, 51, 3),
        "a write-ahead log that several connections write can be corrupted, so it is not used.",
    ),
)
