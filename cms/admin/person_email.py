"""Another address for somebody: they get the link, and their old address can stop it."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from cms import db
from cms.accounts import address_change, people
from cms.accounts.models import Account
from cms.accounts.permissions import Permission
from cms.accounts.throttling import Throttled
from cms.admin import address_asking, notes
from cms.admin.address_asking import EmailForm
from cms.admin.door import blueprint
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.web import gate, urls


@blueprint.get("/people/<account_id>/email", endpoint="people_email")
@gate.requires(Permission.MANAGE_PEOPLE)
def edit(account_id: str) -> str:
    """The form with the address as it stands."""
    account = people.get_account(account_id)
    return _page(EmailForm(formdata=None, email=account.email), account)


@blueprint.post("/people/<account_id>/email", endpoint="people_email_update")
@gate.requires(Permission.MANAGE_PEOPLE)
def update(account_id: str) -> ResponseReturnValue:
    """Send the person a link to the new address, and one that stops it to the old one."""
    form = EmailForm.from_request()
    if not form.ok:
        return _page(form, people.get_account(account_id)), 422
    try:
        asked = address_asking.ask(account_id, form)
    except (Rejected, Throttled) as error:
        status, headers = address_asking.refusal(form, error)
        return _page(form, people.get_account(account_id)), status, headers
    db.commit()
    notes.leave(address_asking.sent_words(asked))
    return urls.see_other("admin.people_show", account_id=account_id)


@blueprint.post("/people/<account_id>/email/cancellation", endpoint="people_email_cancel")
@gate.requires(Permission.MANAGE_PEOPLE)
def destroy(account_id: str) -> ResponseReturnValue:
    """Let the link to the new address end."""
    account = people.get_account(account_id)
    address_change.cancel(account, by=gate.signed_in_person(), now=gate.now())
    db.commit()
    notes.leave(_("The address stays {email}.", email=account.email))
    return urls.see_other("admin.people_show", account_id=account_id)


def _page(form: EmailForm, account: Account) -> str:
    back = url_for("admin.people_show", account_id=account.id)
    return render_template(
        "admin/form.html",
        heading=_("Another email for {name}", name=account.display_name),
        form=form,
        submit=_("Send the link"),
        back_href=back,
        crumbs=[
            {"label": _("People"), "href": url_for("admin.people_index")},
            {"label": account.display_name, "href": back},
            {"label": _("Email"), "href": ""},
        ],
        lead=_(
            "It counts when {name} follows the link in the letter to it; the letter to the old "
            "address can stop it. Your own password proves that it is you who asks.",
            name=account.display_name,
        ),
        danger=False,
    )
