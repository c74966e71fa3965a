"""Erasing: an entry goes with all that hangs on it, as if it had never been written.

Unlike deleting for good it leaves the revisions, so undoing the act brings the very same rows back;
and unlike the trash it leaves nothing in sight, and its addresses are free.
"""

import sqlalchemy as sa

from cms import db
from cms.accounts.permissions import Permission, Person
from cms.addresses import book
from cms.content import editing, intervals, ownership, publications
from cms.content.models import (
    Entry,
    EntryByline,
    EntryTerm,
    IgnoredCheck,
    ReviewRequest,
    WorkingCopy,
)
from cms.errors import Rejected
from cms.i18n import gettext as _


def erase(entry: Entry, *, by: Person) -> None:
    """Strike out an entry to which nothing leads any more; part of an act.

    Raises NotAllowed, and Rejected while something stands below it.
    """
    editing.lock(entry)
    ownership.ensure_may(by, Permission.TRASH_ANY, entry)
    below = sa.select(Entry.id).where(Entry.parent_id == entry.id).limit(1)
    if db.session().execute(below).first() is not None:
        raise Rejected(_("Something stands below this page. Move that first."))
    for publication in intervals.list_all(entry):
        publications.remove(publication)
    for line in book.list_for("entry", entry.id):
        db.session().delete(line)
    for model in (EntryTerm, EntryByline, ReviewRequest, IgnoredCheck):
        for row in db.session().scalars(sa.select(model).where(model.entry_id == entry.id)):
            db.session().delete(row)
    db.session().execute(sa.delete(WorkingCopy).where(WorkingCopy.entry_id == entry.id))
    db.session().flush()
    db.session().delete(entry)
    db.session().flush()
