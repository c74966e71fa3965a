"""The two questions of whoever watches the site."""

from cms.web import pagination
from tests.browsing import Browser


def test_the_process_answers(browser: Browser) -> None:
    answer = browser.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_a_migrated_site_is_ready(browser: Browser) -> None:
    for _ in range(2):
        assert browser.get("/readyz").text == "ready\n"


def test_pages_of_a_list_are_counted() -> None:
    pages = pagination.Pages(number=3, size=10, total=25, href=str)
    assert (pages.first_item, pages.last_item, pages.last, pages.offset) == (21, 25, 3, 20)
    empty = pagination.Pages(number=1, size=10, total=0, href=str)
    assert (empty.first_item, empty.last_item, empty.last) == (0, 0, 1)
