"""Forms that are too large to be anyone's work."""

import pytest

from cms.accounts.permissions import Person
from cms.application import MAX_PARTS
from cms.auth.door import SMALL_FORM
from cms.web import carrying
from tests.browsing import Browser
from tests.conftest import PASSWORD


@pytest.fixture
def dialect() -> str:
    """What a request carries is the same on every database."""
    return "sqlite"


PLAIN = "application/x-www-form-urlencoded"


def _send(browser: Browser, path: str, body: str) -> int:
    return browser.post(path, body, content_type=PLAIN).status_code


def _carrying(browser: Browser) -> str:
    """The address to which a carrying page of ours sends its form."""
    with browser.app.test_request_context():
        return f"/auth/login?carrying={carrying.mark()}"


@pytest.mark.parametrize("path", ["/admin/settings", ""])
def test_a_form_with_too_many_fields_is_not_taken_apart(browser: Browser, path: str) -> None:
    path = path or _carrying(browser)
    browser.get("/auth/login")
    assert _send(browser, path, "a&" * (MAX_PARTS + 1)) == 413
    assert _send(browser, path, "&" * 1_000_000) == 413
    assert _send(browser, path, "a=1&b=2") in (400, 401, 405)


def test_a_form_with_more_fields_than_any_of_ours_is_not_written_into_a_page(
    browser: Browser, ana: Person
) -> None:
    body = "&".join(f"strange{number}=x" for number in range(carrying.MOST_FIELDS + 1))
    browser.post(_carrying(browser), body, content_type=PLAIN)
    assert "strange1" not in browser.page.text  # type: ignore[union-attr]
    browser.sign_in(ana)
    browser.post(_carrying(browser), body, content_type=PLAIN)
    assert "strange1" not in browser.page.text  # type: ignore[union-attr]


@pytest.mark.parametrize("path", ["/auth/login", "/auth/reset", "/auth/logout", "/auth/setup/x"])
def test_the_sign_in_door_takes_small_forms_only(browser: Browser, path: str) -> None:
    browser.get("/auth/login")
    assert _send(browser, path, "email=" + "x" * SMALL_FORM) == 413


def test_signing_in_takes_a_large_form_when_it_carries_one(browser: Browser, ana: Person) -> None:
    data = {"email": ana.email, "password": PASSWORD, "carried.source": "x" * 2 * SMALL_FORM}
    browser.get("/auth/login")
    assert browser.send("/auth/login", data).status_code == 413
    data["target"] = "/admin/entries/"
    assert browser.send(_carrying(browser), data).status_code == 200
    assert browser.heading == "Welcome back"
