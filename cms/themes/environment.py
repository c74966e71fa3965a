"""Render a page in a theme, and in the fallback theme where the theme fails."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, Template
from jinja2.exceptions import TemplateNotFound, TemplateSyntaxError

from cms.themes import budget, context, filters, helpers, lookup
from cms.themes.budget import OverBudget, Run
from cms.themes.catalog import Theme
from cms.themes.circuit import Circuit
from cms.themes.context import PageContext
from cms.themes.facts import Facts
from cms.themes.sandbox import ThemeEnvironment

MAX_TEMPLATE = 512 * 1024  # bytes

log = logging.getLogger("cms.themes")


class ThemeFailure(Exception):
    """A theme could not render a page: which theme, which template, where and why."""

    def __init__(
        self, theme: str, version: str, template: str, line: int | None, message: str
    ) -> None:
        place = template if line is None else f"{template}, line {line}"
        super().__init__(f"{theme} {version}: {place}: {message}")
        self.theme = theme
        self.version = version
        self.template = template
        self.line = line
        self.message = message


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """A finished page, the template that made it and the facts it was made from.

    `failure` is set when the fallback theme had to stand in; `missing` names what the templates
    asked for and did not find.
    """

    html: str
    template: str
    theme: str
    facts: Facts
    missing: tuple[str, ...] = ()
    failure: ThemeFailure | None = None


def render(
    theme: Theme, names: Sequence[str], page: PageContext, *, strict: bool = False
) -> RenderedPage:
    """Render the first template there is of `names`; raise ThemeFailure for whatever goes wrong.

    `strict` refuses what is undefined, for checks and previews. An error of the core's own
    answers (a lost database, say) passes through unchanged.
    """
    run = Run(theme, page, strict=strict)
    token = budget.current.set(run)
    name = names[0] if names else ""
    try:
        environment = environment_for(theme, strict=strict)
        run.cache["environment"] = environment
        run.variables = context.variables(theme, page)
        name = find_template(theme, names)
        html = _whole(environment.get_template(name), run)
    except Exception as error:
        if run.refusal is not None:
            raise run.refusal from None
        raise _failure(theme, name, error, run.cache.get("environment")) from error
    finally:
        budget.current.reset(token)
    roots = tuple(run.variables.values())
    return RenderedPage(html, name, theme.id, Facts(roots, run.queries), tuple(sorted(run.missing)))


def render_with_fallback(
    theme: Theme | None,
    fallback: Theme,
    names: Sequence[str],
    page: PageContext,
    *,
    circuit: Circuit,
    on_failure: Callable[[ThemeFailure], None] | None = None,
) -> RenderedPage:
    """Render in the theme, or the same page in the fallback theme when the theme fails.

    Raises ThemeFailure only when the fallback fails too; the door then answers with a static page.
    """
    if theme is None:
        failure = ThemeFailure("?", "?", "theme.toml", None, "The active theme is missing.")
    else:
        key = (theme.id, theme.version, theme.digest, names[0] if names else "")
        if circuit.is_open(key):
            words = "This template failed too often and rests for a minute."
            failure = ThemeFailure(theme.id, theme.version, names[0], None, words)
        else:
            try:
                return render(theme, names, page)
            except ThemeFailure as error:
                failure = error
                circuit.note_failure(key)
                log.warning("theme.render_failed %s", failure)
                if on_failure is not None:
                    on_failure(failure)
    plain = replace(page, settings={}, style="")
    return replace(render(fallback, names, plain), failure=failure)


def environment_for(theme: Theme, *, strict: bool = False) -> ThemeEnvironment:
    """The environment of this version of a theme; made once and kept with the theme."""
    kept: dict[bool, ThemeEnvironment] = theme.__dict__.setdefault("_environments", {})
    environment = kept.get(strict)
    if environment is None:
        environment = kept.setdefault(strict, _make_environment(theme, strict))
    return environment


def find_template(theme: Theme, names: Sequence[str]) -> str:
    """The first of the names that the theme has; raises TemplateNotFound."""
    kept: dict[tuple[str, ...], str] = theme.__dict__.setdefault("_found", {})
    key = tuple(names)
    if key not in kept:
        name = lookup.find_template(theme, key)
        if name is None:
            raise TemplateNotFound(", ".join(key) or "nothing")
        if len(kept) > 1000 or theme.__dict__.get("_reloads"):
            return name
        kept[key] = name
    return kept[key]


def watch(theme: Theme) -> None:
    """From now on look at this theme's files before each page, for those who write themes."""
    theme.__dict__["_reloads"] = True
    theme.__dict__.pop("_environments", None)
    for kept in ("_found", "_texts", "_counts", "_asset_paths", "_drawings", "_sheets", "digest"):
        theme.__dict__.pop(kept, None)


