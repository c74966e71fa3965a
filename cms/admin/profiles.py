"""Authors: the profiles that bylines name."""

from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from cms import db
from cms.accounts.permissions import Permission
from cms.addresses import urls as addresses
from cms.admin import notes
from cms.admin.door import blueprint
from cms.content import profiles
from cms.content.models import Profile
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.web import gate, pagination, urls
from cms.web.forms import CarafeForm, ListForm

SIZE = 50


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
    image = StringField(
        __("Picture"),
        [Length(max=500)],
        description=__("The address of a picture, with https://."),
        render_kw={"dir": "ltr", "inputmode": "url"},
    )
    seo_description = TextAreaField(
        __("Description for search engines"),
        [Length(max=500)],
        description=__("Empty: the beginning of what stands under About."),
    )


@blueprint.get("/authors/", endpoint="profiles_index")
@gate.requires(Permission.MANAGE_PROFILES)
def index() -> str:
    """Everyone who can be named in a byline."""
    form = ListForm(request.args)
    words = form.words
    pages = pagination.of_request(profiles.count_profiles(words), SIZE)
    pages.ensure_exists()
    found = profiles.list_profiles(words, limit=SIZE, offset=pages.offset)
    counts = profiles.count_bylines(profile.id for profile in found)
    return render_template(
        "admin/profiles/index.html",
        heading=_("Authors"),
        form=form,
        profiles=[_row(profile, counts.get(profile.id, 0)) for profile in found],
        pages=pages,
        filtered=bool(words),
        clear_href=url_for("admin.profiles_index"),
        empty_words=_("Nobody is named here yet."),
        new_href=url_for("admin.profiles_new"),
        new_label=_("New author"),
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
                image=form.image.data or "",
                seo_description=form.seo_description.data or "",
            )
        except Rejected as refusal:
            form.show(refusal, path="handle")
    return _answer(form, None)


@blueprint.get("/authors/<profile_id>", endpoint="profiles_edit")
@gate.requires(Permission.MANAGE_PROFILES)
def edit(profile_id: str) -> ResponseReturnValue:
    """A profile as it stands."""
    profile = profiles.get_profile(profile_id)
    if profile.merged_into_id:
        return urls.see_other("admin.profiles_edit", profile_id=profile.merged_into_id)
    data: dict[str, Any] = {
        "name": profile.name,
        "handle": profile.handle,
        "bio": profile.bio,
        "links": "\n".join(profile.links or ()),
        "image": (profile.image or {}).get("url", ""),
        "seo_description": (profile.seo or {}).get("description", ""),
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
                image=form.image.data or "",
                seo_description=form.seo_description.data or "",
            )
        except Rejected as refusal:
            form.show(refusal, path="handle")
    return _answer(form, profile)


def _answer(form: ProfileForm, profile: Profile | None) -> ResponseReturnValue:
    if not form.ok:
        return _page(form, profile), 422
    db.commit()
    notes.leave(_("Saved."), recording.latest())
    answer: Response = urls.see_other("admin.profiles_index")
    return answer


def _page(form: ProfileForm, profile: Profile | None) -> str:
    heading = profile.name if profile else _("New author")
    back = url_for("admin.profiles_index")
    return render_template(
        "admin/profiles/form.html",
        heading=heading,
        form=form,
        submit=_("Save"),
        back_href=back,
        crumbs=[{"label": _("Authors"), "href": back}, {"label": heading, "href": ""}],
        view_href=addresses.local(profiles.path_for(profile.handle)) if profile else None,
        merge_href=url_for("admin.profiles_merge", profile_id=profile.id) if profile else None,
    )


def _row(profile: Profile, count: int) -> dict[str, Any]:
    return {
        "name": profile.name,
        "href": url_for("admin.profiles_edit", profile_id=profile.id),
        "path": profiles.path_for(profile.handle),
        "count": count,
        "has_account": profile.account_id is not None,
    }


def _lines(typed: str | None) -> list[str]:
    return [line.strip() for line in (typed or "").splitlines() if line.strip()]
