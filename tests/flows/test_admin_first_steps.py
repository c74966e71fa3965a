"""An empty house: the first owner comes in by a link that works once."""

from collections.abc import Callable

from playwright.sync_api import expect

from cms import clock, db
from cms.accounts import setup
from cms.web import installation
from tests.conftest import PASSWORD
from tests.flows.conftest import Window


def _link(window: Window) -> str:
    with db.unit_of_work(window.site.database):
        settings = installation.of(window.site.app).settings
        link = setup.ensure_setup_link(settings, now=clock.now())
        db.commit()
    assert link is not None
    return link.removeprefix(window.site.url)


def test_the_first_owner_comes_in_by_the_link_and_only_once(
    open_window: Callable[..., Window],
) -> None:
    window = open_window()
    link, page = _link(window), window.page
    window.goto(link)
    page.get_by_label("Name of the site").fill("Tea & Light")
    page.get_by_label("Your name").fill("Olga")
    page.get_by_label("Email").fill("olga@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create the site").click()
    expect(page.get_by_role("heading", name="Hello, Olga")).to_be_visible()
    expect(page).to_have_title("Hello, Olga · Tea & Light")

    later = open_window()
    answer = later.goto(link)
    assert answer is not None
    assert answer.status == 404
