"""Which notices reach oneself, how far, and how often letters come."""

from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectField

from cms import db
from cms.accounts.permissions import Permission
from cms.admin import notes
from cms.admin.door import blueprint
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.notices import choices as chosen
from cms.notices.kinds import KINDS, Channel
from cms.web import gate, urls
from cms.web.forms import CarafeForm, choices

CHANNELS = (
    (Channel.ADMIN.value, __("Here only")),
    (Channel.MAIL.value, __("Here and by letter")),
    (Channel.OFF.value, __("Not at all")),
)
DIGESTS = (
    (chosen.AT_ONCE, __("At once")),
    (chosen.DAILY, __("Once a day, in the morning")),
)


class DigestForm(CarafeForm):
    """How often letters come; the kinds stand below it."""

    digest = RadioField(__("Letters come"), choices=choices(DIGESTS))


# A field for each kind, in the order of the table.
NoticesForm: type[DigestForm] = type(
    "NoticesForm",
    (DigestForm,),
    {
        kind.replace("-", "_"): SelectField(KINDS[kind].label, choices=choices(CHANNELS))
        for kind in KINDS
    },
)


@blueprint.get("/me/notices/", endpoint="me_notices")
@gate.requires(Permission.SIGN_IN)
def edit() -> str:
    """What one chose, or what holds for those who chose nothing."""
    mine = chosen.of(gate.signed_in_person().id)
    data: dict[str, Any] = {_field(kind): mine.channel(kind).value for kind in KINDS}
    return _page(NoticesForm(formdata=None, data={**data, "digest": mine.digest}))


@blueprint.post("/me/notices/", endpoint="me_notices_update")
@gate.requires(Permission.SIGN_IN)
def update() -> ResponseReturnValue:
    """Keep what one chose."""
    form = NoticesForm.from_request()
    if not form.ok:
        return _page(form), 422
    channels = {kind: str(form[_field(kind)].data) for kind in KINDS}
    person = gate.signed_in_person()
    chosen.save(person.id, channels, str(form.digest.data), now=gate.now())
    db.commit()
    notes.leave(_("Saved."))
    return urls.see_other("admin.me_notices")


def _field(kind: str) -> str:
    return kind.replace("-", "_")


def _page(form: Any) -> str:
    crumbs = [
        {"label": _("Your account"), "href": url_for("admin.me")},
        {"label": _("Notices"), "href": url_for("admin.me_notices")},
    ]
    return render_template("admin/notices/edit.html", form=form, crumbs=crumbs)
