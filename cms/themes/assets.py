"""A theme's files for visitors: their addresses, which never change what they show.

An address holds the hash of all of a theme's files, so it may be kept forever; another version of
the theme has other addresses. Only files below assets/ with a known ending are ever given out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cms.themes import manifest as manifests
from cms.themes.catalog import Theme

PREFIX = "/-/theme"
SETTINGS_FILE = "settings.css"
MAX_INLINE = 8 * 1024  # bytes
MAX_KNOWN = 2_000
LIBRARY_PREFIX = "core:"

CONTENT_TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".mjs": "text/javascript; charset=utf-8",
        ".map": "application/json",
        ".json": "application/json",
        ".txt": "text/plain; charset=utf-8",
        ".svg": "image/svg+xml",
        ".png": "image/png",
        ".jpg": "image/jpeg",
        ".jpeg": "image/jpeg",
        ".webp": "image/webp",
        ".avif": "image/avif",
        ".gif": "image/gif",
        ".ico": "image/vnd.microsoft.icon",
        ".woff2": "font/woff2",
        ".xml": "application/xml",
        ".webmanifest": "application/manifest+json",
    }
)

_PATH = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]*/)*[A-Za-z0-9_][A-Za-z0-9_.-]*")
_HASH = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class AssetFile:
    """A file that may be given out, and what to say it is."""

    path: Path
    content_type: str


@dataclass(frozen=True, slots=True)
class SettingsSheet:
    """The stylesheet of one theme with one set of values; `css` may be empty."""

    path: str
    css: str
    hash: str


def url_path(theme: Theme, path: str) -> str:
    """The local address of a theme's file; `core:…` names a file of the core's library."""
    return f"{PREFIX}/{theme.id}/{theme.digest}/{path.replace(LIBRARY_PREFIX, 'core/', 1)}"


def find_url_path(theme: Theme, path: str) -> str | None:
    """The local address of a theme's file if there is one; looked up once per theme."""
    known: dict[str, str | None] = theme.__dict__.setdefault("_asset_paths", {})
    if path not in known and len(known) < MAX_KNOWN:
        known[path] = url_path(theme, path) if find_file(theme, path) else None
    return known.get(path)


def resolve(theme: Theme, hash: str, path: str) -> AssetFile | None:
    """Find the file behind an address, or None; an old hash finds nothing."""
    if not _HASH.fullmatch(hash) or hash != theme.digest:
        return None
    name = LIBRARY_PREFIX + path.removeprefix("core/") if path.startswith("core/") else path
    file = find_file(theme, name)
    return AssetFile(file, CONTENT_TYPES[file.suffix.lower()]) if file else None


def find_file(theme: Theme, path: str) -> Path | None:
    """Find a file below assets/ of the theme or its parents, or of the library (`core:…`)."""
    folders = [each.folder for each in theme.chain]
    if path.startswith(LIBRARY_PREFIX):
        path, folders = path.removeprefix(LIBRARY_PREFIX), [theme.library]
    if len(path) > 200 or not _PATH.fullmatch(path) or ".." in path:
        return None
    if Path(path).suffix.lower() not in CONTENT_TYPES:
        return None
    for folder in folders:
        root = folder / "assets"
        file = root / path
        # A link inside the folder could lead out of it, so the real place is what counts.
        if file.is_file() and file.resolve().is_relative_to(root.resolve()):
            return file
    return None


def read_inline(theme: Theme, path: str) -> str | None:
    """The text of a small CSS or SVG file, or None where it is missing, too large or another."""
    file = find_file(theme, path)
    if file is None or file.suffix.lower() not in (".css", ".svg"):
        return None
    if file.stat().st_size > MAX_INLINE:
        return None
    return file.read_text(encoding="utf-8")


def settings_sheet(theme: Theme, values: Mapping[str, Any], style: str = "") -> SettingsSheet:
    """The stylesheet that carries the owner's settings, at an address made from its content."""
    known: dict[tuple[object, ...], SettingsSheet] = theme.__dict__.setdefault("_sheets", {})
    key = (style, *values.items())
    if key not in known:
        if len(known) >= MAX_KNOWN:
            known.clear()
        css = manifests.settings_css(theme.manifest, values, theme.styles.get(style))
        digest = hashlib.sha256(f"{theme.digest}\n{css}".encode()).hexdigest()[:12]
        path = f"{PREFIX}/{theme.id}/{digest}/{SETTINGS_FILE}"
        known[key] = SettingsSheet(path, css, digest)
    return known[key]
