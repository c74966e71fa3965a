"""Addresses: where to go next, and absolute links that rest on SITE_URL alone."""

import unicodedata
from typing import Any
from urllib.parse import urlsplit

from flask import Response, redirect, request, url_for

from cms.web import installation

MAX_NEXT = 2000  # characters


def see_other(endpoint: str, **values: Any) -> Response:
    """The answer after a form did its work: go and look there (303)."""
    return go_to(url_for(endpoint, **values))


def go_to(path: str) -> Response:
    """See another page of this site (303)."""
    answer = redirect(path, 303)
    assert isinstance(answer, Response)
    return answer


def safe_next(target: str | None, default: str) -> str:
    """The path to go on to if it lies within this site, else the default."""
    return target if target and is_local(target) else default


def is_local(target: str) -> bool:
    """Whether a path surely stays on this host; browsers read `//x` and `/\\x` as other hosts."""
    if not target.startswith("/") or len(target) > MAX_NEXT:
        return False
    if target.startswith(("//", "/\\")) or "\\" in target:
        return False
    return not any(unicodedata.category(letter)[0] == "C" for letter in target)


def current_path() -> str:
    """The path asked for, with its query and the site's sub-path."""
    path = request.script_root + request.full_path
    return path.rstrip("?") if not request.query_string else path


def path_of_referrer() -> str:
    """The path of the page that asked for a piece, or where the site's admin begins."""
    home = request.script_root + "/admin/"
    try:
        parts = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    except ValueError:
        return home
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return safe_next(path, home)


def external_url(endpoint: str, **values: Any) -> str:
    """The absolute address of a view under SITE_URL."""
    path = url_for(endpoint, _external=False, **values)
    return absolute_url(path.removeprefix(request.script_root) if request else path)


def absolute_url(path: str) -> str:
    """The absolute address of a path that begins after the site's sub-path."""
    return installation.settings().site_url + path
