"""Another email address: the password is asked for, and a letter goes to the old one."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

from cms import db, mail
from cms.accounts import password_change, people, preferences
from cms.accounts.models import MAX_EMAIL
from cms.accounts.permissions import Permission
from cms.accounts.throttling import Throttled
from cms.admin import notes
from cms.admin.door import blueprint
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.web import gate, staying, urls
from cms.web.forms import CarafeForm


class EmailForm(CarafeForm):
    """The new address, and the password as a proof."""

    email = EmailField(
        __("New email"),
        [InputRequired(__("Enter your email address.")), Length(max=MAX_EMAIL)],
        render_kw={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        __("Your password"),
        [InputRequired(__("Enter your password."))],
        render_kw={"autocomplete": "current-password"},
    )


@blueprint.get("/me/email", endpoint="me_email")
@gate.requires(Permission.SIGN_IN)
def edit() -> str:
    """The form with the address as it stands."""
    return _page(EmailForm(formdata=None, email=gate.signed_in_person().email))


@blueprint.post("/me/email", endpoint="me_email_update")
@gate.requires(Permission.SIGN_IN)
def update() -> ResponseReturnValue:
    """Keep the new address; other sessions end, and the old address is told."""
    form = EmailForm.from_request()
    person, now = gate.signed_in_person(), gate.now()
    if not form.ok:
        return _page(form), 422
    try:
        # Hashing takes long, so it stands before the transaction.
        with db.unit_of_work(db.database(), write=False):
            account = people.get_account(person.id)
        password_change.confirm(account, form.password.data or "", now=now)
        account = people.get_account(person.id)
        former = preferences.change_email(account, form.email.data or "", by=person, now=now)
    except Rejected as refusal:
        form.show(refusal)
        return _page(form), 422
    except Throttled as refusal:
        form.show(Rejected(refusal.message, field="password"))
        return _page(form), 429, {"Retry-After": str(refusal.retry_after)}
    mail.post(
        "email-changed",
        to=former,
        name=account.display_name,
        language=account.language,
        values={"email": account.email},
        now=now,
    )
    db.commit()
    notes.leave(_("From now on you sign in with {email}.", email=account.email))
    return staying.stay(urls.see_other("admin.me"), account)


def _page(form: EmailForm) -> str:
    back = url_for("admin.me")
    return render_template(
        "admin/form.html",
        heading=_("Change your email"),
        form=form,
        submit=_("Change the email"),
        back_href=back,
        crumbs=[{"label": _("Your account"), "href": back}, {"label": _("Email"), "href": ""}],
        lead=_("You sign in with it, and letters go there. The old address will be told."),
        danger=False,
    )
