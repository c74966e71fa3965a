"""The shapes of what a theme declares about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cms.themes.settings import Setting

ENTRY_KINDS = ("page", "post")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a manifest: the code of the check, the key, and what is allowed."""

    code: str
    key: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSize:
    """A named way to show pictures."""

    ratio: tuple[int, int] | None = None
    width: int | None = None
    sizes: str = "100vw"
    priority: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomTemplate:
    """A template that editors may choose for an entry."""

    file: str
    label: str
    kinds: tuple[str, ...] = ENTRY_KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A theme as it describes itself."""

    api: int
    id: str
    name: str
    version: str
    requires: str = ""
    description: str = ""
    license: str = ""
    authors: tuple[Mapping[str, str], ...] = ()
    homepage: str = ""
    tags: tuple[str, ...] = ()
    parent: str | None = None
    parent_version: str = ""
    color_schemes: tuple[str, ...] = ("light",)
    languages_rtl: bool = False
    posts_per_page: int = 10
    excerpt_words: int = 40
    image_widths: tuple[int, ...] = (320, 640, 960, 1280, 1920)
    image_sizes: Mapping[str, ImageSize] = field(default_factory=lambda: MappingProxyType({}))
    menus: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    templates: tuple[CustomTemplate, ...] = ()
    groups: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    settings: tuple[Setting, ...] = ()
    unknown_keys: tuple[str, ...] = ()
