"""Lists: of a tag, a category, an author, a year or a month, and the archive of all."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from babel.dates import format_date
from flask import Response

from cms import db
from cms.addresses import urls
from cms.content import filing, profiles, queries, term_places
from cms.content.models import Profile, Term
from cms.content.selection import Selection, in_period, posts
from cms.errors import NotFound
from cms.i18n import gettext as _
from cms.public import answering, presenting, routing, site
from cms.rendering import excerpt, pipeline
from cms.themes import views
from cms.web import gate

ARCHIVE_SIZE = 50
DESCRIPTION_WORDS = 40
REMEMBERED_PAGES = 3
_PERIOD = re.compile(r"^/archive/(?:([0-9]{4})/(?:([0-9]{2})/)?)?$")


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of posts that has an address of its own: of a tag, a category or an author."""

    kind: str
    path: str
    slug: str
    title: str
    description: str
    selection: Selection
    count: int
    view: views.TermView | views.AuthorView
    crumbs: tuple[views.Crumb, ...]
    # What search engines and previews are told, where it is not what the page itself shows.
    seo_title: str = ""
    image: views.Image | None = None
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """All that a page of a list is made from."""

    meta: views.MetaView
    extra: Mapping[str, object]
    kept: dict[object, Any] = field(default_factory=dict)  # see themes.context.PageContext


def get_listing(kind: str, target_id: str) -> Listing:
    """The list of a term or a profile; raises NotFound where visitors may not know of it."""
    make = _of_term if kind == "term" else _of_author
    found = site.remembered(("listing", target_id), lambda: make(target_id))
    if found is None:
        raise NotFound(gone=kind == "term" and db.session().get(Term, target_id) is None)
    return found


def show(listing: Listing, number: int) -> Response:
    """A page of the list."""
    name = "author" if listing.kind == "author" else "term"
    return _list(
        listing.kind, listing.selection, listing.path, number,
        title=listing.seo_title or listing.title, total=listing.count,
        description=listing.description, slug=listing.slug, crumbs=listing.crumbs,
        extra={name: listing.view}, image=listing.image, lang=listing.lang,
    )  # fmt: skip


def _of_term(term_id: str) -> Listing | None:
    """The posts of a tag, or of a category and all below it.

    None of an internal term, nor of one that nothing public carries: what drafts are about is
    nobody's business yet.
    """
    row = db.session().get(Term, term_id)
    if row is None or row.internal:
        return None
    now = gate.now()
    selection = posts(term_ids=filing.with_descendants(row.id, now=now))
    above = [each for each in _above(row) if not each.internal]
    below = term_places.children(row)
    shown = queries.shown_terms([each.id for each in below], now=now)
    children = [each for each in below if each.id in shown]
    count = queries.count(selection, now=now)
    if not count:
        return None
    seo = row.seo or {}
    view = presenting.term(row, count=count, parent=above[-1] if above else None, children=children)
    return Listing(
        kind=row.taxonomy,
        path=row.path,
        slug=row.slug,
        title=row.name,
        description=seo.get("description") or _short(row.description),
        selection=selection,
        count=count,
        view=view,
        seo_title=seo.get("title") or "",
        image=view.image,
        lang=row.locale,
        crumbs=_crumbs(*((each.name, each.path) for each in (*above, row))),
    )


def _above(row: Term) -> list[Term]:
    """The terms above this one, the topmost first."""
    found: list[Term] = []
    while row.parent_id is not None and len(found) < term_places.MAX_DEPTH:
        row = db.session().get_one(Term, row.parent_id)
        found.insert(0, row)
    return found


def _of_author(profile_id: str) -> Listing | None:
    """The posts of a profile; nobody is shown who is nowhere named."""
    row, now = db.session().get(Profile, profile_id), gate.now()
    named = Selection(profile_id=profile_id, unlisted=True)
    if row is None or not queries.count(named, now=now):
        return None
    selection = posts(profile_id=row.id)
    count = queries.count(selection, now=now)
    path = profiles.path_for(row.handle)
    return Listing(
        kind="author",
        path=path,
        slug=row.handle,
        title=row.name,
        description=(row.seo or {}).get("description") or _short(row.bio),
        selection=selection,
        count=count,
        view=presenting.author(row, count=count),
        crumbs=_crumbs((row.name, path)),
    )


