"""The functions a theme may call. Each finds the page it works for through the current Run."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from cms.themes import asking, assets, budget, formatting, given, head, images, saying, views
from cms.themes.budget import Run
from cms.themes.views import Image, PostView

_RATIO = re.compile(r"([1-9]\d{0,3}):([1-9]\d{0,3})")
_ICON = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")
_ACTIVE_SVG = re.compile(
    r"<script|<foreignobject|\son\w+\s*=|javascript:|<!entity|\sstyle\s*=", re.I
)


# Files


def asset(path: str) -> str:
    """The address of one of the theme's files, with its fingerprint."""
    run = budget.current.get()
    found = assets.find_url_path(run.theme, given.plain(path))
    if found is None:
        given.note(run, f"asset {path}")
        return ""
    return run.page.sources.under_root(found)


def asset_inline(path: str) -> Markup:
    """A small SVG of the theme as part of the page; style sheets are always linked."""
    return _svg(budget.current.get(), given.plain(path), "")


def icon(name: str) -> Markup:
    """One of the theme's icons, drawn in the colour of the text and silent to screen readers."""
    run = budget.current.get()
    plain = given.plain(name)
    if not _ICON.fullmatch(plain):
        return Markup("")
    extra = f' class="icon icon-{plain}" aria-hidden="true" focusable="false"'
    return _svg(run, f"img/icons/{plain}.svg", extra)


def _svg(run: Run, path: str, extra: str) -> Markup:
    known: dict[tuple[str, str], Markup] = run.theme.__dict__.setdefault("_drawings", {})
    if (path, extra) not in known:
        text = assets.read_inline(run.theme, path) if path.endswith(".svg") else None
        if text is None or _ACTIVE_SVG.search(text) or "<svg" not in text:
            given.note(run, f"drawing {path}")
            return Markup("")
        drawing = text[text.index("<svg") :].strip().replace("<svg", f"<svg{extra}", 1)
        known[path, extra] = Markup(drawing)  # noqa: S704 - a checked file of the theme
    return known[path, extra]


# Pictures


def image(
    img: Any,
    size: str | None = None,
    sizes: str | None = None,
    ratio: str | None = None,
    class_: str = "",
    alt: str | None = None,
    priority: bool = False,
    link: str | None = None,
) -> Markup:
    """A picture in one of the theme's sizes; `alt` replaces the picture's own description."""
    run = budget.current.get()
    if not isinstance(img, Image):
        return Markup("")
    named = run.theme.manifest.image_sizes.get(size) if size else None
    if size and named is None:
        given.note(run, f"image size {size}")
    drawn = images.picture(
        run,
        img,
        named,
        sizes=sizes,
        ratio=_ratio(ratio),
        css_class=class_,
        alt=alt,
        priority=bool(priority),
    )
    if link:
        drawn = images.tag("a", {"href": link}) + drawn + Markup("</a>")
    run.make(len(drawn))
    return drawn


def image_url(img: Any, width: int = 0, ratio: str | None = None) -> str:
    """The address of a picture, in this width where the site can offer it."""
    if not isinstance(img, Image):
        return ""
    sources = budget.current.get().page.sources
    found = sources.image_url(img, width=int(width), ratio=_ratio(ratio)) if width else None
    return found or img.url


def _ratio(text: str | None) -> tuple[int, int] | None:
    match = _RATIO.fullmatch(text) if isinstance(text, str) else None
    return (int(match[1]), int(match[2])) if match else None


# Pieces of every page


def head_() -> Markup:
    """Title, description, canonical address, link previews, feeds, icons and core stylesheets."""
    return head.compose(budget.current.get())


def foot() -> Markup:
    """The place at the end of the page that belongs to the core; empty as yet."""
    return Markup("")


def setting_css() -> Markup:
    """The link to the owner's settings as CSS; head() already holds it."""
    return Markup("".join(head.settings_sheet(budget.current.get())))  # noqa: S704 - escaped there


def year() -> int:
    """This year, in the site's time zone."""
    page = budget.current.get().page
    return page.now.astimezone(formatting.zone(page.site.timezone)).year


# Parts from the core's library


def pagination(page_of: Any) -> Markup:
    """Links to the other pages of a list."""
    if not isinstance(page_of, views.PageOf):
        return Markup("")
    return _library("pagination.html", page_of=page_of)


def breadcrumbs() -> Markup:
    """The way from the home page to this one."""
    crumbs = budget.current.get().variables.get("breadcrumbs")
    return _library("breadcrumbs.html", crumbs=crumbs) if crumbs else Markup("")


def toc(post: Any, max_level: int = 3) -> Markup:
    """The contents of an entry, as links to its headings."""
    headings = post.toc if isinstance(post, PostView) else ()
    return _library("toc.html", headings=headings, max_level=max_level) if headings else Markup("")


def comments() -> Markup:
    """What readers said; empty as yet."""
    return Markup("")


def search_form(label: str | None = None) -> Markup:
    """A field that leads to the search page."""
    run = budget.current.get()
    return _library(
        "search-form.html",
        action=run.page.sources.url("search", ""),
        label=label,
        query=run.variables.get("query") or "",
    )


def _library(name: str, **values: Any) -> Markup:
    run = budget.current.get()
    environment = run.cache["environment"]
    template = environment.get_template(f"core:{name}")
    context = template.new_context({**run.variables, **values})
    return Markup(environment.concat(template.root_render_func(context)))  # noqa: S704 - rendered


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "asset": asset,
    "asset_inline": asset_inline,
    "icon": icon,
    "image": image,
    "image_url": image_url,
    "head": head_,
    "foot": foot,
    "setting_css": setting_css,
    "year": year,
    "menu": asking.menu,
    "posts": asking.posts,
    "terms": asking.terms,
    "page_by_slug": asking.page_by_slug,
    "url": asking.url,
    "t": saying.t,
    "tn": saying.tn,
    "_": saying.gettext,
    "pagination": pagination,
    "breadcrumbs": breadcrumbs,
    "toc": toc,
    "comments": comments,
    "search_form": search_form,
}
