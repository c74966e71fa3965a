"""The active theme of a site, kept with its app."""

from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask, current_app

from cms.config import ROOT
from cms.themes.catalog import Catalog, Theme
from cms.themes.circuit import Circuit

KEY = "carafe.themes"


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


def bundled_folder() -> Path:
    """Where the shipped themes lie: beside the package, or inside it in a wheel."""
    beside = ROOT / "themes"
    return beside if beside.is_dir() else Path(__file__).parent.parent / "_bundled" / "themes"
