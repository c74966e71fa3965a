"""A session that ends while a form is open: one signs in over the form, and nothing is lost."""

from playwright.sync_api import Page, expect

from cms import clock, db
from cms.accounts import people, sessions
from cms.accounts.permissions import OPERATOR, Person, Role
from cms.content import editing, revisions
from cms.content.models import Revision
from cms.content.snapshot import Snapshot
from cms.site import menus
from tests.conftest import PASSWORD
from tests.flows.conftest import PATIENCE, LiveSite, Window

LINE = "A long line of words that nobody wants to type again.\n\n"
LARGE = LINE * 4_000  # 220 kB
FILL = "(field, text) => { field.value = text; field.dispatchEvent(new Event('input')); }"
INSIDE = "document.activeElement === document.body || !!document.activeElement.closest('dialog')"


def _end_sessions(site: LiveSite, person: Person) -> None:
    with db.unit_of_work(site.database):
        sessions.end_all(people.get_account(person.id))
        db.commit()


def _draft(site: LiveSite, title: str) -> str:
    with db.unit_of_work(site.database):
        snapshot = Snapshot(title=title, source="Before.")
        made = editing.create_entry("post", snapshot, by=OPERATOR, now=clock.now())
        db.commit()
        return made.id


def _head(site: LiveSite, entry_id: str) -> Revision:
    with db.unit_of_work(site.database, write=False):
        return revisions.get_head(editing.get_entry(entry_id))


def _write(page: Page, title: str, text: str) -> None:
    page.get_by_label("Title", exact=True).fill(title)
    page.locator("textarea[name=source]").evaluate(FILL, text)


def _save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def test_a_long_text_is_saved_after_signing_in_over_it(window: Window) -> None:
    site, page = window.site, window.page
    eli = site.add_person("Eli", Role.EDITOR)
    entry_id = _draft(site, "Before")
    window.sign_in(eli)
    window.goto(f"/admin/entries/{entry_id}")
    _write(page, "A much longer text", LARGE)
    _end_sessions(site, eli)

    _save(page)
    dialog = page.get_by_role("dialog", name="Your session ended")
    password = dialog.get_by_label("Password", exact=True)
    expect(password).to_be_focused()
    assert dialog.get_by_label("Email").input_value() == eli.email
    for _stop in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(INSIDE), "the focus stays in the dialog"

    password.fill("wrong wrong!")
    password.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("do not match")
    expect(password).to_be_focused()
    assert password.get_attribute("aria-invalid") == "true"
    window.faults.clear()  # Chromium notes each refusal.

    password.fill(PASSWORD)
    password.press("Enter")
    expect(page.locator("#saved")).to_contain_text("Saved", timeout=PATIENCE)
    assert _head(site, entry_id).source == LARGE
    assert _head(site, entry_id).title == "A much longer text"


def test_escape_keeps_the_text_and_says_so(window: Window) -> None:
    site, page = window.site, window.page
    eli = site.add_person("Eli", Role.EDITOR)
    entry_id = _draft(site, "Before")
    window.sign_in(eli)
    window.goto(f"/admin/entries/{entry_id}")
    _write(page, "Kept", "Kept words.")
    _end_sessions(site, eli)

    page.get_by_label("Title", exact=True).focus()
    page.keyboard.press("Control+s")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_label("Title", exact=True)).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="still here")).to_be_visible()
    assert page.locator("textarea[name=source]").input_value() == "Kept words."
    assert _head(site, entry_id).title == "Before"

    page.keyboard.press("Control+s")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in and go on").click()
    expect(page.locator("#saved")).to_contain_text("Saved")
    assert _head(site, entry_id).title == "Kept"


def test_somebody_else_is_told_before_anything_is_saved_as_them(window: Window) -> None:
    site, page = window.site, window.page
    ada, eli = site.add_person("Ada", Role.ADMINISTRATOR), site.add_person("Eli", Role.EDITOR)
    entry_id = _draft(site, "Before")
    window.sign_in(ada)
    window.goto(f"/admin/entries/{entry_id}")
    _write(page, "Ada’s words", "Ada wrote this.")
    _end_sessions(site, ada)
    other_tab = window.context.new_page()
    other_tab.goto(f"{site.url}/auth/login")
    other_tab.get_by_label("Email").fill(eli.email)
    other_tab.get_by_label("Password", exact=True).fill(PASSWORD)
    other_tab.get_by_role("button", name="Sign in", exact=True).click()
    other_tab.wait_for_url("**/admin/**")

    _save(page)
    dialog = page.get_by_role("dialog", name="You are signed in as Eli")
    expect(dialog).to_contain_text("This page was opened by Ada. Sent now, it is sent as Eli.")
    assert _head(site, entry_id).title == "Before"
    dialog.get_by_role("button", name="Sign in as Ada").click()
    dialog = page.get_by_role("dialog", name="Your session ended")
    dialog.get_by_label("Email").fill(eli.email)
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in and go on").click()
    expect(page.get_by_role("dialog", name="You are signed in as Eli")).to_be_visible()
    assert _head(site, entry_id).title == "Before", "not silently, however they signed in"

    page.get_by_role("button", name="Send as Eli").click()
    expect(page.locator("#saved")).to_contain_text("Saved")
    assert _head(site, entry_id).title == "Ada’s words"
    assert _head(site, entry_id).author_id == eli.id


def test_pieces_of_a_page_ask_too_and_go_on(window: Window) -> None:
    site, page = window.site, window.page
    eli = site.add_person("Eli", Role.EDITOR)
    window.sign_in(eli)
    window.goto("/admin/menus/main")
    _end_sessions(site, eli)
    # A button that htmx sends by itself, in a form that nobody submits.
    page.locator("button[hx-post]").first.click()
    dialog = page.get_by_role("dialog", name="Your session ended")
    lines = page.locator("#menu-lines li").count()
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in and go on").click()
    expect(page.locator("#menu-lines li")).to_have_count(lines + 1)
    window.faults.clear()
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    with db.unit_of_work(site.database, write=False):
        menu = menus.find_menu("main")
        assert menu is not None
        assert len(menus.list_items(menu)) == lines + 1


def test_too_many_wrong_passwords_are_told_in_the_dialog(window: Window) -> None:
    site, page = window.site, window.page
    eli = site.add_person("Eli", Role.EDITOR)
    entry_id = _draft(site, "Before")
    window.sign_in(eli)
    window.goto(f"/admin/entries/{entry_id}")
    _end_sessions(site, eli)
    _save(page)
    dialog = page.get_by_role("dialog", name="Your session ended")
    for _attempt in range(5):
        dialog.get_by_label("Password", exact=True).fill("wrong wrong!")
        with page.expect_response("**/auth/session"):
            dialog.get_by_role("button", name="Sign in and go on").click()
        expect(dialog.get_by_role("alert")).to_contain_text("do not match")
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in and go on").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Too many attempts. Wait")
    window.faults.clear()
