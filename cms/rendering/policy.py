"""What may stand in rendered HTML, as tables. Data only: the sanitizer reads it.

Never add svg, math or a raw-text element here: nearly every known way around a sanitizer
starts with one of them.
"""

import re
from typing import NamedTuple

from pygments.token import STANDARD_TYPES

# --- Limits -------------------------------------------------------------------------------

MAX_SOURCE_BYTES = 1_000_000
SMALL_SOURCE_BYTES = 250_000
SECONDS_FOR_SMALL = 1.0
SECONDS_FOR_LARGE = 5.0
MAX_HTML_CHARACTERS = 3_500_000  # A page takes it whole: cms.themes.budget has room for it.
MAX_DEPTH = 120  # Elements inside each other.
MAX_REOPENED = 20_000  # Formatting elements that a parser would open again and again.
MAX_TAG_SEARCH = 2_000  # A "<" with no ">" within so many characters is text.
MAX_HIGHLIGHTED = 60_000  # Longer code is shown plain.
MAX_TABLE_CELLS = 60_000
MAX_TABLE_ROW = 4_000  # Longer rows are cut at every pipe, in code too.
MAX_CODE_LINE = 5_000  # Nor is code with longer lines coloured.


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


# --- Elements and attributes --------------------------------------------------------------

TAGS = words(
    """
    p br hr h2 h3 h4 h5 h6 strong em b i u s sub sup del ins mark small abbr cite q
    blockquote pre code kbd samp var ul ol li dl dt dd table thead tbody tfoot tr th td
    caption colgroup col figure figcaption img a div span details summary
    """
)

# Elements that have no end, whether they may stand or not.
VOID = words("br hr img col wbr input area base embed link meta source track param")

# Elements that lose their content too: what is inside was never meant to be read.
DROPPED_WITH_CONTENT = ("script", "style", "template", "noscript", "noembed", "noframes", "title")

ATTRIBUTES: dict[str, frozenset[str]] = {
    "*": frozenset({"id", "class", "lang", "dir"}),
    "a": frozenset({"href", "title"}),
    "abbr": frozenset({"title"}),
    "img": frozenset({"src", "alt", "title", "width", "height", "loading"}),
    "th": frozenset({"colspan", "rowspan", "scope"}),
    "td": frozenset({"colspan", "rowspan"}),
    "col": frozenset({"span"}),
    "colgroup": frozenset({"span"}),
    "ol": frozenset({"start", "reversed"}),
    "details": frozenset({"open"}),
}

# Every id of a text begins so: it can neither be an id of the page around it, nor shadow a
# name that a script looks up.
ID_PREFIX = "c-"

# What the value of an attribute must look like in full.
VALUES: dict[str, re.Pattern[str]] = {
    "id": re.compile(rf"{ID_PREFIX}[^\s\"'<>&`=\x00-\x1f]{{1,200}}"),
    "lang": re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,4}"),
    "dir": re.compile(r"ltr|rtl|auto"),
    "width": re.compile(r"[1-9][0-9]{0,4}"),
    "height": re.compile(r"[1-9][0-9]{0,4}"),
    "loading": re.compile(r"lazy|eager"),
    "colspan": re.compile(r"[1-9][0-9]{0,2}"),
    "rowspan": re.compile(r"[1-9][0-9]{0,2}"),
    "span": re.compile(r"[1-9][0-9]{0,2}"),
    "scope": re.compile(r"row|col|rowgroup|colgroup"),
    "start": re.compile(r"-?[0-9]{1,8}"),
    "reversed": re.compile(r"(?i:reversed)?"),
    "open": re.compile(r"(?i:open)?"),
}

# --- Addresses ----------------------------------------------------------------------------

# Our own placeholders, replaced by the resolver when a page is shown.
OWN_SCHEMES = frozenset({"entry", "media", "term", "profile"})
LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel"}) | OWN_SCHEMES
IMAGE_SCHEMES = frozenset({"http", "https", "media"})
SCHEMES: dict[tuple[str, str], frozenset[str]] = {
    ("a", "href"): LINK_SCHEMES,
    ("img", "src"): IMAGE_SCHEMES,
}

# --- Classes ------------------------------------------------------------------------------

