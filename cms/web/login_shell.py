"""Flask-Login, for extensions that ask it who is there; our own sessions give the answer.

Its remember cookie, its session protection and its view decorators are not used: identity comes
from the session's row alone, and the gate decides.
"""

from dataclasses import dataclass

from flask import Flask, Request
from flask_login import LoginManager, UserMixin

from cms.accounts.permissions import Person
from cms.errors import BadConfiguration
from cms.web import gate


@dataclass(frozen=True)
class SignedInUser(UserMixin):  # type: ignore[misc]
    """A person in the form that Flask-Login knows."""

    person: Person

    def get_id(self) -> str:
        """The account's id."""
        return self.person.id


def install(app: Flask) -> None:
    """Let `flask_login.current_user` be the person of the session."""
    if app.config.get("LOGIN_DISABLED"):
        raise BadConfiguration("LOGIN_DISABLED would open every page, so it cannot be set.")
    manager = LoginManager()
    manager.session_protection = None
    manager.request_loader(_load)
    # Not `init_app`, which would look at each answer whether its remember cookie is wanted.
    app.login_manager = manager  # type: ignore[attr-defined]


def _load(_request: Request) -> SignedInUser | None:
    person = gate.current_person()
    return None if person is None else SignedInUser(person)
