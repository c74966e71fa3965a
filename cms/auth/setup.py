"""Setting the site up: the first owner, by a link that works once."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cms import db
from cms.accounts import passwords, people, sessions, setup, signing_in
from cms.auth.door import blueprint, desk, enter
from cms.auth.forms import SetupForm
from cms.errors import Rejected
from cms.site import settings as site_settings
from cms.web import gate


@blueprint.get("/setup/<token>", endpoint="setup")
@gate.public
def new(token: str) -> ResponseReturnValue:
    """The form, while the link is good."""
    setup.get_token(token, now=gate.now())
    return _page(SetupForm(formdata=None, site_name=site_settings.DEFAULTS.title))


@blueprint.post("/setup/<token>", endpoint="complete_setup")
@gate.public
def create(token: str) -> ResponseReturnValue:
    """Make the owner, name the site, and close the link."""
    form = SetupForm.from_request()
    with db.unit_of_work(db.database(), write=False):
        setup.get_token(token, now=gate.now())
    if not form.ok:
        return _page(form), 422
    try:
        setup.ensure_acceptable(form.email.data or "", form.password.data or "")
        # Hashing takes long and needs nothing of the database, so it is done before any writing.
        password_hash = passwords.hash_password(form.password.data or "")
        account = setup.complete_setup(
            token,
            email=form.email.data or "",
            name=form.name.data or "",
            password_hash=password_hash,
            now=gate.now(),
        )
        owner = people.person_of(account)
        site_settings.save({"title": form.site_name.data}, by=owner, now=gate.now())
    except Rejected as refusal:
        form.show(refusal, title="site_name")
        return _page(form), 422
    db.commit()
    secret = sessions.start(
        account,
        now=gate.now(),
        ip=request.remote_addr or "",
        user_agent=request.user_agent.string,
    )
    return enter(secret, desk(), signing_in.new_device(account))


def _page(form: SetupForm) -> str:
    return render_template("auth/setup.html", form=form)
