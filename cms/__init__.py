"""Carafe, a server-rendered CMS."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from cms.config import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """A site as a WSGI app; call it as often as there are sites in the process."""
    # Imported here, so that whoever wants one module of Carafe need not load all of it.
    from cms import application

    return application.create_app(settings)
