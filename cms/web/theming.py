"""The active theme of a site, kept with its app."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from flask import Flask, current_app

from cms.config import ROOT
from cms.themes.catalog import Catalog, Theme
from cms.themes.circuit import Circuit

KEY = "carafe.themes"
USUAL_PLACES: Mapping[str, str] = MappingProxyType({"main": "Main navigation", "footer": "Footer"})


@dataclass(slots=True)
class Theming:
    """The themes there are, and which of their templates rest after failing."""

    catalog: Catalog
    circuit: Circuit = field(default_factory=Circuit)


def install(app: Flask) -> None:
    """Read the themes that came with the product and those installed beside it."""
    installed = Path(app.instance_path) / "themes"
    app.extensions[KEY] = Theming(Catalog(bundled_folder(), installed))


def current() -> Theming:
    """The themes of the current site."""
    found: Theming = current_app.extensions[KEY]
    return found


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


def bundled_folder() -> Path:
    """Where the shipped themes lie: beside the package, or inside it in a wheel."""
    beside = ROOT / "themes"
    return beside if beside.is_dir() else Path(__file__).parent.parent / "_bundled" / "themes"
