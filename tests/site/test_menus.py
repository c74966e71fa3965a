"""Menus: nested lines in their order, which keep their ids."""

import pytest

from cms import db, ids
from cms.accounts.permissions import OPERATOR
from cms.errors import Rejected
from cms.site import menus
from cms.site.menus import Line
from tests.content.stories import NOW, on_sqlite

pytestmark = pytest.mark.usefixtures("unit")

ENTRY = "01M7WRQE1WRW55D1FYC35ZQVV9"


def save(*lines, name="Main", place="main"):
    return menus.save_menu(place, name, lines, by=OPERATOR, now=NOW)


def link(label, depth=0, **values):
    return Line(label, "url", url=f"/{label}/", depth=depth, **values)


def shown(menu):
    items = menus.list_items(menu)
    depths = menus.depths(items)
    return [(depths[item.id], item.label) for item in items]


def test_lines_stand_in_their_order_below_each_other():
    menu = save(link("a"), link("b", 1), link("c", 2), link("d", 1), link("e"))
    assert shown(menu) == [(0, "a"), (1, "b"), (2, "c"), (1, "d"), (0, "e")]
    assert menus.find_menu("main").id == menu.id
    assert menus.find_menu("footer") is None
    assert [each.id for each in menus.list_menus()] == [menu.id]


def test_lines_that_stay_keep_their_ids():
    menu = save(link("a"), link("b", 1), link("c"))
    known = {item.label: item.id for item in menus.list_items(menu)}
    save(link("c", id=known["c"]), link("new", 1), link("B", 2, id=known["b"]), name="Renamed")
    assert shown(menu) == [(0, "c"), (1, "new"), (2, "B")]
    after = {item.label: item.id for item in menus.list_items(menu)}
    assert (after["c"], after["B"]) == (known["c"], known["b"])
    assert menus.find_menu("main").name == "Renamed"
    save()
    assert shown(menu) == []


def test_ids_of_others_and_ids_used_twice_are_not_believed():
    other = save(link("x"), place="footer")
    stolen = menus.list_items(other)[0].id
    menu = save(link("a", id=stolen), link("b", id=ids.new_id()))
    kept = menus.list_items(menu)[0].id
    assert kept != stolen
    save(link("a", id=kept), link("again", id=kept))
    assert len({item.id for item in menus.list_items(menu)}) == 2
    assert shown(other) == [(0, "x")]


def test_a_line_leads_to_something_of_ours_by_its_identity():
    menu = save(Line("", "entry", target_id=ENTRY, url=""), Line("x", "term", target_id=ENTRY))
    assert [(item.target_kind, item.target_id, item.url) for item in menus.list_items(menu)] == [
        ("entry", ENTRY, None),
        ("term", ENTRY, None),
    ]


@on_sqlite
@pytest.mark.parametrize(
    "lines",
    [
        [link("a", 1)],
        [link("a"), link("b", 2)],
        [link("a"), link("b", 1), link("c", 2), link("d", 3)],
        [link("a", -1)],
        [Line("a", "url", url="javascript:x")],
        [Line("a", "url", url="//evil.example")],
        [Line("a", "url", url="/a b")],
        [Line("a", "url", url="/a\x00")],
        [Line("a", "url", url="/" + "x" * 2000)],
        [Line("a", "url", url=None)],
        [Line("", "url", url="/a/")],
        [Line("x" * 201, "url", url="/a/")],
        [Line("\ud800", "url", url="/a/")],
        [Line("a", "entry")],
        [Line("a", "entry", target_id="about")],
        [Line("a", "galaxy", target_id=ENTRY)],
        [link("a")] * 201,
    ],
)
def test_an_impossible_menu_is_refused_whole(lines):
    menu = save(link("kept"))
    with pytest.raises(Rejected) as refusal:
        save(*lines)
    assert refusal.value.message
    assert shown(menu) == [(0, "kept")]


@on_sqlite
@pytest.mark.parametrize("name", ["", " ", "x" * 121, "\ud800"])
def test_a_menu_needs_a_name(name):
    with pytest.raises(Rejected):
        save(name=name)
    db.session().flush()
    assert menus.find_menu("main") is None
