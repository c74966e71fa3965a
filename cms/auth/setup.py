"""Setting the site up: the first owner, by a link that works once."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cms import db
from cms.accounts import passwords, people, sessions, setup, signing_in
from cms.accounts.permissions import Person
from cms.auth.door import blueprint, desk, enter
from cms.auth.forms import SetupForm
from cms.errors import Rejected
from cms.samples import pieces, presence, removal, writing
from cms.site import settings as site_settings
from cms.site.settings import DEFAULTS
from cms.web import gate, languages, zones
from cms.web.forms import choices


@blueprint.get("/setup/<token>", endpoint="setup")
@gate.public
def new(token: str) -> ResponseReturnValue:
    """The form, while the link is good."""
    setup.get_token(token, now=gate.now())
    present = site_settings.load()
    data = {
        "site_name": "" if present.title in (pieces.TITLE, DEFAULTS.title) else present.title,
        "language": present.locale,
        "timezone": present.timezone,
        "content": "samples",
    }
    # A browser that runs scripts puts its own zone here, where nobody has chosen one.
    return _page(
        _prepared(SetupForm(formdata=None, data=data)),
        guess_zone=not site_settings.is_set("timezone"),
    )


@blueprint.post("/setup/<token>", endpoint="complete_setup")
@gate.public
def create(token: str) -> ResponseReturnValue:
    """Make the owner, name the site, and close the link."""
    with db.unit_of_work(db.database(), write=False):
        setup.get_token(token, now=gate.now())
        form = _prepared(SetupForm())
    form.validate()
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
        _set_site(form, owner)
    except Rejected as refusal:
        form.show(refusal, title="site_name", locale="language")
        return _page(form), 422
    db.commit()
    secret = sessions.start(
        account,
        now=gate.now(),
        ip=request.remote_addr or "",
        user_agent=request.user_agent.string,
    )
    return enter(secret, desk(), signing_in.new_device(account))


def _set_site(form: SetupForm, owner: Person) -> None:
    """Keep what the site is called and speaks, and begin with what was chosen."""
    now = gate.now()
    # First, so that samples which are written now are taken for the site's own settings.
    chosen = {
        "title": form.site_name.data,
        "locale": form.language.data,
        "timezone": form.timezone.data,
    }
    site_settings.save(chosen, by=owner, now=now)
    if "content" not in form:
        return
    if form.content.data == "samples":
        writing.fill(by=owner, now=now)
    elif presence.count_there():
        ids = [each.id for each in presence.list_there()]
        removal.remove(by=owner, now=now, also=ids)


def _prepared(form: SetupForm) -> SetupForm:
    """The form with its choices; a site that holds something else keeps it, unasked."""
    form.language.choices = languages.offered(other=False)
    known = site_settings.load().locale
    if known not in languages.OFFERED:
        form.language.choices += choices([(known, languages.own_name(known))])
    form.timezone.choices = zones.offered(also=site_settings.load().timezone)
    if presence.has_others():
        del form.content
    return form


def _page(form: SetupForm, *, guess_zone: bool = False) -> str:
    return render_template("auth/setup.html", form=form, guess_zone=guess_zone)
