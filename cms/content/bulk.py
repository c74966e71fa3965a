"""One act on many entries: each by the rules for one, so some may be left as they are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cms import db
from cms.accounts.permissions import Permission, Person
from cms.content import amending, editing, ownership, publishing, revisions, terms, trash
from cms.content.models import Entry
from cms.content.snapshot import Snapshot
from cms.errors import CmsError
from cms.i18n import gettext as _

# What an act needs besides the entries: plain data, as a job keeps it.
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """An entry that was left as it is, and why."""

    entry_id: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an act on many."""

    done: int
    refused: tuple[Refused, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Outcome":
        """What `as_json` gave."""
        return cls(values["done"], tuple(Refused(**each) for each in values["refused"]))


def carry_out(
    act: str, entry_ids: Sequence[str], values: Values, *, by: Person, now: datetime
) -> Outcome:
    """Do this to each of these entries, all of one or nothing; part of an act of the caller's."""
    done, refused = 0, []
    for entry_id in entry_ids:
        entry = editing.find_entry(entry_id)
        # Whoever does not see an entry learns nothing of it.
        if entry is None or not ownership.may(by, Permission.EDIT_ANY, entry):
            refused.append(Refused(entry_id, "", _("This entry is not there.")))
            continue
        try:
            with db.session().begin_nested():
                ACTS[act](entry, values, by, now)
        except CmsError as refusal:
            title = revisions.get_head(entry).title or _("Untitled")
            refused.append(Refused(entry_id, title, refusal.message))
            continue
        done += 1
    return Outcome(done, tuple(refused))


def parents_first(entry_ids: Sequence[str]) -> list[str]:
    """The same entries, each behind those above it: nothing comes back below what is trashed."""
    above: dict[str, str | None] = {}
    for first in range(0, len(entry_ids), 500):
        query = sa.select(Entry.id, Entry.parent_id)
        rows = db.session().execute(query.where(Entry.id.in_(entry_ids[first : first + 500])))
        above.update({row.id: row.parent_id for row in rows})

    def depth(entry_id: str | None) -> int:
        steps = 0
        while entry_id in above and steps < len(above):
            entry_id, steps = above[entry_id or ""], steps + 1
        return steps

    return sorted(entry_ids, key=depth)


def _publish(entry: Entry, values: Values, by: Person, now: datetime) -> None:
    at = datetime.fromisoformat(values["at"]) if values.get("at") else None
    shown = amending.newest_shown(entry, now)
    if at is None and shown is not None and shown.from_at <= now:
        if shown.revision_id == entry.head_id:
            return  # It is out already, just as it is.
        # Whoever publishes a change does not mean to move an end that was planned.
        publishing.publish(entry, by=by, now=now, until=shown.until_at)
        return
    publishing.publish(entry, by=by, now=now, at=at)


def _unpublish(entry: Entry, values: Values, by: Person, now: datetime) -> None:
    publishing.unpublish(entry, by=by, now=now)


def _trash(entry: Entry, values: Values, by: Person, now: datetime) -> None:
    if entry.trashed_at is None:  # It may have gone with the page above it.
        trash.trash(entry, by=by, now=now)


def _restore(entry: Entry, values: Values, by: Person, now: datetime) -> None:
    if entry.trashed_at is not None:
        trash.restore(entry, by=by, now=now)


def _add_terms(entry: Entry, values: Values, by: Person, now: datetime) -> None:
    _amend(entry, lambda old: _with_terms(old, add=values["term_ids"]), by, now)


def _remove_terms(entry: Entry, values: Values, by: Person, now: datetime) -> None:
    _amend(entry, lambda old: _with_terms(old, remove=values["term_ids"]), by, now)


def _set_category(entry: Entry, values: Values, by: Person, now: datetime) -> None:
    """In place of the categories that it had."""

    def change(old: Snapshot) -> Snapshot:
        found = terms.find_terms(old.term_ids)
        before = [each.id for each in found.values() if each.taxonomy == "category"]
        return _with_terms(_with_terms(old, remove=before), add=values["term_ids"])

    _amend(entry, change, by, now)


def _set_bylines(entry: Entry, values: Values, by: Person, now: datetime) -> None:
    _amend(entry, lambda old: replace(old, byline_ids=tuple(values["profile_ids"])), by, now)


def _set_access(entry: Entry, values: Values, by: Person, now: datetime) -> None:
    changed = {name: values[name] for name in ("access", "listed") if values.get(name) is not None}
    _amend(entry, lambda old: replace(old, **changed), by, now)


def _amend(entry: Entry, change: Callable[[Snapshot], Snapshot], by: Person, now: datetime) -> None:
    amending.amend(entry, change, by=by, now=now)


def _with_terms(old: Snapshot, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Snapshot:
    kept = tuple(each for each in old.term_ids if each not in remove)
    return replace(old, term_ids=tuple(dict.fromkeys((*kept, *add))))


Act = Callable[[Entry, Values, Person, datetime], None]
ACTS: dict[str, Act] = {
    "publish": _publish,
    "schedule": _publish,
    "unpublish": _unpublish,
    "trash": _trash,
    "restore": _restore,
    "tag": _add_terms,
    "untag": _remove_terms,
    "category": _set_category,
    "byline": _set_bylines,
    "access": _set_access,
}
