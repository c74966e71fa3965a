"""Another email address of one's own: it counts when the link in the letter to it is followed."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from cms import db
from cms.accounts import address_change, people
from cms.accounts.permissions import Permission
from cms.accounts.throttling import Throttled
from cms.admin import address_asking, notes
from cms.admin.address_asking import EmailForm
from cms.admin.door import blueprint
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.web import gate, urls


@blueprint.get("/me/email", endpoint="me_email")
@gate.requires(Permission.SIGN_IN)
def edit() -> str:
    """The form with the address as it stands."""
    return _page(EmailForm(formdata=None, email=gate.signed_in_person().email))


@blueprint.post("/me/email", endpoint="me_email_update")
@gate.requires(Permission.SIGN_IN)
def update() -> ResponseReturnValue:
    """Send a link to the new address, and another one that stops it to the old one."""
    form = EmailForm.from_request()
    if not form.ok:
        return _page(form), 422
    try:
        asked = address_asking.ask(gate.signed_in_person().id, form)
    except (Rejected, Throttled) as error:
        status, headers = address_asking.refusal(form, error)
        return _page(form), status, headers
    db.commit()
    notes.leave(address_asking.sent_words(asked))
    return urls.see_other("admin.me")


@blueprint.post("/me/email/cancellation", endpoint="me_email_cancel")
@gate.requires(Permission.SIGN_IN)
def destroy() -> ResponseReturnValue:
    """Let the link to the new address end."""
    person = gate.signed_in_person()
    address_change.cancel(people.get_account(person.id), by=person, now=gate.now())
    db.commit()
    notes.leave(_("Your address stays {email}.", email=person.email))
    return urls.see_other("admin.me")


def _page(form: EmailForm) -> str:
    back = url_for("admin.me")
    return render_template(
        "admin/form.html",
        heading=_("Change your email"),
        form=form,
        submit=_("Send the link"),
        back_href=back,
        crumbs=[{"label": _("Your account"), "href": back}, {"label": _("Email"), "href": ""}],
        lead=_(
            "You sign in with it, and letters go there. It counts when you follow the link in the "
            "letter to it; the letter to the old address can stop it."
        ),
        danger=False,
    )
