"""Light, dark, or as the device likes it: a person's own choice for the admin."""

from flask import Response, request

from cms import db
from cms.accounts import people, preferences
from cms.accounts.permissions import Permission
from cms.auth.door import blueprint, desk
from cms.web import gate, urls


@blueprint.post("/theme", endpoint="theme")
@gate.requires(Permission.SIGN_IN)
def update() -> Response:
    """Keep the choice (`theme`: auto, light or dark) and go back to `next`."""
    person = gate.signed_in_person()
    account = people.get_account(person.id)
    preferences.save(account, theme=request.form.get("theme", ""), by=person, now=gate.now())
    db.commit()
    return urls.go_to(urls.safe_next(request.form.get("next"), desk()))
