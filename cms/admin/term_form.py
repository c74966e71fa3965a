"""The form of a tag or category."""

from collections.abc import Iterator
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from cms import db
from cms.accounts.permissions import Permission
from cms.addresses import urls as addresses
from cms.admin import notes, term_naming
from cms.admin.door import blueprint
from cms.content import queries, term_lists, terms, types
from cms.content.models import Term
from cms.content.term_lists import Filter
from cms.content.types import Taxonomy
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.web import gate, urls
from cms.web.forms import CarafeForm, choices

MOST_CHOICES = 300  # terms that fit into a select; of more one is named


class TermForm(CarafeForm):
    """A tag or category."""

    name = StringField(
        __("Name"), [InputRequired(__("Give it a name.")), Length(max=terms.MAX_NAME)]
    )
    slug = StringField(__("Address"), [Length(max=120)], description=__("Empty: from the name."))
    parent = SelectField(__("Below"))
    parent_name = StringField(
        __("Below"),
        [Length(max=700)],
        description=__("Its name or its address; empty: at the top."),
    )
    description = TextAreaField(
        __("Description"),
        [Length(max=terms.MAX_DESCRIPTION)],
        description=__("Shown above its list; Markdown."),
    )
    image = StringField(
        __("Picture"),
        description=__("The address of a picture, with https:// or a path of this site."),
        render_kw={"dir": "ltr", "inputmode": "url"},
    )
    image_alt = StringField(
        __("What the picture shows"),
        [Length(max=terms.MAX_ALT)],
        description=__("For those who do not see it; empty: it only decorates."),
    )
    internal = BooleanField(
        __("Internal"), description=__("For sorting here; visitors do not see it.")
    )
    locale = StringField(
        __("Language"),
        [Length(max=terms.MAX_LOCALE)],
        description=__("Such as en, de or ar; empty: that of the site."),
        render_kw={"dir": "ltr"},
    )
    seo_title = StringField(
        __("Title for search engines"),
        [Length(max=terms.MAX_SEO["title"])],
        description=__("Empty: the name."),
    )
    seo_description = TextAreaField(
        __("Description for search engines"),
        [Length(max=terms.MAX_SEO["description"])],
        description=__("Empty: the beginning of the description."),
    )


@blueprint.get("/terms/new", endpoint="terms_new")
@gate.requires(Permission.MANAGE_TERMS)
def new() -> str:
    """An empty form, perhaps below another term."""
    kind = types.get_taxonomy(request.args.get("taxonomy", "tag"))
    below = request.args.get("below", "")
    above = terms.find_terms([below]).get(below) if kind.nested else None
    data = {"parent": below, "parent_name": term_naming.named(above, kind)}
    return _page(TermForm(formdata=None, data=data if above else {}), kind, None)


@blueprint.post("/terms/new", endpoint="terms_create")
@gate.requires(Permission.MANAGE_TERMS)
def create() -> ResponseReturnValue:
    """Keep a new term."""
    kind = types.get_taxonomy(request.args.get("taxonomy", "tag"))
    form = _sent(kind, None)
    if form.ok:
        try:
            values = _values(form, kind)
            terms.create_term(kind.name, by=gate.signed_in_person(), now=gate.now(), **values)
        except Rejected as refusal:
            form.show(refusal, path="slug", parent=_parent_field(form))
    return _answer(form, kind, None)


@blueprint.get("/terms/<term_id>", endpoint="terms_edit")
@gate.requires(Permission.MANAGE_TERMS)
def edit(term_id: str) -> str:
    """A term as it stands."""
    term = terms.get_term(term_id)
    kind, seo, image = types.get_taxonomy(term.taxonomy), term.seo or {}, term.image or {}
    above = terms.get_term(term.parent_id) if term.parent_id else None
    data = {
        "name": term.name,
        "slug": term.slug,
        "parent": term.parent_id or "",
        "parent_name": term_naming.named(above, kind),
        "description": term.description,
        "internal": term.internal,
        "locale": term.locale,
        "image": image.get("url", ""),
        "image_alt": image.get("alt", ""),
        "seo_title": seo.get("title", ""),
        "seo_description": seo.get("description", ""),
    }
    return _page(TermForm(formdata=None, data=data), kind, term)


