"""Read theme.toml: what a theme is, needs and offers. Pure: text in, a frozen Manifest out."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from types import MappingProxyType

from cms.errors import Rejected
from cms.themes import settings as theme_settings
from cms.themes.declared import CustomTemplate, ImageSize, Manifest, Problem
from cms.themes.reading import CONDITION, PROPERTY, Reader, mapping_or_empty
from cms.themes.settings import Style, Value

__all__ = [
    "CustomTemplate",
    "ImageSize",
    "Manifest",
    "Problem",
    "inspect",
    "is_satisfied",
    "read_manifest",
    "read_style",
    "settings_css",
]


def read_manifest(text: str, *, folder: str | None = None, bundled: bool = False) -> Manifest:
    """Read theme.toml; raise Rejected naming every problem. `folder` must be the theme's id."""
    manifest, problems = inspect(text, folder=folder, bundled=bundled)
    if problems or manifest is None:
        words = " ".join(f"{each.key}: {each.message}" for each in problems)
        raise Rejected(f"theme.toml cannot be used. {words}")
    return manifest


def inspect(
    text: str, *, folder: str | None = None, bundled: bool = False
) -> tuple[Manifest | None, tuple[Problem, ...]]:
    """Read as far as possible: the manifest (None if it is not TOML) and all problems."""
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return None, (Problem("T101", "theme.toml", f"is not valid TOML: {error}."),)
    reader = Reader(table)
    manifest = reader.manifest(folder=folder, bundled=bundled)
    return manifest, tuple(reader.problems)


def read_style(text: str, *, name: str, manifest: Manifest) -> Style:
    """Read one styles/<name>.toml; raise Rejected where it does not fit the manifest."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Rejected(f"styles/{name}.toml is not valid TOML: {error}.") from error
    by_id = {setting.id: setting for setting in manifest.settings}
    values: dict[str, Value] = {}
    for key, raw in mapping_or_empty(table.get("values")).items():
        if key not in by_id:
            raise Rejected(f"styles/{name}.toml sets “{key}”, which is not a setting.")
        values[key] = theme_settings.check_value(by_id[key], raw)
    css: dict[str, str] = {}
    for key, raw in mapping_or_empty(table.get("css")).items():
        if not PROPERTY.fullmatch(key) or not theme_settings.is_css_value(str(raw)):
            raise Rejected(f"styles/{name}.toml: “{key}” is not a custom property with a value.")
        css[key] = str(raw)
    scheme = str(table.get("scheme", "both"))
    if scheme not in ("light", "dark", "both"):
        raise Rejected(f"styles/{name}.toml: scheme must be light, dark or both.")
    label = str(table.get("name", name))
    return Style(
        id=name,
        name=label,
        values=MappingProxyType(values),
        css=MappingProxyType(css),
        scheme=scheme,
    )


def settings_css(
    manifest: Manifest, values: Mapping[str, Value], style: Style | None = None
) -> str:
    """The custom properties for these values; '' when the theme's own CSS already says it all."""
    dark = "dark" in manifest.color_schemes
    return theme_settings.css_of(manifest.settings, values, style, dark=dark)


def is_satisfied(condition: str, version: str) -> bool:
    """Whether a version such as 1.4.0 meets a condition such as “>=1.2,<3”; empty always does."""
    if not condition.strip():
        return True
    mine = _numbers(version)
    for part in condition.split(","):
        match = CONDITION.fullmatch(part)
        if match is None:
            return False
        other = _numbers(match[2])
        verdict = {
            ">=": mine >= other,
            "<=": mine <= other,
            ">": mine > other,
            "<": mine < other,
            "==": mine == other,
            "!=": mine != other,
        }[match[1]]
        if not verdict:
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    parts = [int(part) for part in re.findall(r"\d+", version.split("-")[0].split("+")[0])[:3]]
    return tuple(parts + [0] * (3 - len(parts)))