def is_archive(base: str) -> bool:
    """Whether this path is the archive's, or that of one of its periods."""
    return _PERIOD.match(base) is not None


def archive(base: str, number: int) -> Response:
    """All posts by date, or those of a year or a month; raises NotFound for impossible ones."""
    year, month = _read_period(base)
    now, settings = gate.now(), site.current()
    selection = posts()
    title = _("Archive")
    if year is not None:
        selection = in_period(year, month, settings.zone)
        title = _period_label(year, month, settings.locale)
    total = queries.count(selection, now=now)
    if year is not None and not total:
        raise NotFound
    period = views.PeriodView(
        year=year or 0, month=month, label=title if year else "", url=urls.local(base), count=total
    )
    extra = {"period": period, "years": _years()}
    return _list(
        "archive", selection, base, number, title=title, total=total, extra=extra,
        crumbs=_period_crumbs(year, month, title), size=ARCHIVE_SIZE,
    )  # fmt: skip


def _list(
    kind: str,
    selection: Selection,
    base: str,
    number: int,
    *,
    title: str,
    total: int,
    crumbs: tuple[views.Crumb, ...],
    extra: Mapping[str, Any],
    description: str = "",
    slug: str = "",
    size: int = 0,
    image: views.Image | None = None,
    lang: str = "",
) -> Response:
    settings = site.current()
    size = size or settings.posts_per_page
    if number > presenting.last_page(total, size):
        raise NotFound

    def make() -> Made:
        page = presenting.page_of(
            _cards(selection, number, size),
            presenting.page_links(base),
            number=number,
            size=size,
            total=total,
        )
        meta = views.MetaView(
            title=title,
            description=description,
            canonical=urls.absolute(routing.page_path(base, number)),
            robots="" if settings.search_engines and total else "noindex",
            image=image,
            feeds=() if kind == "archive" else site.feed_links(base, title),
            prev_url=page.prev_url,
            next_url=page.next_url,
        )
        return Made(meta, MappingProxyType({"posts": page, "breadcrumbs": crumbs, **extra}))

    # The first pages are those that most visitors see.
    made = (
        make() if number > REMEMBERED_PAGES else site.remembered(("list", kind, base, number), make)
    )
    return answering.page(kind, made.meta, made.extra, slug=slug, lang=lang, kept=made.kept)


def _cards(selection: Selection, number: int, size: int) -> tuple[views.PostCard, ...]:
    now, offset = gate.now(), (number - 1) * size
    return presenting.cards(
        queries.list_cards(selection, now=now, limit=size, offset=offset), now=now
    )


def _read_period(base: str) -> tuple[int | None, int | None]:
    match = _PERIOD.match(base)
    if match is None:
        raise NotFound
    year, month = (int(part) if part else None for part in match.groups())
    if (year is not None and not 1 <= year <= 9998) or (month is not None and not 1 <= month <= 12):
        raise NotFound
    return year, month


def _period_label(year: int, month: int | None, locale: str) -> str:
    if month is None:
        return str(year)
    pattern = "LLLL y"
    return str(format_date(date(year, month, 1), pattern, locale=locale.replace("-", "_")))


def _period_crumbs(year: int | None, month: int | None, title: str) -> tuple[views.Crumb, ...]:
    way = [(_("Archive"), "/archive/")]
    if year is not None:
        way.append((str(year), f"/archive/{year}/"))
    if month is not None:
        way.append((title, f"/archive/{year}/{month:02}/"))
    return _crumbs(*way)


def _crumbs(*way: tuple[str, str]) -> tuple[views.Crumb, ...]:
    """The way from the home page to the last of these."""
    steps = [(_("Home"), "/"), *way]
    return tuple(
        views.Crumb(label=label, url=urls.local(path), current=number == len(steps))
        for number, (label, path) in enumerate(steps, start=1)
    )


def _years() -> tuple[views.PeriodView, ...]:
    counts: dict[int, int] = {}
    for period in queries.periods(site.current().zone, now=gate.now()):
        counts[period.year] = counts.get(period.year, 0) + period.count
    return tuple(
        views.PeriodView(year=year, label=str(year), url=urls.local(f"/archive/{year}/"), count=n)
        for year, n in counts.items()
    )


def _short(source: str) -> str:
    if not source.strip():
        return ""
    return excerpt.excerpt_text(pipeline.render(source).html, DESCRIPTION_WORDS)
