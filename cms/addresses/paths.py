"""What a path may look like: decoded, NFC, case kept, within bounds, not reserved. PURE."""

import unicodedata
from urllib.parse import quote, unquote

from cms import db, text
from cms.errors import Rejected
from cms.i18n import gettext as _

# What the core itself answers; an entry there could never be read.
RESERVED_FIRST = frozenset(
    (
        "-",
        "admin",
        "auth",
        "api",
        "static",
        "search",
        "tag",
        "category",
        "author",
        "archive",
        ".well-known",
        "healthz",
        "readyz",
        "metrics",
        "page",
        "sitemap",
    )
)
RESERVED_PATHS = frozenset(
    (
        "/",
        "/feed.xml",
        "/rss.xml",
        "/feed.json",
        "/sitemap.xml",
        "/robots.txt",
        "/llms.txt",
        "/favicon.ico",
    )
)
# Persian and the scripts of India write words with them.
JOINERS = "\u200c\u200d"
MAX_LOCATION = 2000
MAX_DECODINGS = 4
# What is longer stays too long for a path even after its letters are composed.
LONGEST_NORMALISED = 3 * db.MAX_PATH
RESERVED_ENDINGS = ("/feed.xml", "/rss.xml", "/feed.json", ".md")


def normalise(path: str) -> str:
    """The form in which a path is kept and compared: decoded, NFC, one leading slash."""
    for _round in range(MAX_DECODINGS):
        # Until nothing is left to decode, so that a kept path stays what it is when read again.
        if "%" not in path:
            break
        path = unquote(path)
    if len(path) <= LONGEST_NORMALISED:
        path = text.normalise(path)
    return "/" + path.lstrip("/")


def encode(path: str) -> str:
    """The path as it is written in a link: percent-encoded where it must be (RFC 3986)."""
    return quote(path, safe="/~!$&'()*+,;=:@-._")


def other_slash(path: str) -> str:
    """The same path with its closing slash taken away, or added."""
    return path[:-1] if path.endswith("/") and path != "/" else path + "/"


def ensure_usable(path: str) -> str:
    """The normalised path of an entry; raises Rejected when it cannot be one."""
    path = normalise(path)
    problem = problem_with(path)
    if problem:
        raise Rejected(problem, field="path")
    return path


def problem_with_form(path: str) -> bool:
    """Whether no entry, term or profile could ever stand at this normalised path."""
    return len(path) > db.MAX_PATH or text.has_unstorable(path) or text.has_controls(path)


def problem_with(path: str) -> str | None:
    """Why this normalised path cannot be an entry's, in words, or None."""
    if len(path) > db.MAX_PATH:
        return _("A path has at most {most} characters.", most=db.MAX_PATH)
    if text.has_unstorable(path) or any(c in "\\?#" or _is_invisible(c) for c in path):
        return _("A path cannot hold ? # \\ or invisible characters.")
    parts = path[1:].removesuffix("/").split("/")
    if any(part in ("", ".", "..") or part != part.strip() for part in parts) and path != "/":
        return _("A path cannot hold empty parts, “.” or “..”.")
    if "page" in parts and parts[-1].isdecimal() and parts[-2] == "page":
        return _("A path cannot end like the second page of a list.")
    if is_reserved(path):
        return _("The path {path} is used by the site itself.", path=path)
    return None


def is_location(location: str) -> bool:
    """Whether a redirect may lead there: a path of this site, or a web address."""
    if len(location) > MAX_LOCATION or text.has_unstorable(location):
        return False
    if location.startswith(("//", "/\\")) or any(letter.isspace() for letter in location):
        return False
    return location.startswith(("/", "https://", "http://")) and not text.has_controls(location)


def _is_invisible(letter: str) -> bool:
    if letter in JOINERS:
        return False
    return unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp")


def is_reserved(path: str) -> bool:
    """Whether the core itself answers at this normalised path."""
    bare = path.rstrip("/") or "/"
    first = bare.split("/")[1].lower()
    # With a slash at its end a path is no file, whatever it looks like.
    return bare in RESERVED_PATHS or first in RESERVED_FIRST or path.endswith(RESERVED_ENDINGS)
