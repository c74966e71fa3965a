"""Turning a page into an answer: the theme, what it may ask, and the headers of the result."""

import hashlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from flask import Response, current_app, make_response, request

from cms.addresses import urls
from cms.content import filing, queries
from cms.content.selection import Selection, posts
from cms.errors import NotFound
from cms.i18n import gettext as _
from cms.public import menus, presenting, site
from cms.themes import environment, lookup, views
from cms.themes.context import PageContext
from cms.web import gate, theming

PRIVATE = "private, no-store"
REVALIDATE = "public, max-age=0, must-revalidate"
FEED_AGE = "public, max-age=300"
# What a client sends that has the page already.
CONDITIONS = frozenset(
    f"HTTP_IF_{name}" for name in ("MATCH", "NONE_MATCH", "MODIFIED_SINCE", "UNMODIFIED_SINCE")
)


def page(
    kind: str,
    meta: views.MetaView,
    extra: Mapping[str, Any],
    *,
    slug: str = "",
    custom: str = "",
    lang: str = "",
    direction: str = "",
    status: int = 200,
    preview: bool = False,
    kept: dict[object, Any] | None = None,
) -> Response:
    """Render a kind of page in the active theme; the fallback theme stands in when it fails.

    `kept` belongs to what the page is made from, and lives as long (see PageContext).
    """
    settings = site.current()
    here, chosen = request.script_root + request.path, site.theme_choices()
    context = PageContext(
        kind=kind,
        site=site.view(),
        meta=meta,
        now=gate.now(),
        extra=extra if type(extra) is MappingProxyType else MappingProxyType(dict(extra)),
        sources=Sources(here) if site.is_open() else ClosedSources(here),
        settings=chosen.settings,
        style=chosen.style,
        scheme=chosen.scheme,
        lang=lang,
        direction=direction,
        preview=preview,
        head_tags=settings.head_tags,
        sharing_image=settings.sharing_image,
        card=settings.x_card,
        kept=kept,
    )
    current = theming.current()
    rendered = environment.render_with_fallback(
        theming.find_theme(settings.theme),
        current.catalog.fallback,
        lookup.names_for(kind, slug=slug, custom=custom, code=status),
        context,
        circuit=current.circuit,
        on_failure=theming.note_failure,
    )
    response = make_response(rendered.html, status)
    if rendered.failure is not None:
        response.headers["X-Theme-Fallback"] = rendered.failure.template
        response.headers["Cache-Control"] = "no-store"
    return finish(response)


def text(body: str, mimetype: str, *, age: str = REVALIDATE) -> Response:
    """An answer that no theme draws."""
    response = make_response(body)
    response.content_type = f"{mimetype}; charset=utf-8"
    return finish(response, age=age)


def xml(template: str, **values: Any) -> str:
    """One of the door's own XML templates, filled in; it knows nothing of who asks."""
    return current_app.jinja_env.get_template(template).render(values)


def finish(response: Response, *, age: str = REVALIDATE) -> Response:
    """Say how long the answer may be kept, and answer 304 to who has it already."""
    visitor = site.visitor()
    if visitor.is_staff or visitor.unlocked:
        # This visitor may have seen more than others do.
        response.headers["Cache-Control"] = PRIVATE
        response.vary.add("Cookie")
        return response
    response.headers.setdefault("Cache-Control", age)
    if response.status_code == 200 and request.method in ("GET", "HEAD"):
        digest = hashlib.sha256(response.get_data()).hexdigest()[:20]
        response.headers["ETag"] = f'W/"{digest}"'
        if not CONDITIONS.isdisjoint(request.environ):
            response.make_conditional(request)
    return response


def ensure_open() -> Response | None:
    """None on a public site; on a closed one the page that stands in front of all others."""
    if site.is_open():
        return None
    settings = site.current()
    coming = settings.access == "coming-soon"
    words = settings.coming_soon_text if coming else ""
    title = _("Coming soon") if coming else _("This site is private")
    message = words or (
        _("Something is being made here. Come back in a while.")
        if coming
        else _("Only the people who work on it can read it.")
    )
    return error_page(503 if coming else 403, title, message)


