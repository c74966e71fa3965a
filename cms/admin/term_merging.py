"""Merging a tag or category into another one."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from cms import db
from cms.accounts.permissions import Permission
from cms.admin import term_bulk, term_bulk_form, term_naming
from cms.admin.door import blueprint
from cms.content import joining_terms, terms, types
from cms.content.models import Term
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.i18n import ngettext
from cms.web import gate
from cms.web.forms import CarafeForm


class MergingForm(CarafeForm):
    """The one that stays."""

    into = StringField(
        __("Merge into"),
        [InputRequired(__("Name the one that stays.")), Length(max=700)],
        description=__("The name or the address of the one that stays."),
    )


@blueprint.get("/terms/<term_id>/merging", endpoint="terms_merging")
@gate.requires(Permission.MANAGE_TERMS)
def new(term_id: str) -> str:
    """Ask which one stays, and say how many entries are filed anew."""
    return _page(MergingForm(formdata=None), terms.get_term(term_id))


@blueprint.post("/terms/<term_id>/merging", endpoint="terms_merge")
@gate.requires(Permission.MANAGE_TERMS)
def create(term_id: str) -> ResponseReturnValue:
    """Make one of two; the address of the one that goes leads to the other."""
    term, form = terms.get_term(term_id), MergingForm.from_request()
    if form.ok:
        try:
            into = term_naming.find(
                form.into.data or "", types.get_taxonomy(term.taxonomy), field="into"
            )
            if into is None or into.id == term.id:
                raise Rejected(_("Choose another one of the same kind."), field="into")
            return term_bulk.carry_out(
                term_bulk_form.get_act("merge"),
                [term.id],
                {"target_id": into.id},
                back=url_for("admin.terms_edit", term_id=into.id),
                label=_("Merged “{a}” into “{b}”", a=term.name, b=into.name),
                words=_("“{name}” is merged into “{into}”.", name=term.name, into=into.name),
            )
        except Rejected as refusal:
            form.show(refusal, target="into")
    db.session().rollback()
    return _page(form, terms.get_term(term_id)), 422


def _page(form: MergingForm, term: Term) -> str:
    kind, count = types.get_taxonomy(term.taxonomy), len(joining_terms.list_carriers(term))
    back = url_for("admin.terms_edit", term_id=term.id)
    list_href = url_for("admin.terms_index", taxonomy=kind.name)
    return render_template(
        "admin/terms/merge.html",
        heading=_("Merge “{name}”", name=term.name),
        form=form,
        offered=term_naming.offers(kind),
        offers_href=term_naming.offers_href(kind),
        back_href=back,
        crumbs=[{"label": str(kind.plural), "href": list_href}, {"label": term.name, "href": back},
                {"label": _("Merge"), "href": ""}],
        lead=ngettext("{n} entry is filed anew; the old address leads to the one that stays.",
                      "{n} entries are filed anew; the old address leads to the one that stays.",
                      count),
    )  # fmt: skip
