"""Naming an entry in a form without scripts: by its address or its title."""

from cms.addresses import book, paths
from cms.content import editing, knowing, listing
from cms.content.models import Entry
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.web import gate

MAX_OFFERED = 200  # entries of a kind that are offered while one types
MAX_ALIKE = 50  # entries of one title that are looked through


def find(typed: str, *, field: str, above: Entry | None = None) -> Entry | None:
    """The entry that an address or a title names; raises Rejected when it is none or several.

    What the person may not know of is not there, but for the one that something stands below.
    """
    if not typed:
        return None
    if typed.startswith("/"):
        line = book.find(paths.normalise(typed))
        if line is not None and line.target_kind == "entry" and line.target_id:
            entry = editing.get_entry(line.target_id)
            if _is_known(entry, above):
                return entry
        raise Rejected(_("Nothing stands at {path}.", path=typed), field=field)
    alike = listing.find_by_title(typed, limit=MAX_ALIKE)
    found = [entry for entry in alike if _is_known(entry, above)]
    if len(found) > 1:
        words = _("Several entries have this title. Give the address.")
        raise Rejected(words, field=field)
    if not found:
        raise Rejected(_("There is nothing with this title."), field=field)
    return found[0]


def offers(entry: Entry) -> list[tuple[str, str]]:
    """Addresses and titles of the newest entries of the same kind, for the field's list."""
    wanted = listing.Filter(type=entry.type)
    lines = listing.list_entries(wanted, now=gate.now(), limit=MAX_OFFERED)
    return [(line.path, line.title or _("Untitled"))
            for line in knowing.known(gate.signed_in_person(), lines)
            if line.path and line.id != entry.id]  # fmt: skip


def _is_known(entry: Entry, above: Entry | None) -> bool:
    if above is not None and entry.id == above.id:
        return True
    return knowing.knows(gate.signed_in_person(), entry, now=gate.now())