def ensure_feed_open() -> None:
    """Raises NotFound for machine-readable pages of a site that is not public."""
    if not site.is_open():
        raise NotFound


def error_page(
    status: int, title: str, message: str, suggestions: Sequence[views.PostCard] = ()
) -> Response:
    """A page that says why there is none, in the site's theme."""
    error = views.ErrorView(code=status, title=title, message=message)
    extra = {"error": error, "suggestions": tuple(suggestions), "query": ""}
    meta = views.MetaView(title=title, robots="noindex")
    response = page("error", meta, extra, status=status)
    if status == 503:
        response.headers["Retry-After"] = "3600"
    response.headers["Cache-Control"] = "no-store"
    return response


class Sources:
    """Answers what a theme asks for while it renders (see themes.context.Sources)."""

    def __init__(self, here: str) -> None:
        """For the page at the link `here`."""
        self.here = here

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
    ) -> tuple[views.PostCard, ...]:
        """Published entries that fit."""
        now = gate.now()
        terms: tuple[str, ...] = ()
        if tag or category:
            term = filing.find_term("tag" if tag else "category", str(tag or category))
            if term is None:
                return ()
            terms = (term.id,)
        profile = filing.find_profile(author) if author else None
        if author and profile is None:
            return ()
        selection = Selection(
            types=(kind,) if kind != "post" else posts().types,
            term_ids=terms,
            profile_id=profile.id if profile else None,
            entry_ids=ids or None,
            without=exclude,
            featured=featured,
            oldest_first=order == "published",
        )
        return presenting.cards(queries.list_cards(selection, now=now, limit=limit), now=now)

    def terms(self, *, kind: str, limit: int, order: str) -> tuple[views.TermView, ...]:
        """Terms that are in use."""
        rows = filing.list_used_terms(kind, now=gate.now())
        if order == "-count":
            rows = tuple(sorted(rows, key=lambda row: (-row[1], row[0].name)))
        return tuple(
            views.TermView(
                id=row.id,
                kind=row.taxonomy,
                slug=row.slug,
                name=row.name,
                url=urls.local(row.path),
                count=count,
            )
            for row, count in rows[:limit]
        )

    def menu(self, place: str) -> tuple[views.MenuItem, ...]:
        """The menu set for this place."""
        return menus.show(place, self.here)

    def page_by_slug(self, slug: str) -> views.PostView | None:
        """A published page that everyone may see, without its text."""
        cards = queries.find_by_path(f"/{slug.strip('/')}/", now=gate.now())
        return presenting.bare(cards) if cards else None

    def url(self, kind: str, slug: str) -> str:
        """The address of a thing of the site."""
        fixed = {
            "home": "/",
            "search": "/search",
            "feed": "/feed.xml",
            "archive": "/archive/",
        }
        if kind in fixed:
            return urls.local(fixed[kind])
        if kind in ("tag", "category", "author") and slug:
            return urls.local(f"/{kind}/{slug}/")
        return ""

    def under_root(self, path: str) -> str:
        """A local path below the path under which the site is served."""
        return urls.local(path)

    def image_url(
        self, image: views.Image, *, width: int, ratio: tuple[int, int] | None
    ) -> str | None:
        """Only the original is there."""
        return None


class ClosedSources(Sources):
    """The same before a closed door: a theme learns addresses of the core, and nothing written."""

    def posts(self, **_wanted: Any) -> tuple[views.PostCard, ...]:
        """No entries."""
        return ()

    def terms(self, **_wanted: Any) -> tuple[views.TermView, ...]:
        """No terms."""
        return ()

    def menu(self, place: str) -> tuple[views.MenuItem, ...]:
        """No menu."""
        return ()

    def page_by_slug(self, slug: str) -> None:
        """No page."""
