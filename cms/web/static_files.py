"""The admin's own styles, scripts and icons, cached for a year under the name of their content."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request, send_from_directory, url_for

from cms.config import shipped
from cms.web import gate

ONE_DAY = 24 * 60 * 60  # seconds
ONE_YEAR = 365 * 24 * 60 * 60  # seconds
HASH_LENGTH = 10


def install(app: Flask) -> None:
    """Open the files to everyone, and put their fingerprint into each address of one."""
    gate.public(app.view_functions["static"])
    app.add_url_rule("/favicon.ico", "favicon", _favicon)
    app.url_defaults(_add_fingerprint)
    app.after_request(_set_age)


@gate.public
def _favicon() -> Response:
    """What browsers ask for by themselves when a page names no icon."""
    return send_from_directory(shipped("static"), "favicon.svg", max_age=ONE_DAY)


def static_url(name: str) -> str:
    """The address of one of our files, which changes whenever the file does."""
    # A page draws hundreds of icons, all of one file.
    known: dict[str, str] = g.setdefault("static_urls", {})
    if name not in known:
        known[name] = url_for("static", filename=name)
    return known[name]


def is_built(name: str) -> bool:
    """Whether a bundle of third-party scripts is there; without Node it is not."""
    return fingerprint(f"dist/{name}.js") is not None


def fingerprint(name: str) -> str | None:
    """A short hash of a file's bytes, or None when there is no such file."""
    path = shipped("static") / name
    try:
        stat = path.stat()
    except (OSError, ValueError):
        return None
    return _hash(path, stat.st_mtime_ns, stat.st_size)


def _add_fingerprint(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and "filename" in values and "v" not in values:
        mark = fingerprint(values["filename"])
        if mark is not None:
            values["v"] = mark


def _set_age(response: Response) -> Response:
    if request.endpoint == "static" and response.status_code in (200, 206, 304):
        name = (request.view_args or {}).get("filename", "")
        if request.args.get("v") and request.args["v"] == fingerprint(name):
            response.headers["Cache-Control"] = f"public, max-age={ONE_YEAR}, immutable"
        else:
            response.headers["Cache-Control"] = "no-cache"
    return response


@lru_cache(maxsize=512)
def _hash(path: Path, _changed: int, _size: int) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:HASH_LENGTH]
    except OSError:
        return None
