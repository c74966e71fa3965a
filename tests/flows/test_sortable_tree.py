"""The element that puts lists and trees in order: by pointer, by keys, by its buttons."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest
from flask import Response, render_template_string
from playwright.sync_api import Page, Route, expect

from cms import db
from cms.web import headers
from tests.flows.conftest import Window

SOURCE = """
{% extends "web/document.html" %}
{% from "web/pieces/sortable.html" import sortable, handle %}
{% from "web/pieces/notice.html" import flashes %}
{% from "web/pieces/button.html" import csrf %}
{% set page_styles = ["sortable"] %}
{% set page_scripts = ["sortable-tree"] %}
{% block title %}Sorting{% endblock %}
{% macro lines(nodes) %}
<ol>{% for node in nodes %}
  <li data-id="{{ node.name|lower }}" data-name="{{ node.name }}"
    {{ node.more|default({})|xmlattr }}>
    <div class="sortable-row">{{ handle(node.name) }}<span>{{ node.name }}</span>
      {% for order in ("parent", "position", "depth") %}
      <input type="hidden" name="{{ node.name|lower }}-{{ order }}" data-order="{{ order }}">
      {% endfor %}</div>
    {% if node.under|default([]) %}{{ lines(node.under) }}{% endif %}
  </li>
{% endfor %}</ol>
{% endmacro %}
{% block body %}
<main><h1>Sorting</h1>
<form method="post">{{ csrf() }}
{% call sortable(url, depth, accepts) %}{{ lines(nodes) }}{% endcall %}
<button id="after">After</button></form>
{{ flashes() }}</main>
{% endblock %}
"""
FLAT = [{"name": name} for name in ("Home", "About", "Blog", "Shop")]
TREE = [
    {"name": "Home"},
    {"name": "About", "under": [{"name": "Team"}, {"name": "Story"}]},
    {"name": "Blog"},
]
SHAPE = """() => {
  const shape = (list) => [...list.children].filter((each) => each.matches("li")).map((item) => {
    const under = item.querySelector(":scope > ol");
    return under ? [item.dataset.name, shape(under)] : item.dataset.name;
  });
  return shape(document.querySelector("sortable-tree > ol"));
}"""
HOME_ABOUT = ["Home", ["About", ["Team", "Story"]], "Blog"]

Open = Callable[..., Page]


@pytest.fixture
def open_tree(open_window: Callable[..., Window]) -> Open:
    """Opens a page that holds nothing but a tree."""

    def opened(
        nodes: list[dict[str, Any]],
        *,
        url: str = "",
        depth: int = 3,
        accepts: str | None = None,
        direction: str = "ltr",
        window: Window | None = None,
        **kind: Any,
    ) -> Page:
        window = window or open_window(**kind)
        site = window.site
        here = site.app.test_request_context("/admin/", base_url=site.url)
        with db.unit_of_work(site.database, write=False), here:
            html = render_template_string(
                SOURCE, nodes=nodes, url=url, depth=depth, accepts=accepts, direction=direction
            )
            made = Response(html, content_type="text/html; charset=utf-8")
            headers.apply(made)
        page = window.page
        page.route("**/sorting", lambda route: route.fulfill(body=html, headers=dict(made.headers)))
        window.goto("/sorting")
        return page

    return opened


def _handle(page: Page, name: str) -> Any:
    return page.get_by_role("button", name=f"Move {name}", exact=True)


def _said(page: Page) -> Any:
    return page.locator("sortable-tree [data-voice]")


def _press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def _field(page: Page, name: str) -> str:
    return page.locator(f"[name={name}]").input_value()


def _middle(page: Page, name: str) -> tuple[float, float]:
    box = _handle(page, name).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _drag(page: Page, name: str, x: float, y: float, *, drop: bool = True) -> None:
    """Drag a line by its handle to a point, as a hand does."""
    page.mouse.move(*_middle(page, name))
    page.mouse.down()
    page.mouse.move(x, y, steps=8)
    if drop:
        page.mouse.up()


# --- by keys ---------------------------------------------------------------------------------


def test_a_line_is_carried_by_keys_and_every_step_is_spoken(open_tree: Open) -> None:
    page = open_tree(FLAT)
    _handle(page, "About").focus()
    _press(page, "Space")
    expect(_said(page)).to_contain_text("Picked up About, position 2 of 4, level 1.")
    expect(_handle(page, "About")).to_have_attribute("aria-pressed", "true")
    _press(page, "ArrowDown")
    expect(_said(page)).to_have_text("About, position 3 of 4, level 1")
    _press(page, "ArrowDown", "Enter")
    expect(_said(page)).to_have_text("Dropped About, position 4 of 4, level 1.")
    expect(_handle(page, "About")).to_be_focused()
    expect(_handle(page, "About")).to_have_attribute("aria-pressed", "false")
    assert page.evaluate(SHAPE) == ["Home", "Blog", "Shop", "About"]
    assert [_field(page, f"{name}-position") for name in ("home", "about")] == ["1", "4"]


def test_escape_puts_the_line_back(open_tree: Open) -> None:
    page = open_tree(TREE)
    _handle(page, "Story").focus()
    _press(page, "Enter", "ArrowUp", "ArrowUp", "ArrowLeft", "ArrowUp")
    assert page.evaluate(SHAPE) != HOME_ABOUT
    _press(page, "Escape")
    assert page.evaluate(SHAPE) == HOME_ABOUT
    expect(_said(page)).to_have_text("Put Story back, position 2 of 2, level 2, under About.")
    expect(_handle(page, "Story")).to_be_focused()
    assert _field(page, "story-position") == "", "nothing was filled in"


def test_arrows_nest_and_take_out(open_tree: Open) -> None:
    page = open_tree(TREE)
    _handle(page, "Blog").focus()
    _press(page, "Space", "ArrowRight")
    expect(_said(page)).to_have_text("Blog, position 3 of 3, level 2, under About")
    _press(page, "ArrowRight")
    expect(_said(page)).to_have_text("Blog, position 1 of 1, level 3, under Story")
    _press(page, "ArrowRight")
    expect(_said(page)).to_contain_text("cannot go there")
    _press(page, "Enter")
    assert page.evaluate(SHAPE) == ["Home", ["About", ["Team", ["Story", ["Blog"]]]]]
    assert (_field(page, "blog-parent"), _field(page, "blog-depth")) == ("story", "2")
    _handle(page, "Team").focus()
    _press(page, "Space", "ArrowLeft", "Space")
    assert page.evaluate(SHAPE) == ["Home", ["About", [["Story", ["Blog"]]]], "Team"]


def test_a_line_takes_along_what_stands_under_it_and_keeps_to_the_depth(open_tree: Open) -> None:
    page = open_tree(TREE, depth=2)
    _handle(page, "About").focus()
    _press(page, "Space", "ArrowRight")
    expect(_said(page)).to_contain_text("cannot go there")
    _press(page, "ArrowUp", "Enter")
    assert page.evaluate(SHAPE) == [["About", ["Team", "Story"]], "Home", "Blog"]


def test_a_flat_list_has_one_level(open_tree: Open) -> None:
    page = open_tree(FLAT, depth=1)
    _handle(page, "Shop").focus()
    _press(page, "Space", "ArrowRight", "ArrowLeft", "ArrowUp", "Space")
    assert page.evaluate(SHAPE) == ["Home", "About", "Shop", "Blog"]
    expect(_said(page)).to_have_text("Dropped Shop, position 3 of 4.")


def test_kinds_stand_only_where_they_are_accepted(open_tree: Open) -> None:
    nodes = [
        {"name": "Book", "more": {"data-kind": "book", "data-accepts": "page"}},
        {"name": "Leaf", "more": {"data-kind": "page", "data-accepts": ""}},
        {"name": "Note", "more": {"data-kind": "note"}},
    ]
    page = open_tree(nodes)
    _handle(page, "Note").focus()
    _press(page, "Space", "ArrowRight")
    expect(_said(page)).to_contain_text("cannot go there")
    _press(page, "Escape")
    _handle(page, "Leaf").focus()
    _press(page, "Space", "ArrowRight", "Enter")
    assert page.evaluate(SHAPE) == [["Book", ["Leaf"]], "Note"]


def test_right_to_left_the_arrows_change_places(open_tree: Open) -> None:
    page = open_tree(TREE, direction="rtl")
    _handle(page, "Blog").focus()
    _press(page, "Space", "ArrowLeft", "Enter")
    assert page.evaluate(SHAPE) == ["Home", ["About", ["Team", "Story", "Blog"]]]
    _press(page, "Space", "ArrowRight", "Enter")
    assert page.evaluate(SHAPE) == HOME_ABOUT


def test_going_on_with_the_tabulator_drops_the_line(open_tree: Open) -> None:
    page = open_tree(FLAT)
    _handle(page, "Home").focus()
    _press(page, "Space", "ArrowDown")
    page.locator("#after").focus()
    expect(_said(page)).to_contain_text("Dropped Home")
    expect(page.locator("#after")).to_be_focused()
    assert page.evaluate(SHAPE)[:2] == ["About", "Home"]


def test_buttons_move_a_line_for_those_who_do_not_drag(open_tree: Open) -> None:
    page = open_tree(TREE)
    _handle(page, "Blog").click()
    page.get_by_role("button", name="Nest").click()
    page.get_by_role("button", name="Move up").click()
    expect(_handle(page, "Blog")).to_be_focused()
    page.get_by_role("button", name="Drop here").click()
    assert page.evaluate(SHAPE) == ["Home", ["About", ["Team", "Blog", "Story"]]]
    expect(page.locator(".sortable-acts")).to_have_count(0)
    expect(_handle(page, "Blog")).to_be_focused()


# --- by pointer ------------------------------------------------------------------------------


def test_a_line_is_dragged_and_a_mark_shows_where_it_would_go(open_tree: Open) -> None:
    page = open_tree(FLAT)
    x, y = _middle(page, "Home")
    _drag(page, "Shop", x, y - 12, drop=False)
    mark = page.locator(".sortable-mark")
    expect(mark).to_be_visible()
    expect(mark).to_have_text("Shop")
    page.mouse.up()
    expect(mark).to_be_hidden()
    assert page.evaluate(SHAPE) == ["Shop", "Home", "About", "Blog"]
    assert _field(page, "shop-position") == "1"
    _press(page, "Space")
    expect(_said(page)).to_contain_text("Picked up Shop")


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_dragging_sideways_chooses_the_depth(open_tree: Open, direction: str) -> None:
    page = open_tree(TREE, direction=direction)
    way = -1 if direction == "rtl" else 1
    x, y = _middle(page, "Blog")
    _drag(page, "Blog", x + way * 34, y, drop=False)
    assert (
        page.locator(".sortable-mark").evaluate("(e) => e.style.getPropertyValue('--depth')") == "1"
    )
    page.mouse.up()
    assert page.evaluate(SHAPE) == ["Home", ["About", ["Team", "Story", "Blog"]]]
    x, y = _middle(page, "Blog")
    _drag(page, "Blog", x - way * 90, y + 10)
    assert page.evaluate(SHAPE) == HOME_ABOUT


def test_escape_ends_a_drag_and_a_click_is_no_drag(open_tree: Open) -> None:
    page = open_tree(TREE)
    x, y = _middle(page, "Home")
    _drag(page, "Blog", x, y - 12, drop=False)
    _press(page, "Escape")
    page.mouse.up()
    assert page.evaluate(SHAPE) == HOME_ABOUT
    expect(page.locator(".sortable-acts")).to_have_count(0)


def test_a_drag_scrolls_at_the_edge(open_tree: Open) -> None:
    many = [{"name": f"Line {number}"} for number in range(60)]
    page = open_tree(many)
    x, _y = _middle(page, "Line 0")
    _drag(page, "Line 0", x, 895, drop=False)
    last = _handle(page, "Line 59")
    expect(last).to_be_in_viewport(ratio=1)
    box = last.bounding_box()
    page.mouse.move(x, box["y"] + box["height"] - 2, steps=3)
    page.mouse.up()
    assert page.evaluate(SHAPE)[-1] == "Line 0"


def test_a_finger_drags_too(open_tree: Open) -> None:
    page = open_tree(FLAT, touch=True, width=390)
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        where = [{"x": x, "y": y} for x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": where})

    x, y = _middle(page, "Home")
    _x, goal = _middle(page, "Blog")
    touch("touchStart", (x, y))
    for step in range(1, 11):
        touch("touchMove", (x, y + (goal + 10 - y) * step / 10))
    touch("touchEnd")
    assert page.evaluate(SHAPE) == ["About", "Blog", "Home", "Shop"]
    assert page.evaluate("scrollY") == 0


# --- sent at once ----------------------------------------------------------------------------


def _answers(page: Page, status: int, body: dict[str, str]) -> list[dict[str, list[str]]]:
    sent: list[dict[str, list[str]]] = []

    def answer(route: Route) -> None:
        sent.append(parse_qs(route.request.post_data or "", keep_blank_values=True))
        route.fulfill(status=status, body=json.dumps(body), content_type="application/json")

    page.route("**/move", answer)
    return sent


def test_a_drop_is_sent_with_its_place_and_the_token(open_tree: Open) -> None:
    page = open_tree(TREE, url="/move")
    sent = _answers(page, 200, {"words": "Moved “Blog”.", "undo": "/undo"})
    _handle(page, "Blog").focus()
    _press(page, "Space", "ArrowRight", "ArrowUp", "Enter")
    expect(page.locator(".toast")).to_contain_text("Moved “Blog”.")
    expect(page.locator(".toast form")).to_have_attribute("action", "/undo")
    (one,) = sent
    assert (one["id"], one["parent"], one["before"]) == (["blog"], ["about"], ["story"])
    assert one["csrf_token"][0]


@pytest.mark.parametrize(
    ("status", "why"), [(409, "Someone moved it meanwhile."), (0, "The site did not answer")]
)
def test_a_refused_drop_goes_back_and_says_why(
    open_tree: Open, window: Window, status: int, why: str
) -> None:
    page = open_tree(TREE, url="/move", window=window)
    if status:
        _answers(page, status, {"detail": why})
    else:
        page.route("**/move", lambda route: route.abort())
    _handle(page, "Home").focus()
    _press(page, "Space", "ArrowDown", "ArrowLeft", "Enter")
    expect(page.locator(".toast-error")).to_contain_text(f"Home stays where it was. {why}")
    assert page.evaluate(SHAPE) == HOME_ABOUT
    expect(_handle(page, "Home")).to_be_focused()
    # Chromium notes every refusal.
    window.faults[:] = [fault for fault in window.faults if "/move" not in fault]


def test_a_line_dropped_where_it_was_is_not_sent(open_tree: Open) -> None:
    page = open_tree(TREE, url="/move")
    sent = _answers(page, 200, {})
    _handle(page, "Home").focus()
    _press(page, "Space", "ArrowDown", "ArrowUp", "Enter")
    expect(_said(page)).to_contain_text("Dropped Home")
    assert sent == []
