"""The themes there are: those shipped with the product and those installed beside them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from cms.errors import CmsError, NotFound, Rejected
from cms.themes import manifest as manifests
from cms.themes.manifest import Manifest
from cms.themes.settings import Style

MAX_PARENTS = 3
LIBRARY = "core"
FALLBACK = "fallback"
MAX_MANIFEST = 256 * 1024  # bytes

_NO_STYLES: Mapping[str, Style] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Theme:
    """One unchanging version of a theme: its manifest, its folder and the themes it builds on."""

    manifest: Manifest
    folder: Path
    library: Path
    parents: tuple[Theme, ...] = ()
    styles: Mapping[str, Style] = field(default_factory=lambda: _NO_STYLES)
    bundled: bool = False

    @property
    def id(self) -> str:
        """The stable name that settings are kept under."""
        return self.manifest.id

    @property
    def version(self) -> str:
        """The version this folder holds."""
        return self.manifest.version

    @property
    def chain(self) -> tuple[Theme, ...]:
        """This theme, then its parent, then the parent's parent."""
        return (self, *self.parents)

    @cached_property
    def digest(self) -> str:
        """A short hash over every file that visitors may fetch from this theme."""
        total = hashlib.sha256()
        for folder in (*(each.folder for each in self.chain), self.library):
            for path in sorted((folder / "assets").rglob("*")):
                if path.is_file() and not path.is_symlink():
                    total.update(f"{path.relative_to(folder).as_posix()}\0".encode())
                    total.update(hashlib.sha256(path.read_bytes()).digest())
        return total.hexdigest()[:12]


class Catalog:
    """All themes of two folders: the shipped one and, when there is one, the installed one."""

    def __init__(self, bundled: Path, installed: Path | None = None) -> None:
        self.bundled = bundled
        self.installed = installed
        self.damaged: dict[str, str] = {}
        self._themes: dict[str, Theme] = {}
        self._load()

    def list_themes(self) -> tuple[Theme, ...]:
        """Every usable theme that an owner may choose, by name."""
        chosen = [each for each in self._themes.values() if each.id != FALLBACK]
        return tuple(sorted(chosen, key=lambda each: each.manifest.name.lower()))

    def find_theme(self, theme_id: str) -> Theme | None:
        """Return a theme by its id, or None when it is missing or damaged."""
        return self._themes.get(theme_id)

    def get_theme(self, theme_id: str) -> Theme:
        """Return a theme by its id; raise NotFound with the reason."""
        theme = self.find_theme(theme_id)
        if theme is None:
            reason = self.damaged.get(theme_id, "There is no such theme.")
            raise NotFound(f"The theme “{theme_id}” cannot be used. {reason}")
        return theme

    @property
    def fallback(self) -> Theme:
        """The theme that stands in when another fails; raises NotFound if the product is torn."""
        return self.get_theme(FALLBACK)

    def _load(self) -> None:
        folders: dict[str, tuple[Path, bool]] = {}
        for root, bundled in ((self.bundled, True), (self.installed, False)):
            if root is None or not root.is_dir():
                continue
            for folder in sorted(root.iterdir()):
                if folder.is_dir() and (folder / "theme.toml").is_file():
                    folders.setdefault(folder.name, (folder, bundled))
        for name in folders:
            self._load_one(name, folders, ())

    def _load_one(
        self, name: str, folders: Mapping[str, tuple[Path, bool]], waiting: tuple[str, ...]
    ) -> Theme | None:
        if name in self._themes:
            return self._themes[name]
        if name in self.damaged or name not in folders:
            return None
        folder, bundled = folders[name]
        try:
            theme = self._read(folder, bundled, folders, (*waiting, name))
        except (CmsError, OSError, UnicodeDecodeError) as error:
            self.damaged[name] = str(error)
            return None
        self._themes[name] = theme
        return theme

    def _read(
        self,
        folder: Path,
        bundled: bool,
        folders: Mapping[str, tuple[Path, bool]],
        waiting: tuple[str, ...],
    ) -> Theme:
        manifest = read_folder(folder, bundled=bundled)
        parents: tuple[Theme, ...] = ()
        if manifest.parent:
            if manifest.parent in waiting:
                raise Rejected("Its parents go round in a circle.")
            parent = self._load_one(manifest.parent, folders, waiting)
            if parent is None:
                raise Rejected(f"Its parent theme “{manifest.parent}” is missing or damaged.")
            if not manifests.is_satisfied(manifest.parent_version, parent.version):
                wanted = manifest.parent_version
                raise Rejected(f"It needs its parent “{parent.id}” in a version {wanted}.")
            parents = parent.chain
            if len(parents) > MAX_PARENTS:
                raise Rejected(f"It has more than {MAX_PARENTS} parents.")
        return Theme(
            manifest=_with_settings_of(manifest, parents),
            folder=folder,
            library=self.bundled / LIBRARY,
            parents=parents,
            styles=_read_styles(folder, manifest),
            bundled=bundled,
        )


def read_folder(folder: Path, *, bundled: bool = False) -> Manifest:
    """Read the manifest of a theme's folder; raise Rejected when it is not usable."""
    path = folder / "theme.toml"
    if path.stat().st_size > MAX_MANIFEST:
        raise Rejected(f"theme.toml is larger than {MAX_MANIFEST // 1024} KB.")
    text = path.read_text(encoding="utf-8")
    return manifests.read_manifest(text, folder=folder.name, bundled=bundled)


def _read_styles(folder: Path, manifest: Manifest) -> Mapping[str, Style]:
    found = {}
    for path in sorted((folder / "styles").glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        found[path.stem] = manifests.read_style(text, name=path.stem, manifest=manifest)
    return MappingProxyType(found)


def _with_settings_of(manifest: Manifest, parents: tuple[Theme, ...]) -> Manifest:
    """A child has its parent's settings too; one of the same id replaces the parent's."""
    if not parents:
        return manifest
    own = {setting.id: setting for setting in manifest.settings}
    inherited = [own.pop(each.id, each) for each in parents[0].manifest.settings]
    menus = MappingProxyType({**parents[0].manifest.menus, **manifest.menus})
    sizes = MappingProxyType({**parents[0].manifest.image_sizes, **manifest.image_sizes})
    return replace(manifest, settings=(*inherited, *own.values()), menus=menus, image_sizes=sizes)
