"""A menu put together by hand and by keys, and what visitors get of it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from cms.accounts.permissions import Person, Role
from cms.web import static_files
from tests.flows.conftest import LiveSite, Window


@pytest.fixture
def eli(live_site: LiveSite) -> Person:
    return live_site.add_person("Eli", Role.EDITOR)


def _open(window: Window, eli: Person) -> Page:
    window.sign_in(eli)
    window.goto("/admin/menus/main")
    return window.page


def _lines(page: Page) -> list[str]:
    return page.locator("#menu-lines li").evaluate_all("rows => rows.map((e) => e.dataset.name)")


def test_lines_are_found_added_nested_and_saved(window: Window, eli: Person) -> None:
    if not static_files.is_built("htmx"):
        pytest.skip("the admin's bundles are not built here")
    page = _open(window, eli)
    assert _lines(page) == ["About", "The guide", "Archive"]
    page.get_by_placeholder("Find a page").fill("colo")
    page.locator(".menu-target", has_text="Colophon").click()
    expect(page.locator(".toast")).to_contain_text("Added Colophon at the end.")
    assert _lines(page) == ["About", "The guide", "Archive", "Colophon"]
    page.get_by_role("button", name="Move Colophon").focus()
    for key in ("Space", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowDown", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    assert _lines(page) == ["About", "Colophon", "The guide", "Archive"]
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator(".toast")).to_contain_text("Visitors see it at once.")
    assert page.locator("#menu-lines li li").get_attribute("data-name") == "Colophon"
    window.goto("/")
    nav = page.get_by_role("navigation").first
    assert [each.strip() for each in nav.locator("a").all_text_contents()][:2] == [
        "About",
        "Colophon",
    ]


def test_a_dragged_line_is_saved_where_it_was_dropped(window: Window, eli: Person) -> None:
    page = _open(window, eli)
    box = page.get_by_role("button", name="Move Archive").bounding_box()
    goal = page.get_by_role("button", name="Move About").bounding_box()
    assert box
    assert goal
    page.mouse.move(box["x"] + 8, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(goal["x"] + 8, goal["y"] - 4, steps=8)
    page.mouse.up()
    assert _lines(page) == ["Archive", "About", "The guide"]
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator(".toast")).to_be_visible()
    assert _lines(page) == ["Archive", "About", "The guide"]


def test_leaving_with_unsaved_lines_is_asked_about(window: Window, eli: Person) -> None:
    page = _open(window, eli)
    page.get_by_role("button", name="Move About").focus()
    for key in ("Space", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.locator(".bar-link", has_text="Posts").click()
    assert asked == ["beforeunload"]


def test_without_scripts_numbers_and_levels_do_the_same(
    open_window: Callable[..., Window], eli: Person
) -> None:
    window = open_window(scripts=False)
    page = _open(window, eli)
    page.get_by_placeholder("Find a page").fill("colo")
    page.get_by_role("button", name="Find").click()
    page.locator(".menu-target", has_text="Colophon").click()
    line = page.locator("li[data-name=Colophon]")
    line.locator("summary").click()
    line.get_by_label("Position").select_option("2")
    line.get_by_label("Level").select_option("2")
    page.locator("li[data-name='The guide'] summary").click()
    page.locator("li[data-name='The guide']").get_by_label("Position").select_option("3")
    page.locator("li[data-name='Archive'] summary").click()
    page.locator("li[data-name='Archive']").get_by_label("Position").select_option("4")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator(".toast")).to_contain_text("Visitors see it at once.")
    assert page.locator("#menu-lines li li").get_attribute("data-name") == "Colophon"
