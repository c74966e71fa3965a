"""The active theme of a site, kept with its app."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from flask import Flask, current_app

from cms import clock
from cms.config import shipped
from cms.i18n import lazy_gettext as __
from cms.themes.catalog import Catalog, Theme
from cms.themes.circuit import Circuit
from cms.themes.environment import ThemeFailure

KEY = "carafe.themes"
USUAL_PLACES: Mapping[str, str] = MappingProxyType(
    {"main": __("Main navigation"), "footer": __("Footer")}
)


MAX_NOTED = 50


@dataclass(frozen=True, slots=True)
class NotedFailure:
    """A place in a theme that failed in this process, how often, and when it last did."""

    theme: str
    version: str
    template: str
    line: int | None
    message: str
    count: int
    last_at: datetime


@dataclass(slots=True)
class Theming:
    """The themes there are, which of their templates rest after failing, and what failed."""

    catalog: Catalog
    circuit: Circuit = field(default_factory=Circuit)
    noted: dict[tuple[str, str, str, int | None], NotedFailure] = field(default_factory=dict)


def install(app: Flask) -> None:
    """Read the themes that came with the product and those installed beside it."""
    installed = Path(app.instance_path) / "themes"
    app.extensions[KEY] = Theming(Catalog(shipped("themes"), installed))


def current() -> Theming:
    """The themes of the current site."""
    found: Theming = current_app.extensions[KEY]
    return found


def note_failure(failure: ThemeFailure) -> None:
    """Remember what failed, for whoever looks after the theme; the log has it too."""
    noted = current().noted
    key = (failure.theme, failure.version, failure.template, failure.line)
    before = noted.pop(key, None)
    while len(noted) >= MAX_NOTED:
        noted.pop(next(iter(noted)), None)
    noted[key] = NotedFailure(
        *key, message=failure.message, count=before.count + 1 if before else 1, last_at=clock.now()
    )


def failures(app: Flask) -> tuple[NotedFailure, ...]:
    """What failed in the themes of a site since this process began, the latest first."""
    theming: Theming = app.extensions[KEY]
    return tuple(reversed(theming.noted.values()))


def find_theme(theme_id: str) -> Theme | None:
    """A usable theme, or None where it is missing or damaged."""
    return current().catalog.find_theme(theme_id)


def list_themes() -> tuple[Theme, ...]:
    """The themes that an owner may choose from."""
    return current().catalog.list_themes()


def menu_places(theme_id: str) -> Mapping[str, str]:
    """The places where a theme shows menus, with their labels; the usual two when it is missing."""
    theme = find_theme(theme_id)
    return theme.manifest.menus if theme is not None and theme.manifest.menus else USUAL_PLACES
