"""Working copies: what a person has typed in a tab and not saved."""

from datetime import datetime

import sqlalchemy as sa

from cms import db
from cms.accounts.permissions import Permission, Person
from cms.content import ownership, snapshot
from cms.content.models import Entry, WorkingCopy
from cms.content.snapshot import Snapshot


def keep(
    entry: Entry,
    content: Snapshot,
    *,
    by: Person,
    now: datetime,
    base_id: str | None,
    tab: str = "",
) -> WorkingCopy:
    """Keep what a person has typed but not saved; replaces what the same tab kept before."""
    ownership.ensure_may(by, Permission.EDIT_ANY, entry)
    snapshot.ensure_storable(content)
    copy = find(entry, by=by, tab=tab)
    if copy is None:
        copy = WorkingCopy(entry_id=entry.id, account_id=by.id, tab=tab)
        db.session().add(copy)
    copy.base_id, copy.content, copy.updated_at = base_id, content.as_json(), now
    copy.counter = (copy.counter or 0) + 1
    db.session().flush()
    return copy


def find(entry: Entry, *, by: Person, tab: str = "") -> WorkingCopy | None:
    """What this person has typed in this tab and not saved."""
    query = sa.select(WorkingCopy).where(
        WorkingCopy.entry_id == entry.id,
        WorkingCopy.account_id == by.id,
        WorkingCopy.tab == tab,
    )
    return db.session().scalars(query).one_or_none()


def discard(entry: Entry, *, by: Person) -> None:
    """Forget what this person typed, once it is saved."""
    query = sa.delete(WorkingCopy).where(
        WorkingCopy.entry_id == entry.id, WorkingCopy.account_id == by.id
    )
    db.session().execute(query)
