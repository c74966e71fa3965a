"""Changing some values of an entry without its form: in the row of a list, or many at once."""

from collections.abc import Callable
from datetime import datetime

from cms import db
from cms.accounts.permissions import Permission, Person
from cms.content import editing, intervals, ownership, publishing, revisions
from cms.content.models import Entry
from cms.content.snapshot import Snapshot
from cms.content.status import Interval


def amend(
    entry: Entry,
    change: Callable[[Snapshot], Snapshot],
    *,
    by: Person,
    now: datetime,
    based_on: str | None = None,
    publish: bool = True,
) -> bool:
    """Save the newest revision with a change; answers whether visitors see the change at once.

    Where what they see is the newest revision, and the person may publish, it is published anew for
    the same time (unless `publish` is false); what is being worked on stays a draft. Raises as
    `editing.save` and `publishing.publish` do, and leaves nothing half done then.
    """
    editing.lock(entry)
    head = revisions.get_head(entry)
    shown = newest_shown(entry, now)
    follows = publish and shown is not None and shown.revision_id == head.id
    follows = follows and bool(ownership.may(by, Permission.PUBLISH_ANY, entry))
    content = change(revisions.keep_existing(Snapshot.of(head)))
    with db.session().begin_nested():
        saved = editing.save(entry, content, by=by, now=now, based_on=based_on or head.id)
        if saved.id == head.id or shown is None or not follows:
            return False
        publishing.publish(entry, by=by, now=now, at=shown.from_at, until=shown.until_at)
    return True


def newest_shown(entry: Entry, now: datetime) -> Interval | None:
    """What is live now, or will be last of all; None when nothing is to be seen."""
    return max(intervals.not_ended(entry, now), key=lambda each: each.from_at, default=None)
