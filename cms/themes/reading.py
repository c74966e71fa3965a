"""Walks one parsed theme.toml and notes all that is wrong with it. Pure."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from cms.errors import Rejected
from cms.themes import settings as theme_settings
from cms.themes.declared import ENTRY_KINDS, CustomTemplate, ImageSize, Manifest, Problem
from cms.themes.settings import Option, Setting, Value

SUPPORTED_API = (1,)
RESERVED_IDS = ("core", "parent", "admin", "fallback", "theme")
MAX_SETTINGS = 80
MAX_GROUPS = 12
MAX_OPTIONS = 24
MAX_DESCRIPTION = 160
KNOWN_KEYS = frozenset(
    (
        *("api", "id", "name", "version", "requires", "description", "license", "authors"),
        *("homepage", "docs", "support", "demo", "tags", "parent", "parent_version"),
        *("color_schemes", "languages_rtl", "config", "images", "menus", "templates", "groups"),
        *("settings", "fonts", "csp", "regions", "sections"),
    )
)

_ID = re.compile(r"[a-z][a-z0-9-]{1,39}")
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?")
CONDITION = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*(\d+(?:\.\d+){0,2})\s*")
_SNAKE = re.compile(r"[a-z][a-z0-9_]{0,39}")
PROPERTY = re.compile(r"--[a-z][a-z0-9-]{0,59}")
_RATIO = re.compile(r"([1-9]\d{0,3}):([1-9]\d{0,3})")
_CUSTOM = re.compile(r"custom/[a-z0-9][a-z0-9_-]{0,59}\.html")
_STACK = re.compile(r"[A-Za-z0-9 ,\"'-]{1,200}")


def mapping_or_empty(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


class Reader:
    """Walks one parsed theme.toml and notes what is wrong instead of stopping at the first."""

    def __init__(self, table: dict[str, Any]) -> None:
        self.table = table
        self.problems: list[Problem] = []

    def manifest(self, *, folder: str | None, bundled: bool) -> Manifest:
        groups = self.groups()
        images = mapping_or_empty(self.table.get("images"))
        config = mapping_or_empty(self.table.get("config"))
        return Manifest(
            api=self.api(),
            id=self.id(folder, bundled),
            name=self.text("name", required=True, limit=60),
            version=self.version(),
            requires=self.condition("requires"),
            description=self.text("description", limit=MAX_DESCRIPTION),
            license=self.text("license", limit=60),
            authors=self.authors(),
            homepage=self.text("homepage", limit=300),
            tags=self.words("tags"),
            parent=self.parent(),
            parent_version=self.condition("parent_version"),
            color_schemes=self.schemes(),
            languages_rtl=self.table.get("languages_rtl") is True,
            posts_per_page=self.whole(config, "config.posts_per_page", 10, 1, 100),
            excerpt_words=self.whole(config, "config.excerpt_words", 40, 1, 300),
            image_widths=self.widths(images),
            image_sizes=self.sizes(images),
            menus=self.menus(),
            templates=self.templates(),
            groups=groups,
            settings=self.settings(groups),
            unknown_keys=tuple(sorted(set(self.table) - KNOWN_KEYS)),
        )

    def wrong(self, code: str, key: str, message: str) -> None:
        self.problems.append(Problem(code, key, message))

    def text(self, key: str, *, required: bool = False, limit: int = 200) -> str:
        value = self.table.get(key, "")
        if not isinstance(value, str) or len(value) > limit:
            self.wrong("T101", key, f"must be text of at most {limit} characters.")
            return ""
        if required and not value.strip():
            self.wrong("T101", key, "is missing.")
        return value

    def words(self, key: str) -> tuple[str, ...]:
        value = self.table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self.wrong("T101", key, "must be a list of texts.")
            return ()
        return tuple(value)

    def whole(self, table: Mapping[str, Any], key: str, default: int, low: int, high: int) -> int:
        value = table.get(key.rsplit(".", 1)[-1], default)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.wrong("T101", key, f"must be a whole number from {low} to {high}.")
            return default
        return value

    def api(self) -> int:
        value = self.table.get("api")
        if isinstance(value, bool) or value not in SUPPORTED_API:
            supported = ", ".join(map(str, SUPPORTED_API))
            self.wrong("T103", "api", f"must be one of the supported theme APIs: {supported}.")
            return SUPPORTED_API[0]
        return int(value)

    def id(self, folder: str | None, bundled: bool) -> str:
        value = self.table.get("id")
        if not isinstance(value, str) or not _ID.fullmatch(value):
            words = "must be 2 to 40 small letters, digits and hyphens, beginning with a letter."
            self.wrong("T102", "id", words)
            return folder or "invalid"
        if value in RESERVED_IDS and not bundled:
            self.wrong("T102", "id", f"must not be one of {', '.join(RESERVED_IDS)}.")
        if folder is not None and value != folder:
            self.wrong("T102", "id", f"is “{value}”, but its folder is called “{folder}”.")
        return value

    def version(self) -> str:
        value = self.table.get("version")
        if not isinstance(value, str) or not _VERSION.fullmatch(value):
            self.wrong("T104", "version", "must be three numbers such as 1.4.0.")
            return "0.0.0"
        return value

    def condition(self, key: str) -> str:
        value = self.text(key)
        if value and not all(CONDITION.fullmatch(part) for part in value.split(",")):
            self.wrong("T105", key, "must be conditions such as >=1.2,<3.")
            return ""
        return value

    def authors(self) -> tuple[Mapping[str, str], ...]:
        value = self.table.get("authors", [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self.wrong("T101", "authors", 'must be a list such as [{ name = "Ada" }].')
            return ()
        kept = ("name", "email", "url")
        return tuple(
            MappingProxyType({key: str(each[key]) for key in kept if key in each}) for each in value
        )

    def parent(self) -> str | None:
        value = self.table.get("parent")
        if value is None:
            return None
        if not isinstance(value, str) or not _ID.fullmatch(value) or value in RESERVED_IDS:
            self.wrong("T109", "parent", "must be the id of a theme.")
            return None
        if value == self.table.get("id"):
            self.wrong("T109", "parent", "must be another theme.")
            return None
        return value

    def schemes(self) -> tuple[str, ...]:
        if "color_schemes" not in self.table:
            return ("light",)
        value = self.words("color_schemes")
        if not value or not set(value) <= {"light", "dark"}:
            self.wrong("T101", "color_schemes", "must name light, dark or both.")
            return ("light",)
        return value

    def widths(self, images: Mapping[str, Any]) -> tuple[int, ...]:
        value = images.get("widths", [320, 640, 960, 1280, 1920])
        fits = isinstance(value, list) and 0 < len(value) <= 12
        if not fits or not all(type(each) is int and 16 <= each <= 5000 for each in value):
            self.wrong("T101", "images.widths", "must be 1 to 12 whole numbers from 16 to 5000.")
            return (320, 640, 960, 1280, 1920)
        return tuple(sorted(set(value)))

    def sizes(self, images: Mapping[str, Any]) -> Mapping[str, ImageSize]:
        found: dict[str, ImageSize] = {}
        for name, entry in mapping_or_empty(images.get("sizes")).items():
            table = mapping_or_empty(entry)
            ratio = _RATIO.fullmatch(str(table.get("ratio", "")))
            if not _SNAKE.fullmatch(name) or ("ratio" in table and ratio is None):
                words = 'must be a snake_case name with, for instance, { ratio = "3:2" }.'
                self.wrong("T101", f"images.sizes.{name}", words)
                continue
            width = table.get("width")
            found[name] = ImageSize(
                ratio=(int(ratio[1]), int(ratio[2])) if ratio else None,
                width=width if type(width) is int and 0 < width <= 5000 else None,
                sizes=str(table.get("sizes", "100vw"))[:200],
                priority=table.get("priority") is True,
            )
        return MappingProxyType(found)

    def menus(self) -> Mapping[str, str]:
        found = {}
        for place, label in mapping_or_empty(self.table.get("menus")).items():
            if not _SNAKE.fullmatch(place) or not isinstance(label, str):
                self.wrong("T101", f"menus.{place}", "must be a snake_case place with a label.")
                continue
            found[place] = label
        return MappingProxyType(found)

    def tables(self, key: str) -> list[Mapping[str, Any]]:
        value = self.table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self.wrong("T101", key, f"must be written as [[{key}]] tables.")
            return []
        return value

    def templates(self) -> tuple[CustomTemplate, ...]:
        found = []
        for entry in self.tables("templates"):
            file = str(entry.get("file", ""))
            kinds = entry.get("for", list(ENTRY_KINDS))
            if not _CUSTOM.fullmatch(file):
                self.wrong(
                    "T210", "templates", f"“{file}” must be a file such as custom/wide.html."
                )
                continue
            if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
                self.wrong("T210", "templates", 'for must be a list such as ["page", "post"].')
                continue
            label = str(entry.get("label", file))[:100]
            found.append(CustomTemplate(file=file, label=label, kinds=tuple(kinds)))
        return tuple(found)

    def groups(self) -> Mapping[str, str]:
        found = {}
        for entry in self.tables("groups"):
            name = str(entry.get("id", ""))
            if not _SNAKE.fullmatch(name) or name in found:
                self.wrong("T301", "groups", f"“{name}” must be snake_case and used once.")
                continue
            found[name] = str(entry.get("label", name))[:100]
        if len(found) > MAX_GROUPS:
            self.wrong("T311", "groups", f"must be at most {MAX_GROUPS}.")
        return MappingProxyType(found)

    def fonts(self) -> Mapping[str, str]:
        found = dict(theme_settings.FONT_STACKS)
        for entry in self.tables("fonts"):
            name, stack = str(entry.get("id", "")), str(entry.get("stack", ""))
            if not _ID.fullmatch(name) or not _STACK.fullmatch(stack):
                self.wrong("T302", "fonts", f"“{name}” needs an id and a stack of font names.")
                continue
            found[name] = stack
        return MappingProxyType(found)

    def settings(self, groups: Mapping[str, str]) -> tuple[Setting, ...]:
        fonts = self.fonts()
        found: dict[str, Setting] = {}
        for entry in self.tables("settings"):
            setting = self.setting(entry, groups, fonts)
            if setting is None:
                continue
            if setting.id in found:
                self.wrong("T301", f"settings.{setting.id}", "is declared twice.")
                continue
            found[setting.id] = setting
        if len(found) > MAX_SETTINGS:
            self.wrong("T311", "settings", f"must be at most {MAX_SETTINGS}.")
        self.check_conditions(found)
        return tuple(found.values())

    def setting(
        self, entry: Mapping[str, Any], groups: Mapping[str, str], fonts: Mapping[str, str]
    ) -> Setting | None:
        name, kind = str(entry.get("id", "")), str(entry.get("type", ""))
        key = f"settings.{name or '?'}"
        if not _SNAKE.fullmatch(name):
            self.wrong("T301", key, "must have an id in snake_case.")
            return None
        if kind not in theme_settings.KINDS:
            allowed = ", ".join(theme_settings.KINDS)
            self.wrong("T302", key, f"has the unknown type “{kind}”; allowed are {allowed}.")
            return None
        group = str(entry.get("group", ""))
        if group and group not in groups:
            self.wrong("T301", key, f"belongs to the undeclared group “{group}”.")
        css, unit = str(entry.get("css", "")), str(entry.get("unit", ""))
        if css and (kind not in theme_settings.CSS_KINDS or not PROPERTY.fullmatch(css)):
            kinds = ", ".join(theme_settings.CSS_KINDS)
            self.wrong("T303", key, f"css must be a name such as --accent, on {kinds} only.")
            css = ""
        if unit not in theme_settings.UNITS:
            self.wrong("T305", key, f"unit must be one of {', '.join(theme_settings.UNITS[1:])}.")
            unit = ""
        low, high = self.bounds(entry, key, kind)
        step = entry.get("step", 1)
        if isinstance(step, bool) or not isinstance(step, int | float) or step <= 0:
            self.wrong("T305", key, "step must be a number above 0.")
            step = 1
        max_length = self.whole(
            entry, f"{key}.max_length", theme_settings.MAX_TEXT, 1, theme_settings.MAX_TEXT
        )
        setting = Setting(
            id=name,
            type=kind,
            label=str(entry.get("label", name))[:100],
            help=str(entry.get("help", entry.get("description", "")))[:300],
            group=group,
            css=css,
            options=self.options(entry, key, kind),
            min=low,
            max=high,
            step=step,
            unit=unit,
            max_length=max_length,
            markup="inline" if entry.get("markup") == "inline" else "",
            contrast_with=str(entry.get("contrast_with", "")),
            min_contrast=float(entry["min_contrast"])
            if isinstance(entry.get("min_contrast"), int | float)
            else 0,
            visible_if=_conditions(entry.get("visible_if")),
            fonts=fonts,
        )
        return self.with_default(setting, entry, key)

    def bounds(
        self, entry: Mapping[str, Any], key: str, kind: str
    ) -> tuple[float | None, float | None]:
        low, high = entry.get("min"), entry.get("max")
        for bound in (low, high):
            if bound is not None and (
                isinstance(bound, bool) or not isinstance(bound, int | float)
            ):
                self.wrong("T305", key, "min and max must be numbers.")
                return None, None
        if kind == "range" and (low is None or high is None):
            self.wrong("T305", key, "needs min and max.")
            return None, None
        if low is not None and high is not None and low >= high:
            self.wrong("T305", key, "min must be below max.")
            return None, None
        return low, high

    def options(self, entry: Mapping[str, Any], key: str, kind: str) -> tuple[Option, ...]:
        if kind not in ("select", "radio"):
            return ()
        found = [
            Option(value=str(each["value"]), label=str(each.get("label", each["value"]))[:100])
            for each in entry.get("options", [])
            if isinstance(each, dict) and "value" in each
        ]
        if not 2 <= len(found) <= MAX_OPTIONS:
            words = f'needs 2 to {MAX_OPTIONS} options such as {{ value = "a", label = "A" }}.'
            self.wrong("T304", key, words)
        return tuple(found)

    def with_default(self, setting: Setting, entry: Mapping[str, Any], key: str) -> Setting | None:
        if setting.type in theme_settings.VALUELESS_KINDS:
            return setting
        fallback: Value = _natural_default(setting)
        if "default" in entry:
            try:
                fallback = theme_settings.check_value(setting, entry["default"])
            except Rejected as refusal:
                self.wrong("T303", key, f"has an invalid default. {refusal.message}")
                return None
        return dataclasses.replace(setting, default=fallback)

    def check_conditions(self, found: Mapping[str, Setting]) -> None:
        for setting in found.values():
            for other in setting.visible_if:
                if other not in found or other == setting.id:
                    words = f"visible_if names “{other}”, which is not another setting."
                    self.wrong("T306", f"settings.{setting.id}", words)


def _conditions(value: object) -> Mapping[str, tuple[Value, ...]]:
    found = {}
    for key, allowed in mapping_or_empty(value).items():
        found[key] = tuple(allowed) if isinstance(allowed, list) else (allowed,)
    return MappingProxyType(found)


def _natural_default(setting: Setting) -> Value:
    if setting.type in ("select", "radio"):
        return setting.options[0].value if setting.options else ""
    if setting.type == "font":
        return next(iter(setting.fonts))
    if setting.type in ("range", "number"):
        return setting.min if setting.min is not None else 0
    if setting.type == "color":
        return "#000000"
    if setting.type == "boolean":
        return False
    return None if setting.type in ("image", "menu", "page", "tag") else ""
