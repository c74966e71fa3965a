"""The session of this browser, as a script of the page asks for it: who it is, and a new one.

A form that stays open longer than its session is sent on from where it is (see
`static/js/sign-in-again.js`); without scripts `login` carries it.
"""

from flask import Response, jsonify
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from cms import db
from cms.accounts.permissions import Person
from cms.auth.door import blueprint, hand_over, sign_in
from cms.auth.forms import LoginForm
from cms.errors import NotAllowed
from cms.web import cookies, gate, negotiation


@blueprint.get("/session", endpoint="session")
@gate.public
def show() -> ResponseReturnValue:
    """Who is signed in here, and the token that a form sent from here needs."""
    return _told(gate.current_person())


@blueprint.post("/session", endpoint="sign_in_again")
@gate.public
def create() -> ResponseReturnValue:
    """Begin a session without leaving the page; 401, 422 or 429 with words for the person."""
    form = LoginForm.from_request()
    form.ensure_readable()
    try:
        signed_in = sign_in(form)
    except NotAllowed as refusal:
        return negotiation.problem(401, refusal.message)
    db.commit()
    cookies.bind_token(signed_in.secret)
    return hand_over(_told(signed_in.person), signed_in.secret, signed_in.device)


def _told(person: Person | None) -> Response:
    who = {"id": person.id, "name": person.name, "email": person.email} if person else None
    return jsonify(person=who, token=generate_csrf())
