"""Ctrl K: one field that finds anything, by keyboard alone."""

from collections.abc import Callable

from playwright.sync_api import expect

from cms import clock, db
from cms.accounts.permissions import OPERATOR
from cms.accounts.roles import Role
from cms.content import editing
from cms.content.snapshot import Snapshot
from tests.flows.conftest import LiveSite, Window


def test_an_entry_is_reached_by_keyboard_alone(
    live_site: LiveSite, open_window: Callable[..., Window]
) -> None:
    with db.unit_of_work(live_site.database):
        for title in ("Zebu one", "Zebu two"):
            editing.create_entry("post", Snapshot(title=title), by=OPERATOR, now=clock.now())
        db.commit()
    window = open_window()
    window.sign_in(live_site.add_person("Ada", Role.ADMINISTRATOR))
    window.goto("/admin/")
    page = window.page
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Find entries")
    expect(field).to_be_focused()
    page.keyboard.type("zebu")
    entries = page.get_by_role("group", name="Entries").get_by_role("option")
    expect(entries).to_have_count(2)
    expect(page.get_by_role("option", selected=True)).to_have_count(1)
    page.keyboard.press("ArrowDown")
    last = entries.nth(1)
    expect(last).to_have_attribute("aria-selected", "true")
    title = last.inner_text().split("\n")[0]
    page.keyboard.press("Enter")
    expect(page.locator("#title")).to_have_value(title)


def test_escape_closes_the_field_and_gives_the_focus_back(
    live_site: LiveSite, open_window: Callable[..., Window]
) -> None:
    window = open_window()
    window.sign_in(live_site.add_person("Ada", Role.ADMINISTRATOR))
    window.goto("/admin/entries/?kind=post")
    search = window.page.get_by_role("searchbox", name="Search titles")
    search.focus()
    window.page.keyboard.press("Control+k")
    expect(window.page.get_by_role("option", name="Overview")).to_be_visible()
    window.page.keyboard.press("Escape")
    expect(window.page.get_by_role("dialog")).to_have_count(0)
    expect(search).to_be_focused()
