"""Invitations: those that wait, new ones by letter or by link, renewing, taking back."""

from typing import Any

import segno
from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from wtforms import EmailField, RadioField
from wtforms.validators import Length

from cms import db, mail
from cms.accounts import invitations, people
from cms.accounts.invitations import Offer
from cms.accounts.models import MAX_EMAIL, Invitation
from cms.accounts.permissions import Permission, Role, grantable
from cms.admin import notes, role_words
from cms.admin.door import blueprint
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.web import gate, installation, pagination, urls
from cms.web.forms import CarafeForm, choices

SIZE = 50


class InviteForm(CarafeForm):
    """Who is invited, and as what."""

    email = EmailField(
        __("Email"),
        [Length(max=MAX_EMAIL)],
        description=__("A letter with a link goes there. Empty: the link is shown to you, once."),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )
    role = RadioField(__("Role"), validate_choice=False)


@blueprint.get("/invitations/", endpoint="invitations")
@gate.requires(Permission.MANAGE_PEOPLE)
def index() -> str:
    """Invitations that nobody has taken yet."""
    pages = pagination.of_request(invitations.count_open(), SIZE)
    pages.ensure_exists()
    found = invitations.list_open(limit=SIZE, offset=pages.offset)
    names = people.find_names(each.invited_by for each in found)
    return render_template(
        "admin/people/invitations.html",
        invitations=[_row(each, names.get(each.invited_by or "", "")) for each in found],
        pages=pages,
        new_href=url_for("admin.invitations_new"),
        crumbs=_crumbs(_("Invitations")),
    )


@blueprint.get("/invitations/new", endpoint="invitations_new")
@gate.requires(Permission.MANAGE_PEOPLE)
def new() -> str:
    """An empty form."""
    return _page(InviteForm(formdata=None, role=Role.AUTHOR.value))


@blueprint.post("/invitations/new", endpoint="invitations_create")
@gate.requires(Permission.MANAGE_PEOPLE)
def create() -> ResponseReturnValue:
    """Invite someone: by letter, or by a link that is shown in the answer and nowhere else."""
    form = InviteForm.from_request()
    role = next((role for role in Role if role.value == form.role.data), None)
    if role is None:
        form.show(Rejected(_("Choose a role."), field="role"))
    if not form.ok or role is None:
        return _page(form), 422
    try:
        offer = invitations.invite(
            role,
            email=form.email.data or "",
            by=gate.signed_in_person(),
            settings=installation.settings(),
            now=gate.now(),
        )
    except Rejected as refusal:
        form.show(refusal)
        return _page(form), 422
    return _answer(offer)


@blueprint.post("/invitations/<invitation_id>/renewal", endpoint="invitations_renew")
@gate.requires(Permission.MANAGE_PEOPLE)
def renew(invitation_id: str) -> ResponseReturnValue:
    """Send the letter again with a fresh link, or show a fresh link."""
    invitation = invitations.get_invitation(invitation_id)
    by, settings = gate.signed_in_person(), installation.settings()
    return _answer(invitations.renew(invitation, by=by, settings=settings, now=gate.now()))


@blueprint.post("/invitations/<invitation_id>/revocation", endpoint="invitations_revoke")
@gate.requires(Permission.MANAGE_PEOPLE)
def revoke(invitation_id: str) -> ResponseReturnValue:
    """Take an invitation back; its link ends at once."""
    invitation = invitations.get_invitation(invitation_id)
    invitations.revoke(invitation, by=gate.signed_in_person(), now=gate.now())
    db.commit()
    notes.leave(_("The invitation does not work any more."))
    return urls.see_other("admin.invitations")


def qr_code(text: str) -> Markup:
    """A drawing that phones read, with attributes only, as our content policy wants it."""
    code = segno.make(text, error="m")
    drawing = code.svg_inline(
        omitsize=True, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    return Markup(drawing)  # noqa: S704 - made by segno from squares alone


def _answer(offer: Offer) -> ResponseReturnValue:
    invitation, person = offer.invitation, gate.signed_in_person()
    role = str(Role(invitation.role).label)
    if invitation.email:
        mail.post(
            "invitation",
            to=invitation.email,
            language=person.language,
            token_id=invitation.token_id,
            values={"inviter": person.name, "role": role, "days": invitations.LIFETIME.days},
            now=gate.now(),
        )
    db.commit()
    if invitation.email:
        notes.leave(_("A letter is on its way to {email}.", email=invitation.email))
        return urls.see_other("admin.invitations")
    page = render_template(
        "admin/people/link.html",
        url=offer.url,
        drawing=qr_code(offer.url),
        role=role,
        until=invitation.expires_at,
        back_href=url_for("admin.invitations"),
        crumbs=_crumbs(_("A link")),
    )
    return page, 201


def _row(invitation: Invitation, inviter: str) -> dict[str, Any]:
    return {
        "email": invitation.email,
        "role": str(Role(invitation.role).label),
        "inviter": inviter,
        "until": invitation.expires_at,
        "is_old": invitation.expires_at <= gate.now(),
        "renew_action": url_for("admin.invitations_renew", invitation_id=invitation.id),
        "revoke_action": url_for("admin.invitations_revoke", invitation_id=invitation.id),
    }


def _page(form: InviteForm) -> str:
    offered = grantable(gate.signed_in_person())
    form.role.choices = choices((role.value, str(role.label)) for role in offered)
    return render_template(
        "admin/people/invite.html",
        form=form,
        roles=role_words.choices(offered),
        has_mail=bool(installation.settings().mail_url),
        back_href=url_for("admin.people_index"),
        crumbs=_crumbs(_("Invite someone")),
    )


def _crumbs(label: str) -> list[dict[str, str]]:
    people_href = url_for("admin.people_index")
    return [{"label": _("People"), "href": people_href}, {"label": label, "href": ""}]
