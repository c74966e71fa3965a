"""The sample content: taken away in one act, and brought back in one."""

from collections.abc import Sequence
from typing import Any

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectMultipleField

from cms import db
from cms.accounts.permissions import Permission
from cms.admin import notes
from cms.admin.door import blueprint
from cms.content import types
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.i18n import ngettext
from cms.samples import pieces, presence, removal, writing
from cms.samples.presence import Sample
from cms.web import gate, urls
from cms.web.forms import CarafeForm, choices


class RemovalForm(CarafeForm):
    """Which of the samples that somebody changed go too."""

    also = SelectMultipleField(__("Changed since, and kept unless you choose them"))


@blueprint.get("/samples/", endpoint="samples")
@gate.requires(Permission.MANAGE_SETTINGS)
def show() -> str:
    """What is there of the samples, and what would go."""
    return _page(RemovalForm(formdata=None))


@blueprint.post("/samples/removal", endpoint="samples_remove")
@gate.requires(Permission.MANAGE_SETTINGS)
def remove() -> ResponseReturnValue:
    """Take the samples away, but for those that were changed and not chosen."""
    form = _with_choices(RemovalForm(), presence.list_there())
    form.validate()
    if form.ok:
        try:
            also = form.also.data or []
            gone = removal.remove(by=gate.signed_in_person(), now=gate.now(), also=also).going
        except Rejected as refusal:
            form.show(refusal)
    if not form.ok:
        return _page(form), 422
    db.commit()
    words = ngettext("Removed {n} sample.", "Removed {n} samples.", len(gone))
    notes.leave(words, recording.latest())
    return urls.see_other("admin.samples")


@blueprint.post("/samples/return", endpoint="samples_return")
@gate.requires(Permission.MANAGE_SETTINGS)
def bring_back() -> Response:
    """Write what is missing of the samples."""
    writing.fill(by=gate.signed_in_person(), now=gate.now())
    db.commit()
    notes.leave(_("The sample content is there again."), recording.latest())
    return urls.see_other("admin.samples")


def _with_choices(form: RemovalForm, there: Sequence[Sample]) -> RemovalForm:
    changed = [each for each in there if each.is_changed]
    form.also.choices = choices((each.id, each.title) for each in changed)
    return form


def _page(form: RemovalForm) -> str:
    there = presence.list_there()
    _with_choices(form, there)
    plan = removal.plan(set(form.also.data or ()))
    held = [each for each in plan.staying if not each.is_changed]
    return render_template(
        "admin/samples/show.html",
        crumbs=[
            {"label": _("Settings"), "href": url_for("admin.settings")},
            {"label": _("Sample content"), "href": ""},
        ],
        form=form,
        there=len(there),
        missing=len(pieces.guids()) - len(there),
        going=[_row(each) for each in plan.going if not each.is_changed],
        held=[_row(each) for each in held],
        remove_action=url_for("admin.samples_remove"),
        return_action=url_for("admin.samples_return"),
        back_href=url_for("admin.dashboard"),
    )


def _row(sample: Sample) -> dict[str, Any]:
    return {
        "title": sample.title,
        "href": url_for("admin.entries_edit", entry_id=sample.id),
        "kind": str(types.get_type(sample.type).label),
    }
