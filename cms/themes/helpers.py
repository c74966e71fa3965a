"""The functions a theme may call. Each finds the page it works for through the current Run."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from jinja2 import Undefined
from markupsafe import Markup, escape

from cms import i18n
from cms.themes import assets, budget, formatting, head, images, locales, views
from cms.themes.budget import OverBudget, Run
from cms.themes.views import Image, MenuItem, PostCard, PostView, TermView

MAX_POSTS = 50
MAX_TERMS = 200
MAX_MENUS = 12
LONGEST_ESCAPE = len("&quot;")
MAX_COUNTS = 5_000  # texts with a small number in them that are kept for a theme
POST_ORDERS = ("-published", "published", "-updated", "title", "-title", "position")
TERM_ORDERS = ("name", "-count", "position")

T = TypeVar("T")

_WORD = re.compile(r"[\w.:/-]{1,200}")
_RATIO = re.compile(r"([1-9]\d{0,3}):([1-9]\d{0,3})")
_ICON = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")
_ACTIVE_SVG = re.compile(
    r"<script|<foreignobject|\son\w+\s*=|javascript:|<!entity|\sstyle\s*=", re.I
)


# Files


def asset(path: str) -> str:
    """The address of one of the theme's files, with its fingerprint."""
    run = budget.current.get()
    found = assets.find_url_path(run.theme, _plain(path))
    if found is None:
        _note(run, f"asset {path}")
        return ""
    return run.page.sources.under_root(found)


def asset_inline(path: str) -> Markup:
    """A small SVG of the theme as part of the page; style sheets are always linked."""
    return _svg(budget.current.get(), _plain(path), "")


def icon(name: str) -> Markup:
    """One of the theme's icons, drawn in the colour of the text and silent to screen readers."""
    run = budget.current.get()
    plain = _plain(name)
    if not _ICON.fullmatch(plain):
        return Markup("")
    extra = f' class="icon icon-{plain}" aria-hidden="true" focusable="false"'
    return _svg(run, f"img/icons/{plain}.svg", extra)


def _svg(run: Run, path: str, extra: str) -> Markup:
    known: dict[tuple[str, str], Markup] = run.theme.__dict__.setdefault("_drawings", {})
    if (path, extra) not in known:
        text = assets.read_inline(run.theme, path) if path.endswith(".svg") else None
        if text is None or _ACTIVE_SVG.search(text) or "<svg" not in text:
            _note(run, f"drawing {path}")
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
        _note(run, f"image size {size}")
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


# Content


def menu(place: str) -> tuple[MenuItem, ...]:
    """The menu the owner set for a place."""
    run, name = budget.current.get(), _plain(place)
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
        "tag": _word(tag),
        "category": _word(category),
        "author": _word(author),
        "kind": _word(kind) or "post",
        "ids": _ids(ids),
        "exclude": _ids(exclude),
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
    name, most = _word(kind) or "tag", max(1, min(int(limit), MAX_TERMS))
    key = ("terms", name, most, order)
    return _query(run, key, lambda: run.page.sources.terms(kind=name, limit=most, order=order))


def page_by_slug(slug: str) -> PostView | None:
    """A published page, or None."""
    run, name = budget.current.get(), _word(slug) or ""

    def question() -> tuple[PostView, ...]:
        found = run.page.sources.page_by_slug(name)
        return () if found is None else (found,)

    answer = _query(run, ("page", name), question)
    return answer[0] if answer else None


def url(kind: str, slug: str = "") -> str:
    """The address of home, search, feed, archive, or of a post, page, tag, category or author."""
    run = budget.current.get()
    return run.page.sources.url(_word(kind) or "home", _word(slug) or "")


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


# Words


def t(key: str, **values: Any) -> str:
    """The theme's text for a key, with {names} filled in."""
    run = budget.current.get()
    found = locales.find_text(run.theme, run.variables["lang"], _plain(key))
    if found is None:
        _note(run, f"text {key}")
        return _plain(key)
    return _filled(found, values)


def tn(key: str, n: Any, **values: Any) -> str:
    """The theme's text for a key in the form that fits the number, which fills {n}."""
    run = budget.current.get()
    lang, plain = run.variables["lang"], _plain(key)
    number = n if isinstance(n, int | float) else 0
    known: dict[tuple[str, str, float], str] = run.theme.__dict__.setdefault("_counts", {})
    is_small = not values and type(number) is int and 0 <= number < formatting.SMALL_NUMBER
    if is_small and (lang, plain, number) in known:
        return known[lang, plain, number]
    found = locales.find_text(run.theme, lang, plain, number)
    if found is None:
        _note(run, f"text {key}")
        return plain
    text = _filled(found, {"n": formatting.number(number), **values})
    if is_small and len(known) < MAX_COUNTS:
        known[lang, plain, number] = text
    return text


def gettext(message: str, **values: Any) -> str:
    """A text written in English and looked up in the page's language; itself where unknown."""
    run = budget.current.get()
    lang, plain = run.variables["lang"], _plain(message)
    found = locales.find_text(run.theme, lang, plain)
    if found is None:
        with i18n.language(lang):
            found = i18n.gettext(plain)
    return _filled(found, values)


def _filled(text: str, values: Mapping[str, Any]) -> str:
    if not values:
        return text
    shown = {key: formatting.as_text(value) for key, value in values.items()}
    is_html = any(isinstance(value, Markup) for value in shown.values())
    # A text may name each value many times.
    room = len(text) + sum(map(len, shown.values())) * text.count("{")
    budget.current.get().make(room * (LONGEST_ESCAPE if is_html else 1))
    if is_html:
        # With trusted HTML among the values the whole becomes HTML, so all the rest is escaped.
        escaped = {key: escape(value) for key, value in shown.items()}
        return Markup(locales.fill(str(escape(text)), escaped))  # noqa: S704 - escaped just now
    return locales.fill(text, shown)


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


# Values from templates


def _plain(value: Any) -> str:
    return str(value)[:500] if isinstance(value, str) else ""


def _word(value: Any) -> str | None:
    if value is None or isinstance(value, Undefined) or value == "":
        return None
    text = str(value) if isinstance(value, str) else ""
    if not _WORD.fullmatch(text):
        raise ValueError("Only names and slugs can be asked for.")
    return text


def _ids(value: Any) -> tuple[str, ...]:
    if value is None or isinstance(value, Undefined):
        return ()
    items = value if isinstance(value, tuple | list | views.PageOf) else (value,)
    found = [each.id if isinstance(each, PostCard) else each for each in items]
    kept = [each for each in found if isinstance(each, str) and _WORD.fullmatch(each)]
    return tuple(kept[:MAX_POSTS])


def _note(run: Run, what: str) -> None:
    if run.strict:
        raise LookupError(f"There is no {what}.")
    if len(run.missing) < 50:
        run.missing.add(what)


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
    "menu": menu,
    "posts": posts,
    "terms": terms,
    "page_by_slug": page_by_slug,
    "url": url,
    "t": t,
    "tn": tn,
    "_": gettext,
    "pagination": pagination,
    "breadcrumbs": breadcrumbs,
    "toc": toc,
    "comments": comments,
    "search_form": search_form,
}
