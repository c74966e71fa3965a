"""Old addresses as files give them, made into paths that this site could answer. PURE."""

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from cms import text
from cms.i18n import gettext as _

MAX_LENGTH = 700
# C0 and C1 controls, and signs that no path of ours can hold.
FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\\\\]")

Objection = Callable[[str], str | None]


class OldPath(NamedTuple):
    """A usable path, or None and the reason."""

    path: str | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Addresses:
    """What makes an old address usable: the old site's own URL, and what this site refuses."""

    site_url: str = ""
    objection: Objection = lambda path: None

    def read(self, written: str) -> OldPath:
        """The path of a written address: decoded, NFC, case and closing slash kept."""
        try:
            path = self._local(written.strip())
        except ValueError:
            return OldPath(None, _("This is no address."))
        if path is None:
            return OldPath(None, _("This address is on another site."))
        path = "/" + text.normalise(unquote(path)).lstrip("/")
        if FORBIDDEN.search(path):
            return OldPath(None, _("An address cannot hold control characters or “\\”."))
        path = re.sub("/{2,}", "/", path)
        if {".", ".."} & set(path.split("/")):
            return OldPath(None, _("An address cannot hold “..”."))
        if len(path) > MAX_LENGTH:
            return OldPath(None, _("An address has at most {most} characters.", most=MAX_LENGTH))
        why = self.objection(path)
        return OldPath(None, why) if why else OldPath(path)

    def _local(self, written: str) -> str | None:
        parts = urlsplit(written)
        if not parts.scheme and not parts.netloc:
            return parts.path
        own = urlsplit(self.site_url)
        if parts.scheme not in ("", "http", "https"):
            return None
        if own.netloc and _host(parts.netloc) != _host(own.netloc):
            return None
        return parts.path


def local_path(destination: str, site_url: str) -> str | None:
    """The path of a link with the old site's own host, with its query and part; None if foreign."""
    if not site_url or not destination.startswith(("http://", "https://", "//")):
        return None
    try:
        parts, own = urlsplit(destination), urlsplit(site_url)
    except ValueError:
        return None
    if _host(parts.netloc) != _host(own.netloc):
        return None
    rest = ("?" + parts.query if parts.query else "") + (
        "#" + parts.fragment if parts.fragment else ""
    )
    return (parts.path or "/") + rest


def folder_path(*parts: str) -> str:
    """Parts joined to a path with slashes around it; empty parts are left out."""
    joined = posixpath.join("/", *(part.strip("/") for part in parts if part.strip("/")))
    return joined if joined == "/" else joined + "/"


def _host(netloc: str) -> str:
    return netloc.rpartition("@")[2].lower().removeprefix("www.")
