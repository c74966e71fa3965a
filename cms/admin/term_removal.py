"""Deleting a tag or category: where it is used, and what its address does from then on."""

from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, StringField
from wtforms.validators import InputRequired, Length

from cms import db
from cms.accounts.permissions import Permission
from cms.admin import term_bulk, term_bulk_form, term_naming
from cms.admin.door import blueprint
from cms.admin.removal import PLACES
from cms.content import term_removal, terms, types
from cms.content.models import Term
from cms.content.term_removal import After, Plan
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.i18n import ngettext
from cms.web import gate
from cms.web.forms import CarafeForm, choices

MAX_SHOWN = 100  # uses on one page


class RemovalForm(CarafeForm):
    """What becomes of the address of a term that goes."""

    after = RadioField(
        __("What its old address does"),
        [InputRequired(__("Decide what its old address does."))],
        default=After.GONE.value,
    )
    target = StringField(
        __("Another one"),
        [Length(max=700)],
        description=__("Its name or address, where the old one leads to another."),
    )


@blueprint.get("/terms/<term_id>/removal", endpoint="terms_removal")
@gate.requires(Permission.MANAGE_TERMS)
def new(term_id: str) -> str:
    """Every use of a term, and what may become of its address."""
    term = terms.get_term(term_id)
    return _page(RemovalForm(formdata=None), term)


@blueprint.post("/terms/<term_id>/removal", endpoint="terms_destroy")
@gate.requires(Permission.MANAGE_TERMS)
def create(term_id: str) -> ResponseReturnValue:
    """Delete a term; the entries that carry it stay."""
    term, form = terms.get_term(term_id), RemovalForm()
    _prepare(form, term)
    form.validate()
    if form.ok:
        try:
            after, other = After(form.after.data), None
            if after is After.OTHER:
                kind = types.get_taxonomy(term.taxonomy)
                other = term_naming.find(form.target.data or "", kind, field="target")
                if other is None or other.id == term.id:
                    words = _("Name the one that its address leads to.")
                    raise Rejected(words, field="target")
            return term_bulk.carry_out(
                term_bulk_form.get_act("delete"),
                [term.id],
                {"after": after.value, "target_id": other.id if other else None},
                back=url_for("admin.terms_index", taxonomy=term.taxonomy),
                label=_("Deleted “{name}”", name=term.name),
                words=_("“{name}” is gone.", name=term.name),
            )
        except Rejected as refusal:
            form.show(refusal)
    db.session().rollback()
    return _page(form, terms.get_term(term_id)), 422


def _prepare(form: RemovalForm, term: Term) -> None:
    offered = [each for each in After if each is not After.PARENT or term.parent_id]
    form.after.choices = choices([(each.value, _words(each, term)) for each in offered])


def _words(after: After, term: Term) -> str:
    if after is After.PARENT and term.parent_id:
        above = terms.get_term(term.parent_id)
        return _("Lead to “{name}” above it, and links too", name=above.name)
    return str(term_bulk_form.AFTER[after])


def _page(form: RemovalForm, term: Term) -> str:
    _prepare(form, term)
    kind, plan = types.get_taxonomy(term.taxonomy), term_removal.plan(term, now=gate.now())
    back = url_for("admin.terms_edit", term_id=term.id)
    list_href = url_for("admin.terms_index", taxonomy=kind.name)
    return render_template(
        "admin/terms/removal.html",
        heading=_("Delete “{name}”", name=term.name),
        form=form,
        crumbs=[{"label": str(kind.plural), "href": list_href}, {"label": term.name, "href": back},
                {"label": _("Delete"), "href": ""}],
        facts=_facts(plan),
        uses=_uses(plan),
        more=max(0, len(plan.uses) - MAX_SHOWN),
        path=term.path,
        offered=term_naming.offers(kind),
        offers_href=term_naming.offers_href(kind),
        back_href=back,
    )  # fmt: skip


def _facts(plan: Plan) -> list[str]:
    """What hangs on it, a sentence for each kind of thing."""
    children = len(plan.children)
    told = [
        ngettext("{n} entry carries it and stays.", "{n} entries carry it and stay.", plan.entries)
    ]
    if plan.trashed:
        told.append(ngettext("{n} more lies in the trash.", "{n} more lie in the trash.",
                             plan.trashed))  # fmt: skip
    if children:
        told.append(ngettext("{n} stands below it and moves one step up.",
                             "{n} stand below it and move one step up.", children))  # fmt: skip
    return told


def _uses(plan: Plan) -> list[dict[str, Any]]:
    return [
        {
            "title": use.title,
            "place": str(PLACES[use.place]),
            "href": url_for("admin.entries_edit", entry_id=use.entry_id) if use.entry_id else None,
            "is_trashed": use.is_trashed,
        }
        for use in plan.uses[:MAX_SHOWN]
    ]
