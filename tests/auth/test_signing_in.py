"""Signing in through the form."""

import re

import pytest
from flask import Flask

from cms import clock, db
from cms.accounts import closing, people
from cms.accounts.models import AccountSession
from cms.accounts.permissions import Person
from tests.browsing import Browser
from tests.conftest import PASSWORD


def test_someone_with_an_account_signs_in(browser: Browser, ana: Person) -> None:
    browser.get("/auth/login")
    answer = browser.submit("Sign in", email="ana@example.org", password=PASSWORD)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/admin/"
    assert browser.get("/auth/login").status_code == 303


def test_the_address_may_be_written_in_other_letters(browser: Browser, ana: Person) -> None:
    browser.get("/auth/login")
    answer = browser.submit("Sign in", email=" ANA@Example.ORG ", password=PASSWORD)
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("email", "password"),
    [("ana@example.org", "not her password"), ("nobody@example.org", PASSWORD)],
)
def test_a_wrong_password_and_an_unknown_account_read_the_same(
    browser: Browser, ana: Person, email: str, password: str
) -> None:
    browser.get("/auth/login")
    answer = browser.submit("Sign in", email=email, password=password)
    assert answer.status_code == 401
    assert "do not match" in browser.text
    assert "sid" not in browser.cookies()


def test_the_address_that_was_typed_is_kept(browser: Browser, ana: Person) -> None:
    browser.get("/auth/login")
    browser.submit("Sign in", email="ana@example.org", password="wrong")
    assert browser.page is not None
    assert (
        dict(browser.page.fields(browser.page.form_with("Sign in")))["email"] == "ana@example.org"
    )


def test_a_disabled_account_cannot_sign_in(
    browser: Browser, ana: Person, database: db.Database
) -> None:
    with db.unit_of_work(database):
        closing.disable(people.get_account(ana.id), now=clock.now())
        db.commit()
    browser.get("/auth/login")
    assert browser.submit("Sign in", email=ana.email, password=PASSWORD).status_code == 401


def test_someone_without_a_role_cannot_sign_in(browser: Browser, zoe: Person) -> None:
    browser.get("/auth/login")
    assert browser.submit("Sign in", email=zoe.email, password=PASSWORD).status_code == 401


def test_empty_fields_are_said_by_name(browser: Browser) -> None:
    browser.get("/auth/login")
    assert browser.submit("Sign in", email="", password="").status_code == 422
    assert "Enter your email address." in browser.text
    assert "Enter your password." in browser.text


def test_one_goes_on_to_where_one_was_going(browser: Browser, ana: Person) -> None:
    browser.get("/auth/login?next=/admin/entries/?q=tea")
    answer = browser.submit("Sign in", email=ana.email, password=PASSWORD)
    assert answer.headers["Location"] == "/admin/entries/?q=tea"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/x"],
)
def test_nobody_is_sent_to_another_site(browser: Browser, ana: Person, target: str) -> None:
    browser.get("/auth/login", query_string={"next": target})
    answer = browser.submit("Sign in", email=ana.email, password=PASSWORD)
    assert answer.headers["Location"] == "/admin/"


def test_a_form_without_its_token_comes_back_with_what_was_typed(
    browser: Browser, ana: Person
) -> None:
    answer = browser.post("/auth/login", {"email": ana.email, "password": PASSWORD})
    assert answer.status_code == 400
    assert "sid" not in browser.cookies()
    assert ana.email in browser.page.text  # type: ignore[union-attr]
    assert PASSWORD not in browser.page.text  # type: ignore[union-attr]


def test_control_letters_are_refused(browser: Browser) -> None:
    browser.get("/auth/login")
    answer = browser.submit("Sign in", email="a\x00b@example.org", password="x")
    assert answer.status_code == 422


def test_too_many_attempts_have_to_wait(browser: Browser, ana: Person) -> None:
    browser.get("/auth/login")
    for _ in range(5):
        browser.submit("Sign in", email=ana.email, password="wrong")
    answer = browser.submit("Sign in", email=ana.email, password=PASSWORD)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    assert "Too many attempts" in browser.text


