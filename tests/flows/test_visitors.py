"""Visitors in a real browser: every kind of page, at a desk and on a telephone, light and dark."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from cms import clock, db
from cms.accounts.permissions import OPERATOR
from cms.site import settings as site_settings
from tests import databases
from tests.flows import looking
from tests.flows.conftest import Window
from tests.public import journal

WIDTHS = (1280, 390)
NARROWEST = 320  # CSS pixels; a screen of 1280 at 400 %
HEAVIEST = 30_000  # bytes of a page, compressed, with all that it needs
PAGES = {
    "the home page": "/",
    "its second page": "/page/2/",
    "a rich post": "/posts/rich/",
    "a long title": "/posts/long/",
    "an arabic post": "/posts/arabic/",
    "a chinese post": "/posts/chinese/",
    "a page": "/guide/",
    "a page below pages": "/guide/writing/pencils/",
    "a letter": "/letter/",
    "a wide page": "/wide/",
    "a tag": "/tag/tides/",
    "a category": "/category/places/harbours/",
    "an author": "/author/ana-lind/",
    "the archive": "/archive/",
    "a year": "/archive/2026/",
    "a search": "/search",
    "results": "/search?q=water",
    "no results": "/search?q=zzyzx",
    "nothing there": "/nothing/",
    "near matches": "/2019/day-7-at-the-harbor/",
    "gone": "/posts/trashed/",
    "a wall": "/vault/",
}


@pytest.fixture(scope="session")
def sample_files(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, quick_hashes: None
) -> Path:
    """The journal instead of the sample site."""
    folder = tmp_path_factory.mktemp("journal")
    database = db.Database(databases.copy_sqlite(sqlite_template, folder))
    with db.unit_of_work(database):
        journal.fill(now=clock.now())
    database.dispose()
    return folder


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(open_window: Callable[..., Window], width: int) -> None:
    window = open_window(width=width)
    wrong = []
    for name, path in PAGES.items():
        window.goto(path)
        wrong += [f"{name}: {fault}" for fault in looking.faults(window.page)]
    window.goto("/vault/")
    window.page.get_by_label("Password").fill("wrong")
    window.page.get_by_role("button", name="Open").click()
    window.page.get_by_role("alert").wait_for()
    wrong += [f"a wrong password: {fault}" for fault in looking.faults(window.page)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"theme": "fallback"}, ("/", "/posts/rich/", "/guide/", "/tag/tides/", "/archive/",
                                 "/search?q=water", "/nothing/", "/vault/")),
        ({"access": "private"}, ("/", "/posts/rich/")),
        ({"access": "coming-soon", "coming_soon_text": "With the spring tide."}, ("/",)),
    ],
)  # fmt: skip
def test_axe_finds_nothing_where_something_stands_in(
    open_window: Callable[..., Window], changes: dict[str, str], paths: tuple[str, ...]
) -> None:
    window = open_window(width=390)
    with db.unit_of_work(window.site.database):
        site_settings.save(changes, by=OPERATOR, now=clock.now())
        db.commit()
    wrong = []
    for path in paths:
        window.goto(path)
        wrong += [f"{path}: {fault}" for fault in looking.faults(window.page)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.browser
def test_nothing_scrolls_sideways_on_the_narrowest_screen(
    open_window: Callable[..., Window],
) -> None:
    window = open_window(width=NARROWEST)
    wide = []
    for name, path in PAGES.items():
        window.goto(path)
        script = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        if window.page.evaluate(script) > 0:
            wide.append(name)
    assert not wide


@pytest.mark.browser
def test_everything_works_without_scripts(open_window: Callable[..., Window]) -> None:
    window = open_window(scripts=False)
    page = window.page
    window.goto("/")
    page.get_by_role("link", name="Search").click()
    page.get_by_role("searchbox").fill("pencil")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Results for “pencil”")
    page.get_by_role("link", name="Writing", exact=True).last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Writing")
    page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link", name="Guide").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Guide")


@pytest.mark.browser
def test_a_password_opens_a_page(open_window: Callable[..., Window]) -> None:
    window = open_window(width=390, scripts=False)
    page = window.page
    window.goto("/vault/child/")
    assert not window.context.cookies()
    page.get_by_label("Password").fill("guess")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("alert")).to_have_text("That is not the password.")
    assert not window.context.cookies()
    page.get_by_label("Password").fill(journal.PASSWORD)
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("In the vault")
    assert [cookie["name"] for cookie in window.context.cookies()] == ["unlocked"]


@pytest.mark.browser
def test_the_keyboard_goes_to_the_text_first(window: Window) -> None:
    window.goto("/posts/rich/")
    window.page.keyboard.press("Tab")
    skip = window.page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    window.page.keyboard.press("Enter")
    expect(window.page.locator("#main")).to_be_focused()


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/", "/posts/rich/", "/guide/", "/archive/", "/search?q=water"])
def test_a_page_is_light_and_loads_nothing_from_elsewhere(window: Window, path: str) -> None:
    answers = []
    window.page.on("response", lambda response: answers.append(response))
    window.goto(path)
    window.page.wait_for_load_state("networkidle")
    assert all(answer.url.startswith(window.site.url) for answer in answers)
    assert not [answer for answer in answers if answer.request.resource_type == "script"]
    shown = [answer for answer in answers if "favicon" not in answer.url]
    assert sum(len(gzip.compress(answer.body())) for answer in shown) <= HEAVIEST
    assert len(shown) <= 4


@pytest.mark.browser
def test_wide_tables_and_long_code_scroll_by_themselves(open_window: Callable[..., Window]) -> None:
    window = open_window(width=390)
    window.goto("/posts/rich/")
    table = window.page.get_by_role("region", name="Table 1")
    assert table.evaluate("each => each.scrollWidth > each.clientWidth")
    table.focus()
    expect(table).to_be_focused()
