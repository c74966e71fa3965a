"""Another password: the old one is asked for, and every other session ends."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import PasswordField
from wtforms.validators import InputRequired

from cms import db
from cms.accounts import password_change, passwords, people
from cms.accounts.permissions import Permission
from cms.accounts.throttling import Throttled
from cms.admin import notes
from cms.admin.door import blueprint
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.mail import account_letters
from cms.web import gate, staying, urls
from cms.web.forms import CarafeForm

_HINT = __("At least 12 characters; a few words in a row are easy to remember.")
assert passwords.MIN_LENGTH == 12  # The hint says so.


class PasswordForm(CarafeForm):
    """The old password and a new one."""

    present = PasswordField(
        __("Present password"),
        [InputRequired(__("Enter your present password."))],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        __("New password"),
        [InputRequired(__("Choose a password."))],
        description=_HINT,
        render_kw={"autocomplete": "new-password"},
    )


@blueprint.get("/me/password", endpoint="me_password")
@gate.requires(Permission.SIGN_IN)
def edit() -> str:
    """An empty form."""
    return _page(PasswordForm(formdata=None))


@blueprint.post("/me/password", endpoint="me_password_update")
@gate.requires(Permission.SIGN_IN)
def update() -> ResponseReturnValue:
    """Keep the new password, end all other sessions, and say so by letter."""
    form = PasswordForm.from_request()
    person, now = gate.signed_in_person(), gate.now()
    if not form.ok:
        return _page(form), 422
    try:
        # What takes long stands before the transaction, which begins at its first question.
        with db.unit_of_work(db.database(), write=False):
            account = people.get_account(person.id)
        password_change.confirm(account, form.present.data or "", now=now, field="present")
        passwords.ensure_acceptable(form.password.data or "", email=account.email)
        password_hash = passwords.hash_password(form.password.data or "")
    except Rejected as refusal:
        form.show(refusal)
        return _page(form), 422
    except Throttled as refusal:
        form.show(Rejected(refusal.message, field="present"))
        return _page(form), 429, {"Retry-After": str(refusal.retry_after)}
    account = people.get_account(person.id)
    password_change.change_own(account, password_hash, by=person, now=now)
    account_letters.post_password_changed(account, now=now)
    db.commit()
    notes.leave(_("Your password is changed. You are signed out everywhere but here."))
    return staying.stay(urls.see_other("admin.me"), account)


def _page(form: PasswordForm) -> str:
    back = url_for("admin.me")
    return render_template(
        "admin/form.html",
        heading=_("Change your password"),
        form=form,
        submit=_("Change the password"),
        back_href=back,
        crumbs=[
            {"label": _("Your account"), "href": back},
            {"label": _("Password"), "href": ""},
        ],
        lead=_("Everywhere else you will be signed out. A letter will say that it was changed."),
        danger=False,
    )
