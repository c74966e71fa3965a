"""Handing someone's entries over, and removing their account for good."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, StringField
from wtforms.validators import Length

from cms import db
from cms.accounts import people
from cms.accounts.models import Account
from cms.accounts.permissions import Permission
from cms.admin import notes
from cms.admin.door import blueprint
from cms.content import handing_over, profiles
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.i18n import ngettext
from cms.web import gate, urls
from cms.web.forms import CarafeForm

MAX_OFFERED = 200


class HandoverForm(CarafeForm):
    """Who gets the entries."""

    to = StringField(
        __("Who gets them"),
        [Length(max=254)],
        description=__("The email of an account, or the address of an author without one."),
        render_kw={"list": "recipients", "autocomplete": "off", "dir": "ltr"},
    )
    bylines = BooleanField(
        __("Name them in the bylines, too"),
        description=__("Otherwise visitors go on reading the name that stands there."),
    )


class RemovalForm(HandoverForm):
    """Who gets the entries, and that it is meant."""

    email = StringField(
        __("Type the email of this account to go on"),
        [Length(max=254)],
        render_kw={"autocomplete": "off", "dir": "ltr"},
    )


@blueprint.get("/people/<account_id>/handover", endpoint="people_handover")
@gate.requires(Permission.MANAGE_PEOPLE)
def new(account_id: str) -> str:
    """How much it is, and who gets it."""
    return _handover_page(HandoverForm(formdata=None), people.get_account(account_id))


@blueprint.post("/people/<account_id>/handover", endpoint="people_hand_over")
@gate.requires(Permission.MANAGE_PEOPLE)
def create(account_id: str) -> ResponseReturnValue:
    """Hand all entries over as one act."""
    account, form = people.get_account(account_id), HandoverForm.from_request()
    person, now = gate.signed_in_person(), gate.now()
    if form.ok:
        try:
            moved = handing_over.hand_over(
                account,
                form.to.data or "",
                bylines=bool(form.bylines.data),
                by=person,
                now=now,
            )
        except Rejected as refusal:
            form.show(refusal)
    if not form.ok:
        return _handover_page(form, account), 422
    db.commit()
    notes.leave(
        ngettext("{n} entry was handed over.", "{n} entries were handed over.", moved.entries),
        recording.latest(),
    )
    return urls.see_other("admin.people_show", account_id=account_id)


@blueprint.get("/people/<account_id>/removal", endpoint="people_removal")
@gate.requires(Permission.MANAGE_PEOPLE)
def edit(account_id: str) -> str:
    """What goes and what stays, before an account is removed."""
    return _removal_page(RemovalForm(formdata=None), people.get_account(account_id))


@blueprint.post("/people/<account_id>/removal", endpoint="people_remove")
@gate.requires(Permission.MANAGE_PEOPLE)
def destroy(account_id: str) -> ResponseReturnValue:
    """Remove the account for good; its profile stays."""
    account, form = people.get_account(account_id), RemovalForm.from_request()
    name = account.display_name
    if form.ok and people.email_key(form.email.data or "") != account.email_key:
        form.show(Rejected(_("This is not the email of this account."), field="email"))
    if form.ok:
        try:
            handing_over.remove_account(
                account,
                to=form.to.data or "",
                bylines=bool(form.bylines.data),
                by=gate.signed_in_person(),
                now=gate.now(),
            )
        except Rejected as refusal:
            form.show(refusal)
    if not form.ok:
        db.unit().close()
        return _removal_page(form, people.get_account(account_id)), 422
    db.commit()
    notes.leave(_("The account of {name} is removed.", name=name))
    return urls.see_other("admin.people_index")


def _handover_page(form: HandoverForm, account: Account) -> str:
    return _page(form, account, _("Hand over entries"), _("Hand over"))


def _removal_page(form: RemovalForm, account: Account) -> str:
    if not handing_over.count(account).entries:
        del form.to
        del form.bylines
    return _page(form, account, _("Remove the account"), _("Remove for good"))


def _page(form: HandoverForm, account: Account, heading: str, submit: str) -> str:
    has = handing_over.count(account)
    back = url_for("admin.people_show", account_id=account.id)
    offered = [(each.email, each.display_name) for each in people.list_accounts(limit=MAX_OFFERED)
               if each.id != account.id and each.state != "disabled"]  # fmt: skip
    authors = profiles.list_profiles(limit=MAX_OFFERED)
    offered += [(each.handle, each.name) for each in authors if each.account_id is None]
    return render_template(
        "admin/people/handover.html",
        heading=heading,
        submit=submit,
        form=form,
        name=account.display_name,
        email=account.email,
        has=has,
        offered=offered,
        back_href=back,
        crumbs=[
            {"label": _("People"), "href": url_for("admin.people_index")},
            {"label": account.display_name, "href": back},
            {"label": heading, "href": ""},
        ],
    )
