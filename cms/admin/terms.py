"""Tags and categories: their lists and forms."""

from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from cms import db
from cms.accounts.permissions import Permission
from cms.addresses import urls as addresses
from cms.admin import notes
from cms.admin.door import blueprint
from cms.content import terms, types
from cms.content.models import Term
from cms.content.types import Taxonomy
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.web import gate, pagination, urls
from cms.web.forms import CarafeForm, ListForm, choices

SIZE = 100


class TermForm(CarafeForm):
    """A tag or category."""

    name = StringField(__("Name"), [InputRequired(__("Give it a name.")), Length(max=200)])
    slug = StringField(__("Address"), [Length(max=120)], description=__("Empty: from the name."))
    parent = SelectField(__("Below"))
    description = TextAreaField(
        __("Description"), [Length(max=5_000)], description=__("Shown above its list; Markdown.")
    )
    internal = BooleanField(
        __("Internal"), description=__("For sorting here; visitors do not see it.")
    )


@blueprint.get("/terms/", endpoint="terms_index")
@gate.requires(Permission.MANAGE_TERMS)
def index() -> str:
    """The terms of a taxonomy; nested ones as a tree."""
    kind = types.get_taxonomy(request.args.get("taxonomy", "tag"))
    form = ListForm(request.args)
    words = form.words.lower()
    counts = terms.count_entries(kind.name)
    lines = _tree(kind)
    if words:
        lines = [(0, term) for _depth, term in lines if words in term.name.lower()]
    pages = pagination.of_request(len(lines), SIZE)
    shown = lines[pages.offset : pages.offset + SIZE]
    return render_template(
        "admin/terms/index.html",
        heading=str(kind.plural),
        taxonomies=_tabs(kind),
        new_href=url_for("admin.terms_new", taxonomy=kind.name),
        new_label=_("New {name}", name=str(kind.label).lower()),
        terms=[_row(term, depth, counts.get(term.id, 0)) for depth, term in shown],
        form=form,
        filtered=bool(words),
        clear_href=url_for("admin.terms_index", taxonomy=kind.name),
        pages=pages,
        empty_words=_("Nothing is sorted this way yet."),
    )


@blueprint.get("/terms/new", endpoint="terms_new")
@gate.requires(Permission.MANAGE_TERMS)
def new() -> str:
    """An empty form."""
    kind = types.get_taxonomy(request.args.get("taxonomy", "tag"))
    return _page(TermForm(formdata=None), kind, None)


@blueprint.post("/terms/new", endpoint="terms_create")
@gate.requires(Permission.MANAGE_TERMS)
def create() -> ResponseReturnValue:
    """Keep a new term."""
    kind = types.get_taxonomy(request.args.get("taxonomy", "tag"))
    form = _sent(kind, None)
    if form.ok:
        try:
            terms.create_term(
                kind.name,
                form.name.data or "",
                by=gate.signed_in_person(),
                now=gate.now(),
                slug=form.slug.data or "",
                parent_id=(form.parent.data or None) if "parent" in form else None,
                description=form.description.data or "",
                internal=bool(form.internal.data),
            )
        except Rejected as refusal:
            form.show(refusal, path="slug")
    return _answer(form, kind, None)


@blueprint.get("/terms/<term_id>", endpoint="terms_edit")
@gate.requires(Permission.MANAGE_TERMS)
def edit(term_id: str) -> str:
    """A term as it stands."""
    term = terms.get_term(term_id)
    form = TermForm(
        formdata=None,
        data={
            "name": term.name,
            "slug": term.slug,
            "parent": term.parent_id or "",
            "description": term.description,
            "internal": term.internal,
        },
    )
    return _page(form, types.get_taxonomy(term.taxonomy), term)


@blueprint.post("/terms/<term_id>", endpoint="terms_update")
@gate.requires(Permission.MANAGE_TERMS)
def update(term_id: str) -> ResponseReturnValue:
    """Change a term; its old address leads on."""
    term = terms.get_term(term_id)
    form = _sent(types.get_taxonomy(term.taxonomy), term)
    if form.ok:
        try:
            terms.update_term(
                term,
                by=gate.signed_in_person(),
                now=gate.now(),
                name=form.name.data or "",
                slug=form.slug.data or "",
                parent_id=(form.parent.data or None) if "parent" in form else None,
                description=form.description.data or "",
                internal=bool(form.internal.data),
            )
        except Rejected as refusal:
            form.show(refusal, path="slug")
    return _answer(form, types.get_taxonomy(term.taxonomy), term)


@blueprint.post("/terms/<term_id>/removal", endpoint="terms_destroy")
@gate.requires(Permission.MANAGE_TERMS)
def destroy(term_id: str) -> Response:
    """Delete a term; the entries that carry it stay."""
    term = terms.get_term(term_id)
    taxonomy, name = term.taxonomy, term.name
    terms.delete_term(term, by=gate.signed_in_person(), now=gate.now())
    db.commit()
    notes.leave(_("“{name}” is gone.", name=name), recording.latest())
    return urls.see_other("admin.terms_index", taxonomy=taxonomy)


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
    if kind.nested:
        form.parent.choices = choices(_parents(kind, term))
    else:
        del form.parent


def _page(form: TermForm, kind: Taxonomy, term: Term | None) -> str:
    _prepare(form, kind, term)
    heading = term.name if term else _("New {name}", name=str(kind.label).lower())
    back = url_for("admin.terms_index", taxonomy=kind.name)
    above = term.path[: -len(term.slug) - 1] if term else f"/{kind.name}/"
    return render_template(
        "admin/terms/form.html",
        heading=heading,
        form=form,
        crumbs=[{"label": str(kind.plural), "href": back}, {"label": heading, "href": ""}],
        site_address=addresses.site_url().split("://")[1] + above,
        back_href=back,
        remove_action=url_for("admin.terms_destroy", term_id=term.id) if term else None,
        merge_href=url_for("admin.terms_merging", term_id=term.id) if term else None,
        count=terms.count_entries(kind.name).get(term.id, 0) if term else 0,
    )


def _row(term: Term, depth: int, count: int) -> dict[str, Any]:
    return {
        "name": term.name,
        "href": url_for("admin.terms_edit", term_id=term.id),
        "path": term.path,
        "count": count,
        "entries_href": url_for("admin.entries_index", kind="post", tag=term.id),
        "internal": term.internal,
        "depth": depth,
    }


def _tabs(chosen: Taxonomy) -> list[dict[str, Any]]:
    return [
        {
            "label": str(kind.plural),
            "href": url_for("admin.terms_index", taxonomy=kind.name),
            "current": kind.name == chosen.name,
            "count": None,
        }
        for kind in types.list_taxonomies()
    ]


def _tree(kind: Taxonomy) -> list[tuple[int, Term]]:
    rows = terms.list_terms(kind.name)

    def below(parent_id: str | None, depth: int) -> list[tuple[int, Term]]:
        found: list[tuple[int, Term]] = []
        for row in rows:
            if row.parent_id == parent_id:
                found += [(depth, row), *below(row.id, depth + 1)]
        return found

    return below(None, 0) if kind.nested else [(0, row) for row in rows]


def _parents(kind: Taxonomy, term: Term | None) -> list[tuple[str, str]]:
    found = [("", _("Nothing: it stands at the top"))]
    skipped: int | None = None
    for depth, row in _tree(kind):
        if skipped is not None and depth > skipped:
            continue
        skipped = depth if term is not None and row.id == term.id else None
        if skipped is None:
            found.append((row.id, "\u2003" * depth + row.name))
    return found
