"""Removing an entry that others use: what becomes of the uses is decided first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cms import db
from cms.accounts.permissions import Permission, Person
from cms.addresses import book, redirects, targets
from cms.content import intervals, ownership, relinking, revisions, trash, tree, uses
from cms.content.models import Entry
from cms.content.uses import Use
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _


class Choice(StrEnum):
    """What becomes of the links to an entry that goes."""

    REPLACE = "replace"
    REDIRECT = "redirect"
    UNLINK = "unlink"
    # Only for the trash: visitors read the words, and the links come back with the entry.
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Plan:
    """What would go, and where it is used."""

    going: tuple[Entry, ...]
    uses: tuple[Use, ...]


def plan(entry: Entry, *, now: datetime, for_good: bool = False) -> Plan:
    """What goes with an entry, and who else uses any of it."""
    below = tree.descendants(entry)
    going = (entry, *(each for each in below if for_good or each.trashed_at is None))
    found = uses.list_uses("entry", {each.id for each in going}, now=now, trashed=for_good)
    return Plan(going, found)


def carry_out(
    entry: Entry,
    choice: Choice,
    *,
    with_: Entry | None = None,
    for_good: bool = False,
    by: Person,
    now: datetime,
) -> Sequence[Entry]:
    """Trash an entry (or delete it for good), with its uses as chosen; returns what went.

    Replacing and redirecting lead to `with_`. All is one act. Raises Rejected, NotAllowed.
    """
    going = {each.id for each in plan(entry, now=now, for_good=for_good).going}
    _ensure_possible(choice, with_, going, for_good=for_good, now=now)
    ownership.ensure_may(by, Permission.TRASH_ANY, entry)
    title = revisions.get_head(entry).title or _("Untitled")
    label = _("Moved “{title}” to the trash", title=title)
    if for_good:
        label = _("Deleted “{title}” for good", title=title)
    with recording.act(label, by=by, now=now):
        if with_ is not None and choice in (Choice.REPLACE, Choice.REDIRECT):
            relinking.replace_uses("entry", going, with_.id, by=by, now=now)
        elif choice is Choice.UNLINK:
            relinking.unlink_uses("entry", going, by=by, now=now)
        gone: Sequence[Entry] = ()
        if not for_good:
            gone = trash.trash(entry, by=by, now=now)
        if with_ is not None and choice is Choice.REDIRECT:
            _redirect(sorted(going), with_, by=by, now=now)
        if for_good:
            gone = trash.purge(entry, by=by, now=now)
    return gone


def _ensure_possible(
    choice: Choice, with_: Entry | None, going: set[str], *, for_good: bool, now: datetime
) -> None:
    if choice is Choice.LEAVE and for_good:
        raise Rejected(_("Decide what becomes of the links."), field="choice")
    if choice not in (Choice.REPLACE, Choice.REDIRECT):
        return
    if with_ is None:
        raise Rejected(_("Choose what the links lead to."), field="with_")
    if with_.id in going or with_.trashed_at is not None:
        raise Rejected(_("This goes away itself. Choose something else."), field="with_")
    if choice is Choice.REDIRECT and not _is_readable(with_, now):
        raise Rejected(_("Visitors cannot read this yet. Publish it first."), field="with_")


def _is_readable(entry: Entry, now: datetime) -> bool:
    live = intervals.find_live(entry, now=now)
    return live is not None and live.path is not None


def _redirect(going: Sequence[str], with_: Entry, *, by: Person, now: datetime) -> None:
    """Lead every address that was public to another entry."""
    for entry_id in going:
        lines = book.list_for("entry", entry_id)
        public = [line for line in lines if line.state != "pending" and not line.by_hand]
        for line in public:
            line.state = "former"
        db.session().flush()
        for line in public:
            redirects.create(line.path, targets.to("entry", with_.id), by=by, now=now)
