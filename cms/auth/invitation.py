"""Taking the place that someone was invited to."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cms import db
from cms.accounts import invitations, passwords, people, sessions, signing_in, throttling
from cms.accounts.models import Invitation
from cms.accounts.permissions import Role
from cms.auth.door import blueprint, desk, enter
from cms.auth.forms import InvitationForm
from cms.errors import Rejected
from cms.web import gate


@blueprint.get("/invitation/<token>", endpoint="invitation")
@gate.public
def new(token: str) -> ResponseReturnValue:
    """The form, while the invitation holds."""
    invitation = invitations.find_offered(token, now=gate.now())
    return _page(InvitationForm(formdata=None, email=invitation.email), invitation)


@blueprint.post("/invitation/<token>", endpoint="accept_invitation")
@gate.public
def create(token: str) -> ResponseReturnValue:
    """Make the account and sign in with it."""
    form, address = InvitationForm.from_request(), throttling.address_key(request.remote_addr or "")
    with db.unit_of_work(db.database(), write=False):
        invitation = invitations.find_offered(token, now=gate.now())
    email = invitation.email or form.email.data or ""
    try:
        if not form.ok:
            return _page(form, invitation), 422
        password, email = form.password.data or "", people.read_email(email)
        passwords.ensure_acceptable(password, email=email)
        throttling.count_attempt([address], now=gate.now())
        # Hashing takes long and needs nothing of the database, so it is done before any writing.
        account = invitations.accept(
            token,
            name=form.name.data or "",
            email=email,
            password_hash=passwords.hash_password(password),
            now=gate.now(),
        )
    except Rejected as refusal:
        db.unit().close()
        form.show(refusal)
        return _page(form, invitation), 422
    db.commit()
    throttling.take_back([address], now=gate.now())
    secret = sessions.start(
        account,
        now=gate.now(),
        ip=request.remote_addr or "",
        user_agent=request.user_agent.string,
    )
    return enter(secret, desk(), signing_in.new_device(account))


def _page(form: InvitationForm, invitation: Invitation) -> str:
    if invitation.email:
        form.email.data = invitation.email
    return render_template(
        "auth/invitation.html",
        form=form,
        role=str(Role(invitation.role).label),
        email=invitation.email,
    )
