"""Themes that fail, databases that are gone, and accidents: a page stands in, with its status."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from cms import create_app
from cms.config import Settings
from cms.public import answering
from cms.web import installation, theming
from tests.browsing import BASE, Browser

MANIFEST = 'api = 1\nid = "broken"\nname = "Broken"\nversion = "1.0.0"\n'


@pytest.fixture
def break_theme(settings: Settings, change_settings: Any, app: Flask) -> Any:
    """Install a theme with this text in its one template, and make it the site's."""

    def make(source: str) -> None:
        folder = Path(settings.INSTANCE_PATH) / "themes" / "broken"
        (folder / "templates").mkdir(parents=True)
        (folder / "theme.toml").write_text(MANIFEST)
        for name in ("base", "index", "error", "private"):
            (folder / "templates" / f"{name}.html").write_text(source)
        theming.install(app)
        change_settings(theme="broken")

    return make


@pytest.mark.parametrize(
    "source",
    [
        "{{ 1 // 0 }}",
        "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
        "{% include 'index.html' %}",
        "{{ site.__class__ }}",
        "{% if %}",
        "{{ posts(limit=1, order='wrong') }}",
    ],
)
def test_another_theme_stands_in_for_one_that_fails(
    browser: Browser, break_theme: Any, source: str
) -> None:
    break_theme(source)
    for path, status in (
        ("/", 200),
        ("/posts/rich/", 200),
        ("/guide/", 200),
        ("/tag/tides/", 200),
        ("/search?q=water", 200),
        ("/vault/", 200),
        ("/nothing/", 404),
        ("/posts/trashed/", 410),
    ):
        answer = browser.get(path)
        assert answer.status_code == status, path
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Theme-Fallback"]
        assert "The Harbour Journal" in browser.text
    assert len(theming.failures(browser.app)) > 0


def test_the_admin_can_learn_what_failed(browser: Browser, break_theme: Any, app: Flask) -> None:
    break_theme("\n\n{{ 1 // 0 }}")
    for _ in range(3):
        browser.get("/")
    (noted,) = theming.failures(app)
    assert (noted.theme, noted.template, noted.line) == ("broken", "index.html", 3)
    assert noted.count == 3
    assert "ZeroDivisionError" in noted.message or "zero" in noted.message


def test_a_theme_that_is_not_there_is_no_catastrophe(
    browser: Browser, change_settings: Any
) -> None:
    change_settings(theme="vanished")
    assert browser.get("/").status_code == 200
    assert browser.get("/nothing/").status_code == 404


def test_with_no_theme_at_all_a_plain_page_is_left(
    app: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.testing = False
    monkeypatch.setattr(answering.environment, "render_with_fallback", _fail)
    for path, status in (("/", 500), ("/nothing/", 404), ("/posts/trashed/", 410)):
        answer = browser.get(path)
        assert answer.status_code == status
        assert "Traceback" not in browser.text
        assert "secret detail" not in browser.text


def test_an_accident_says_nothing_of_its_cause(
    app: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.testing = False
    monkeypatch.setattr("cms.content.queries.find_place", _fail)
    answer = browser.get("/posts/rich/")
    assert answer.status_code == 500
    assert answer.headers["Cache-Control"] == "no-store"
    assert "secret detail" not in answer.get_data(as_text=True)


def test_a_database_that_is_gone_is_a_short_rest(settings: Settings, tmp_path: Path) -> None:
    gone = settings.model_copy(update={"DATABASE_URL": f"sqlite:///{tmp_path}/none/no.sqlite3"})
    app = create_app(gone)
    shutil.rmtree(tmp_path / "none", ignore_errors=True)
    browser = Browser(app)
    for path in ("/", "/posts/rich/", "/feed.xml", "/sitemap.xml", "/search?q=a", "/vault/"):
        answer = browser.get(path)
        assert answer.status_code == 503, path
        assert int(answer.headers["Retry-After"]) > 0
        assert "sqlite" not in answer.get_data(as_text=True).lower()
    assert browser.get("/healthz").status_code == 200
    assert browser.get("/readyz").status_code == 503
    installation.of(app).database.dispose()


def test_a_database_that_is_behind_says_so(settings: Settings, tmp_path: Path) -> None:
    behind = settings.model_copy(update={"DATABASE_URL": f"sqlite:///{tmp_path}/behind.sqlite3"})
    app = create_app(behind)
    answer = Browser(app).get("/")
    assert answer.status_code == 503
    assert "updated" in answer.get_data(as_text=True)
    installation.of(app).database.dispose()


def test_a_body_nobody_asked_for_is_ignored(app: Flask) -> None:
    client = app.test_client()
    answer = client.get("/", base_url=BASE, data=b"\xff" * 100_000, content_type="text/plain")
    assert answer.status_code == 200


def test_a_form_too_large_is_refused(browser: Browser, made: Any) -> None:
    target = f"/-/unlock/{made.entries['vault']}"
    assert browser.post(target, {"password": "x" * 5_000_000}).status_code == 413


def _fail(*_args: Any, **_options: Any) -> Iterator[None]:
    raise RuntimeError("secret detail")
