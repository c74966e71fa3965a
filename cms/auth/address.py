"""Another email address: proven by the letter to it, or refused by the letter to the old one."""

from flask import Response, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from cms import db, mail
from cms.accounts import address_change
from cms.accounts.address_change import Waiting
from cms.auth.door import blueprint, desk
from cms.errors import NotAllowed, Rejected
from cms.i18n import gettext as _
from cms.web import gate, staying, urls
from cms.web.forms import CarafeForm


@blueprint.get("/email/<token>", endpoint="confirm_email")
@gate.public
def edit(token: str) -> ResponseReturnValue:
    """Ask once: programs that check mail follow every link in it."""
    waiting = address_change.get_waiting(token, now=gate.now())
    return _ask_to_sign_in(waiting, token) or _confirm_page(CarafeForm(formdata=None), waiting)


@blueprint.post("/email/<token>", endpoint="keep_email")
@gate.public
def update(token: str) -> ResponseReturnValue:
    """Let the new address count, and tell the old one."""
    form, now = CarafeForm.from_request(), gate.now()
    form.ensure_readable()
    waiting = address_change.get_waiting(token, now=now)
    if answer := _ask_to_sign_in(waiting, token):
        return answer
    try:
        asked = address_change.complete(token, now=now)
    except Rejected as refusal:
        # Nothing of it is kept: the link goes on working, should the address become free.
        db.unit().close()
        form.show(Rejected(refusal.message))
        return _confirm_page(form, waiting), 422
    account = asked.account
    mail.post(
        "email-changed",
        to=asked.former,
        name=account.display_name,
        language=account.language,
        values={"email": account.email},
        token_id=asked.stop_id,
        now=now,
    )
    db.commit()
    said = _("From now on you sign in with {email}.", email=account.email)
    page = _done_page(_("Your address is changed"), said, desk(), _("Go on"))
    person = gate.current_person()
    if person is None or person.id != account.id:
        return page
    return staying.stay(make_response(page), account)


@blueprint.get("/email/stop/<token>", endpoint="stop_email")
@gate.public
def edit_stop(token: str) -> str:
    """Ask once here, too."""
    former, is_changed = address_change.get_former(token, now=gate.now())
    return _stop_page(CarafeForm(formdata=None), former, is_changed=is_changed)


@blueprint.post("/email/stop/<token>", endpoint="keep_former_email")
@gate.public
def destroy(token: str) -> ResponseReturnValue:
    """Keep the old address or put it back; everyone is signed out."""
    form, now = CarafeForm.from_request(), gate.now()
    form.ensure_readable()
    former, is_changed = address_change.get_former(token, now=now)
    try:
        stopped = address_change.stop(token, now=now)
    except Rejected as refusal:
        db.unit().close()
        form.show(Rejected(refusal.message))
        return _stop_page(form, former, is_changed=is_changed), 422
    db.commit()
    said = _(
        "You sign in with {email}, and everyone is signed out of your account. "
        "Choose another password now, for somebody may know yours.",
        email=stopped.account.email,
    )
    heading = _("Your address is back") if stopped.was_changed else _("Your address stays")
    return _done_page(heading, said, url_for("auth.reset"), _("Choose another password"))


def _ask_to_sign_in(waiting: Waiting, token: str) -> Response | None:
    """The way to the sign-in page, when this is for the person alone; raises NotAllowed."""
    person = gate.current_person()
    if not waiting.needs_sign_in or (person is not None and person.id == waiting.account_id):
        return None
    if person is None:
        here = url_for("auth.confirm_email", token=token)
        return urls.see_other("auth.login", next=here)
    raise NotAllowed(_("This link is for another account. Sign out, and open it once more."))


def _confirm_page(form: CarafeForm, waiting: Waiting) -> str:
    return render_template(
        "auth/address.html",
        form=form,
        heading=_("Is this your address?"),
        email=waiting.email,
        said=_("From then on you sign in with it, instead of {email}.", email=waiting.former),
        submit=_("Yes, use it"),
    )


def _stop_page(form: CarafeForm, former: str, *, is_changed: bool) -> str:
    said = _("It stays the address of your account, and everyone is signed out.")
    if is_changed:
        said = _("It becomes the address of your account again, and everyone is signed out.")
    heading = _("Put your address back?") if is_changed else _("Keep your address?")
    submit = _("Put it back") if is_changed else _("Keep it")
    return render_template(
        "auth/address.html", form=form, heading=heading, email=former, said=said, submit=submit
    )


def _done_page(heading: str, said: str, href: str, label: str) -> str:
    return render_template(
        "auth/address_done.html", heading=heading, said=said, href=href, label=label
    )
