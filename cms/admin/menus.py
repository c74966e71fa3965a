"""Menus: lines that lead to entries, terms and profiles by identity, or to any address."""

import dataclasses
import hashlib
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import (
    BooleanField,
    Form,
    FormField,
    HiddenField,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length

from cms import db, i18n
from cms.accounts.permissions import Permission
from cms.admin import notes
from cms.admin.door import blueprint
from cms.content import listing, profiles, terms, types
from cms.errors import NotFound, Rejected
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.site import menus
from cms.themes import locales
from cms.web import display, gate, theming, urls
from cms.web.forms import CarafeForm, FieldList, choices, gather_errors

MAX_TARGETS = 500  # entries of a type that a menu's line can choose from
SHOWN_LINES = 4
MAX_DIGITS = 6  # of a position


class LineForm(Form):
    """One line of a menu."""

    words = ""  # what the line says when its label is left empty

    id = HiddenField()
    label = StringField(__("Label"), [Length(max=200)])
    target = SelectField(__("Leads to"), validate_choice=False)
    url = StringField(__("Address"), [Length(max=2000)])
    depth = SelectField(__("Level"), choices=choices([("0", "1"), ("1", "2"), ("2", "3")]))
    position = SelectField(__("Position"), validate_choice=False)
    new_window = BooleanField(__("In a new window"))
    remove = BooleanField(__("Remove"))


class MenuForm(CarafeForm):
    """A menu with its lines."""

    # Which state of the menu the form shows, so that nobody's changes are replaced unseen.
    seen = HiddenField()
    name = StringField(__("Name"), [InputRequired(__("Give it a name.")), Length(max=120)])
    lines = FieldList(FormField(LineForm, __("Line")), __("Lines"), max_entries=menus.MAX_ITEMS)


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
                "place_label": labels.get(place, _("No place in this theme")),
                "href": url_for("admin.menus_edit", place=place),
                "count": len(items),
                "lines": _labels(items[:SHOWN_LINES]),
            }
        )
    return render_template("admin/menus/index.html", menus=rows, new_href=None)


@blueprint.get("/menus/<place>", endpoint="menus_edit")
@gate.requires(Permission.MANAGE_MENUS)
def edit(place: str) -> str:
    """A menu with its lines, and an empty one to fill in."""
    _ensure_place(place)
    menu = menus.find_menu(place)
    lines: list[dict[str, Any]] = [
        {
            "id": line.id,
            "label": line.label,
            "target": _target(line.target_kind, line.target_id),
            "url": line.url or "",
            "depth": str(line.depth),
            "position": str(number),
            "new_window": line.new_window,
        }
        for number, line in enumerate(_kept_lines(place), start=1)
    ]
    if not lines or request.args.get("line"):
        lines.append(_empty_line(len(lines) + 1))
    name = menu.name if menu else _places().get(place, place)
    data = {"name": name, "lines": lines, "seen": _state(place)}
    return _page(MenuForm(formdata=None, data=data), place)


@blueprint.post("/menus/<place>", endpoint="menus_update")
@gate.requires(Permission.MANAGE_MENUS)
def update(place: str) -> ResponseReturnValue:
    """Keep the lines in the order of their positions."""
    _ensure_place(place)
    form = _sent(place)
    if form.ok and form.seen.data != _state(place) and not _stands(place, form):
        form.seen.data = _state(place)
        form.show(Rejected(_("Someone changed this menu meanwhile. Save again to replace it.")))
        return _page(form, place), 409
    if form.ok:
        try:
            menus.save_menu(
                place,
                form.name.data or "",
                _lines(form),
                by=gate.signed_in_person(),
                now=gate.now(),
            )
        except Rejected as refusal:
            form.show(refusal)
    if not form.ok:
        return _page(form, place), 422
    db.commit()
    more = request.form.get("then") == "line"
    notes.leave(_("Saved."))
    return urls.see_other("admin.menus_edit", place=place, line=1 if more else None)


def _sent(place: str) -> MenuForm:
    """The form as it was sent; a line leads to something that is there, or where it led before."""
    form = MenuForm.from_request()
    menu = menus.find_menu(place)
    before = (
        {_target(each.target_kind, each.target_id) for each in menus.list_items(menu)}
        if menu
        else set()
    )
    known = before | {value for pairs in _targets().values() for value, _label in pairs}
    for line in form.lines:
        if line.form.target.data and line.form.target.data not in known:
            line.form.target.errors = [_("Choose what this line leads to.")]
    gather_errors(form)
    return form


