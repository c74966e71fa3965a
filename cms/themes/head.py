"""What stands in <head>: title, description, addresses, previews, feeds, icons, stylesheets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from markupsafe import Markup

from cms.themes import assets, views
from cms.themes.budget import Run
from cms.themes.formatting import absolute
from cms.themes.json_filter import html_safe_json
from cms.themes.printing import escape_text

CONTENT_SHEET = "core:content.css"
_AS_JSON = json.JSONEncoder(ensure_ascii=False).encode
SETTINGS_LINKED = "settings.css"  # noted by a page that has the link
_LISTS = ("home", "index", "tag", "category", "archive")


def compose(run: Run) -> Markup:
    """Everything a page says about itself before its content begins; composed once where it can."""
    page, has_settings = run.page, SETTINGS_LINKED in run.cache
    if page.kept is None:
        return _compose(run)
    values = tuple(run.variables["settings"].items())
    key = (run.theme.id, run.theme.digest, has_settings, page.style, page.scheme, page.preview)
    kept: tuple[object, object, Markup] | None = page.kept.get(key)
    # What these are made from may be another before the page is.
    if kept is None or kept[0] is not page.site or kept[1] != values:
        kept = page.kept[key] = (page.site, values, _compose(run))
    run.cache[SETTINGS_LINKED] = True
    return kept[2]


def _compose(run: Run) -> Markup:
    parts = [
        *_basics(run),
        *_links(run),
        *_previews(run),
        *_added(run),
        *stylesheets(run),
        *_structured(run),
    ]
    return Markup("\n".join(parts))  # noqa: S704 - what is not ours in it was escaped


def page_title(run: Run) -> str:
    """The page's own title and the site's, or the site's alone."""
    own, site = run.page.meta.title, run.page.site
    if own and own != site.title:
        return f"{own} – {site.title}"
    return f"{site.title} – {site.tagline}" if site.tagline else site.title


def stylesheets(run: Run) -> Iterator[str]:
    """The core's sheet for content, and the owner's settings at most once a page."""
    path = assets.find_url_path(run.theme, CONTENT_SHEET)
    if path:
        yield _link("stylesheet", run.page.sources.under_root(path))
    yield from settings_sheet(run)


def settings_sheet(run: Run) -> Iterator[str]:
    """The link to the owner's settings, unless they say nothing new."""
    if SETTINGS_LINKED in run.cache:
        return
    run.cache[SETTINGS_LINKED] = True
    sheet = assets.settings_sheet(run.theme, run.variables["settings"], run.page.style)
    if sheet.css:
        yield _link("stylesheet", run.page.sources.under_root(sheet.path))


def _meta(name: str, content: str) -> str:
    return f'<meta name="{escape_text(name)}" content="{escape_text(content)}">'


