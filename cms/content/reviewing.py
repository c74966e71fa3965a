"""Reviews: who may not publish asks those who may, and gets it published or sent back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from cms import db, text
from cms.accounts.permissions import Permission, Person
from cms.content import editing, ownership, revisions, rules, telling
from cms.content.models import Entry, ReviewRequest, Revision
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _

MAX_NOTE = 2_000  # characters


@dataclass(frozen=True, slots=True)
class Line:
    """An entry that waits for a review."""

    entry_id: str
    title: str | None
    asked_by: str | None
    asked_at: datetime
    note: str


def ask(entry: Entry, note: str, *, by: Person, now: datetime) -> ReviewRequest:
    """Ask for a review; asking again changes the note. Raises NotAllowed, Rejected."""
    editing.lock(entry)
    ownership.ensure_may(by, Permission.EDIT_ANY, entry)
    rules.edit(trashed=entry.trashed_at is not None)
    kept = _checked(note)
    label = _("Asked for a review of “{title}”", title=_title(entry))
    with recording.act(label, by=by, now=now):
        request = find_open(entry)
        if request is None:
            request = ReviewRequest(entry_id=entry.id, asked_by=by.id or None, asked_at=now)
            db.session().add(request)
        request.note = kept
        db.session().flush()
        telling.tell_reviewers(entry, kept, title=_title(entry), by=by, now=now)
    return request


def withdraw(entry: Entry, *, by: Person, now: datetime) -> None:
    """Take a request back; raises NotAllowed, Rejected when there is none."""
    editing.lock(entry)
    ownership.ensure_may(by, Permission.EDIT_ANY, entry)
    label = _("Took back the request for a review of “{title}”", title=_title(entry))
    with recording.act(label, by=by, now=now):
        _close(_get_open(entry), "withdrawn", "", by=by, now=now)


def send_back(entry: Entry, answer: str, *, by: Person, now: datetime) -> None:
    """Say what is still to do; raises NotAllowed, Rejected."""
    editing.lock(entry)
    ownership.ensure_may(by, Permission.PUBLISH_ANY, entry)
    kept = _checked(answer)
    if not kept:
        raise Rejected(_("Say what is still to do."), field="note")
    with recording.act(_("Sent “{title}” back", title=_title(entry)), by=by, now=now):
        request = _get_open(entry)
        _close(request, "returned", kept, by=by, now=now)
        asker = request.asked_by
        telling.tell_asker(asker, entry, kept, title=_title(entry), by=by, now=now)


def accept(entry: Entry, *, by: Person, now: datetime) -> None:
    """Publishing answers an open request, if there is one."""
    request = find_open(entry)
    if request is not None:
        _close(request, "accepted", "", by=by, now=now)


def find_open(entry: Entry) -> ReviewRequest | None:
    """The request that waits for an answer."""
    query = sa.select(ReviewRequest).where(
        ReviewRequest.entry_id == entry.id, ReviewRequest.state == "open"
    )
    return db.session().scalars(query.limit(1)).first()


def find_last(entry: Entry) -> ReviewRequest | None:
    """The latest request, answered or not."""
    query = sa.select(ReviewRequest).where(ReviewRequest.entry_id == entry.id)
    latest = query.order_by(ReviewRequest.asked_at.desc(), ReviewRequest.id.desc())
    return db.session().scalars(latest.limit(1)).first()


def list_open(*, limit: int, asked_by: str | None = None) -> Sequence[Line]:
    """What waits for a review, the longest first; `asked_by` narrows it to one person's."""
    query = (
        sa.select(
            Entry.id,
            Revision.title,
            ReviewRequest.asked_by,
            ReviewRequest.asked_at,
            ReviewRequest.note,
        )
        .select_from(ReviewRequest)
        .join(Entry, Entry.id == ReviewRequest.entry_id)
        .join(Revision, Revision.id == Entry.head_id)
        .where(ReviewRequest.state == "open", Entry.trashed_at.is_(None))
        .order_by(ReviewRequest.asked_at, ReviewRequest.id)
    )
    if asked_by is not None:
        query = query.where(ReviewRequest.asked_by == asked_by)
    return [Line(*row) for row in db.session().execute(query.limit(limit))]


def _get_open(entry: Entry) -> ReviewRequest:
    request = find_open(entry)
    if request is None:
        raise Rejected(_("Nobody waits for a review of this any more."))
    return request


def _close(request: ReviewRequest, state: str, answer: str, *, by: Person, now: datetime) -> None:
    request.state, request.answer = state, answer
    request.answered_by, request.answered_at = by.id or None, now
    db.session().flush()


def _checked(note: str) -> str:
    note = note.strip()
    if len(note) > MAX_NOTE or text.has_unstorable(note):
        words = _("A note has at most {most} characters.", most=MAX_NOTE)
        raise Rejected(words, field="note")
    return note


def _title(entry: Entry) -> str:
    return revisions.get_head(entry).title or _("Untitled")
