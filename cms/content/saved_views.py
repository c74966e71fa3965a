"""Saved views: a list's filters, order and columns under a name, for oneself or for everyone."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from cms import db, ids, text
from cms.accounts import permissions
from cms.accounts.permissions import Permission, Person
from cms.content.models import SavedView
from cms.errors import NotFound, Rejected
from cms.history import recording
from cms.i18n import gettext as _

MAX_NAME = 120  # characters
MAX_QUERY = 2_000
MOST = 100  # views of one person in one list


def list_views(list_name: str, *, by: Person) -> Sequence[SavedView]:
    """The person's own views of a list and those that are for everyone, by name."""
    own = sa.or_(SavedView.account_id == by.id, SavedView.shared.is_(True))
    query = sa.select(SavedView).where(SavedView.list_name == list_name, own)
    return db.session().scalars(query.order_by(SavedView.name, SavedView.id)).all()


def get_view(view_id: str, *, by: Person) -> SavedView:
    """A view that the person may use; raises NotFound."""
    view = db.session().get(SavedView, view_id) if ids.is_id(view_id) else None
    if view is None or not (view.shared or view.account_id == by.id):
        raise _not_there()
    return view


def may_change(view: SavedView, person: Person) -> bool:
    """Whoever saved it, and for what is everyone's those who set up the site."""
    if view.account_id == person.id:
        return True
    return view.shared and bool(permissions.may(person, Permission.MANAGE_SETTINGS))


def save_view(
    list_name: str, name: str, query: str, *, shared: bool, by: Person, now: datetime
) -> SavedView:
    """Keep a list as it is narrowed now; raises Rejected, NotAllowed."""
    permissions.ensure_may(by, Permission.WRITE)
    name = _checked(name)
    if len(query) > MAX_QUERY:
        raise Rejected(_("So many filters do not fit into one view."), field="name")
    own = [view for view in list_views(list_name, by=by) if view.account_id == by.id]
    if len(own) >= MOST:
        raise Rejected(_("At most {most} views fit. Remove one first.", most=MOST), field="name")
    _ensure_free(own, name)
    with recording.act(_("Saved the view “{name}”", name=name), by=by, now=now):
        view = SavedView(
            id=ids.new_id(), list_name=list_name, account_id=by.id, name=name, query=query,
            shared=shared, created_at=now,
        )  # fmt: skip
        db.session().add(view)
        db.session().flush()
    return view


def update_view(view: SavedView, *, name: str, shared: bool, by: Person, now: datetime) -> None:
    """Rename a view, or say for whom it is; raises Rejected, NotAllowed, NotFound."""
    _ensure_may_change(view, by)
    name = _checked(name)
    own = list_views(view.list_name, by=by)
    _ensure_free([each for each in own if each.id != view.id and each.account_id == by.id], name)
    with recording.act(_("Changed the view “{name}”", name=view.name), by=by, now=now):
        view.name, view.shared = name, shared


def delete_view(view: SavedView, *, by: Person, now: datetime) -> None:
    """Forget a view; the list stays as it is. Raises NotAllowed, NotFound."""
    _ensure_may_change(view, by)
    with recording.act(_("Removed the view “{name}”", name=view.name), by=by, now=now):
        db.session().delete(view)
        db.session().flush()


def _not_there() -> NotFound:
    return NotFound(_("This view is not there."))


def _ensure_may_change(view: SavedView, person: Person) -> None:
    if not may_change(view, person):
        permissions.ensure_may(person, Permission.MANAGE_SETTINGS)
        # What someone keeps for themselves is nobody else's.
        raise _not_there()


def _checked(name: str) -> str:
    name = text.clean_line(name)
    if not name or len(name) > MAX_NAME or text.has_unstorable(name):
        words = _("Give a name of at most {most} letters.", most=MAX_NAME)
        raise Rejected(words, field="name")
    return name


def _ensure_free(views: Sequence[SavedView], name: str) -> None:
    if any(text.fold(view.name) == text.fold(name) for view in views):
        raise Rejected(_("You have a view of this name."), field="name")
