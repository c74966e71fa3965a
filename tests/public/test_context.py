"""What reaches a theme: views and plain values, on every kind of page."""

from typing import Any

import pytest
from flask import Flask

from cms.accounts.permissions import Person
from cms.public import answering
from cms.themes import context, environment
from cms.themes.context import PageContext
from tests.browsing import Browser
from tests.public.journal import Journal

PAGES = {
    "home": "/",
    "index": "/page/2/",
    "post": "/posts/rich/",
    "page": "/guide/writing/",
    "tag": "/tag/tides/",
    "category": "/category/places/harbours/",
    "author": "/author/ana-lind/",
    "archive": "/archive/2026/",
    "search": "/search?q=water",
    "error": "/nothing/day-3",
    "private": "/vault/",
}


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[PageContext]:
    """Every context that is handed to a theme, with all that the theme asked for."""
    seen: list[PageContext] = []
    real = environment.render_with_fallback

    def watch(theme: Any, fallback: Any, names: Any, page: PageContext, **options: Any) -> Any:
        seen.append(page)
        rendered = real(theme, fallback, names, page, **options)
        for question, answer in rendered.facts.queries.items():
            assert not list(context.find_strangers(answer)), question
        assert not rendered.missing, (page.kind, rendered.missing)
        return rendered

    monkeypatch.setattr(answering.environment, "render_with_fallback", watch)
    return seen


@pytest.mark.parametrize("kind", PAGES)
def test_a_theme_sees_nothing_but_views(
    browser: Browser, shown: list[PageContext], kind: str
) -> None:
    browser.get(PAGES[kind])
    (page,) = shown
    assert page.kind == kind
    theme = browser.app.extensions["carafe.themes"].catalog.get_theme("folio")
    for name, value in context.variables(theme, page).items():
        assert not list(context.find_strangers(value, name))


def test_a_page_knows_what_stands_beside_it(browser: Browser, shown: list[PageContext]) -> None:
    browser.get("/guide/")
    (page,) = shown
    beside = [card.title for card in page.extra["siblings"]]
    assert "Guide" not in beside
    assert "About" in beside
    shown.clear()
    browser.get("/guide/writing/")
    assert "Guide" not in [card.title for card in shown[0].extra["siblings"]]


def test_someone_signed_in_is_not_in_the_context(
    app: Flask, shown: list[PageContext], ada: Person
) -> None:
    Browser(app).get("/posts/rich/")
    Browser(app).sign_in(ada).get("/posts/rich/")
    before, after = shown
    assert before.extra == after.extra
    assert before.meta == after.meta
    assert before.site == after.site


def test_an_unlocked_page_shows_no_password(
    browser: Browser, shown: list[PageContext], made: Journal
) -> None:
    browser.get("/vault/")
    assert "argon2" not in repr(shown[-1])
