"""What the form of an entry offers to choose from."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from cms.admin import entry_naming
from cms.content import knowing, listing, profiles, terms, types
from cms.content.fields import Field
from cms.content.models import Entry, Term
from cms.content.types import ContentType
from cms.i18n import gettext as _
from cms.web import gate

MAX_KNOWN = 1_000  # names that are offered while one types
MAX_OFFERED = 300  # things of a kind that a typed field can choose from


def known(content_type: ContentType, entry: Entry | None) -> dict[str, Any]:
    """What the form offers while one types."""
    tags = terms.list_terms("tag") if "tag" in content_type.taxonomies else ()
    return {
        "tags": [tag.name for tag in tags][:MAX_KNOWN],
        "bylines": [profile.name for profile in profiles.list_profiles(limit=MAX_KNOWN)],
        "pages": entry_naming.offers(content_type.name, entry.id if entry else "")
        if content_type.hierarchical
        else [],
        "categories": category_nodes() if "category" in content_type.taxonomies else [],
    }


def offers(field: Field) -> list[tuple[str, str]]:
    """What a typed field may refer to, as ids and names."""
    if field.kind == "term":
        return [(row.id, row.name) for row in terms.list_terms(field.taxonomy)][:MAX_OFFERED]
    if field.kind == "profile":
        return [(row.id, row.name) for row in profiles.list_profiles(limit=MAX_OFFERED)]
    found: list[tuple[str, str]] = []
    for name in field.types or [kind.name for kind in types.list_types()]:
        wanted = listing.Filter(type=name, sort="title", descending=False)
        every = listing.list_entries(wanted, now=gate.now(), limit=MAX_OFFERED)
        lines = knowing.known(gate.signed_in_person(), every)
        found += [(line.id, line.title or _("Untitled")) for line in lines]
    return found


def category_nodes() -> list[dict[str, Any]]:
    """All categories as a tree of choices."""
    children: dict[str | None, list[Term]] = defaultdict(list)
    for row in terms.list_terms("category"):
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
