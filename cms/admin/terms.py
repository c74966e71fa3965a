"""Tags, categories and other ways of sorting: their lists."""

from collections.abc import Generator, Sequence
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms.accounts.permissions import Permission
from cms.admin import csv_export, term_bulk_form, term_rows, term_tree
from cms.admin.door import blueprint
from cms.content import term_lists, types
from cms.content.term_lists import NONE, Filter
from cms.content.types import Taxonomy
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.web import gate, pagination
from cms.web.forms import ListForm

SIZE = 50
EXPORTED = 500  # terms asked for at once
SORTS = (("name", __("By name")), ("newest", __("Newest first")), ("used", __("Most used")))
NARROWED = (("", __("All")), (term_lists.UNUSED, __("Unused")),
            (term_lists.INTERNAL, __("Internal")))  # fmt: skip


@blueprint.get("/terms/", endpoint="terms_index")
@gate.requires(Permission.MANAGE_TERMS)
def index() -> ResponseReturnValue:
    """The terms of a taxonomy; nested ones as a tree, unless something is searched for."""
    kind = types.get_taxonomy(request.args.get("taxonomy", "tag"))
    form = ListForm(request.args)
    wanted = wanted_of(kind, form)
    if kind.nested and wanted == Filter(kind.name) and "sort" not in request.args:
        return term_tree.page(kind)
    found = term_lists.list_terms(wanted, limit=SIZE + 1, after=request.args.get("after", ""))
    rows, more = found[:SIZE], len(found) > SIZE
    total = term_lists.count_terms(wanted, now=gate.now())
    return render_template(
        "admin/terms/index.html",
        heading=str(kind.plural),
        kind=kind.name,
        taxonomies=term_rows.tabs(kind),
        narrowed=_narrowed(wanted),
        sorts=_sorts(wanted),
        new_href=url_for("admin.terms_new", taxonomy=kind.name),
        new_label=_("New {name}", name=str(kind.label).lower()),
        tree_href=url_for("admin.terms_index", taxonomy=kind.name) if kind.nested else None,
        terms=term_rows.rows(rows),
        form=form,
        filtered=bool(wanted.words or wanted.only),
        clear_href=url_for("admin.terms_index", taxonomy=kind.name),
        pages=pagination.Pages(1, SIZE, 0, str),
        total=total,
        first_href=pagination.with_query(after=None) if request.args.get("after") else None,
        next_href=pagination.with_query(after=term_lists.cursor(wanted, rows[-1]))
        if more
        else None,
        csv_href=pagination.with_query(url_for("admin.terms_csv"), after=None),
        bulk=term_bulk_form.bar(kind, request.query_string.decode("utf-8", "replace"), total),
        empty_words=_("There are none yet. They bring together what is about the same thing."),
    )


@blueprint.get("/terms/list.csv", endpoint="terms_csv")
@gate.requires(Permission.MANAGE_TERMS)
def export() -> Response:
    """The terms that the list's filters find, for a spreadsheet."""
    kind = types.get_taxonomy(request.args.get("taxonomy", "tag"))
    columns = (_("Name"), _("Address"), _("Published"), _("Scheduled"), _("Drafts"), _("Internal"),
               _("Language"), _("Description"))  # fmt: skip
    wanted = wanted_of(kind, ListForm(request.args))
    return csv_export.answer(str(kind.plural), columns, _cells(wanted))


def wanted_of(kind: Taxonomy, form: ListForm) -> Filter:
    """What the address asks for."""
    only, sort = request.args.get("only", ""), request.args.get("sort", "name")
    return Filter(
        kind.name,
        words=form.words,
        only=only if only in term_lists.ONLY else "",
        sort=sort if sort in term_lists.SORTS else "name",
    )


def _cells(wanted: Filter) -> Generator[Sequence[Any]]:
    after = ""
    while True:
        found = term_lists.list_terms(wanted, limit=EXPORTED, after=after)
        counts = term_lists.count_states([term.id for term in found], now=gate.now())
        for term in found:
            each = counts.get(term.id, NONE)
            yield (term.name, term.path, each.published, each.scheduled, each.draft,
                   term.internal, term.locale, term.description)  # fmt: skip
        if len(found) < EXPORTED:
            return
        after = term_lists.cursor(wanted, found[-1])


def _narrowed(wanted: Filter) -> list[dict[str, Any]]:
    return [
        {
            "label": str(label),
            "href": pagination.with_query(only=only or None, after=None),
            "current": only == wanted.only,
        }
        for only, label in NARROWED
    ]


def _sorts(wanted: Filter) -> list[dict[str, Any]]:
    return [
        {
            "label": str(label),
            "href": pagination.with_query(sort=sort, after=None),
            "current": sort == wanted.sort,
        }
        for sort, label in SORTS
    ]
