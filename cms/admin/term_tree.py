"""Nested terms as a tree: put in order, nested, moved elsewhere.

Of a few hundred the whole tree is shown; of more one level at a time, and what stands below a line
is fetched when it is opened.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from flask import jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms import db
from cms.accounts.permissions import Permission
from cms.admin import notes, term_bulk_form, term_rows
from cms.admin.door import blueprint, retried
from cms.content import term_lists, term_places, terms, types
from cms.content.models import Term
from cms.content.term_lists import Filter
from cms.content.types import Taxonomy
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.i18n import ngettext
from cms.web import gate, negotiation, pagination, urls
from cms.web.forms import ListForm

MOST_AT_ONCE = 300  # terms of a tree that is shown as a whole
SIZE = 100  # terms of a level that are shown at a time

Node = dict[str, Any]


def page(kind: Taxonomy) -> str:
    """The tree of a taxonomy, or the level of it that the address asks for."""
    below = terms.get_term(request.args["below"]) if request.args.get("below") else None
    total = term_lists.count_terms(Filter(kind.name), now=gate.now())
    if below is None and total <= MOST_AT_ONCE:
        nodes = _whole(kind)
        pages, following = pagination.Pages(1, max(1, total), total, str), None
    else:
        parent_id = below.id if below else None
        pages = pagination.of_request(term_lists.count_level(kind.name, parent_id), SIZE)
        shown = term_lists.list_level(kind.name, parent_id, limit=SIZE + 1, offset=pages.offset)
        nodes, following = _level(shown[:SIZE]), shown[SIZE].id if len(shown) > SIZE else None
    query = request.query_string.decode("utf-8", "replace")
    return render_template(
        "admin/terms/tree.html",
        heading=below.name if below else str(kind.plural),
        kind=kind.name,
        crumbs=_crumbs(kind, below) if below else [],
        taxonomies=term_rows.tabs(kind),
        form=ListForm(formdata=None),
        nodes=nodes,
        pages=pages,
        base_depth=len(term_places.ancestors(below)) + 1 if below else 0,
        max_depth=term_places.MAX_DEPTH,
        root_id=below.id if below else "",
        sort_url=url_for("admin.terms_moves", root=below.id if below else None, next=following),
        list_href=url_for("admin.terms_index", taxonomy=kind.name, sort="name"),
        csv_href=url_for("admin.terms_csv", taxonomy=kind.name),
        new_href=url_for("admin.terms_new", taxonomy=kind.name, below=below.id if below else None),
        new_label=_("New {name}", name=str(kind.label).lower()),
        bulk=term_bulk_form.bar(kind, query, total),
        empty_words=_("There are none yet. They bring together what is about the same thing."),
    )


@blueprint.get("/terms/<term_id>/branch", endpoint="terms_branch")
@gate.requires(Permission.MANAGE_TERMS)
def branch(term_id: str) -> ResponseReturnValue:
    """A line of the tree with what stands right below it; without scripts its level as a page."""
    term = terms.get_term(term_id)
    if not negotiation.is_partial():
        return urls.see_other("admin.terms_index", taxonomy=term.taxonomy, below=term.id)
    (node,) = _level([term])
    shown = term_lists.list_level(term.taxonomy, term.id, limit=SIZE + 1)
    node["children"] = _level(shown[:SIZE])
    # Of a longer level only its own page holds all.
    node["is_open"] = len(shown) <= SIZE
    sort_url = url_for("admin.terms_moves")
    return render_template("admin/terms/branch.html", node=node, sort_url=sort_url)


@blueprint.post("/terms/moves", endpoint="terms_moves")
@gate.requires(Permission.MANAGE_TERMS)
@retried
def create() -> ResponseReturnValue:
    """Put a term below another one (none: at the top), in front of a sibling (none: last)."""
    term = terms.get_term(request.values.get("id", ""))
    parent_id = request.form.get("parent") or request.args.get("root") or None
    before_id = request.form.get("before") or None
    following = request.args.get("next")
    if before_id is None and following and parent_id == (request.args.get("root") or None):
        # What is last on a page of a long level stands in front of the first of the next page.
        before_id = following
    try:
        term_places.move(
            term,
            parent_id=parent_id,
            before_id=before_id,
            by=gate.signed_in_person(),
            now=gate.now(),
        )
    except Rejected as refusal:
        if negotiation.wants_json():
            return negotiation.problem(422, refusal.message)
        db.session().rollback()
        notes.leave(refusal.message, category="error")
        return _back(terms.get_term(request.values.get("id", "")))
    db.commit()
    act, words = recording.latest(), _("Moved “{name}”.", name=term.name)
    if negotiation.wants_json():
        undo = url_for("admin.undo", change_set_id=act) if act else ""
        return jsonify({"words": words, "undo": undo})
    notes.leave(words, act)
    return _back(term)


def _back(term: Term) -> ResponseReturnValue:
    """To the list in which the term stands now."""
    kind = types.get_taxonomy(term.taxonomy)
    total = term_lists.count_terms(Filter(kind.name), now=gate.now())
    below = term.parent_id if total > MOST_AT_ONCE else None
    answer: ResponseReturnValue = urls.see_other(
        "admin.terms_index", taxonomy=kind.name, below=below
    )
    return answer


def _whole(kind: Taxonomy) -> list[Node]:
    """The whole tree as nested nodes."""
    found = terms.list_terms(kind.name)
    rows = {row["id"]: row for row in term_rows.rows(found)}
    below: dict[str | None, list[Term]] = defaultdict(list)
    for term in found:
        below[term.parent_id].append(term)

    def nodes(parent_id: str | None) -> list[Node]:
        made = [
            {**rows[term.id], **_acts(term), "children": nodes(term.id), "below": "",
             "is_open": True}
            for term in below[parent_id]
        ]  # fmt: skip
        return _with_steps(made, parent_id)

    return nodes(None)


def _level(found: Sequence[Term]) -> list[Node]:
    """Terms of one level, with how many stand below each."""
    counts = term_lists.count_children([term.id for term in found])
    made = []
    for term, row in zip(found, term_rows.rows(found), strict=True):
        number = counts.get(term.id, 0)
        below = ngettext("{n} below", "{n} below", number) if number else ""
        made.append({**row, **_acts(term), "children": [], "below": below, "is_open": not number})
    return _with_steps(made, found[0].parent_id if found else None)


def _acts(term: Term) -> Node:
    return {
        "branch_href": url_for("admin.terms_branch", term_id=term.id),
        "level_href": url_for("admin.terms_index", taxonomy=term.taxonomy, below=term.id),
        "new_href": url_for("admin.terms_new", taxonomy=term.taxonomy, below=term.id),
    }


def _with_steps(nodes: list[Node], parent_id: str | None) -> list[Node]:
    """The sibling to stand in front of when a line goes up or down; none where there is no way."""
    for at, node in enumerate(nodes):
        node["parent"] = parent_id or ""
        node["up"] = nodes[at - 1]["id"] if at else None
        after_next = nodes[at + 2]["id"] if at + 2 < len(nodes) else ""
        node["down"] = after_next if at + 1 < len(nodes) else None
    return nodes


def _crumbs(kind: Taxonomy, term: Term) -> list[dict[str, str]]:
    above = [*reversed(term_places.ancestors(term)), term]
    links = [(str(kind.plural), None), *((each.name, each.id) for each in above)]
    return [
        {"label": label, "href": url_for("admin.terms_index", taxonomy=kind.name, below=below)}
        for label, below in links
    ]
