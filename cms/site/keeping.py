"""How settings, menus and addresses are put back when an act is undone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cms import db
from cms.accounts.permissions import Permission, Person, ensure_may
from cms.addresses import book, paths, patterns, targets, turns
from cms.addresses.models import Address, RedirectPattern
from cms.errors import Rejected
from cms.history import obstacles, restoring
from cms.history.restoring import Obstacle, Plan, Standing
from cms.history.steps import Net
from cms.i18n import gettext as _
from cms.site import settings
from cms.site.models import Menu


class Settings(restoring.Keeper):
    """Settings must still make sense together."""

    tables = ("setting",)

    def ensure_may(self, plan: Plan, by: Person) -> None:
        """Whoever may change settings may put them back."""
        ensure_may(by, Permission.MANAGE_SETTINGS)

    def find_obstacles(self, plan: Plan, *, now: datetime) -> Iterable[Obstacle | Standing]:
        """What a later release refuses, or what the front page needs and is gone."""
        present = settings.load()
        back: dict[str, Any] = {}
        for net in plan.of("setting"):
            key, _slash, locale = net.row_id.rpartition("/")
            if not locale and hasattr(settings.DEFAULTS, key):
                value = net.before["value"] if net.before else getattr(settings.DEFAULTS, key)
                back[key] = tuple(value) if isinstance(value, list) else value
        page = back.get("front_page")
        if page is not None and not obstacles.is_there("entry", page):
            yield obstacles.missing("entry", page)
        try:
            settings.ensure_valid(replace(present, **back))
        except Rejected as refusal:
            yield Obstacle(refusal.message)


class Menus(restoring.Keeper):
    """A menu that is undone is held, so that nobody saves it meanwhile."""

    tables = ("menu", "menu_item")

    def ensure_may(self, plan: Plan, by: Person) -> None:
        """Whoever may change menus may put them back."""
        ensure_may(by, Permission.MANAGE_MENUS)

    def hold(self, plan: Plan) -> None:
        """The menus, before their lines."""
        ids = {net.row_id for net in plan.of("menu")}
        ids |= {str(net.value("menu_id")) for net in plan.of("menu_item") if net.value("menu_id")}
        query = sa.select(Menu).where(Menu.id.in_(ids)).order_by(Menu.id).with_for_update()
        db.session().scalars(query.execution_options(populate_existing=True)).all()


class Addresses(restoring.Keeper):
    """Addresses go along with what stands there; redirects stand for themselves."""

    tables = ("address", "redirect_pattern")

    def find_obstacles(self, plan: Plan, *, now: datetime) -> Iterable[Obstacle | Standing]:
        """Redirects by hand to what is gone (a former path of it may well stay one), or round.

        Neither may one come back beside what stands at its path by now.
        """
        yield from _round(plan)
        yield from _beside(plan)
        for net in plan.of(*self.tables):
            if net.is_insert or not (net.is_delete or net.columns & {"target_id", "by_hand"}):
                continue
            model = Address if net.table == "address" else RedirectPattern
            row = db.session().get(model, net.row_id)
            by_hand, kind, target_id = (
                plan.value(net.table, net.row_id, name, getattr(row, name, None))
                for name in ("by_hand", "target_kind", "target_id")
            )
            if model is Address and not by_hand:
                continue
            if target_id is None or plan.brings_back(kind, target_id):
                continue
            if not obstacles.is_there(kind, target_id):
                yield obstacles.missing(kind, target_id)

    def hold(self, plan: Plan) -> None:
        """Nobody changes redirects meanwhile."""
        if any(net.table != "address" or _is_by_hand(net) for net in plan.of(*self.tables)):
            turns.take()

    def ensure_may(self, plan: Plan, by: Person) -> None:
        """Redirects need their own permission; the rest what its entry or term needs."""
        nets = list(plan.of(*self.tables))
        alone = len(nets) == len(plan.nets)
        if alone or any(net.table != "address" or _is_by_hand(net) for net in nets):
            ensure_may(by, Permission.MANAGE_REDIRECTS)


@dataclass(frozen=True, eq=False)
class _Way:
    position: int
    id: str
    source: str
    location: str | None


def _round(plan: Plan) -> Iterator[Obstacle]:
    """Patterns that would lead back to themselves."""
    if not any(plan.of("redirect_pattern")):
        return
    rows = {row.id: row for row in book.list_patterns()}
    gone = {each for each in rows if plan.deletes("redirect_pattern", each)}
    back = {net.row_id for net in plan.of("redirect_pattern") if net.is_delete}

    def value(row_id: str, name: str) -> Any:
        return plan.value("redirect_pattern", row_id, name, getattr(rows.get(row_id), name, None))

    ways = sorted(
        (
            _Way(value(each, "position"), each, value(each, "source"), value(each, "location"))
            for each in (rows.keys() | back) - gone
        ),
        key=lambda way: (way.position, way.id),
    )
    if any(patterns.has_circle(ways, way) for way in ways):
        yield Obstacle(_("Redirects would lead back to themselves."))


def _beside(plan: Plan) -> Iterator[Standing]:
    """What stands at the other form of a path by now, or at the list or entry that it is of."""
    for net in plan.of("address"):
        path = (net.before or {}).get("path")
        if path is None:
            continue
        line = book.find(paths.other_slash(path))
        if line is None or line.path == path:
            split = targets.split_form(path) if _is_by_hand(net) else None
            line = book.find(split[0]) if split is not None else None
            line = line if line is not None and line.state != "former" else None
        if line is not None and ("address", line.id) not in plan.nets:
            yield Standing("address", line.id, frozenset(("path", "state")))


def _is_by_hand(net: Net) -> bool:
    return any(
        values.get("by_hand") or values.get("target_kind") == "redirect"
        for values in (net.before or {}, net.after or {})
    )


for _keeper in (Settings(), Menus(), Addresses()):
    restoring.register(_keeper)
restoring.point("menu_item", "target_id", "entry", "term", "profile", kind_column="target_kind")
