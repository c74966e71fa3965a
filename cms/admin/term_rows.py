"""Terms as lists show them, and the ways of sorting there are."""

from collections.abc import Sequence
from typing import Any

from flask import url_for

from cms.content import term_lists, types
from cms.content.models import Term
from cms.content.term_lists import NONE, Filter
from cms.content.types import Taxonomy
from cms.web import gate


def tabs(chosen: Taxonomy) -> list[dict[str, Any]]:
    """The ways of sorting there are."""
    return [
        {
            "label": str(kind.plural),
            "href": url_for("admin.terms_index", taxonomy=kind.name),
            "current": kind.name == chosen.name,
            "count": term_lists.count_terms(Filter(kind.name), now=gate.now()),
        }
        for kind in types.list_taxonomies()
    ]


def rows(found: Sequence[Term]) -> list[dict[str, Any]]:
    """These terms with how many entries carry each."""
    counts = term_lists.count_states([term.id for term in found], now=gate.now())
    return [_row(term, counts.get(term.id, NONE)) for term in found]


def _row(term: Term, counts: term_lists.Counts) -> dict[str, Any]:
    narrowed: dict[str, Any] = {term.taxonomy: term.id}
    entries_href = url_for("admin.entries_index", kind="post", **narrowed)
    return {
        "id": term.id,
        "name": term.name,
        "href": url_for("admin.terms_edit", term_id=term.id),
        "path": term.path,
        "internal": term.internal,
        "counts": counts,
        "entries_href": entries_href if counts.total else None,
    }