CALLOUTS: dict[str, str] = {
    "note": "Note",
    "info": "Info",
    "tip": "Tip",
    "success": "Success",
    "important": "Important",
    "question": "Question",
    "warning": "Warning",
    "caution": "Caution",
    "danger": "Danger",
    "example": "Example",
}
FIGURE_WIDTHS = frozenset({"wide", "full", "left", "right", "small"})
GALLERY_COLUMNS = frozenset({"2", "3", "4"})


class Provider(NamedTuple):
    """A site whose players we know: how its addresses look, and where the player is."""

    name: str
    label: str
    addresses: tuple[re.Pattern[str], ...]  # Each has the group `id`.
    page_url: str
    frame_url: str


_ID = r"(?P<id>[A-Za-z0-9_-]{3,40})"
_END = r"(?:[?&#/][^\s]*)?"
EMBED_PROVIDERS: tuple[Provider, ...] = (
    Provider(
        "youtube",
        "YouTube",
        (
            re.compile(
                r"https?://(?:www\.|m\.)?youtube\.com/watch\?(?:[^\s#&]*&){0,9}v=" + _ID + _END
            ),
            re.compile(
                r"https?://(?:www\.|m\.)?youtube(?:-nocookie)?\.com/(?:embed|shorts|live)/"
                + _ID
                + _END
            ),
            re.compile(r"https?://youtu\.be/" + _ID + _END),
        ),
        "https://www.youtube.com/watch?v={id}",
        "https://www.youtube-nocookie.com/embed/{id}",
    ),
    Provider(
        "vimeo",
        "Vimeo",
        (
            re.compile(
                r"https?://(?:www\.|player\.)?vimeo\.com/(?:video/)?(?P<id>[0-9]{4,12})" + _END
            ),
        ),
        "https://vimeo.com/{id}",
        "https://player.vimeo.com/video/{id}?dnt=1",
    ),
    Provider(
        "dailymotion",
        "Dailymotion",
        (
            re.compile(r"https?://(?:www\.)?dailymotion\.com/(?:embed/)?video/" + _ID + _END),
            re.compile(r"https?://dai\.ly/" + _ID + _END),
        ),
        "https://www.dailymotion.com/video/{id}",
        "https://www.dailymotion.com/embed/video/{id}",
    ),
    Provider(
        "spotify",
        "Spotify",
        (
            re.compile(
                r"https?://open\.spotify\.com/(?:embed/)?"
                r"(?P<id>(?:track|album|playlist|episode|show)/[A-Za-z0-9]{6,40})" + _END
            ),
        ),
        "https://open.spotify.com/{id}",
        "https://open.spotify.com/embed/{id}",
    ),
    Provider(
        "ted",
        "TED",
        (
            re.compile(
                r"https?://(?:www\.|embed\.)?ted\.com/talks/(?P<id>[A-Za-z0-9_-]{3,90})" + _END
            ),
        ),
        "https://www.ted.com/talks/{id}",
        "https://embed.ted.com/talks/{id}",
    ),
)

_PROVIDER_CLASSES = frozenset(f"embed-{provider.name}" for provider in EMBED_PROVIDERS)
_BLOCK_CLASSES = (
    frozenset({"callout", "details", "footnotes", "hl", "toc", "gallery-grid", "block"})
    | frozenset({"figure", "gallery", "embed"})
    | frozenset(f"callout-{name}" for name in CALLOUTS)
    | frozenset(f"figure-{width}" for width in FIGURE_WIDTHS)
    | frozenset(f"gallery-{columns}" for columns in GALLERY_COLUMNS)
    | _PROVIDER_CLASSES
)
_ALIGNMENT = frozenset({"align-left", "align-center", "align-right"})

CLASSES: dict[str, frozenset[str]] = {
    "div": _BLOCK_CLASSES,
    "figure": _BLOCK_CLASSES,
    "details": _BLOCK_CLASSES,
    "p": frozenset({"callout-title", "block-title"}) | _ALIGNMENT,
    "a": frozenset({"footnote-ref", "footnote-backref", "embed-link"}),
    "span": frozenset(STANDARD_TYPES.values())
    | frozenset({"task", "task-done", "embed-title", "embed-provider"}),
    "li": frozenset({"task-item"}),
    "ul": frozenset({"task-list"}),
    "ol": frozenset({"task-list"}),
    "th": _ALIGNMENT,
    "td": _ALIGNMENT,
    "img": _ALIGNMENT,
}
CLASS_PATTERNS: dict[str, re.Pattern[str]] = {
    "code": re.compile(r"language-[A-Za-z0-9][\w+#.-]{0,40}"),
}
