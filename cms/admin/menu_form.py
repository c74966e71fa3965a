"""The form of a menu: what its lines say, and back into lines."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from wtforms import BooleanField, FormField, HiddenField, SelectField, StringField
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Length

from cms.admin import menu_targets
from cms.admin.menu_targets import Target
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.site import menus
from cms.site.models import MenuItem
from cms.web.forms import CarafeForm, FieldList, choices, gather_errors

MAX_DIGITS = 6  # of a position


class LineForm(PlainForm):
    """One line of a menu."""

    id = HiddenField()
    target = HiddenField(default=menu_targets.ELSEWHERE)
    label = StringField(__("Label"), [Length(max=menus.MAX_LABEL)])
    url = StringField(__("Address"), [Length(max=menus.MAX_URL)])
    depth = SelectField(__("Level"), choices=choices([("0", "1"), ("1", "2"), ("2", "3")]))
    position = SelectField(__("Position"), validate_choice=False)
    new_window = BooleanField(__("In a new tab"))
    remove = BooleanField(__("Remove"))


class MenuForm(CarafeForm):
    """A menu with its lines, and what is about to be added."""

    # Which state of the menu the form shows, so that nobody's changes are replaced unseen.
    seen = HiddenField()
    name = StringField(
        __("Name"),
        [InputRequired(__("Give it a name.")), Length(max=menus.MAX_NAME)],
        description=__("For the people who work here."),
    )
    place = SelectField(__("Where it is shown"))
    lines = FieldList(FormField(LineForm, __("Line")), __("Lines"), max_entries=menus.MAX_ITEMS)
    words = StringField(__("Find a page, post, tag or author"), [Length(max=200)])
    found = HiddenField()  # the words of the last search
    new_label = StringField(__("Label"), [Length(max=menus.MAX_LABEL)])
    new_url = StringField(
        __("Address"), [Length(max=menus.MAX_URL)], description=__("A web address, or a path.")
    )


@dataclass(slots=True)
class Node:
    """A line in the tree as the page shows it."""

    form: Any
    target: Target
    children: "list[Node]" = field(default_factory=list)


def lines_of(items: Sequence[MenuItem]) -> list[menus.Line]:
    """The lines that a menu holds."""
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


def data_of(lines: Sequence[menus.Line]) -> list[dict[str, Any]]:
    """Lines as the form takes them."""
    return [
        {
            "id": line.id,
            "label": line.label,
            "target": menu_targets.value_of(line.target_kind, line.target_id),
            "url": line.url or "",
            "depth": str(line.depth),
            "position": str(number),
            "new_window": line.new_window,
        }
        for number, line in enumerate(lines, start=1)
    ]


def read_lines(form: MenuForm) -> list[menus.Line]:
    """The lines in their order; what stands under a removed line moves up a level."""
    removed: list[int] = []
    found = []
    for line in _ordered(form):
        kind, _colon, target_id = (line.target.data or menu_targets.ELSEWHERE).partition(":")
        depth = _number(line.depth.data)
        removed = [each for each in removed if each < depth]
        if line.remove.data:
            removed.append(depth)
            continue
        found.append(
            menus.Line(
                id=line.id.data or None,
                label=(line.label.data or "").strip(),
                target_kind=kind,
                target_id=target_id or None,
                url=(line.url.data or "").strip() if kind == menu_targets.ELSEWHERE else None,
                new_window=bool(line.new_window.data),
                depth=depth - len(removed),
            )
        )
    return found


def add(form: MenuForm, value: str) -> bool:
    """Add a line that leads to `value`, or to the new address; says what is wrong with it."""
    if len(form.lines) >= menus.MAX_ITEMS:
        form.form_errors = [_("A menu has at most {most} lines.", most=menus.MAX_ITEMS)]
        return False
    data = {"target": value, "depth": "0", "position": str(len(form.lines) + 1)}
    if value == menu_targets.ELSEWHERE:
        label, url = form.new_label.data or "", form.new_url.data or ""
        if not menus.is_link(url):
            form.new_url.errors = [_("This needs a web address or a path, such as /about/.")]
        if not label:
            form.new_label.errors = [_("Say what the menu shows.")]
        if form.errors:
            return False
        data |= {"label": label, "url": url}
        form.new_label.data = form.new_url.data = ""
    form.lines.append_entry(data)
    return True


def tree(form: MenuForm) -> list[Node]:
    """The lines of the form below each other, with what they lead to."""
    lines = _ordered(form)
    targets = menu_targets.describe(line.target.data or menu_targets.ELSEWHERE for line in lines)
    positions = choices((str(number), str(number)) for number in range(1, len(lines) + 1))
    top: list[Node] = []
    above: list[Node] = []
    for line in lines:
        line.position.choices = positions
        target = targets[line.target.data or menu_targets.ELSEWHERE]
        if target.value == menu_targets.ELSEWHERE:
            target = replace(target, label=line.label.data or "", note=line.url.data or "")
        node = Node(line, target)
        del above[_number(line.depth.data) :]
        (above[-1].children if above else top).append(node)
        above.append(node)
    return top


def ensure_targets(form: MenuForm, before: Sequence[MenuItem]) -> None:
    """A line leads to something that is there, or where one led before."""
    known = {menu_targets.value_of(each.target_kind, each.target_id) for each in before}
    wanted = {line.form.target.data or menu_targets.ELSEWHERE for line in form.lines}
    found = menu_targets.describe(wanted - known)
    for line in form.lines:
        target = line.form.target.data or menu_targets.ELSEWHERE
        if target not in known and not found[target].is_there:
            line.form.label.errors = [_("What this line leads to is not there.")]
    gather_errors(form)


def _ordered(form: MenuForm) -> list[Any]:
    return sorted((line.form for line in form.lines), key=lambda line: _number(line.position.data))


def _number(typed: Any) -> int:
    words = str(typed or "")
    is_number = words.isascii() and words.isdecimal() and len(words) <= MAX_DIGITS
    return int(words) if is_number else 0