def _property(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{escape_text(content)}">'


def _link(rel: str, href: str, **more: str) -> str:
    given = "".join([f' {key}="{escape_text(value)}"' for key, value in more.items() if value])
    return f'<link rel="{escape_text(rel)}"{given} href="{escape_text(href)}">'


def _basics(run: Run) -> Iterator[str]:
    meta = run.page.meta
    yield '<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape_text(page_title(run))}</title>"
    if meta.description:
        yield _meta("description", meta.description)
    robots = "noindex" if run.page.preview else meta.robots
    if robots:
        yield _meta("robots", robots)
    scheme = run.page.scheme
    schemes = " ".join(run.theme.manifest.color_schemes) if scheme == "auto" else scheme
    if schemes:
        yield _meta("color-scheme", schemes)
    else:
        yield '<meta name="color-scheme">'


def _links(run: Run) -> Iterator[str]:
    meta, site = run.page.meta, run.page.site
    if meta.canonical:
        yield _link("canonical", meta.canonical)
    if meta.prev_url:
        yield _link("prev", meta.prev_url)
    if meta.next_url:
        yield _link("next", meta.next_url)
    for lang in meta.alternates:
        yield _link("alternate", lang.url, hreflang=lang.code)
    for feed in (*meta.feeds, *site.feeds):
        mime = feed.mime or "application/atom+xml"
        yield _link("alternate", feed.url, type=mime, title=feed.label)
    if meta.markdown_url:
        yield _link("alternate", meta.markdown_url, type="text/markdown")
    if site.icon:
        yield _link("icon", site.icon.url, type=site.icon.mime)


def _previews(run: Run) -> Iterator[str]:
    meta, site = run.page.meta, run.page.site
    image = meta.image or site.cover
    properties: dict[str, object] = {
        "og:site_name": site.title,
        "og:title": meta.title or site.title,
        "og:description": meta.description,
        "og:type": meta.type,
        "og:url": meta.canonical,
        "og:locale": site.locale.replace("-", "_"),
    }
    if image:
        properties |= {
            "og:image": absolute_url(image.url),
            "og:image:width": image.width or "",
            "og:image:height": image.height or "",
            "og:image:alt": image.alt,
        }
    elif run.page.sharing_image:
        properties["og:image"] = absolute_url(run.page.sharing_image)
    if meta.type == "article":
        properties["article:published_time"] = _iso(meta.published)
        properties["article:modified_time"] = _iso(meta.modified)
    for name, content in properties.items():
        if content:
            yield _property(name, str(content))
    card = run.page.card
    if card == "auto":
        card = "summary_large_image" if properties.get("og:image") else "summary"
    yield _meta("twitter:card", card)


def _added(run: Run) -> Iterator[str]:
    """The owner's own tags, which were held against a list of what may stand here."""
    for kind, name, value in run.page.head_tags:
        yield _meta(name, value) if kind == "meta" else _link(name, value)


def _structured(run: Run) -> Iterator[str]:
    if run.page.kind in ("error", "private", "search"):
        return
    graph = [_thing(run)]
    crumbs = run.variables.get("breadcrumbs") or ()
    if len(crumbs) > 1:
        graph.append(_crumbs(crumbs))
    dumped = _AS_JSON({"@context": "https://schema.org", "@graph": graph})
    # A block of data: browsers never run it, so it is no inline script.
    yield f'<script type="application/ld+json">{html_safe_json(dumped)}</script>'


def _thing(run: Run) -> dict[str, Any]:
    meta, site = run.page.meta, run.page.site
    entry = run.variables.get("post") or run.variables.get("page")
    thing: dict[str, Any] = {
        "@type": "CollectionPage" if run.page.kind in _LISTS else "WebPage",
        "name": meta.title or site.title,
        "url": meta.canonical or site.url,
        "inLanguage": run.variables["lang"],
        "isPartOf": {"@type": "WebSite", "name": site.title, "url": site.url},
    }
    if meta.description:
        thing["description"] = meta.description
    if run.page.kind == "home":
        thing["@type"] = "WebSite"
        del thing["isPartOf"]
    if meta.image:
        thing["image"] = absolute_url(meta.image.url)
    term = run.variables.get("term")
    if isinstance(term, views.TermView):
        thing["about"] = {"@type": "DefinedTerm", "name": term.name, "url": absolute_url(term.url)}
    author = run.variables.get("author")
    if isinstance(author, views.AuthorView):
        thing["@type"] = "ProfilePage"
        thing["mainEntity"] = {"@type": "Person", "name": author.name, "url": author.url}
    if isinstance(entry, views.PostView) and run.page.kind == "post":
        thing |= _posting(entry, meta)
    return thing


def _posting(post: views.PostView, meta: views.MetaView) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@type": "BlogPosting",
        "headline": post.title[:110],
        "datePublished": _iso(post.published),
        "dateModified": _iso(post.updated or post.published),
        "wordCount": post.words,
        "author": [
            {"@type": "Person", "name": each.name, "url": absolute_url(each.url)}
            for each in post.authors
        ],
        "keywords": [each.name for each in post.tags],
    }
    image = meta.image or post.image
    if image:
        found["image"] = absolute_url(image.url)
    return {key: value for key, value in found.items() if value}


def _crumbs(crumbs: tuple[views.Crumb, ...]) -> dict[str, Any]:
    items = [
        {"@type": "ListItem", "position": at, "name": crumb.label, "item": absolute_url(crumb.url)}
        for at, crumb in enumerate(crumbs, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def absolute_url(address: str) -> str:
    """The address with the site's own in front where it is a local one."""
    return absolute(address) if address else ""


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
