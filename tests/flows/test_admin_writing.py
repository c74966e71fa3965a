"""Writing, from the first word to the public page and back, in a real browser."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from cms import clock, db
from cms.accounts.permissions import OPERATOR, Role
from cms.content import editing
from cms.content.models import Entry, Publication
from cms.content.snapshot import Snapshot
from tests.conftest import PASSWORD
from tests.flows.conftest import LiveSite, Window

TEXT = "The kettle `sings` **loudly**.\n\nWe wait for a while.\n\nThen the tea is poured."


def _source(page: Page) -> str:
    return page.locator("textarea[name=source]").input_value()


def _text(page: Page) -> None:
    """Put the caret into the text, whichever field is there for it."""
    page.get_by_label("Title", exact=True).focus()
    page.keyboard.press("Enter")


def _draft(site: LiveSite, **content: str) -> str:
    with db.unit_of_work(site.database):
        entry = editing.create_entry(
            "post",
            Snapshot(**content),
            by=OPERATOR,
            now=clock.now(),  # type: ignore[arg-type]
        )
        db.commit()
        return entry.id


def test_a_post_is_written_previewed_published_read_edited_and_restored(window: Window) -> None:
    page, site = window.page, window.site
    window.sign_in(site.add_person("Ana", Role.AUTHOR))
    page.get_by_role("link", name="Write").first.click()
    page.wait_for_load_state()
    page.keyboard.type("An evening with tea")
    page.keyboard.press("Enter")
    page.keyboard.type("The kettle *sings* of zanzibar. Why/when?\n\nA second paragraph.")
    assert _source(page) == "The kettle *sings* of zanzibar. Why/when?\n\nA second paragraph."
    page.get_by_label("Tags", exact=True).fill("tea, ")
    expect(page.locator(".tag")).to_have_count(2)  # the tag, and her own name

    with window.context.expect_page() as opened:
        page.get_by_role("button", name="Preview").click()
    preview = opened.value
    expect(preview.frame_locator("iframe").get_by_text("A second paragraph.")).to_be_visible()
    preview.close()

    page.get_by_role("button", name="Publish…").click()
    expect(page.get_by_role("heading", name="Ready to publish")).to_be_visible()
    page.get_by_role("button", name="Publish now").click()
    expect(page.get_by_text("Published.", exact=True)).to_be_visible()
    page.get_by_role("link", name="View on the site").click()
    expect(page.get_by_role("heading", name="An evening with tea")).to_be_visible()
    expect(page.locator("em", has_text="sings")).to_be_visible()
    window.goto("/search?q=zanzibar")
    expect(page.get_by_role("link", name="An evening with tea").first).to_be_visible()

    window.goto("/admin/entries/")
    page.get_by_role("link", name="An evening with tea").click()
    _text(page)
    page.keyboard.type("Words on top. ")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    page.wait_for_function("document.activeElement.closest('markdown-source')")
    page.get_by_role("link", name="History").click()
    page.get_by_role("button", name="Restore").first.click()
    expect(page.get_by_text("Restored.")).to_be_visible()
    assert _source(page).startswith("The kettle *sings*")


def test_a_post_goes_out_when_its_time_has_come(window: Window) -> None:
    page, site = window.page, window.site
    window.sign_in(site.add_person("Ana", Role.AUTHOR))
    window.goto("/admin/entries/new")
    page.get_by_label("Title", exact=True).fill("Tomorrow’s tea")
    page.get_by_role("button", name="Publish…").click()
    page.get_by_label("At a date").check()
    page.get_by_label("Date", exact=True).fill("2040-01-01T09:00")
    page.get_by_role("button", name="Schedule", exact=True).click()
    expect(page.get_by_text("Scheduled for Jan 1, 2040")).to_be_visible()
    path = page.get_by_label("Address", exact=True).input_value()
    answer = window.goto(path)
    assert answer is not None
    assert answer.status == 404
    with db.unit_of_work(site.database):
        publication = db.session().query(Publication).filter_by(path=path).one()
        publication.from_at = clock.now()
        db.commit()
    window.goto(path)
    expect(page.get_by_role("heading", name="Tomorrow’s tea")).to_be_visible()


def test_two_people_meet_in_one_sentence_and_choose_by_keyboard(
    open_window: Callable[..., Window],
) -> None:
    first, second = open_window(), open_window()
    site = first.site
    first.sign_in(site.add_person("Eli", Role.EDITOR))
    second.sign_in(site.add_person("Ada", Role.ADMINISTRATOR))
    entry_id = _draft(site, title="Tea", source=TEXT)
    for window in (first, second):
        window.goto(f"/admin/entries/{entry_id}")
    for window, words in ((first, "for an hour"), (second, "for two minutes")):
        page = window.page
        _text(page)
        page.keyboard.press("Control+a")
        page.keyboard.insert_text(TEXT.replace("for a while", words))
        page.keyboard.press("Control+s")
        page.wait_for_load_state()
    page = second.page
    expect(page.get_by_role("heading", name="Someone changed the same words")).to_be_visible()
    expect(page.get_by_text("We wait for an hour.")).to_be_visible()
    page.get_by_role("radio", name="Yours").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="By Eli")).to_be_checked()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Keep both")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    for words in ("an hour", "two minutes", "kettle", "poured"):
        assert _source(page).count(words) == 1


def test_writing_on_a_phone(open_window: Callable[..., Window]) -> None:
    window = open_window(width=390, height=844, touch=True)
    page = window.page
    window.sign_in(window.site.add_person("Ana", Role.AUTHOR))
    page.get_by_role("link", name="Write").first.tap()
    page.get_by_label("Title", exact=True).fill("From the bus")
    _text(page)
    page.keyboard.type("Short words.")
    assert _width(page) == 390
    page.get_by_role("button", name="Publish…").tap()
    page.get_by_role("button", name="Publish now").tap()
    expect(page.get_by_text("Published.", exact=True)).to_be_visible()
    assert _width(page) == 390


def test_writing_without_scripts(open_window: Callable[..., Window]) -> None:
    window = open_window(scripts=False)
    page = window.page
    window.sign_in(window.site.add_person("Ana", Role.AUTHOR))
    page.get_by_role("link", name="Write").first.click()
    page.get_by_label("Title", exact=True).fill("By hand")
    page.get_by_label("Text", exact=True).fill("Plain *words*.")
    page.get_by_label("Tags", exact=True).fill("plain, old")
    page.get_by_role("button", name="Publish…").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("link", name="View on the site").click()
    expect(page.get_by_role("heading", name="By hand")).to_be_visible()


def test_a_session_that_ends_while_writing_loses_no_word_without_scripts(
    open_window: Callable[..., Window],
) -> None:
    window = open_window(scripts=False)
    page, site = window.page, window.site
    ana = site.add_person("Ana", Role.AUTHOR)
    window.sign_in(ana)
    entry_id = _draft(site, title="Tea", source=TEXT)
    with db.unit_of_work(site.database):
        db.session().get_one(Entry, entry_id).created_by = ana.id
        db.commit()
    window.goto(f"/admin/entries/{entry_id}")
    page.get_by_label("Text", exact=True).fill(f"Unsaved for an hour. {TEXT}")
    window.context.clear_cookies()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Your session ended")).to_be_visible()
    page.get_by_label("Email").fill(ana.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in and go on").click()
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    assert _source(page).startswith("Unsaved for an hour. The kettle")


def test_guessing_passwords_is_slowed_down(window: Window) -> None:
    page = window.page
    ana = window.site.add_person("Ana", Role.AUTHOR)
    window.goto("/auth/login")
    for _attempt in range(12):
        page.get_by_label("Email").fill(ana.email)
        page.get_by_label("Password", exact=True).fill("not this one either")
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_load_state()
        if page.get_by_text("Too many attempts").count():
            return
    raise AssertionError("nothing slowed the guessing down")


def _width(page: Page) -> int:
    """How wide the page is; more than the screen would scroll sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth"))
