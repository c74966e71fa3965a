"""Working copies: what a person has typed in a tab and not saved.

Each page on which someone writes is a tab of its own, so what is typed in one never lies over what
was typed in another. A copy ends when its tab is saved; one that was left is offered again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from cms import db
from cms.accounts.permissions import Permission, Person
from cms.content import ownership, revisions, snapshot
from cms.content.models import Entry, Revision, WorkingCopy
from cms.content.snapshot import Snapshot
from cms.errors import NotFound
from cms.history import recording
from cms.i18n import gettext as _

BESIDE = "beside"  # what a form holds that no revision does: a place in the tree, a language


def keep(
    entry: Entry,
    content: Snapshot,
    *,
    by: Person,
    now: datetime,
    base_id: str | None,
    tab: str = "",
    beside: Mapping[str, str] | None = None,
) -> WorkingCopy:
    """Keep what a person has typed but not saved; replaces what the same tab kept before."""
    ownership.ensure_may(by, Permission.EDIT_ANY, entry)
    snapshot.ensure_storable(content)
    copy = find(entry, by=by, tab=tab)
    if copy is None:
        copy = WorkingCopy(entry_id=entry.id, account_id=by.id, tab=tab)
        db.session().add(copy)
    copy.base_id, copy.updated_at = base_id, now
    copy.content = {**content.as_json(), BESIDE: dict(beside or {})}
    copy.counter = (copy.counter or 0) + 1
    db.session().flush()
    return copy


def find(entry: Entry, *, by: Person, tab: str = "") -> WorkingCopy | None:
    """What this person has typed in this tab and not saved."""
    query = sa.select(WorkingCopy).where(*_of(entry, by), WorkingCopy.tab == tab)
    return db.session().scalars(query).one_or_none()


def find_left(entry: Entry, copy_id: str, *, by: Person) -> WorkingCopy | None:
    """One of a person's own copies of an entry, or None when it was saved or put aside."""
    query = sa.select(WorkingCopy).where(*_of(entry, by), WorkingCopy.id == copy_id)
    return db.session().scalars(query).one_or_none()


def get_left(entry: Entry, copy_id: str, *, by: Person) -> WorkingCopy:
    """The same, or NotFound."""
    copy = find_left(entry, copy_id, by=by)
    if copy is None:
        raise NotFound(_("This was saved or put aside meanwhile; look into the history."))
    return copy


def list_left(entry: Entry, *, by: Person) -> Sequence[WorkingCopy]:
    """What this person has typed here and not saved, the newest first.

    A copy that says what is saved already is left out.
    """
    query = sa.select(WorkingCopy).where(*_of(entry, by))
    newest = db.session().scalars(query.order_by(WorkingCopy.updated_at.desc())).all()
    saved = revisions.get_head(entry).content_hash if newest else ""
    return [copy for copy in newest if beside(copy) or content(copy).content_hash() != saved]


def content(copy: WorkingCopy) -> Snapshot:
    """The snapshot that was typed, without terms and names that are gone since."""
    return revisions.keep_existing(Snapshot.from_json(copy.content))


def beside(copy: WorkingCopy) -> dict[str, str]:
    """What was typed into inputs that no revision holds."""
    return {str(name): str(value) for name, value in copy.content.get(BESIDE, {}).items()}


def base(entry: Entry, copy: WorkingCopy) -> Revision:
    """The revision that it was typed into; the newest, should that one be gone."""
    try:
        return revisions.get_revision(entry, copy.base_id or "")
    except NotFound:
        return revisions.get_head(entry)


def put_aside(entry: Entry, copy: WorkingCopy, *, by: Person, now: datetime) -> Revision:
    """Go on without it; it stays in the history as a state beside the others."""
    ownership.ensure_may(by, Permission.EDIT_ANY, entry)
    title = revisions.get_head(entry).title or _("Untitled")
    with recording.act(_("Put aside what was typed in “{title}”", title=title), by=by, now=now):
        made = revisions.write_aside(
            entry, content(copy), base(entry, copy), by=by, now=now, note=_("Put aside, not saved")
        )
        db.session().delete(copy)
        db.session().flush()
    return made


def discard(entry: Entry, *, by: Person, tab: str = "") -> None:
    """Forget what this person typed in a tab, once it is saved."""
    query = sa.delete(WorkingCopy).where(*_of(entry, by), WorkingCopy.tab == tab)
    db.session().execute(query)


def _of(entry: Entry, by: Person) -> tuple[sa.ColumnElement[bool], ...]:
    return WorkingCopy.entry_id == entry.id, WorkingCopy.account_id == by.id
