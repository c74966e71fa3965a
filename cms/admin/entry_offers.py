"""What the form of an entry offers to choose from."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from flask import url_for

from cms.admin import choosing, entry_naming
from cms.content import knowing, listing, profiles, term_lists, term_places, terms, types
from cms.content.fields import Field
from cms.content.models import Entry, Term
from cms.content.term_lists import Filter
from cms.content.types import ContentType
from cms.i18n import gettext as _
from cms.web import gate

MOST_CATEGORIES = 500  # that are shown as a tree of choices
MAX_OFFERED = 300  # things of a kind that a typed field can choose from


def known(
    content_type: ContentType, entry: Entry | None, chosen: Collection[str] = ()
) -> dict[str, Any]:
    """What the form offers while one types: a few names, and where to ask for more."""
    return {
        "tags": choosing.term_names("tag") if "tag" in content_type.taxonomies else [],
        "tags_href": url_for("admin.choices_terms", taxonomy="tag"),
        "bylines": choosing.author_names(),
        "bylines_href": url_for("admin.choices_authors"),
        "pages": entry_naming.offers(content_type.name, entry.id if entry else "")
        if content_type.hierarchical
        else [],
        "categories": category_nodes(chosen) if "category" in content_type.taxonomies else [],
    }


def offers(field: Field) -> list[tuple[str, str]]:
    """What a typed field may refer to, as ids and names."""
    if field.kind == "term":
        return [(row.id, row.name) for row in terms.list_terms(field.taxonomy, limit=MAX_OFFERED)]
    if field.kind == "profile":
        return [(row.id, row.name) for row in profiles.list_profiles(limit=MAX_OFFERED)]
    found: list[tuple[str, str]] = []
    for name in field.types or [kind.name for kind in types.list_types()]:
        wanted = listing.Filter(type=name, sort="title", descending=False)
        every = listing.list_entries(wanted, now=gate.now(), limit=MAX_OFFERED)
        lines = knowing.known(gate.signed_in_person(), every)
        found += [(line.id, line.title or _("Untitled")) for line in lines]
    return found


def has_more_categories() -> bool:
    """Whether there are more categories than a form shows as a tree."""
    return term_lists.count_terms(Filter("category"), now=gate.now()) > MOST_CATEGORIES


def category_nodes(chosen: Collection[str] = ()) -> list[dict[str, Any]]:
    """The categories as a tree of choices; of very many the first, and the chosen ones."""
    rows: dict[str, Term] = {}
    if has_more_categories():
        for row in terms.find_terms(chosen).values():
            rows |= {each.id: each for each in (row, *term_places.ancestors(row))}
        first = term_lists.list_level("category", None, limit=MOST_CATEGORIES)
        rows |= {row.id: row for row in first}
    else:
        rows = {row.id: row for row in terms.list_terms("category")}
    children: dict[str | None, list[Term]] = defaultdict(list)
    for row in sorted(rows.values(), key=lambda each: (each.position, each.name_key, each.id)):
        children[row.parent_id].append(row)

    def below(parent_id: str | None) -> list[dict[str, Any]]:
        return [
            {"value": row.id, "label": row.name, "children": below(row.id)}
            for row in children[parent_id]
        ]

    return below(None)


def category_choices() -> list[tuple[str, str]]:
    """All categories, indented as they stand."""

    def below(nodes: list[dict[str, Any]], depth: int) -> Iterator[tuple[str, str]]:
        for node in nodes:
            yield node["value"], "\u2003" * depth + node["label"]
            yield from below(node["children"], depth + 1)

    return list(below(category_nodes(), 0))
