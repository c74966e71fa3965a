"""Lists that follow what one types, and stay plain forms without scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from cms import clock, db
from cms.accounts.permissions import OPERATOR
from cms.accounts.roles import Role
from cms.content import editing
from cms.content.snapshot import Snapshot
from cms.web import static_files
from tests.flows.conftest import LiveSite, Window


@pytest.fixture
def teas(live_site: LiveSite) -> None:
    with db.unit_of_work(live_site.database):
        for title in ("Green zebu", "Black zebu", "Coffee"):
            editing.create_entry("post", Snapshot(title=title), by=OPERATOR, now=clock.now())
        db.commit()


@pytest.mark.usefixtures("teas")
@pytest.mark.parametrize("scripts", [True, False])
def test_a_list_is_narrowed_by_typing(
    live_site: LiveSite, open_window: Callable[..., Window], scripts: bool
) -> None:
    if scripts and not static_files.is_built("htmx"):
        pytest.skip("the admin's bundles are not built here")
    person = live_site.add_person("Ada", Role.OWNER)
    window = open_window(scripts=scripts)
    window.sign_in(person)
    window.goto("/admin/entries/?kind=post")
    page = window.page
    expect(page.get_by_role("link", name="Coffee", exact=True)).to_be_visible()
    field = page.get_by_role("searchbox")
    field.fill("zebu")
    if not scripts:
        page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("row")).to_have_count(3)
    expect(page.get_by_role("link", name="Coffee", exact=True)).to_have_count(0)
    assert "q=zebu" in page.url
    if scripts:
        expect(field).to_be_focused()
        expect(page.locator("#voice")).to_have_text("2 found")
        field.fill("")
        expect(page.get_by_role("link", name="Coffee", exact=True)).to_be_visible()
        assert "q=" not in page.url


@pytest.mark.usefixtures("teas")
def test_rows_are_selected_with_shift_by_keyboard_and_done_at_once(
    live_site: LiveSite, open_window: Callable[..., Window]
) -> None:
    window = open_window()
    window.sign_in(live_site.add_person("Ada", Role.OWNER))
    window.goto("/admin/entries/?kind=post&q=e")
    page = window.page
    bar = page.get_by_role("form", name="Acts on what is selected")
    expect(bar).to_be_hidden()
    boxes = page.get_by_role("checkbox", name="Select “")
    boxes.first.focus()
    page.keyboard.press("Space")
    expect(bar).to_contain_text("1 selected")
    page.keyboard.down("Shift")
    boxes.nth(2).focus()
    page.keyboard.press("Space")
    page.keyboard.up("Shift")
    expect(bar).to_contain_text("3 selected")
    page.keyboard.press("F6")
    expect(bar.get_by_role("checkbox")).to_be_focused()
    page.keyboard.press("F6")
    expect(boxes.nth(2)).to_be_focused()
    bar.get_by_role("button", name="Move to trash").click()
    expect(page.get_by_text("Moved 3 entries to the trash.")).to_be_visible()
    assert "q=e" in page.url
    page.keyboard.press("F6")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Undone:")).to_be_visible()
    window.goto("/admin/entries/?kind=post&q=zebu")
    expect(boxes).to_have_count(2)


@pytest.mark.usefixtures("teas")
def test_without_scripts_the_bar_is_there_and_works(
    live_site: LiveSite, open_window: Callable[..., Window]
) -> None:
    window = open_window(scripts=False)
    window.sign_in(live_site.add_person("Ada", Role.OWNER))
    window.goto("/admin/entries/?kind=post&q=zebu")
    page = window.page
    page.get_by_role("checkbox", name="Select “Green zebu”").check()
    page.get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Author…").click()
    page.get_by_label("By").fill("Jo March")
    page.get_by_role("button", name="Author", exact=True).click()
    expect(page.get_by_text("Changed who wrote 1 entry.")).to_be_visible()
    expect(page.get_by_text("Jo March")).to_have_count(1)


@pytest.mark.usefixtures("teas")
def test_a_value_is_changed_in_its_row_and_the_focus_stays(
    live_site: LiveSite, open_window: Callable[..., Window]
) -> None:
    if not static_files.is_built("htmx"):
        pytest.skip("the admin's bundles are not built here")
    window = open_window()
    window.sign_in(live_site.add_person("Ada", Role.OWNER))
    window.goto("/admin/entries/?kind=post&q=coffee&cols=address&cols=tags")
    page = window.page
    page.get_by_role("link", name="change the address").click()
    field = page.get_by_role("textbox", name="Address")
    expect(field).to_be_focused()
    field.fill("/admin/")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("is used by the site itself")).to_be_visible()
    expect(field).to_have_value("/admin/")
    # The browser tells its console of every answer that refuses something.
    window.faults[:] = [fault for fault in window.faults if "422" not in fault]
    field.fill("/hot/coffee/")
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name="/hot/coffee/ (change the address)")
    expect(link).to_be_focused()
    page.get_by_role("link", name="change the tags").click()
    expect(page.get_by_label("Tags", exact=True).last).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="change the tags")).to_be_focused()
    page.get_by_role("link", name="change the state").click()
    page.get_by_role("combobox", name="State").select_option("now")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row").filter(has_text="Coffee")).to_contain_text("Published")
    assert "cols=address" in page.url


@pytest.mark.usefixtures("teas")
def test_a_view_that_was_narrowed_by_typing_is_the_one_that_is_kept(
    live_site: LiveSite, open_window: Callable[..., Window]
) -> None:
    window = open_window()
    window.sign_in(live_site.add_person("Ada", Role.OWNER))
    window.goto("/admin/entries/?kind=post")
    page = window.page
    page.get_by_role("searchbox").fill("zebu")
    expect(page.get_by_role("row")).to_have_count(3)
    page.get_by_text("Views", exact=True).click()
    page.get_by_role("link", name="Save this view…").click()
    page.get_by_label("Name").fill("Zebus")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("row")).to_have_count(3)
    page.get_by_text("Views", exact=True).click()
    expect(page.get_by_role("link", name="Your own Zebus")).to_be_visible()
