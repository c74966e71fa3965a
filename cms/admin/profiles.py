"""Authors: the profiles that bylines name."""

from typing import Any

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from cms import db
from cms.accounts.permissions import Permission
from cms.admin import notes
from cms.admin.door import blueprint
from cms.content import profiles
from cms.content.models import Profile
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.web import gate, urls
from cms.web.forms import CarafeForm


class ProfileForm(CarafeForm):
    """Someone who writes here."""

    name = StringField(__("Name"), [InputRequired(__("Give a name.")), Length(max=200)])
    handle = StringField(
        __("Address"),
        [Length(max=120)],
        description=__("The last part of /author/…; empty: from the name."),
    )
    bio = TextAreaField(__("About"), [Length(max=10_000)], description=__("A few words; Markdown."))
    links = TextAreaField(__("Links"), description=__("One to a line, each with https://."))


@blueprint.get("/authors/", endpoint="profiles_index")
@gate.requires(Permission.MANAGE_PROFILES)
def index() -> str:
    """Everyone who can be named in a byline."""
    rows = [
        {
            "name": profile.name,
            "href": url_for("admin.profiles_edit", profile_id=profile.id),
            "path": profiles.path_of(profile),
            "has_account": profile.account_id is not None,
        }
        for profile in profiles.list_profiles()
    ]
    return render_template(
        "admin/profiles/index.html", profiles=rows, new_href=url_for("admin.profiles_new")
    )


@blueprint.get("/authors/new", endpoint="profiles_new")
@gate.requires(Permission.MANAGE_PROFILES)
def new() -> str:
    """An empty form."""
    return _page(ProfileForm(formdata=None), None)


@blueprint.post("/authors/new", endpoint="profiles_create")
@gate.requires(Permission.MANAGE_PROFILES)
def create() -> ResponseReturnValue:
    """Keep a new profile."""
    form = ProfileForm.from_request()
    if form.ok:
        try:
            profiles.create_profile(
                form.name.data or "",
                by=gate.signed_in_person(),
                now=gate.now(),
                handle=form.handle.data or "",
                bio=form.bio.data or "",
                links=_lines(form.links.data),
            )
        except Rejected as refusal:
            form.show(_beside(refusal))
    return _answer(form, None)


@blueprint.get("/authors/<profile_id>", endpoint="profiles_edit")
@gate.requires(Permission.MANAGE_PROFILES)
def edit(profile_id: str) -> str:
    """A profile as it stands."""
    profile = profiles.get_profile(profile_id)
    data: dict[str, Any] = {
        "name": profile.name,
        "handle": profile.handle,
        "bio": profile.bio,
        "links": "\n".join(profile.links or ()),
    }
    return _page(ProfileForm(formdata=None, data=data), profile)


@blueprint.post("/authors/<profile_id>", endpoint="profiles_update")
@gate.requires(Permission.MANAGE_PROFILES)
def update(profile_id: str) -> ResponseReturnValue:
    """Change a profile; its old address leads on."""
    profile = profiles.get_profile(profile_id)
    form = ProfileForm.from_request()
    if form.ok:
        try:
            profiles.update_profile(
                profile,
                by=gate.signed_in_person(),
                now=gate.now(),
                name=form.name.data or "",
                handle=form.handle.data or "",
                bio=form.bio.data or "",
                links=_lines(form.links.data),
            )
        except Rejected as refusal:
            form.show(_beside(refusal))
    return _answer(form, profile)


def _answer(form: ProfileForm, profile: Profile | None) -> ResponseReturnValue:
    if not form.ok:
        return _page(form, profile), 422
    db.commit()
    notes.leave(_("Saved."))
    answer: Response = urls.see_other("admin.profiles_index")
    return answer


def _page(form: ProfileForm, profile: Profile | None) -> str:
    heading = profile.name if profile else _("New author")
    back = url_for("admin.profiles_index")
    return render_template(
        "admin/form.html",
        heading=heading,
        form=form,
        submit=_("Save"),
        back_href=back,
        crumbs=[{"label": _("Authors"), "href": back}, {"label": heading, "href": ""}],
        lead="",
        danger=False,
    )


def _beside(refusal: Rejected) -> Rejected:
    names = {"path": "handle"}
    return Rejected(refusal.message, field=names.get(refusal.field or "", refusal.field))


def _lines(typed: str | None) -> list[str]:
    return [line.strip() for line in (typed or "").splitlines() if line.strip()]
