"""What leads to things that are gone, beside texts: menus, the front page, redirects."""

from typing import NamedTuple

import sqlalchemy as sa

from cms import db
from cms.addresses.models import Address, RedirectPattern
from cms.content.models import Entry, Profile, Term
from cms.content.uses import Place
from cms.site import settings
from cms.site.models import Menu, MenuItem

MODELS = (("entry", Entry), ("term", Term), ("profile", Profile))


class LooseEnd(NamedTuple):
    """A place, by its name, that leads to a thing which is not there."""

    place: Place
    name: str
    kind: str
    target_id: str


def find() -> list[LooseEnd]:
    """Lines of menus, and the page to show first; what only lies in the trash is there."""
    return [*_in_menus(), *_in_settings()]


def in_redirects() -> list[LooseEnd]:
    """Redirects made by hand, and patterns, that lead by identity to what is not there."""
    found: list[LooseEnd] = []
    for kind, model in MODELS:
        lines = (
            sa.select(Address.path, Address.target_id)
            .outerjoin(model, model.id == Address.target_id)
            .where(Address.state == "former", Address.by_hand == sa.true())
            .where(Address.target_kind == kind, model.id.is_(None))
            .order_by(Address.path)
        )
        ways = (
            sa.select(RedirectPattern.source, RedirectPattern.target_id)
            .outerjoin(model, model.id == RedirectPattern.target_id)
            .where(RedirectPattern.target_kind == kind, model.id.is_(None))
            .order_by(RedirectPattern.position)
        )
        for query in (lines, ways):
            rows = db.session().execute(query)
            found += [LooseEnd("redirect", row[0], kind, str(row[1])) for row in rows]
    return found


def _in_menus() -> list[LooseEnd]:
    found = []
    for kind, model in MODELS:
        query = (
            sa.select(Menu.name, MenuItem.target_id)
            .join(MenuItem, MenuItem.menu_id == Menu.id)
            .outerjoin(model, model.id == MenuItem.target_id)
            .where(MenuItem.target_kind == kind, model.id.is_(None))
            .order_by(Menu.name, MenuItem.position)
        )
        rows = db.session().execute(query)
        found += [LooseEnd("menu", row[0], kind, str(row[1])) for row in rows]
    return found


def _in_settings() -> list[LooseEnd]:
    page = settings.load().front_page
    if page is None or db.session().get(Entry, page) is not None:
        return []
    return [LooseEnd("front", str(settings.LABELS["front_page"]), "entry", page)]