@blueprint.post("/terms/<term_id>", endpoint="terms_update")
@gate.requires(Permission.MANAGE_TERMS)
def update(term_id: str) -> ResponseReturnValue:
    """Change a term; its old address leads on."""
    term = terms.get_term(term_id)
    kind = types.get_taxonomy(term.taxonomy)
    form = _sent(kind, term)
    if form.ok:
        try:
            values = _values(form, kind)
            terms.update_term(term, by=gate.signed_in_person(), now=gate.now(), **values)
        except Rejected as refusal:
            db.session().rollback()
            term = terms.get_term(term_id)
            form.show(refusal, path="slug", parent=_parent_field(form))
    return _answer(form, kind, term)


def parent_choices(kind: Taxonomy, term: Term | None) -> list[tuple[str, str]]:
    """What a term may stand below, indented as it stands."""
    rows = terms.list_terms(kind.name)

    def below(parent_id: str | None, depth: int) -> Iterator[tuple[str, str]]:
        for row in rows:
            if row.parent_id == parent_id and (term is None or row.id != term.id):
                yield row.id, "\u2003" * depth + row.name
                yield from below(row.id, depth + 1)

    return [("", _("Nothing: it stands at the top")), *below(None, 0)]


def _values(form: TermForm, kind: Taxonomy) -> dict[str, Any]:
    """What was typed, as the room takes it; raises Rejected."""
    parent_id = (form.parent.data or None) if "parent" in form else None
    if "parent_name" in form:
        typed = form.parent_name.data or ""
        above = term_naming.find(typed, kind, field="parent_name")
        parent_id = above.id if above else None
    return {
        "name": form.name.data or "",
        "slug": form.slug.data or "",
        "parent_id": parent_id,
        "description": form.description.data or "",
        "internal": bool(form.internal.data),
        "locale": form.locale.data or "",
        "seo": {
            "title": form.seo_title.data or "",
            "description": form.seo_description.data or "",
        },
        "image": {"url": form.image.data or "", "alt": form.image_alt.data or ""},
    }


def _parent_field(form: TermForm) -> str:
    return "parent" if "parent" in form else "parent_name"


def _answer(form: TermForm, kind: Taxonomy, term: Term | None) -> ResponseReturnValue:
    if not form.ok:
        return _page(form, kind, term), 422
    db.commit()
    notes.leave(_("Saved."), recording.latest())
    answer: Response = urls.see_other("admin.terms_index", taxonomy=kind.name)
    return answer


def _sent(kind: Taxonomy, term: Term | None) -> TermForm:
    form = TermForm()
    _prepare(form, kind, term)
    form.validate()
    return form


def _prepare(form: TermForm, kind: Taxonomy, term: Term | None) -> None:
    if "parent" not in form:
        return
    if not kind.nested:
        del form.parent
        del form.parent_name
    elif term_lists.count_terms(Filter(kind.name), now=gate.now()) > MOST_CHOICES:
        del form.parent
    else:
        del form.parent_name
        form.parent.choices = choices(parent_choices(kind, term))


def _page(form: TermForm, kind: Taxonomy, term: Term | None) -> str:
    _prepare(form, kind, term)
    heading = term.name if term else _("New {name}", name=str(kind.label).lower())
    back = url_for("admin.terms_index", taxonomy=kind.name)
    above = term.path[: -len(term.slug) - 1] if term else f"/{kind.name}/"
    is_shown = term is not None and term.id in queries.shown_terms([term.id], now=gate.now())
    return render_template(
        "admin/terms/form.html",
        heading=heading,
        form=form,
        crumbs=[{"label": str(kind.plural), "href": back}, {"label": heading, "href": ""}],
        site_address=addresses.site_url().split("://")[1] + above,
        offered=term_naming.offers(kind),
        offers_href=term_naming.offers_href(kind),
        back_href=back,
        view_href=addresses.local(term.path) if term and is_shown else None,
        history_href=url_for("admin.activity", thing=f"term:{term.id}") if term else None,
        remove_href=url_for("admin.terms_removal", term_id=term.id) if term else None,
        merge_href=url_for("admin.terms_merging", term_id=term.id) if term else None,
        count=_count(term) if term else 0,
    )


def _count(term: Term) -> int:
    counts = term_lists.count_states([term.id], now=gate.now())
    return counts.get(term.id, term_lists.NONE).total
