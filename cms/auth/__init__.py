"""The door for signing in: in, out, the first owner, forgotten passwords."""

from flask import Flask

from cms.auth import address, invitation, letters, login, logout, reset, session, setup, theme
from cms.auth.door import SMALL_FORM, blueprint
from cms.web import gate, installation

__all__ = ["blueprint", "register"]

VIEWS = (address, invitation, letters, login, logout, reset, session, setup, theme)


def register(app: Flask) -> None:
    """Open this door in the app."""
    app.register_blueprint(blueprint)
    gate.limit_door(app, blueprint.name, SMALL_FORM)
    installation.of(app).session_ended_page = login.session_ended
