"""Naming an entry in a form without scripts: by its address or its title."""

from cms.addresses import book, paths
from cms.content import editing, listing
from cms.content.models import Entry
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.web import gate

MAX_OFFERED = 200  # entries of a kind that are offered while one types


def find(typed: str, *, field: str) -> Entry | None:
    """The entry that an address or a title names; raises Rejected when it is none or several."""
    if not typed:
        return None
    if typed.startswith("/"):
        line = book.find(paths.normalise(typed))
        if line is not None and line.target_kind == "entry" and line.target_id:
            return editing.get_entry(line.target_id)
        raise Rejected(_("Nothing stands at {path}.", path=typed), field=field)
    found = listing.find_by_title(typed)
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
    return [(line.path, line.title or _("Untitled")) for line in lines
            if line.path and line.id != entry.id]  # fmt: skip
