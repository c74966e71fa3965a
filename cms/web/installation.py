"""One running site: its settings and database, hung on the app so that many fit in a process."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app

from cms.config import Settings
from cms.db import Database

KEY = "carafe"

# (status, words for the person, the error) → anything that a view may return
ErrorPage = Callable[[int, str, Exception], Any]


@dataclass(slots=True)
class Installation:
    """What one app was made with, and the pages that doors lend to the hardware."""

    settings: Settings
    database: Database
    # Set by the visitors' door: an error page in the site's theme.
    public_error_page: ErrorPage | None = None
    # Set by the sign-in door: the answer to a form whose session ended.
    session_ended_page: Callable[[], Any] | None = None
    # Remembered by the readiness check: whether the database is as new as the code.
    is_migrated: bool = False


def install(app: Flask, settings: Settings, database: Database) -> Installation:
    """Hang the site on its app."""
    made = Installation(settings, database)
    app.extensions[KEY] = made
    return made


def of(app: Flask) -> Installation:
    """The site that this app serves."""
    made: Installation = app.extensions[KEY]
    return made


def current() -> Installation:
    """The site that the current request asks."""
    return of(current_app)


def settings() -> Settings:
    """The configuration of the current site."""
    return current().settings
