"""The compiler that themes run on writes what Jinja's own would write, on every kind of page."""

from typing import Any

import jinja2
import pytest
from jinja2 import nodes

from cms.public import answering
from cms.themes import budget, context, environment, filters, helpers, sandbox
from cms.themes.budget import Run
from cms.themes.environment import ThemeLoader, find_template
from cms.themes.trans import Trans
from tests.browsing import Browser

PATHS = (
    *(
        "/",
        "/page/2/",
        "/posts/rich/",
        "/posts/day-3/",
        "/guide/",
        "/guide/writing/",
        "/tag/tides/",
    ),
    *("/category/places/", "/category/places/harbours/", "/author/ana-lind/", "/archive/"),
    *("/archive/2026/", "/search", "/search?q=water", "/search?q=nowhere", "/nothing/", "/vault/"),
)


class Reference(jinja2.Environment):
    """Jinja as it comes, with a theme's functions and filters."""

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in sandbox.ALSO_VARIABLES:
                call.node.name = sandbox.FUNCTION_PREFIX + call.node.name
        return tree

    def join_path(self, template: str, parent: str) -> str:
        assert self.loader is not None
        return self.loader.join_path(template, parent)


class Shown(sandbox.Missing):
    """What is missing, or None, shows nothing."""


def reference(theme: Any) -> Reference:
    made = Reference(
        autoescape=True,
        undefined=Shown,
        lstrip_blocks=True,
        extensions=[Trans],
        finalize=lambda value: "" if value is None else value,
        loader=ThemeLoader(theme),
        cache_size=400,
    )
    made.filters = dict(filters.FILTERS)
    made.tests = dict(filters.TESTS)
    renamed = {
        sandbox.FUNCTION_PREFIX + name: helpers.FUNCTIONS[name] for name in sandbox.ALSO_VARIABLES
    }
    made.globals = {**helpers.FUNCTIONS, **renamed, "range": range}
    return made


def rendered_by_jinja(theme: Any, names: Any, page: Any) -> str:
    run = Run(theme, page)
    token = budget.current.set(run)
    try:
        jinja = run.cache["environment"] = reference(theme)
        run.variables = context.variables(theme, page)
        return jinja.get_template(find_template(theme, names)).render(run.variables)
    finally:
        budget.current.reset(token)


@pytest.mark.parametrize("theme_id", ["folio", "fallback"])
@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_what_jinja_makes_of_it(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, path: str, theme_id: str
) -> None:
    compared: list[str] = []
    real = environment.render_with_fallback

    def watch(theme: Any, fallback: Any, names: Any, page: Any, **options: Any) -> Any:
        chosen = theme if theme_id == "folio" else fallback
        rendered = real(chosen, fallback, names, page, **options)
        assert rendered.failure is None
        assert rendered.html == rendered_by_jinja(chosen, names, page)
        compared.append(rendered.html)
        return rendered

    monkeypatch.setattr(answering.environment, "render_with_fallback", watch)
    browser.get(path)
    assert compared
