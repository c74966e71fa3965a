"""Menus: lines that lead to what the site holds by identity, or to any address."""

import dataclasses
import hashlib
from collections.abc import Sequence
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms import db, i18n
from cms.accounts.permissions import Permission
from cms.admin import menu_form, menu_targets, notes
from cms.admin.door import blueprint
from cms.admin.menu_form import MenuForm
from cms.errors import Conflict, NotFound, Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.site import menus
from cms.site.models import MenuItem
from cms.themes import locales
from cms.web import display, gate, theming, urls
from cms.web.forms import choices

SHOWN_LINES = 4


@blueprint.get("/menus/", endpoint="menus_index")
@gate.requires(Permission.MANAGE_MENUS)
def index() -> str:
    """The places that the theme has for menus, and the menus that are made."""
    made = {menu.place: menu for menu in menus.list_menus()}
    labels = _places()
    rows = []
    for place in dict.fromkeys([*labels, *made]):
        menu = made.get(place)
        items = menus.list_items(menu) if menu else ()
        rows.append(
            {
                "name": menu.name if menu else labels.get(place, place),
                "place_label": labels.get(place, ""),
                "is_made": menu is not None,
                "href": url_for("admin.menus_edit", place=place),
                "count": len(items),
                "lines": _labels(items[:SHOWN_LINES]),
            }
        )
    return render_template("admin/menus/index.html", menus=rows)


@blueprint.get("/menus/<place>", endpoint="menus_edit")
@gate.requires(Permission.MANAGE_MENUS)
def edit(place: str) -> str:
    """A menu with its lines, and what can be added."""
    _ensure_place(place)
    menu = menus.find_menu(place)
    data = {
        "name": menu.name if menu else _places().get(place, place),
        "place": place,
        "lines": menu_form.data_of(menu_form.lines_of(_items(place))),
        "seen": _state(place),
    }
    return _page(_with_places(MenuForm(formdata=None, data=data), place), place)


@blueprint.post("/menus/<place>", endpoint="menus_update")
@gate.requires(Permission.MANAGE_MENUS)
def update(place: str) -> ResponseReturnValue:
    """Keep the lines in their order; or only find and add some, which keeps nothing yet."""
    _ensure_place(place)
    menus.lock_menu(place)
    form = _with_places(MenuForm(), place)
    form.validate()
    menu_form.ensure_targets(form, _items(place))
    if _is_only_looked_for(form):
        return _page(form, place, unsaved=True), 422 if form.errors else 200
    if form.ok and form.seen.data != _state(place) and not _stands(place, form):
        form.seen.data = _state(place)
        form.show(Rejected(_("Someone changed this menu meanwhile. Save again to replace it.")))
        return _page(form, place, unsaved=True), 409
    if form.ok:
        try:
            _save(place, form)
        except (Rejected, Conflict) as refusal:
            form.show(refusal if isinstance(refusal, Rejected) else Rejected(refusal.message))
    if not form.ok:
        db.session().rollback()
        return _page(form, place, unsaved=True), 422
    db.commit()
    notes.leave(_("Saved. Visitors see it at once."), recording.latest())
    return urls.see_other("admin.menus_edit", place=form.place.data)


@blueprint.post("/menus/<place>/deletion", endpoint="menus_delete")
@gate.requires(Permission.MANAGE_MENUS)
def destroy(place: str) -> ResponseReturnValue:
    """Take the menu of a place away; what it led to stays."""
    menu = menus.find_menu(place)
    if menu is None:
        raise NotFound
    menus.delete_menu(menu, by=gate.signed_in_person(), now=gate.now())
    db.commit()
    notes.leave(_("Deleted the menu “{name}”.", name=menu.name), recording.latest())
    return urls.see_other("admin.menus_index")


def _save(place: str, form: MenuForm) -> None:
    """Save and move in one act."""
    by, now = gate.signed_in_person(), gate.now()
    name = form.name.data or ""
    with menus.acting(name, by=by, now=now):
        menu = menus.save_menu(place, name, menu_form.read_lines(form), by=by, now=now)
        menus.move_menu(menu, form.place.data or place, by=by, now=now)


def _is_only_looked_for(form: MenuForm) -> bool:
    """Whether a button beside the lines was pressed, or Enter in the search field."""
    wanted = request.form.get("add", "")
    if wanted:
        menu_form.add(form, wanted)
    typed = form.words.data or ""
    looks = request.form.get("then") == "find" or (
        request.form.get("then") == "enter" and typed != (form.found.data or "")
    )
    form.found.data = typed
    return bool(wanted) or looks


def _items(place: str) -> Sequence[MenuItem]:
    menu = menus.find_menu(place)
    return menus.list_items(menu) if menu else ()


def _state(place: str) -> str:
    """A word that changes whenever the menu does."""
    menu = menus.find_menu(place)
    lines = [dataclasses.astuple(line) for line in menu_form.lines_of(_items(place))]
    return hashlib.sha256(repr((menu.name if menu else "", lines)).encode()).hexdigest()[:16]


def _stands(place: str, form: MenuForm) -> bool:
    """Whether the menu holds already what the form says, as when it is sent twice."""
    wanted = [dataclasses.replace(line, id=None) for line in menu_form.read_lines(form)]
    present = menu_form.lines_of(_items(place))
    return wanted == [dataclasses.replace(line, id=None) for line in present]


def _page(form: MenuForm, place: str, *, unsaved: bool = False) -> str:
    heading = form.name.data or place
    back = url_for("admin.menus_index")
    is_made = menus.find_menu(place) is not None
    words = form.words.data or ""
    return render_template(
        "admin/menus/form.html",
        heading=heading,
        crumbs=[{"label": _("Menus"), "href": back}, {"label": heading, "href": ""}],
        back_href=back,
        form=form,
        lines=menu_form.tree(form),
        max_depth=menus.MAX_DEPTH,
        targets=menu_targets.find(words),
        is_shown=place in _places(),
        unsaved=unsaved,
        delete_action=url_for("admin.menus_delete", place=place) if is_made else None,
    )


def _with_places(form: MenuForm, place: str) -> MenuForm:
    places = _places()
    kept = [] if place in places else [(place, _("Nowhere in this theme"))]
    form.place.choices = choices([*places.items(), *kept])
    if form.place.data is None:
        form.place.data = place
    return form


def _labels(items: Sequence[MenuItem]) -> list[dict[str, Any]]:
    values = [menu_targets.value_of(item.target_kind, item.target_id) for item in items]
    targets = menu_targets.describe(values)
    return [
        {"label": item.label or targets[value].label, "is_shown": targets[value].is_shown}
        for item, value in zip(items, values, strict=True)
    ]


def _places() -> dict[str, str]:
    """The places that the theme has for menus, with their names in the person's language."""
    theme_id = display.site().theme
    theme = theming.find_theme(theme_id)
    places = theming.menu_places(theme_id)
    if theme is None:
        return dict(places)
    language = i18n.current_language()
    return {place: locales.label(theme, language, words) for place, words in places.items()}


def _ensure_place(place: str) -> None:
    if place not in theming.menu_places(display.site().theme) and menus.find_menu(place) is None:
        raise NotFound
