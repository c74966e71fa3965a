"""What can be done about a person: another role, suspending, reactivating, signing out."""

from flask import Response
from flask.typing import ResponseReturnValue

from cms import db
from cms.accounts import closing, granting, people
from cms.accounts.permissions import Permission, Role
from cms.admin import notes, person_page
from cms.admin.door import blueprint
from cms.admin.person_page import RoleForm
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.web import gate, urls


@blueprint.post("/people/<account_id>/roles", endpoint="people_roles")
@gate.requires(Permission.MANAGE_PEOPLE)
def update(account_id: str) -> ResponseReturnValue:
    """Give the person another role; their sessions end."""
    account = people.get_account(account_id)
    form = RoleForm.from_request()
    role = next((role for role in Role if role.value == form.role.data), None)
    if role is None:
        form.show(Rejected(_("Choose a role."), field="role"))
    elif form.seen.data != person_page.mark(account):
        form.seen.data = person_page.mark(account)
        form.show(Rejected(_("Someone gave another role meanwhile. Look again."), field="role"))
    if form.ok and role is not None:
        try:
            granting.change_roles(account, [role], by=gate.signed_in_person(), now=gate.now())
        except Rejected as refusal:
            form.show(Rejected(refusal.message, field="role"))
    if not form.ok or role is None:
        return person_page.render(account, form), 422
    db.commit()
    said = _("{name} is now: {role}.", name=account.display_name, role=str(role.label))
    return _back(account_id, said)


@blueprint.post("/people/<account_id>/suspension", endpoint="people_suspend")
@gate.requires(Permission.MANAGE_PEOPLE)
def suspend(account_id: str) -> Response:
    """Close the account for a while; it is signed out everywhere at once."""
    account = people.get_account(account_id)
    closing.disable(account, by=gate.signed_in_person(), now=gate.now())
    db.commit()
    return _back(account_id, _("{name} is suspended and signed out.", name=account.display_name))


@blueprint.post("/people/<account_id>/reactivation", endpoint="people_reactivate")
@gate.requires(Permission.MANAGE_PEOPLE)
def reactivate(account_id: str) -> Response:
    """Open a suspended account again."""
    account = people.get_account(account_id)
    closing.enable(account, by=gate.signed_in_person(), now=gate.now())
    db.commit()
    return _back(account_id, _("{name} can sign in again.", name=account.display_name))


@blueprint.post("/people/<account_id>/signing-out", endpoint="people_sign_out")
@gate.requires(Permission.MANAGE_PEOPLE)
def sign_out(account_id: str) -> Response:
    """End every session of the person."""
    account = people.get_account(account_id)
    closing.sign_out_everywhere(account, by=gate.signed_in_person(), now=gate.now())
    db.commit()
    return _back(account_id, _("{name} is signed out everywhere.", name=account.display_name))


def _back(account_id: str, said: str) -> Response:
    notes.leave(said, recording.latest())
    if account_id == gate.signed_in_person().id:
        # Their own session has ended with the others.
        return urls.see_other("auth.login")
    return urls.see_other("admin.people_show", account_id=account_id)