def test_the_row_keeps_only_a_hash_of_the_cookie(
    browser: Browser, ana: Person, database: db.Database
) -> None:
    browser.get("/auth/login")
    answer = browser.submit("Sign in", email=ana.email, password=PASSWORD)
    header = next(h for h in answer.headers.getlist("Set-Cookie") if h.startswith("sid="))
    secret = re.split("[=;]", header)[1]
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    with database.ticking() as ticks:
        kept = [row.id_hash for row in ticks.query(AccountSession)]
    assert len(kept) == 1
    assert secret not in kept


def test_each_signing_in_makes_another_session(browser: Browser, app: Flask, ana: Person) -> None:
    secrets = set()
    for _ in range(2):
        fresh = Browser(app)
        fresh.get("/auth/login")
        fresh.submit("Sign in", email=ana.email, password=PASSWORD)
        secrets |= {c.value for c in fresh.client._cookies.values() if c.key == "sid"}
    assert len(secrets) == 2


def test_a_visitor_of_the_form_gets_no_session(browser: Browser) -> None:
    browser.get("/auth/login")
    assert browser.cookies() == {"visit"}


def test_a_program_reads_the_refusal_as_json(browser: Browser) -> None:
    answer = browser.get("/auth/nowhere", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"


def test_the_session_that_the_browser_came_with_ends(app: Flask, ana: Person, eli: Person) -> None:
    browser = Browser(app).sign_in(eli)
    former = next(c.value for c in browser.client._cookies.values() if c.key == "sid")
    data = {"email": ana.email, "password": PASSWORD}
    assert browser.send("/auth/login", data).status_code == 303
    other = Browser(app)
    other.client.set_cookie("sid", former, domain="127.0.0.1")
    assert other.get("/auth/login").status_code == 200, "Eli's session has ended"


def _guess(app: Flask, email: str) -> None:
    stranger = Browser(app)
    for _ in range(6):
        stranger.get("/auth/login")
        stranger.submit("Sign in", email=email, password="wrong")
    assert stranger.response is not None
    assert stranger.response.status_code == 429


def test_a_known_browser_gets_in_whatever_strangers_guess(app: Flask, ana: Person) -> None:
    known = Browser(app)
    known.get("/auth/login")
    known.submit("Sign in", email=ana.email, password=PASSWORD)
    known.send("/auth/logout")
    assert "device" in known.cookies()
    _guess(app, ana.email)
    known.get("/auth/login")
    assert known.submit("Sign in", email=ana.email, password=PASSWORD).status_code == 303


def test_guesses_on_a_known_browser_have_to_wait_too(app: Flask, ana: Person) -> None:
    known = Browser(app)
    known.get("/auth/login")
    known.submit("Sign in", email=ana.email, password=PASSWORD)
    known.send("/auth/logout")
    statuses = []
    for _ in range(6):
        known.get("/auth/login")
        statuses.append(known.submit("Sign in", email=ana.email, password="wrong").status_code)
    assert statuses[-1] == 429


def test_a_browser_is_known_for_one_account_alone(app: Flask, ana: Person, eli: Person) -> None:
    known = Browser(app)
    known.get("/auth/login")
    known.submit("Sign in", email=eli.email, password=PASSWORD)
    known.send("/auth/logout")
    _guess(app, ana.email)
    known.get("/auth/login")
    assert known.submit("Sign in", email=ana.email, password=PASSWORD).status_code == 429


@pytest.mark.parametrize("value", ["x", "WyJ4Il0.Zm9v.x"])
def test_a_made_up_device_is_known_for_nobody(app: Flask, ana: Person, value: str) -> None:
    _guess(app, ana.email)
    browser = Browser(app)
    browser.client.set_cookie("device", value, domain="127.0.0.1")
    browser.get("/auth/login")
    assert browser.submit("Sign in", email=ana.email, password=PASSWORD).status_code == 429


class TestWithHttps:
    """A site that is served over HTTPS."""

    @pytest.fixture
    def environment(self) -> dict[str, str]:
        return {"SITE_URL": "https://tea.example"}

    def test_a_known_browser_keeps_its_proof_away_from_scripts_and_other_hosts(
        self, browser: Browser, ana: Person
    ) -> None:
        browser.get("/auth/login")
        answer = browser.submit("Sign in", email=ana.email, password=PASSWORD)
        header = next(h for h in answer.headers.getlist("Set-Cookie") if "-device=" in h)
        assert header.startswith("__Host-device=")
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(header.split("; "))