def _make_environment(theme: Theme, strict: bool) -> ThemeEnvironment:
    reloads = bool(theme.__dict__.get("_reloads"))
    return ThemeEnvironment(
        functions=helpers.FUNCTIONS,
        filters=filters.FILTERS,
        tests=filters.TESTS,
        strict=strict,
        loader=ThemeLoader(theme),
        auto_reload=reloads,
        cache_size=400,
    )


class ThemeLoader(BaseLoader):
    """Finds templates: the theme first, then its parents; `core:` in the core's library.

    Inside, a name that starts further up the chain is written `@1/post.html`; authors write
    `parent:post.html`.
    """

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._owners: dict[str, int] = {}

    def join_path(self, name: str, parent: str) -> str:
        """Where a name leads that is written in the template `parent`."""
        if name.startswith("parent:"):
            owner = self._owners.get(parent, 0)
            return f"@{owner + 1}/{name.removeprefix('parent:')}"
        if name.startswith("@"):
            raise TemplateNotFound(name)
        return name

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """The text of a template and where it comes from."""
        path = self._find(template)
        if path is None:
            raise TemplateNotFound(template)
        changed_at = path.stat().st_mtime_ns
        if path.stat().st_size > MAX_TEMPLATE:
            raise OverBudget(f"{template} is larger than {MAX_TEMPLATE // 1024} KB.")
        source = path.read_text(encoding="utf-8")
        return source, str(path), lambda: path.is_file() and path.stat().st_mtime_ns == changed_at

    def _find(self, template: str) -> Path | None:
        if template.startswith("core:"):
            return lookup.find_library_file(self.theme, template.removeprefix("core:"))
        start, name = 0, template
        if template.startswith("@"):
            place, _, name = template[1:].partition("/")
            start = int(place)
        found = lookup.find_file(self.theme, name, start=start)
        if found is None:
            return None
        self._owners[template] = found[0]
        return found[1]


def _whole(template: Template, run: Run) -> str:
    context = template.new_context(dict(run.variables))
    try:
        parts: list[str] = template.root_render_func(context)  # type: ignore[assignment]
        if sum(map(len, parts)) > budget.MAX_OUTPUT:
            raise OverBudget(f"The page is larger than {budget.MAX_OUTPUT} characters.")
    except Exception:  # noqa: BLE001 - raised again, with the template's lines in its trace
        template.environment.handle_exception()
    return "".join(parts)


def _failure(
    theme: Theme, name: str, error: Exception, environment: ThemeEnvironment | None
) -> ThemeFailure:
    template, line = _place(theme, name, error, environment)
    if isinstance(error, TemplateNotFound):
        message = f"There is no template {error.message or error.name}."
    elif isinstance(error, RecursionError):
        message = "Templates include or extend one another without end."
    elif isinstance(error, MemoryError):
        message = "The page needs too much memory."
    else:
        message = str(error)[:500] or type(error).__name__
    return ThemeFailure(theme.id, theme.version, template, line, message)


def _place(
    theme: Theme, name: str, error: Exception, environment: ThemeEnvironment | None
) -> tuple[str, int | None]:
    if isinstance(error, TemplateSyntaxError):
        return error.name or name, error.lineno
    found: tuple[str, int | None] = (name, None)
    roots = [each.folder / "templates" for each in theme.chain]
    roots.append(theme.library / "templates")
    trace: Any = error.__traceback__
    while trace is not None:
        filename, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        if environment is not None:
            filename, line = environment.place_of(filename, line)
        file = Path(filename)
        for root in roots:
            if file.is_relative_to(root):
                found = (file.relative_to(root).as_posix(), line)
        trace = trace.tb_next
    return found
