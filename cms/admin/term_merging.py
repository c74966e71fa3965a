"""Merging a tag or category into another one."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from cms import db
from cms.accounts.permissions import Permission
from cms.admin import notes
from cms.admin.door import blueprint
from cms.content import joining_terms, terms, types
from cms.content.models import Term
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.i18n import ngettext
from cms.web import gate, urls
from cms.web.forms import CarafeForm


class MergingForm(CarafeForm):
    """The one that stays."""

    into = StringField(
        __("Merge into"),
        [InputRequired(__("Name the one that stays.")), Length(max=200)],
        description=__("The name of the one that stays."),
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
    name, taxonomy = term.name, term.taxonomy
    into = terms.find_by_name(taxonomy, form.into.data or "") if form.ok else None
    if form.ok:
        try:
            if into is None:
                raise Rejected(_("There is none of this name."), field="into")
            joining_terms.join(term, into, by=gate.signed_in_person(), now=gate.now())
        except Rejected as refusal:
            form.show(refusal)
    if not form.ok or into is None:
        db.session().rollback()
        return _page(form, terms.get_term(term_id)), 422
    db.commit()
    notes.leave(_("“{name}” is merged into “{into}”.", name=name, into=into.name))
    answer = urls.see_other("admin.terms_edit", term_id=into.id)
    return answer


def _page(form: MergingForm, term: Term) -> str:
    kind, count = types.get_taxonomy(term.taxonomy), joining_terms.count_carriers(term)
    back = url_for("admin.terms_edit", term_id=term.id)
    list_href = url_for("admin.terms_index", taxonomy=kind.name)
    return render_template(
        "admin/form.html",
        heading=_("Merge “{name}”", name=term.name),
        form=form,
        submit=_("Merge"),
        back_href=back,
        crumbs=[{"label": str(kind.plural), "href": list_href}, {"label": term.name, "href": back},
                {"label": _("Merge"), "href": ""}],
        lead=ngettext("{n} entry is filed anew; the old address leads to the one that stays.",
                      "{n} entries are filed anew; the old address leads to the one that stays.",
                      count),
        danger=False,
    )  # fmt: skip
