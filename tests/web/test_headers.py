"""Headers that every answer carries."""

import pytest
from flask import Blueprint, Flask, Response

from cms.accounts.permissions import Person
from cms.web import gate, headers
from tests.browsing import Browser


@pytest.fixture
def dialect() -> str:
    """Headers are the same on every database."""
    return "sqlite"


@pytest.fixture
def app(app: Flask) -> Flask:
    """A site with a page for visitors, one that fails, and a preview."""
    samples = Blueprint("samples", __name__)

    @samples.get("/a-page")
    @gate.public
    def page() -> Response:
        return Response("words", mimetype="text/plain")

    @samples.get("/a-fault")
    @gate.public
    def fault() -> str:
        raise ZeroDivisionError

    @samples.get("/admin/a-preview")
    @gate.public
    def preview() -> Response:
        return headers.allow_framing_by_us(Response("preview", mimetype="text/plain"))

    app.register_blueprint(samples)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


PATHS = ["/a-page", "/a-fault", "/nowhere", "/admin/nowhere", "/auth/login", "/healthz"]
PATHS += ["/static/css/tokens.css", "/static/nothing.css", "/admin/a-preview"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_guarded(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    for name in headers.ALWAYS:
        assert name in answer.headers, name
    assert answer.headers["Cross-Origin-Embedder-Policy"] == "credentialless"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors" in policy
    assert answer.headers["Referrer-Policy"]
    assert answer.headers["X-Request-Id"]
    assert "Strict-Transport-Security" not in answer.headers, "this site is not on HTTPS"


def test_visitors_get_no_cookie_and_no_nonce(browser: Browser) -> None:
    for path in ("/a-page", "/nowhere", "/healthz", "/static/css/tokens.css"):
        answer = browser.get(path)
        assert "Set-Cookie" not in answer.headers
        assert "nonce" not in answer.headers["Content-Security-Policy"]
        assert "Cookie" not in answer.headers.get("Vary", "")


def test_each_staff_page_has_a_nonce_of_its_own(browser: Browser) -> None:
    policies = {browser.get("/auth/login").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


def test_scripts_of_staff_pages_carry_the_nonce(browser: Browser) -> None:
    answer = browser.get("/auth/login")
    assert browser.page is not None
    scripts = browser.page.all("script")
    assert scripts
    for script in scripts:
        nonce = script.get("nonce")
        assert f"'nonce-{nonce}'" in answer.headers["Content-Security-Policy"]


def test_staff_pages_are_not_stored(browser: Browser) -> None:
    for path in ("/auth/login", "/admin/nowhere"):
        answer = browser.get(path)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Cookie" in answer.headers["Vary"]


def test_a_preview_may_be_framed_by_us_alone(browser: Browser) -> None:
    answer = browser.get("/admin/a-preview")
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_static_files_are_kept_for_a_year_under_their_fingerprint(
    app: Flask, browser: Browser
) -> None:
    with app.test_request_context("/"):
        from cms.web.static_files import static_url

        url = static_url("css/tokens.css")
    assert "?v=" in url
    answer = browser.get(url)
    assert "immutable" in answer.headers["Cache-Control"]
    for other in ("/static/css/tokens.css", "/static/css/tokens.css?v=older"):
        answer = browser.get(other)
        assert answer.headers["Cache-Control"] == "no-cache"


class TestOverHttps:
    """A site that visitors reach by HTTPS."""

    @pytest.fixture
    def environment(self) -> dict[str, str]:
        return {"SITE_URL": "https://tea.example"}

    def test_browsers_are_told_to_insist(self, browser: Browser) -> None:
        answer = browser.get("/a-page")
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
        assert "upgrade-insecure-requests" in answer.headers["Content-Security-Policy"]

    def test_cookies_are_bound_to_this_host(self, browser: Browser, ana: Person) -> None:
        from tests.conftest import PASSWORD

        browser.get("/auth/login")
        answer = browser.submit("Sign in", email=ana.email, password=PASSWORD)
        for cookie in answer.headers.getlist("Set-Cookie"):
            assert cookie.startswith("__Host-")
            assert "Secure" in cookie
            assert "Path=/" in cookie
            assert "Domain" not in cookie
