"""What the public door hands in for one page, and what it must be able to answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Protocol

from markupsafe import Markup

from cms import i18n
from cms.themes import views
from cms.themes.catalog import Theme
from cms.themes.settings import final_values
from cms.themes.views import (
    Image,
    MenuItem,
    MetaView,
    PostCard,
    PostView,
    SiteView,
    TermView,
    ThemeView,
)

PLAIN_TYPES = frozenset({str, int, float, bool, type(None), datetime, date, Markup})


class Sources(Protocol):
    """The questions a theme may ask while it renders; the public door answers them.

    Only plain, already checked values are passed. An answer must hold nothing but views.
    """

    def posts(
        self,
        *,
        tag: str | None,
        category: str | None,
        author: str | None,
        kind: str,
        ids: tuple[str, ...],
        exclude: tuple[str, ...],
        featured: bool | None,
        order: str,
        limit: int,
    ) -> tuple[PostCard, ...]:
        """Published entries that fit, at most `limit`."""
        ...

    def terms(self, *, kind: str, limit: int, order: str) -> tuple[TermView, ...]:
        """Terms of one taxonomy; `order` is name, -count or position."""
        ...

    def menu(self, place: str) -> tuple[MenuItem, ...]:
        """The menu set for this place, marked for the page being rendered."""
        ...

    def page_by_slug(self, slug: str) -> PostView | None:
        """A published page."""
        ...

    def url(self, kind: str, slug: str) -> str:
        """The address of a thing of the site; '' where there is none.

        `kind` is home, search, feed, archive, post, page, tag, category or author.
        """
        ...

    def under_root(self, path: str) -> str:
        """A local path such as /-/theme/… below the path under which the site is served."""
        ...

    def image_url(self, image: Image, *, width: int, ratio: tuple[int, int] | None) -> str | None:
        """The address of a picture in this width, or None where only the original exists."""
        ...


class NoSources:
    """Answers every question with nothing; for tests, fixtures and error pages."""

    def posts(self, **wanted: Any) -> tuple[PostCard, ...]:
        """No entries."""
        return ()

    def terms(self, *, kind: str, limit: int, order: str) -> tuple[TermView, ...]:
        """No terms."""
        return ()

    def menu(self, place: str) -> tuple[MenuItem, ...]:
        """No menu."""
        return ()

    def page_by_slug(self, slug: str) -> PostView | None:
        """No page."""
        return None

    def url(self, kind: str, slug: str) -> str:
        """The home page and the search have fixed addresses; all else has none."""
        return {"home": "/", "search": "/search"}.get(kind, "")

    def under_root(self, path: str) -> str:
        """The site is served at the root of its host."""
        return path

    def image_url(self, image: Image, *, width: int, ratio: tuple[int, int] | None) -> str | None:
        """Only the original."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """One page to be rendered: what it is about, and who answers the theme's questions.

    `extra` holds what themes.md lists for the kind: posts, post, page, term, author, results …
    """

    kind: str
    site: SiteView
    meta: MetaView
    now: datetime
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    sources: Sources = field(default_factory=NoSources)
    style: str = ""
    scheme: str = "auto"
    lang: str = ""
    # “ltr” or “rtl” where it was chosen; otherwise the language says it.
    direction: str = ""
    preview: bool = False
    # What the owner adds to the head of every page; themes do not see it.
    head_tags: tuple[tuple[str, str, str], ...] = ()
    sharing_image: str = ""
    card: str = "auto"
    # Room for what is composed from nothing but this page, its site and its theme; whoever hands
    # it in does so with equal pages only, and lets it go when any of their values changes.
    kept: dict[object, Any] | None = None


def variables(theme: Theme, page: PageContext) -> dict[str, Any]:
    """Everything a template can name, apart from functions."""
    lang = page.lang or page.site.lang
    return {
        **page.extra,
        "site": page.site,
        "theme": ThemeView(
            id=theme.id,
            name=theme.manifest.name,
            version=theme.version,
            parent=theme.manifest.parent,
            style=page.style,
            scheme=page.scheme,
        ),
        "settings": settings_of(theme, page),
        "page_kind": page.kind,
        "meta": page.meta,
        "lang": lang,
        "dir": page.direction or i18n.direction(lang),
        "preview": page.preview,
        "theme_api": theme.manifest.api,
    }


def settings_of(theme: Theme, page: PageContext) -> Mapping[str, Any]:
    """The page's settings, with the theme's defaults where the door gave none that fits."""
    return MappingProxyType(final_values(theme.manifest.settings, page.settings))


def find_strangers(value: Any, path: str = "") -> Iterator[str]:
    """Name every place in a context that holds something else than views and plain values."""
    kind = type(value)
    if kind in PLAIN_TYPES:
        return
    if kind in views.VIEW_CLASSES:
        for each in dataclasses.fields(value):
            yield from find_strangers(getattr(value, each.name), f"{path}.{each.name}")
    elif kind in (tuple, frozenset):
        for index, item in enumerate(value):
            yield from find_strangers(item, f"{path}[{index}]")
    elif kind is MappingProxyType:
        for key, item in value.items():
            yield from find_strangers(key, f"{path}[key {key!r}]")
            yield from find_strangers(item, f"{path}[{key!r}]")
    else:
        yield f"{path or 'value'} is a {kind.__name__}"
