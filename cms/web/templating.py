"""The template world of the admin and the sign-in pages: strict, escaped, with our own words.

Visitors' pages never come here: a theme has an environment of its own.
"""

from typing import Any

from flask import Flask
from jinja2 import StrictUndefined

from cms import i18n
from cms.accounts.permissions import Permission, may
from cms.web import display, gate, headers, static_files

OPTIONS: dict[str, Any] = {"undefined": StrictUndefined, "autoescape": True}


def install(app: Flask) -> None:
    """Set up the app's own template environment."""
    app.jinja_options = OPTIONS
    app.jinja_env.globals.update(
        _=i18n.gettext,
        gettext=i18n.gettext,
        ngettext=i18n.ngettext,
        static_url=static_files.static_url,
        is_built=static_files.is_built,
        csp_nonce=headers.csp_nonce,
        Permission=Permission,
    )
    app.context_processor(_context)
    display.install(app)


def _context() -> dict[str, Any]:
    person = gate.current_person()
    return {
        "person": person,
        "may": lambda permission, owns=False: may(person, permission, owns=owns).allowed,
        "site_name": display.site().title,
        "locale": i18n.current_language(),
        "direction": display.direction(),
        "keys": "on" if person is None or person.shortcuts else "off",
        "theme_choice": person.theme if person else "auto",
    }
