"""Where a theme shows menus: the admin offers these without drawing any page."""

from collections.abc import Mapping
from types import MappingProxyType

from cms.themes.catalog import Catalog

DEFAULT: Mapping[str, str] = MappingProxyType({"main": "Main navigation", "footer": "Footer"})


def of_theme(catalog: Catalog, theme_id: str) -> Mapping[str, str]:
    """The places that a theme declares, with their labels; the usual two when it is missing."""
    theme = catalog.find_theme(theme_id)
    return theme.manifest.menus if theme is not None and theme.manifest.menus else DEFAULT
