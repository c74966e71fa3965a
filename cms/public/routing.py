"""What a path asks for: an address, and which form of it. PURE."""

import re
from dataclasses import dataclass
from enum import StrEnum

MAX_NUMBER = 1_000_000
_PAGE = re.compile(r"^(?P<base>.*/)page/(?P<number>[1-9][0-9]{0,6})/?$")
_OF_PROGRAMS = frozenset(
    (
        *("avif", "gif", "ico", "jpeg", "jpg", "png", "svg", "webp"),
        *("css", "js", "json", "map", "mjs", "txt", "webmanifest", "woff", "woff2", "xml"),
    )
)


class Form(StrEnum):
    """The form in which something is wanted."""

    HTML = "html"
    MARKDOWN = "markdown"
    ATOM = "atom"
    RSS = "rss"
    JSON = "json"


FEED_FILES = {"feed.xml": Form.ATOM, "rss.xml": Form.RSS, "feed.json": Form.JSON}
_FILES = {form: name for name, form in FEED_FILES.items()}


@dataclass(frozen=True, slots=True)
class Route:
    """An address of the site, the form it is wanted in, and the page of its list."""

    base: str
    form: Form = Form.HTML
    number: int = 1
    is_page: bool = False  # whether the path names a page of a list


def parse(path: str) -> Route:
    """Read a normalised path; the first page of a list has no number of its own."""
    folder, _slash, last = path.rpartition("/")
    if last in FEED_FILES:
        return Route(folder + "/", FEED_FILES[last])
    if last.endswith(".md") and len(last) > len(".md"):
        return Route(path.removesuffix(".md"), Form.MARKDOWN)
    page = _PAGE.match(path)
    if page is not None and int(page["number"]) <= MAX_NUMBER:
        return Route(page["base"], number=int(page["number"]), is_page=True)
    return Route(path)


def is_file(path: str) -> bool:
    """Whether a path looks like that of a file that a program asks for, not a person."""
    return path.rpartition("/")[2].rpartition(".")[2].lower() in _OF_PROGRAMS


def page_path(base: str, number: int) -> str:
    """The path of a page of a list."""
    return base if number <= 1 else f"{base}page/{number}/"


def feed_path(base: str, form: Form) -> str:
    """The path of a list's feed."""
    return base + _FILES[form]


def markdown_path(path: str) -> str:
    """The path of an entry's Markdown."""
    return path.rstrip("/") + ".md"
