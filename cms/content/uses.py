"""Where a thing is used: in texts and typed fields, in menus, as the front page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from cms import db
from cms.content.models import Entry, Publication, Reference, Revision
from cms.i18n import gettext as _
from cms.site import settings
from cms.site.models import Menu, MenuItem

Place = Literal["text", "field", "menu", "front"]


@dataclass(frozen=True, slots=True)
class Use:
    """One place where a thing is used; an entry by its id, or a menu by its name."""

    place: Place
    title: str
    entry_id: str | None = None
    is_trashed: bool = False


def list_uses(
    kind: str, ids: Collection[str], *, now: datetime, trashed: bool = False
) -> tuple[Use, ...]:
    """Every use of these things by others than themselves, those of entries by title.

    What lies in the trash counts when it is asked for: it may come back.
    """
    if not ids:
        return ()
    found = {*_in_entries(kind, ids, now, trashed), *_in_menus(kind, ids), *_in_front(kind, ids)}
    return tuple(sorted(found, key=lambda use: (use.entry_id is None, use.title, use.place)))


def list_entries(kind: str, ids: Collection[str], *, now: datetime) -> Sequence[Entry]:
    """The entries that use these things, in the order of their ids, those in the trash too."""
    wanted = {str(use.entry_id) for use in _in_entries(kind, ids, now, True)}
    if not wanted:
        return ()
    return (
        db.session().scalars(sa.select(Entry).where(Entry.id.in_(wanted)).order_by(Entry.id)).all()
    )


def _in_entries(kind: str, ids: Collection[str], now: datetime, trashed: bool) -> set[Use]:
    """By the newest revision of an entry, and by what visitors see or will see of it."""
    columns = (Entry.id, Entry.trashed_at, Reference.place, Revision.title)
    written = sa.select(*columns).join(Reference, Reference.revision_id == Entry.head_id)
    shown = sa.select(*columns).join(Publication, Publication.entry_id == Entry.id)
    shown = shown.join(Reference, Reference.revision_id == Publication.revision_id).where(
        sa.or_(Publication.until_at.is_(None), Publication.until_at > now)
    )
    found: set[Use] = set()
    for query in (written, shown):
        asked = query.join(Revision, Revision.id == Entry.head_id).where(
            Reference.target_kind == kind, Reference.target_id.in_(ids), Entry.id.not_in(ids)
        )
        if not trashed:
            asked = asked.where(Entry.trashed_at.is_(None))
        for entry_id, trashed_at, place, title in db.session().execute(asked):
            where: Place = "field" if place.startswith("fields") else "text"
            found.add(Use(where, title or _("Untitled"), entry_id, trashed_at is not None))
    return found


def _in_menus(kind: str, ids: Collection[str]) -> set[Use]:
    query = sa.select(Menu.name).join(MenuItem, MenuItem.menu_id == Menu.id)
    query = query.where(MenuItem.target_kind == kind, MenuItem.target_id.in_(ids))
    return {Use("menu", name) for name in db.session().scalars(query)}


def _in_front(kind: str, ids: Collection[str]) -> set[Use]:
    site = settings.load()
    if kind == "entry" and site.front == "page" and site.front_page in ids:
        return {Use("front", _("The front page"))}
    return set()
