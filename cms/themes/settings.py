"""Theme settings: which kinds there are, what a value may be, and the CSS they turn into.

Pure: values come in as plain data and leave as checked data. A value reaches CSS only here, after
its kind has been proved, so themes never write a value into a style by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cms.errors import Rejected

FONT_STACKS: Mapping[str, str] = MappingProxyType(
    {
        "system": 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
        "humanist": 'Seravek, "Gill Sans Nova", Ubuntu, Calibri, "DejaVu Sans", source-sans-pro,'
        " sans-serif",
        "neo-grotesque": 'Inter, Roboto, "Helvetica Neue", "Arial Nova", "Nimbus Sans", Arial,'
        " sans-serif",
        "geometric": 'Avenir, Montserrat, Corbel, "URW Gothic", source-sans-pro, sans-serif',
        "old-style": '"Iowan Old Style", "Palatino Linotype", "URW Palladio L", P052, serif',
        "transitional": 'Charter, "Bitstream Charter", "Sitka Text", Cambria, serif',
        "didone": 'Didot, "Bodoni MT", "Noto Serif Display", "URW Palladio L", P052, Sylfaen,'
        " serif",
        "slab": 'Rockwell, "Rockwell Nova", "Roboto Slab", "DejaVu Serif", "Sitka Small", serif',
        "mono": 'ui-monospace, "Cascadia Code", "Source Code Pro", Menlo, Consolas,'
        ' "DejaVu Sans Mono", monospace',
    }
)
UNITS = ("", "ch", "rem", "em", "px", "%", "vw", "vh", "fr", "s", "ms", "deg")
CSS_KINDS = ("color", "font", "range", "number")
VALUELESS_KINDS = ("heading", "note")
MAX_TEXT = 500
MAX_TEXTAREA = 5000
DARK_GROUND = "#191816"  # what a chosen colour must still be readable on in the dark scheme
READABLE = 4.5

_COLOR = re.compile(r"#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,199}")
_URL = re.compile(
    r"(?:https?://[^\s\"'<>\\]+|/(?![/\\])[^\s\"'<>\\]*|#[\w-]*|mailto:[^\s\"'<>\\]+)"
)
_CSS_VALUE = re.compile(r"[\w\s#%.,()\"'/+*-]{1,300}")

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice of a select or radio setting; the value is stored, the label is shown."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One thing the owner may choose, as the manifest declares it."""

    id: str
    type: str
    label: str = ""
    help: str = ""
    default: Value = None
    group: str = ""
    css: str = ""
    options: tuple[Option, ...] = ()
    min: float | None = None
    max: float | None = None
    step: float = 1
    unit: str = ""
    max_length: int = MAX_TEXT
    markup: str = ""
    contrast_with: str = ""
    min_contrast: float = 0
    visible_if: Mapping[str, tuple[Value, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    fonts: Mapping[str, str] = field(default_factory=lambda: FONT_STACKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A variation of a theme: other defaults, and custom properties laid over its CSS."""

    id: str
    name: str
    values: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    css: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    scheme: str = "both"


def check_value(setting: Setting, raw: object) -> Value:
    """Return the value as it is stored; raise Rejected with what is allowed."""
    if raw is None or raw == "":
        return _empty(setting)
    return _CHECKS[setting.type](setting, raw)


def final_values(
    settings: tuple[Setting, ...],
    chosen: Mapping[str, object],
    style: Style | None = None,
) -> dict[str, Value]:
    """Every setting's value: the owner's, else the style's, else the default. Never raises."""
    values: dict[str, Value] = {}
    for setting in settings:
        if setting.type in VALUELESS_KINDS:
            continue
        values[setting.id] = setting.default
        for source in (chosen, style.values if style else {}):
            if setting.id in source and (checked := _or_none(setting, source[setting.id])):
                values[setting.id] = checked[0]
                break
    return values


def css_of(
    settings: tuple[Setting, ...],
    values: Mapping[str, Value],
    style: Style | None = None,
    *,
    dark: bool = False,
) -> str:
    """The custom properties that differ from what the theme's own CSS already says, or ''."""
    lines = [f"{name}:{value}" for name, value in (style.css.items() if style else ())]
    for setting in settings:
        value = values.get(setting.id, setting.default)
        if not setting.css or value is None or value == setting.default:
            continue
        text = _css_value(setting, value)
        lines.append(f"{setting.css}:{text}")
        if dark and setting.type == "color" and setting.contrast_with:
            lines.append(f"{setting.css}:light-dark({text},{readable_on(text, DARK_GROUND)})")
    # Thrice :root, so that the owner's choice wins wherever this stylesheet is linked.
    return f":root:root:root{{{';'.join(lines)}}}\n" if lines else ""


def is_css_value(text: str) -> bool:
    """Whether a style's text may stand as the value of a custom property."""
    return bool(_CSS_VALUE.fullmatch(text)) and "url(" not in text.lower() and "/*" not in text


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio of two hex colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable_on(color: str, ground: str) -> str:
    """The colour itself, or a lighter one of the same hue that is readable on a dark ground."""
    red, green, blue = channels(color)
    for step in range(21):
        mixed = "#" + "".join(
            f"{round(part + (255 - part) * step / 20):02x}" for part in (red, green, blue)
        )
        if contrast(mixed, ground) >= READABLE:
            return mixed
    return "#ffffff"


def channels(color: str) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255, of a hex colour in any of its four lengths."""
    digits = color.lstrip("#")
    if len(digits) in (3, 4):
        digits = "".join(digit * 2 for digit in digits)
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def _luminance(color: str) -> float:
    parts = []
    for channel in channels(color):
        share = channel / 255
        parts.append(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def _or_none(setting: Setting, raw: object) -> tuple[Value] | None:
    try:
        return (check_value(setting, raw),)
    except Rejected:
        return None


def _empty(setting: Setting) -> Value:
    if setting.type in ("text", "textarea", "url"):
        return ""
    if setting.type in ("image", "menu", "page", "tag"):
        return None
    if setting.type == "boolean":
        return False
    return setting.default


def _css_value(setting: Setting, value: Value) -> str:
    if setting.type == "font":
        return setting.fonts[str(value)]
    if setting.type == "color":
        return str(value)
    return f"{value:g}{setting.unit}" if isinstance(value, int | float) else ""


def _check_text(setting: Setting, raw: object) -> Value:
    limit = MAX_TEXTAREA if setting.type == "textarea" else setting.max_length
    if not isinstance(raw, str) or len(raw) > limit:
        raise _refused(setting, f"must be text of at most {limit} characters")
    if setting.type == "text" and ("\n" in raw or "\r" in raw):
        raise _refused(setting, "must be a single line")
    return raw


def _check_boolean(setting: Setting, raw: object) -> Value:
    if not isinstance(raw, bool):
        raise _refused(setting, "must be true or false")
    return raw


def _check_choice(setting: Setting, raw: object) -> Value:
    allowed = [option.value for option in setting.options]
    if not isinstance(raw, str) or raw not in allowed:
        raise _refused(setting, f"must be one of {', '.join(allowed)}")
    return raw


def _check_color(setting: Setting, raw: object) -> Value:
    if not isinstance(raw, str) or not _COLOR.fullmatch(raw):
        raise _refused(setting, "must be a colour such as #8a3324")
    return raw.lower()


def _check_font(setting: Setting, raw: object) -> Value:
    if not isinstance(raw, str) or raw not in setting.fonts:
        raise _refused(setting, f"must be one of {', '.join(setting.fonts)}")
    return raw


def _check_number(setting: Setting, raw: object) -> Value:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or abs(raw) > 1e9 or raw != raw:
        raise _refused(setting, "must be a number")
    too_small = setting.min is not None and raw < setting.min
    if too_small or (setting.max is not None and raw > setting.max):
        raise _refused(setting, f"must be between {setting.min} and {setting.max}")
    return raw


def _check_url(setting: Setting, raw: object) -> Value:
    if not isinstance(raw, str) or len(raw) > MAX_TEXT or not _URL.fullmatch(raw):
        raise _refused(setting, "must be an address that begins with https://, http:// or /")
    return raw


def _check_reference(setting: Setting, raw: object) -> Value:
    if not isinstance(raw, str) or not _REFERENCE.fullmatch(raw) or ".." in raw:
        raise _refused(setting, f"must name one {setting.type}")
    return raw


def _check_nothing(setting: Setting, raw: object) -> Value:
    raise _refused(setting, "holds no value")


def _refused(setting: Setting, words: str) -> Rejected:
    return Rejected(f"The setting “{setting.id}” {words}.", field=setting.id)


_CHECKS: Mapping[str, Callable[[Setting, object], Value]] = {
    "text": _check_text,
    "textarea": _check_text,
    "boolean": _check_boolean,
    "select": _check_choice,
    "radio": _check_choice,
    "color": _check_color,
    "font": _check_font,
    "range": _check_number,
    "number": _check_number,
    "url": _check_url,
    "image": _check_reference,
    "menu": _check_reference,
    "page": _check_reference,
    "tag": _check_reference,
    "heading": _check_nothing,
    "note": _check_nothing,
}
KINDS = tuple(_CHECKS)
