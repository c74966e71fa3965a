"""Naming an entry in a form without scripts: by its address or its title."""

from cms import ids
from cms.addresses import book, paths
from cms.content import editing, knowing, listing, naming, revisions
from cms.content.models import Entry
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.web import gate

MAX_OFFERED = 40  # entries of a kind that are offered while one types
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


def find_above(typed: str, *, present: Entry | None) -> Entry | None:
    """The page that another one is to stand below, also by its id; raises Rejected."""
    if not ids.is_id(typed):
        return find(typed, field="parent", above=present)
    entry = editing.find_entry(typed)
    if entry is None or not _is_known(entry, present):
        raise Rejected(_("The page above is not there any more."), field="parent")
    return entry


def name_of(entry: Entry | None) -> str:
    """What names an entry in such a form: its address, else its title."""
    if entry is None:
        return ""
    head = revisions.get_head(entry)
    return head.path or naming.present_path(entry) or head.title or entry.id


def offers(type_name: str, without: str = "") -> list[tuple[str, str]]:
    """Addresses and titles of the newest entries of a type but for one, for the field's list."""
    wanted = listing.Filter(type=type_name)
    lines = listing.list_entries(wanted, now=gate.now(), limit=MAX_OFFERED)
    return [(line.path, line.title or _("Untitled"))
            for line in knowing.known(gate.signed_in_person(), lines)
            if line.path and line.id != without]  # fmt: skip


def _is_known(entry: Entry, above: Entry | None) -> bool:
    if above is not None and entry.id == above.id:
        return True
    return knowing.knows(gate.signed_in_person(), entry, now=gate.now())