def _state(place: str) -> str:
    """A word that changes whenever the menu does."""
    menu = menus.find_menu(place)
    lines = [dataclasses.astuple(line) for line in _kept_lines(place)]
    return hashlib.sha256(repr((menu.name if menu else "", lines)).encode()).hexdigest()[:16]


def _stands(place: str, form: MenuForm) -> bool:
    """Whether the menu holds already what the form says, as when it is sent twice."""
    wanted = [dataclasses.replace(line, id=None) for line in _lines(form)]
    return wanted == [dataclasses.replace(line, id=None) for line in _kept_lines(place)]


def _kept_lines(place: str) -> list[menus.Line]:
    menu = menus.find_menu(place)
    items = menus.list_items(menu) if menu else ()
    depths = menus.depths(items)
    return [
        menus.Line(
            id=item.id,
            label=item.label,
            target_kind=item.target_kind,
            target_id=item.target_id,
            url=item.url,
            new_window=item.new_window,
            depth=depths[item.id],
        )
        for item in items
    ]


def _lines(form: MenuForm) -> list[menus.Line]:
    kept = [line.form for line in form.lines if not line.form.remove.data and _is_filled(line.form)]
    kept.sort(key=lambda line: int(line.position.data or 0) if _is_number(line) else 0)
    found = []
    for line in kept:
        kind, _colon, target_id = (line.target.data or "url").partition(":")
        found.append(
            menus.Line(
                id=line.id.data or None,
                label=(line.label.data or "").strip(),
                target_kind=kind,
                target_id=target_id or None,
                url=(line.url.data or "").strip() if kind == "url" else None,
                new_window=bool(line.new_window.data),
                depth=int(line.depth.data or 0),
            )
        )
    return found


def _is_filled(line: LineForm) -> bool:
    return bool(line.label.data or line.url.data or (line.target.data or "url") != "url")


def _is_number(line: LineForm) -> bool:
    typed = str(line.position.data or "")
    return typed.isdecimal() and len(typed) <= MAX_DIGITS


def _page(form: MenuForm, place: str) -> str:
    groups = _targets()
    targets = [choice for name, pairs in groups.items() for choice in choices(pairs, group=name)]
    named = {choice.value: choice.label for choice in targets}
    positions = choices((str(n), str(n)) for n in range(1, len(form.lines) + 1))
    for line in form.lines:
        present = line.form.target.data
        is_gone = present and present not in {choice.value for choice in targets}
        gone = choices([(present, _("(gone)"))]) if is_gone else []
        line.form.target.choices = [*gone, *targets]
        line.form.position.choices = positions
        line.form.words = named.get(present, "") if present != "url" else ""
    heading = form.name.data or place
    back = url_for("admin.menus_index")
    return render_template(
        "admin/menus/form.html",
        heading=heading,
        crumbs=[{"label": _("Menus"), "href": back}, {"label": heading, "href": ""}],
        back_href=back,
        form=form,
    )


def _targets() -> dict[str, list[tuple[str, str]]]:
    """Everything of the site that a line can lead to, by kind."""
    now = gate.now()
    found: dict[str, list[tuple[str, str]]] = {_("Elsewhere"): [("url", _("An address"))]}
    for kind in types.list_types():
        if kind.public:
            wanted = listing.Filter(type=kind.name)
            lines = listing.list_entries(wanted, now=now, limit=MAX_TARGETS)
            if lines:
                found[str(kind.plural)] = [
                    (f"entry:{line.id}", line.title or _("Untitled")) for line in lines
                ]
    for taxonomy in types.list_taxonomies():
        rows = [row for row in terms.list_terms(taxonomy.name) if not row.internal]
        if rows:
            found[str(taxonomy.plural)] = [(f"term:{row.id}", row.name) for row in rows]
    people = profiles.list_profiles()
    if people:
        found[_("Authors")] = [(f"profile:{row.id}", row.name) for row in people]
    return found


def _target(kind: str, target_id: str | None) -> str:
    return "url" if kind == "url" else f"{kind}:{target_id}"


def _empty_line(position: int) -> dict[str, Any]:
    return {"depth": "0", "position": str(position), "target": "url"}


def _labels(items: Any) -> list[str]:
    named = dict(pair for group in _targets().values() for pair in group)
    return [
        item.label or named.get(_target(item.target_kind, item.target_id), item.url or _("(gone)"))
        for item in items
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
