"""The site that a folder of Markdown came from: its convention, its settings, its addresses.

Reads the disk, for the settings file beside the content; decides by plain names and values.
"""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import yaml

from cms.i18n import gettext as _
from cms.transfer import folder, front_matter, plain_yaml
from cms.transfer.folder import Listing
from cms.transfer.old_addresses import Addresses, Objection
from cms.transfer.sources import Problem

Convention = Literal["zola", "jekyll", "hugo", "plain"]
CONVENTIONS: tuple[Convention, ...] = ("zola", "jekyll", "hugo", "plain")
MAX_SETTINGS_BYTES = 256 * 1024
SETTINGS_FILES: tuple[tuple[str, Convention | None], ...] = (
    ("zola.toml", "zola"),
    ("hugo.toml", "hugo"),
    ("hugo.yaml", "hugo"),
    ("hugo.yml", "hugo"),
    ("hugo.json", "hugo"),
    ("config/_default/hugo.toml", "hugo"),
    ("config/_default/config.toml", "hugo"),
    ("_config.yml", "jekyll"),
    ("_config.yaml", "jekyll"),
    ("config.toml", None),
    ("config.yaml", "hugo"),
    ("config.yml", "hugo"),
    ("config.json", "hugo"),
)
SAMPLE = 60  # files looked at when no settings file tells the convention
ZOLA_KEYS = re.compile(
    r"^(?:path|sort_by|paginate_by|generate_feeds?|in_search_index)\s*=|^\[(?:extra|taxonomies)\]",
    re.MULTILINE,
)
HUGO_KEYS = re.compile(
    r"^(?:lastmod|publishdate|expirydate|linktitle|url|categories|tags|type|slug|cascade)\s*=",
    re.MULTILINE | re.IGNORECASE,
)
SHORTCODE = re.compile(r"^\{\{[<%] ?[a-z]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SourceSite:
    """What a reader of single files needs to know about the whole."""

    convention: Convention
    listing: Listing
    settings: Mapping[str, object] = field(default_factory=dict)
    has_settings: bool = False
    addresses: Addresses = field(default_factory=Addresses)
    prefix: str = ""  # the path at which the old site stood, "" at the root
    zone: tzinfo = UTC
    authors: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def languages(self) -> frozenset[str]:
        """The languages that the settings declare, besides the main one."""
        declared = self.settings.get("languages")
        return frozenset(declared) if isinstance(declared, dict) else frozenset()

    def has_file(self, source_id: str) -> bool:
        """Whether the folder holds this file."""
        return source_id in self.listing.files


def open_site(
    path: Path, *, convention: Convention | None, site_url: str, objection: Objection
) -> SourceSite:
    """Looks at a folder once: what it is, what its settings say, which files it has."""
    problems: list[Problem] = []
    home, settings, told = _settings_near(path, problems)
    if home == path and told in ("zola", "hugo") and (path / "content").is_dir():
        path = path / "content"
    listing = folder.list_files(path)
    kind = convention or told or _guess(listing)
    url = site_url or str(settings.get("base_url") or settings.get("baseurl") or "")
    if kind == "jekyll":
        url = site_url or f"{settings.get('url') or ''}{settings.get('baseurl') or ''}"
    return SourceSite(
        convention=kind,
        listing=listing,
        settings=settings,
        has_settings=told is not None,
        addresses=Addresses(url, objection),
        prefix=_path_of(url),
        zone=_zone(settings.get("timezone")),
        authors=_authors(path) if kind == "jekyll" else {},
        problems=tuple(problems),
    )


def _settings_near(
    path: Path, problems: list[Problem]
) -> tuple[Path | None, dict[str, object], Convention | None]:
    """The settings file in the folder, or right above it when this is a `content` folder."""
    homes = [path]
    if path.name in ("content", "_posts", "_docs", "_drafts"):
        homes.append(path.parent)
    for home in homes:
        for name, kind in SETTINGS_FILES:
            file = home / name
            if not file.is_file() or file.is_symlink():
                continue
            settings = _read_settings(file, name, problems)
            fold = {key.lower(): value for key, value in settings.items()}
            if kind is None:
                kind = "zola" if "base_url" in settings else "hugo" if "baseurl" in fold else None
            if kind is not None:
                return home, fold, kind
    return None, {}, None


def _read_settings(file: Path, name: str, problems: list[Problem]) -> dict[str, object]:
    try:
        with file.open("rb") as opened:
            text = opened.read(MAX_SETTINGS_BYTES).decode("utf-8-sig").replace("\r\n", "\n")
        values = PARSERS[file.suffix](text)
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        why = _("These settings cannot be read: {why}", why=str(error).split("\n")[0])
        problems.append(Problem(name, why))
        return {}
    cleaned = front_matter.plain(values)
    return cleaned if isinstance(cleaned, dict) else {}


def _guess(listing: Listing) -> Convention:
    """The convention that folder names and the first files speak of."""
    names = {part for path in listing.files for part in path.split("/")[:-1]}
    if {"_posts", "_drafts"} & names:
        return "jekyll"
    zola = hugo = shortcodes = 0
    for number, source_id in enumerate(listing.markdown()):
        if number >= SAMPLE:
            break
        file = folder.read_file(listing.root, source_id)
        if isinstance(file, Problem):
            continue
        kind, raw, body = front_matter.split(file.text)
        zola += kind == "toml" and bool(ZOLA_KEYS.search(raw))
        hugo += kind == "toml" and bool(HUGO_KEYS.search(raw))
        shortcodes += bool(SHORTCODE.search(body)) or kind == "json"
    has_sections = any(path.rpartition("/")[2].startswith("_index.") for path in listing.files)
    if zola and zola >= hugo // 2:
        return "zola"
    return "hugo" if has_sections or hugo or shortcodes else "plain"


def _authors(path: Path) -> dict[str, str]:
    """Names by their ids, from the file that many Jekyll sites keep."""
    for name in ("_data/authors.yml", "_data/authors.yaml"):
        file = path / name
        if file.is_file() and not file.is_symlink():
            values = _read_settings(file, name, [])
            return {
                key: str(value.get("name") or key)
                for key, value in values.items()
                if isinstance(value, dict)
            }
    return {}


def _path_of(url: str) -> str:
    try:
        return urlsplit(url).path.strip("/")
    except ValueError:
        return ""


def _zone(name: object) -> tzinfo:
    try:
        return ZoneInfo(str(name)) if name else UTC
    except (ValueError, OSError):
        return UTC


def _read_yaml(text: str) -> object:
    return plain_yaml.load(text)[0]


PARSERS: dict[str, Callable[[str], object]] = {
    ".toml": tomllib.loads,
    ".json": json.loads,
    ".yml": _read_yaml,
    ".yaml": _read_yaml,
}
