"""Finding and replacing words in all entries at once, as one act."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cms import db
from cms.accounts.permissions import Permission, Person
from cms.content import amending, editing, intervals, occurrences, ownership, revisions
from cms.content.models import Entry, Revision
from cms.content.occurrences import Hit, Wanted
from cms.content.snapshot import Snapshot
from cms.content.status import Status
from cms.errors import CmsError, Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.i18n import ngettext

MAX_WORDS = 200  # characters
MAX_ENTRIES = 100  # that one preview and one act hold
MAX_PLACES = 500  # that can be chosen one by one in a preview
MAX_SINGLE = 50  # places of one entry; beyond, it is chosen as a whole
MAX_COUNTED = 100_000  # places in all that are counted for one preview
BATCH = 200  # entries that are read at a time
# A word in only two letters may stand in every text; the database gives no more than this to read.
MAX_READ = 20_000


@dataclass(frozen=True, slots=True)
class Found:
    """An entry with the first of the places where the words stand, and how many there are."""

    entry_id: str
    revision_id: str
    title: str | None
    status: Status
    hits: tuple[Hit, ...]
    count: int

    @property
    def is_whole(self) -> bool:
        """Whether its places are too many to be chosen one by one."""
        return self.count > MAX_SINGLE


@dataclass(frozen=True, slots=True)
class Refused:
    """An entry that was left as it is, and why."""

    title: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a replacement did."""

    replaced: int
    published: int
    refused: tuple[Refused, ...]


def find(
    wanted: Wanted, *, by: Person, now: datetime, limit: int = MAX_ENTRIES
) -> tuple[tuple[Found, ...], bool]:
    """The entries of this person that hold the words, newest first; whether there are more.

    Raises Rejected when nothing is looked for.
    """
    if not wanted.words.strip():
        raise Rejected(_("Say which words to look for."), field="words")
    found: list[Found] = []
    places = counted = 0
    for entry, head in _candidates(wanted):
        content = Snapshot.of(head)
        hits = occurrences.list_hits(content, wanted, most=MAX_SINGLE + 1)
        if not hits or not ownership.may(by, Permission.EDIT_ANY, entry):
            continue
        status = intervals.state_of(entry, now=now).status
        count = len(hits) if len(hits) <= MAX_SINGLE else occurrences.count_hits(content, wanted)
        one = Found(entry.id, head.id, head.title, status, tuple(hits), count)
        places, counted = places + (1 if one.is_whole else count), counted + count
        is_enough = len(found) == limit or places > MAX_PLACES or counted > MAX_COUNTED
        if found and is_enough:
            return tuple(found), True
        found.append(one)
    return tuple(found), False


def carry_out(
    wanted: Wanted,
    chosen: Mapping[str, tuple[str, Collection[str] | None]],
    *,
    publish: bool,
    by: Person,
    now: datetime,
) -> Outcome:
    """Replace the words in the chosen places, in one act.

    `chosen` holds by entry the revision that was looked at and the keys of the places (None: all).
    An entry that was changed meanwhile, or may not be changed, is left as it is and named. With
    `publish`, what visitors see follows where it was the newest revision.
    """
    if not chosen:
        raise Rejected(_("Choose at least one place."))
    done, published, refused = 0, 0, []
    label = ngettext(
        "Replaced “{words}” by “{replacement}” in {n} entry",
        "Replaced “{words}” by “{replacement}” in {n} entries",
        len(chosen),
        words=wanted.words,
        replacement=wanted.replacement,
    )
    with recording.act(label, by=by, now=now):
        for entry_id, (revision_id, keys) in chosen.items():
            entry = editing.find_entry(entry_id)
            # Whoever does not see an entry learns nothing of it.
            if entry is None or not ownership.may(by, Permission.EDIT_ANY, entry):
                refused.append(Refused(None, _("This entry is not there.")))
                continue
            title = revisions.get_head(entry).title
            try:
                went_live = _replace_in(
                    entry, wanted, revision_id, keys, publish=publish, by=by, now=now
                )
            except CmsError as refusal:
                refused.append(Refused(title, refusal.message))
                continue
            done, published = done + 1, published + went_live
    return Outcome(done, published, tuple(refused))


def _replace_in(
    entry: Entry,
    wanted: Wanted,
    revision_id: str,
    keys: Collection[str] | None,
    *,
    publish: bool,
    by: Person,
    now: datetime,
) -> bool:
    editing.lock(entry)
    if entry.head_id != revision_id:
        raise Rejected(_("Someone saved it meanwhile."))

    def change(content: Snapshot) -> Snapshot:
        changed: dict[str, Any] = occurrences.replaced(content, wanted, keys)
        return replace(content, **changed)

    return amending.amend(entry, change, by=by, now=now, publish=publish)


def _candidates(wanted: Wanted) -> Iterator[tuple[Entry, Revision]]:
    """Entries whose newest revision may hold the words, newest first."""
    query = (
        sa.select(Entry, Revision)
        .join(Revision, Revision.id == Entry.head_id)
        .where(Entry.trashed_at.is_(None), _may_hold(wanted.words))
        .order_by(Entry.id.desc())
    )
    last: str | None = None
    for _batch in range(MAX_READ // BATCH):
        after = query if last is None else query.where(Entry.id < last)
        rows = db.session().execute(after.limit(BATCH)).all()
        yield from ((row[0], row[1]) for row in rows)
        if len(rows) < BATCH:
            return
        last = rows[-1][0].id


def _may_hold(words: str) -> sa.ColumnElement[bool]:
    """A coarse question for the database; which letters are equal is decided here, in one way.

    Databases differ in what a capital É is, so letters beyond ASCII that have two cases match
    anything.
    """
    pattern = "%" + "".join(map(_as_pattern, words.lower())) + "%"
    columns = (Revision.title, Revision.source, Revision.excerpt)
    seo = sa.cast(Revision.seo, db.long_text())
    # JSON writes some letters in another way, so those words are looked for in every such line.
    plain = words.isascii() and not set(words) & set('"\\/')
    return sa.or_(
        *(_holds(column, pattern) for column in columns),
        _holds(seo, pattern if plain else "%:%"),
    )


def _holds(column: Any, pattern: str) -> sa.ColumnElement[bool]:
    held: sa.ColumnElement[str] = sa.func.coalesce(column, "")
    # The others leave the case of ASCII aside by themselves; lowering whole texts takes them long.
    alike = held.ilike if db.database().dialect == "postgresql" else held.like
    return alike(pattern, escape="!")


def _as_pattern(letter: str) -> str:
    if letter in "!%_":
        return "!" + letter
    has_cases = letter.lower() != letter.upper()
    return "%" if has_cases and not letter.isascii() else letter
