"""Which entries a person may know of: those that they may edit, and what can be read on the site.

Who edits only their own entries learns nothing of others' drafts, wherever titles stand to choose.
"""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from cms import db
from cms.accounts import permissions
from cms.accounts.permissions import Permission, Person
from cms.content import intervals, ownership
from cms.content.listing import Line
from cms.content.models import Entry, Profile


def knows(person: Person | None, entry: Entry, *, now: datetime) -> bool:
    """Whether the person may learn that this entry is there, and how it is called."""
    if ownership.may(person, Permission.EDIT_ANY, entry):
        return True
    return intervals.find_live(entry, now=now) is not None


def known(person: Person, lines: Iterable[Line]) -> list[Line]:
    """Those of these lines that the person may know of; one query at most."""
    found = list(lines)
    if permissions.may(person, Permission.EDIT_ANY):
        return found
    own = set(db.session().scalars(sa.select(Profile.id).where(Profile.account_id == person.id)))
    return [
        line
        for line in found
        if line.state.is_live
        or line.created_by == person.id
        or any(each.id in own for each in line.bylines)
    ]
