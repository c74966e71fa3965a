"""The functions by which a theme asks for content, counted for each page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from cms.themes import budget, given
from cms.themes.budget import OverBudget, Run
from cms.themes.views import MenuItem, PostCard, PostView, TermView

MAX_POSTS = 50
MAX_TERMS = 200
MAX_MENUS = 12
POST_ORDERS = ("-published", "published", "-updated", "title", "-title", "position")
TERM_ORDERS = ("name", "-count", "position")

T = TypeVar("T")


def menu(place: str) -> tuple[MenuItem, ...]:
    """The menu the owner set for a place."""
    run, name = budget.current.get(), given.plain(place)
    asked = sum(1 for key in run.queries if key[0] == "menu")
    if asked >= MAX_MENUS and ("menu", name) not in run.queries:
        raise OverBudget(f"The page asks for more than {MAX_MENUS} menus.")
    return _ask(run, ("menu", name), lambda: run.page.sources.menu(name))


def posts(
    tag: str | None = None,
    category: str | None = None,
    author: str | None = None,
    kind: str = "post",
    ids: Any = None,
    exclude: Any = None,
    featured: bool | None = None,
    order: str = "-published",
    limit: int = 6,
) -> tuple[PostCard, ...]:
    """Published entries that fit; at most 50, and at most 8 questions a page."""
    run = budget.current.get()
    if order not in POST_ORDERS:
        raise ValueError(f"posts() can be ordered by {', '.join(POST_ORDERS)}.")
    wanted: dict[str, Any] = {
        "tag": given.word(tag),
        "category": given.word(category),
        "author": given.word(author),
        "kind": given.word(kind) or "post",
        "ids": given.ids(ids),
        "exclude": given.ids(exclude),
        "featured": None if featured is None else bool(featured),
        "order": order,
        "limit": max(1, min(int(limit), MAX_POSTS)),
    }
    key = ("posts", *wanted.items())
    return _query(run, key, lambda: run.page.sources.posts(**wanted))


def terms(kind: str = "tag", limit: int = 50, order: str = "name") -> tuple[TermView, ...]:
    """The tags or categories of the site."""
    run = budget.current.get()
    if order not in TERM_ORDERS:
        raise ValueError(f"terms() can be ordered by {', '.join(TERM_ORDERS)}.")
    name, most = given.word(kind) or "tag", max(1, min(int(limit), MAX_TERMS))
    key = ("terms", name, most, order)
    return _query(run, key, lambda: run.page.sources.terms(kind=name, limit=most, order=order))


def page_by_slug(slug: str) -> PostView | None:
    """A published page, or None."""
    run, name = budget.current.get(), given.word(slug) or ""

    def question() -> tuple[PostView, ...]:
        found = run.page.sources.page_by_slug(name)
        return () if found is None else (found,)

    answer = _query(run, ("page", name), question)
    return answer[0] if answer else None


def url(kind: str, slug: str = "") -> str:
    """The address of home, search, feed, archive, or of a post, page, tag, category or author."""
    run = budget.current.get()
    return run.page.sources.url(given.word(kind) or "home", given.word(slug) or "")


def _query(run: Run, key: tuple[Any, ...], question: Callable[[], tuple[T, ...]]) -> tuple[T, ...]:
    asked = sum(1 for each in run.queries if each[0] != "menu")
    if key not in run.queries and asked >= budget.MAX_QUERIES:
        raise OverBudget(f"The page asks for content more than {budget.MAX_QUERIES} times.")
    return _ask(run, key, question)


def _ask(run: Run, key: tuple[Any, ...], question: Callable[[], tuple[T, ...]]) -> tuple[T, ...]:
    if key not in run.queries:
        try:
            run.queries[key] = tuple(question())
        except Exception as error:
            # The theme is not to blame when the core cannot answer.
            run.refusal = error
            raise
    return run.queries[key]
