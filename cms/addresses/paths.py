"""What a path may look like: decoded, NFC, case kept, within bounds, not reserved. PURE."""

import unicodedata
from functools import lru_cache
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


@lru_cache(maxsize=2_048)
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
    if problem := problem_with_letters(path):
        return problem
    parts = path[1:].removesuffix("/").split("/")
    if "page" in parts and parts[-1].isdecimal() and parts[-2] == "page":
        return _("A path cannot end like the second page of a list.")
    if is_reserved(path):
        return _("The path {path} is used by the site itself.", path=path)
    return None


def problem_with_letters(path: str) -> str | None:
    """Why a normalised path cannot be written like this, whatever stands there; or None."""
    if len(path) > db.MAX_PATH:
        return _("A path has at most {most} characters.", most=db.MAX_PATH)
    if text.has_unstorable(path) or any(c in "\\?#" or is_invisible(c) for c in path):
        return _("A path cannot hold ? # \\ or invisible characters.")
    parts = path[1:].removesuffix("/").split("/")
    if any(part in ("", ".", "..") or part != part.strip() for part in parts) and path != "/":
        return _("A path cannot hold empty parts, “.” or “..”.")
    return None


def is_invisible(letter: str) -> bool:
    """Whether a letter leaves no trace on the screen (joiners aside, which words need)."""
    if letter in JOINERS:
        return False
    return unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp")


def is_reserved(path: str) -> bool:
    """Whether nothing but the core may stand at this normalised path."""
    # With a slash at its end a path is no file, whatever it looks like.
    return is_answered(path) or path.endswith(RESERVED_ENDINGS)


def is_answered(path: str) -> bool:
    """Whether this normalised path, or what stands above it, is the core's own."""
    bare = path.rstrip("/") or "/"
    return bare in RESERVED_PATHS or bare.split("/")[1].lower() in RESERVED_FIRST
