"""What stands in <head>: title, description, addresses, previews, feeds, icons, stylesheets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from markupsafe import Markup

from cms.themes import assets, views
from cms.themes.budget import Run
from cms.themes.filters import html_safe_json
from cms.themes.formatting import absolute
from cms.themes.images import tag

CONTENT_SHEET = "core:content.css"
_LISTS = ("home", "index", "tag", "category", "archive")


def compose(run: Run) -> Markup:
    """Everything a page says about itself before its content begins."""
    parts = [*_basics(run), *_links(run), *_previews(run), *stylesheets(run), *_structured(run)]
    return Markup("\n".join(parts))  # noqa: S704 - every part is Markup already


def page_title(run: Run) -> str:
    """The page's own title and the site's, or the site's alone."""
    own, site = run.page.meta.title, run.page.site
    if own and own != site.title:
        return f"{own} – {site.title}"
    return f"{site.title} – {site.tagline}" if site.tagline else site.title


def stylesheets(run: Run) -> Iterator[Markup]:
    """The core's sheet for content, and the owner's settings at most once a page."""
    path = assets.find_url_path(run.theme, CONTENT_SHEET)
    if path:
        yield tag("link", {"rel": "stylesheet", "href": run.page.sources.under_root(path)})
    yield from settings_sheet(run)


def settings_sheet(run: Run) -> Iterator[Markup]:
    """The link to the owner's settings, unless they say nothing new."""
    if "settings.css" in run.cache:
        return
    run.cache["settings.css"] = True
    sheet = assets.settings_sheet(run.theme, run.variables["settings"], run.page.style)
    if sheet.css:
        href = run.page.sources.under_root(sheet.path)
        yield tag("link", {"rel": "stylesheet", "href": href})


def _basics(run: Run) -> Iterator[Markup]:
    meta = run.page.meta
    yield tag("meta", {"charset": "utf-8"})
    yield tag("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"})
    yield Markup("<title>{}</title>").format(page_title(run))
    if meta.description:
        yield tag("meta", {"name": "description", "content": meta.description})
    robots = "noindex" if run.page.preview else meta.robots
    if robots:
        yield tag("meta", {"name": "robots", "content": robots})
    scheme = run.page.scheme
    schemes = " ".join(run.theme.manifest.color_schemes) if scheme == "auto" else scheme
    yield tag("meta", {"name": "color-scheme", "content": schemes})


def _links(run: Run) -> Iterator[Markup]:
    meta, site = run.page.meta, run.page.site
    for rel, href in (
        ("canonical", meta.canonical),
        ("prev", meta.prev_url),
        ("next", meta.next_url),
    ):
        if href:
            yield tag("link", {"rel": rel, "href": href})
    for lang in meta.alternates:
        yield tag("link", {"rel": "alternate", "hreflang": lang.code, "href": lang.url})
    for feed in (*meta.feeds, *site.feeds):
        mime = feed.mime or "application/atom+xml"
        yield tag("link", {"rel": "alternate", "type": mime, "title": feed.label, "href": feed.url})
    if meta.markdown_url:
        yield tag("link", {"rel": "alternate", "type": "text/markdown", "href": meta.markdown_url})
    if site.icon:
        yield tag("link", {"rel": "icon", "type": site.icon.mime, "href": site.icon.url})


def _previews(run: Run) -> Iterator[Markup]:
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
    if meta.type == "article":
        properties["article:published_time"] = _iso(meta.published)
        properties["article:modified_time"] = _iso(meta.modified)
    for name, content in properties.items():
        if content:
            yield tag("meta", {"property": name, "content": content})
    card = "summary_large_image" if image else "summary"
    yield tag("meta", {"name": "twitter:card", "content": card})


def _structured(run: Run) -> Iterator[Markup]:
    if run.page.kind in ("error", "private", "search"):
        return
    graph = [_thing(run)]
    crumbs = run.variables.get("breadcrumbs") or ()
    if len(crumbs) > 1:
        graph.append(_crumbs(crumbs))
    dumped = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False)
    # A block of data: browsers never run it, so it is no inline script.
    opening = Markup('<script type="application/ld+json">')
    yield opening + html_safe_json(dumped) + Markup("</script>")


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
