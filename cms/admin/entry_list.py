"""The list of entries: filtered, sorted, paged; and the same for a spreadsheet."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Response, render_template, request, url_for

from cms.accounts import permissions
from cms.accounts.permissions import Permission, Person
from cms.admin import (
    choosing,
    csv_export,
    entry_bulk_form,
    entry_filters,
    entry_selection,
    presenting,
    views,
)
from cms.admin.door import blueprint
from cms.admin.entry_selection import SORTS
from cms.content import listing, narrowing, types
from cms.content.listing import Filter, Line
from cms.content.status import Status
from cms.content.types import ContentType
from cms.i18n import gettext as _
from cms.web import gate, pagination

SIZE = 30
EXPORTED = 500  # rows that are read at once
MAX_TREE = 500  # pages that are shown as one tree; beyond, the list has pages
TABS = (None, Status.DRAFT, Status.SCHEDULED, Status.PUBLISHED, Status.CHANGED)


@blueprint.get("/entries/", endpoint="entries_index")
@gate.requires(Permission.WRITE)
def index() -> str:
    """The entries of a type, filtered, sorted and paged."""
    kind, person = types.get_type(request.args.get("kind", "post")), gate.signed_in_person()
    form = entry_filters.of_request(kind)
    sort = pagination.sort_of_request(SORTS, "-updated")
    wanted = entry_filters.read(form, kind, sort, person)
    # Whoever sees all has looked for something when anything differs from that.
    filtered = wanted.unordered != Filter(kind.name, owned_by=_scope(person))
    total = listing.count_entries(wanted, now=gate.now())
    pages = pagination.of_request(total, SIZE)
    query = entry_selection.tidy_query(request.query_string.decode("utf-8", "replace"))
    as_tree = kind.hierarchical and not filtered and wanted.owned_by is None
    as_tree = as_tree and "sort" not in request.args and total <= MAX_TREE
    if as_tree:
        pages = pagination.Pages(1, max(total, 1), total, lambda number: "")
    return render_template(
        "admin/entries/index.html",
        heading=str(kind.plural),
        new_href=url_for("admin.entries_new", kind=kind.name),
        new_label=_("New {type}", type=str(kind.label).lower()),
        dated=kind.dated,
        tabs=_tabs(kind, wanted.status, person),
        form=form,
        filtered=filtered,
        clear_href=entry_filters.clear_href(kind),
        authors=choosing.author_names(),
        tags=choosing.term_names("tag") if "tag" in form else (),
        entries=[
            presenting.row(line, depth, person, query=query)
            for depth, line in _lines(wanted, pages, as_tree)
        ],
        pages=pages,
        sought=narrowing.count_sought(wanted, now=gate.now()),
        sort=None if as_tree else sort,
        empty_words=_("Nothing has been written here yet."),
        csv_href=pagination.with_query(url_for("admin.entries_csv"), page=None),
        columns=entry_filters.columns(form.cols.data or ()),
        saved=views.menu("entries", person),
        bulk={
            "action": url_for("admin.entries_bulk"),
            "query": query,
            "acts": entry_bulk_form.offered(kind, wanted.status, person),
            "total": total,
        },
    )


@blueprint.get("/entries/list.csv", endpoint="entries_csv")
@gate.requires(Permission.WRITE)
def export() -> Response:
    """The entries that the list's filters find, for a spreadsheet."""
    kind = types.get_type(request.args.get("kind", "post"))
    sort = pagination.sort_of_request(SORTS, "-updated")
    form = entry_filters.of_request(kind)
    wanted = entry_filters.read(form, kind, sort, gate.signed_in_person())
    columns = (_("Title"), _("State"), _("Address"), _("Date"), _("Saved"), _("By"), _("Tags"),
               _("Categories"), _("Language"))  # fmt: skip
    return csv_export.answer(str(kind.plural), columns, _cells(wanted))


def _lines(wanted: Filter, pages: pagination.Pages, as_tree: bool) -> Sequence[tuple[int, Line]]:
    if as_tree:
        return listing.list_tree(wanted.type, now=gate.now())
    found = listing.list_entries(wanted, now=gate.now(), limit=SIZE, offset=pages.offset)
    return [(0, line) for line in found]


def _cells(wanted: Filter) -> Iterator[Sequence[Any]]:
    """The rows of a list, found once: what is saved meanwhile shifts nothing."""
    found = listing.list_ids(wanted, now=gate.now())
    for first in range(0, len(found), EXPORTED):
        shown = found[first : first + EXPORTED]
        lines = listing.find_lines(shown, now=gate.now())
        for line in (lines[each] for each in shown if each in lines):
            yield (
                line.title,
                str(line.state.status.label),
                line.path,
                presenting.moment(line) if line.state.is_live else line.state.next_at,
                line.updated_at,
                [each.name for each in line.bylines],
                [each.name for each in line.terms if each.kind == "tag"],
                [each.name for each in line.terms if each.kind == "category"],
                line.locale,
            )


def _scope(person: Person) -> str | None:
    """Whose entries a person sees: everyone's, or only their own."""
    return None if permissions.may(person, Permission.EDIT_ANY) else person.id


def _tabs(kind: ContentType, chosen: Status | None, person: Person) -> list[dict[str, Any]]:
    counts = listing.count_by_status(kind.name, now=gate.now(), owned_by=_scope(person))
    return [
        {
            "label": str(state.label) if state else _("All"),
            "href": url_for(
                "admin.entries_index", kind=kind.name, state=state.value if state else None
            ),
            "current": chosen is state,
            "count": counts[state],
        }
        for state in TABS
    ]
