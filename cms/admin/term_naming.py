"""Naming a term in a form: by its name or its address, where a list would be too long."""

from flask import url_for

from cms.addresses import book, paths
from cms.admin import choosing
from cms.content import terms
from cms.content.models import Term
from cms.content.types import Taxonomy
from cms.errors import Rejected
from cms.i18n import gettext as _


def find(typed: str, kind: Taxonomy, *, field: str) -> Term | None:
    """The term that a name or an address names; None for nothing. Raises Rejected."""
    if not typed:
        return None
    if typed.startswith("/"):
        line = book.find(paths.normalise(typed))
        if line is None or line.target_kind != "term" or line.target_id is None:
            raise Rejected(_("Nothing stands at {path}.", path=typed), field=field)
        found = terms.find_terms([line.target_id]).get(line.target_id)
    else:
        alike = terms.list_by_name(kind.name, typed)
        if len(alike) > 1:
            raise Rejected(_("Several are called so. Give the address."), field=field)
        found = alike[0] if alike else terms.find_by_name(kind.name, typed)
    if found is None or found.taxonomy != kind.name:
        raise Rejected(_("There is none of this name."), field=field)
    return found


def offers(kind: Taxonomy) -> list[str]:
    """A few names, or the addresses where names stand below each other."""
    return choosing.term_names(kind.name)


def offers_href(kind: Taxonomy) -> str:
    """Where a field asks for more of them while one types."""
    return url_for("admin.choices_terms", taxonomy=kind.name)


def named(term: Term | None, kind: Taxonomy) -> str:
    """What a field shows for a term that it holds."""
    if term is None:
        return ""
    return term.path if kind.nested else term.name
