"""What of the site as a whole is worth a second look: few questions, each answered by an index."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from cms import db
from cms.content import intervals
from cms.content.models import Entry, EntryTerm, Term
from cms.site import menus, settings

MOST_NAMED = 20  # categories


@dataclass(frozen=True, slots=True)
class SiteFinding:
    """Something of the site, by its code, with what it is about: ids and names."""

    code: str
    subjects: tuple[tuple[str, str], ...] = ()


def look(*, now: datetime) -> list[SiteFinding]:
    """Everything of the site that is worth a second look."""
    site = settings.load()
    found = []
    if not site.tagline and not site.description:
        found.append(SiteFinding("undescribed"))
    if not site.search_engines and site.access == "public":
        found.append(SiteFinding("unfound"))
    if site.front == "page" and not _is_live(site.front_page, now):
        found.append(SiteFinding("front-hidden"))
    if menus.find_menu("main") is None:
        found.append(SiteFinding("menu-missing"))
    if empty := _empty_categories():
        found.append(SiteFinding("categories-empty", empty))
    return found


def _is_live(entry_id: str | None, now: datetime) -> bool:
    entry = db.session().get(Entry, entry_id) if entry_id else None
    return entry is not None and intervals.find_live(entry, now=now) is not None


def _empty_categories() -> tuple[tuple[str, str], ...]:
    """Categories that nothing carries and below which no other stands."""
    below = sa.orm.aliased(Term)
    query = (
        sa.select(Term.id, Term.name)
        .where(Term.taxonomy == "category", Term.internal.is_(False))
        .where(~sa.exists().where(EntryTerm.term_id == Term.id))
        .where(~sa.exists().where(below.parent_id == Term.id))
        .order_by(Term.name_key, Term.id)
    )
    return tuple((row.id, row.name) for row in db.session().execute(query.limit(MOST_NAMED)))
