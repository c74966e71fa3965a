"""Two authors who are the same person become one."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from cms import db
from cms.accounts.permissions import Permission
from cms.admin import notes
from cms.admin.door import blueprint
from cms.content import merging_profiles, profiles
from cms.content.models import Profile
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.i18n import ngettext
from cms.web import gate, urls
from cms.web.forms import CarafeForm

MAX_OFFERED = 200


class MergeForm(CarafeForm):
    """Which author stays."""

    into = StringField(
        __("Who stays"),
        [InputRequired(__("Name the author who stays.")), Length(max=120)],
        description=__("The last part of their address, after /author/."),
        render_kw={"list": "known", "autocomplete": "off", "dir": "ltr"},
    )


@blueprint.get("/authors/<profile_id>/merger", endpoint="profiles_merge")
@gate.requires(Permission.MANAGE_PROFILES)
def new(profile_id: str) -> str:
    """How many bylines move, and where to."""
    return _page(MergeForm(formdata=None), profiles.get_profile(profile_id))


@blueprint.post("/authors/<profile_id>/merger", endpoint="profiles_merge_create")
@gate.requires(Permission.MANAGE_PROFILES)
def create(profile_id: str) -> ResponseReturnValue:
    """Let another author stand for this one; the old address leads on."""
    profile, form = profiles.get_profile(profile_id), MergeForm.from_request()
    into = profiles.find_by_handle((form.into.data or "").removeprefix("@"))
    if form.ok and into is None:
        form.show(Rejected(_("No author has this address."), field="into"))
    if form.ok and into is not None:
        try:
            merging_profiles.merge(profile, into, by=gate.signed_in_person(), now=gate.now())
        except Rejected as refusal:
            form.show(refusal)
    if not form.ok or into is None:
        return _page(form, profile), 422
    db.commit()
    notes.leave(_("{name} is now {other}.", name=profile.name, other=into.name), recording.latest())
    return urls.see_other("admin.profiles_edit", profile_id=into.id)


def _page(form: MergeForm, profile: Profile) -> str:
    count = merging_profiles.count_bylines(profile)
    back = url_for("admin.profiles_edit", profile_id=profile.id)
    known = profiles.list_profiles(limit=MAX_OFFERED)
    lead = ngettext(
        "{n} byline will name the other one. The old address leads there.",
        "{n} bylines will name the other one. The old address leads there.",
        count,
    )
    return render_template(
        "admin/profiles/merge.html",
        heading=_("Merge {name} into another author", name=profile.name),
        form=form,
        lead=lead,
        known=[(each.handle, each.name) for each in known if each.id != profile.id],
        back_href=back,
        crumbs=[
            {"label": _("Authors"), "href": url_for("admin.profiles_index")},
            {"label": profile.name, "href": back},
            {"label": _("Merging"), "href": ""},
        ],
    )
