"""Addresses: where to go next, sub-paths, proxies."""

import pytest
from flask import Blueprint, Flask, request

from cms.web import gate, urls
from tests.browsing import Browser


@pytest.fixture
def dialect() -> str:
    """Addresses are the same on every database."""
    return "sqlite"


@pytest.mark.parametrize("target", ["/", "/admin/", "/a?b=c&d=/e", "/ü/", "/a//b", "/%2F/x"])
def test_paths_of_this_site_are_local(target: str) -> None:
    assert urls.is_local(target)


@pytest.mark.parametrize(
    "target",
    [
        *("", "admin", "//x", "/\\x", "\\\\x", "http:x", "https://x", "javascript:x", " /x"),
        *("/\tx", "/\r\nx", "/x\\..", "/\x00", "/" + "x" * 3000, "/\u202ex"),
    ],
)
def test_everything_else_is_not(target: str) -> None:
    assert not urls.is_local(target)
    assert urls.safe_next(target, "/admin/") == "/admin/"


@pytest.fixture
def app(app: Flask) -> Flask:
    """A site with one view that tells what it knows of the request."""
    samples = Blueprint("samples", __name__)

    @samples.get("/where")
    @gate.public
    def where() -> dict[str, str | None]:
        return {
            "external": urls.external_url("samples.where"),
            "current": urls.current_path(),
            "address": request.remote_addr,
        }

    app.register_blueprint(samples)
    return app


def test_absolute_links_rest_on_the_site_url(browser: Browser) -> None:
    answer = browser.get("/where?a=1", headers={"X-Forwarded-For": "192.0.2.9"})
    assert answer.json == {
        "external": "http://127.0.0.1:8000/where",
        "current": "/where?a=1",
        "address": "127.0.0.1",
    }


class TestBelowAPath:
    """A site that lives below a path, behind a proxy."""

    @pytest.fixture
    def environment(self) -> dict[str, str]:
        return {"SITE_URL": "https://tea.example/blog", "REVERSE_PROXY": "1,1,0,0,0"}

    @pytest.mark.parametrize("path", ["/blog/where", "/where"])
    def test_the_path_stands_in_every_address(self, app: Flask, path: str) -> None:
        headers = {"X-Forwarded-For": "192.0.2.1, 192.0.2.9", "X-Forwarded-Proto": "https"}
        answer = app.test_client().get(path, base_url="http://tea.example", headers=headers)
        assert answer.json == {
            "external": "https://tea.example/blog/where",
            "current": "/blog/where",
            "address": "192.0.2.9",
        }

    def test_signing_in_goes_on_below_it(self, app: Flask) -> None:
        answer = app.test_client().get("/blog/auth/login", base_url="https://tea.example")
        assert answer.status_code == 200
        assert "/blog/static/css/tokens.css" in answer.text


@pytest.mark.parametrize("page", ["http://[bad", "http://[::1", "http://a]b/"])
def test_the_address_of_a_page_that_makes_no_sense_leads_home(app: Flask, page: str) -> None:
    for name in ("HX-Current-URL", "Referer"):
        with app.test_request_context(headers={name: page}):
            assert urls.path_of_referrer() == "/admin/"


def test_a_form_from_a_page_that_makes_no_sense_is_not_ours(browser: Browser) -> None:
    with browser.client.open("/where", headers={"HX-Current-URL": "http://[bad"}) as answer:
        assert answer.status_code == 200
    answer = browser.client.post(
        "/auth/login", base_url=browser.base, headers={"Referer": "http://[bad"}
    )
    assert answer.status_code == 403


def test_a_piece_asked_for_from_nowhere_is_asked_to_sign_in(browser: Browser) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://[bad"}
    assert browser.get("/admin/", headers=headers).status_code == 401
