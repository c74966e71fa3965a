"""The door for signing in: in, out, the first owner, forgotten passwords."""

from flask import Flask

from cms.auth import login, logout, reset, setup, theme
from cms.auth.door import blueprint
from cms.web import installation

__all__ = ["blueprint", "register"]

VIEWS = (login, logout, reset, setup, theme)


def register(app: Flask) -> None:
    """Open this door in the app."""
    app.register_blueprint(blueprint)
    installation.of(app).session_ended_page = login.session_ended
