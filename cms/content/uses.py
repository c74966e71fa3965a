"""Where a thing is used: in texts and typed fields, in menus, redirects, as the front page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from cms import db
from cms.addresses import redirects
from cms.content.models import Entry, Publication, Reference, Revision
from cms.i18n import gettext as _
from cms.site import settings
from cms.site.models import Menu, MenuItem

Place = Literal["text", "field", "menu", "front", "redirect"]


@dataclass(frozen=True, slots=True)
class Use:
    """One place where a thing is used; an entry by its id, or a menu or redirect by its name."""

    place: Place
    title: str
    entry_id: str | None = None
    is_trashed: bool = False
    # Visitors see it so, will see it, or would again; the newest revision does not say it.
    only_public: bool = False


def list_uses(
    kind: str, ids: Collection[str], *, now: datetime, trashed: bool = False
) -> tuple[Use, ...]:
    """Every use of these things by others than themselves, those of entries by title.

    What lies in the trash counts when it is asked for: it may come back.
    """
    if not ids:
        return ()
    found = {
        *_in_entries(kind, ids, now, trashed),
        *_in_menus(kind, ids),
        *_in_redirects(kind, ids),
        *_in_front(kind, ids),
    }
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
    """By the newest revision of an entry, and by what visitors see, will see or would again."""
    named = (Reference.target_kind == kind, Reference.target_id.in_(ids), Entry.id.not_in(ids))
    columns = (Entry.id, Entry.trashed_at, Reference.place)
    written = (
        sa.select(*columns, Revision.title)
        .join(Reference, Reference.revision_id == Entry.head_id)
        .join(Revision, Revision.id == Entry.head_id)
    )
    shown = (
        sa.select(*columns, Publication.title)
        .join(Publication, Publication.entry_id == Entry.id)
        .join(Reference, Reference.revision_id == Publication.revision_id)
        .where(
            sa.or_(
                Publication.until_at.is_(None),
                Publication.until_at > now,
                # Restoring shows again what trashing ended.
                Publication.until_at >= Entry.trashed_at,
            )
        )
    )
    found: dict[tuple[str, Place], Use] = {}
    for query, is_shown in ((written, False), (shown, True)):
        asked = query.where(*named)
        if not trashed:
            asked = asked.where(Entry.trashed_at.is_(None))
        for entry_id, trashed_at, place, title in db.session().execute(asked):
            where: Place = "field" if place.startswith("fields") else "text"
            found.setdefault(
                (entry_id, where),
                Use(where, title or _("Untitled"), entry_id, trashed_at is not None, is_shown),
            )
    return set(found.values())


def _in_menus(kind: str, ids: Collection[str]) -> set[Use]:
    query = sa.select(Menu.name).join(MenuItem, MenuItem.menu_id == Menu.id)
    query = query.where(MenuItem.target_kind == kind, MenuItem.target_id.in_(ids))
    return {Use("menu", name) for name in db.session().scalars(query)}


def _in_redirects(kind: str, ids: Collection[str]) -> set[Use]:
    rows = redirects.list_leading_to(kind, ids)
    return {Use("redirect", redirects.source_of(row)) for row in rows}


def _in_front(kind: str, ids: Collection[str]) -> set[Use]:
    site = settings.load()
    if kind == "entry" and site.front == "page" and site.front_page in ids:
        return {Use("front", _("The front page"))}
    return set()
