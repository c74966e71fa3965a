"""Mail: how it is set, and whether it works."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from cms.accounts import throttling
from cms.accounts.permissions import Permission
from cms.admin import notes
from cms.admin.door import blueprint
from cms.i18n import gettext as _
from cms.mail import setup
from cms.web import gate, installation, urls


@blueprint.get("/settings/mail/", endpoint="settings_mail")
@gate.requires(Permission.MANAGE_SETTINGS)
def show() -> str:
    """How mail is set; the password stays in the environment."""
    return _page("")


@blueprint.post("/settings/mail/", endpoint="settings_mail_test")
@gate.requires(Permission.MANAGE_SETTINGS)
def create() -> ResponseReturnValue:
    """Send a test letter to whoever asks, and say what the server answered."""
    person, settings = gate.signed_in_person(), installation.settings()
    throttling.count_attempt([throttling.letter_key(f"test {person.id}")], now=gate.now())
    trouble = setup.send_test(settings, to=person.email, name=person.name, language=person.language)
    if trouble:
        return _page(trouble), 422
    if settings.mail_url:
        notes.leave(_("The mail server took the letter to {email}.", email=person.email))
    else:
        notes.leave(_("The letter stands in the log, as mail is not set up."))
    return urls.see_other("admin.settings_mail")


def _page(trouble: str) -> str:
    return render_template(
        "admin/settings/mail.html",
        mail=setup.describe(installation.settings()),
        trouble=trouble,
        test_action=url_for("admin.settings_mail_test"),
        to=gate.signed_in_person().email,
        crumbs=[
            {"label": _("Settings"), "href": url_for("admin.settings")},
            {"label": _("Mail"), "href": ""},
        ],
    )
