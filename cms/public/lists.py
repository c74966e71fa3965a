"""Lists: of a tag, a category, an author, a year or a month, and the archive of all."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.dates import format_date
from flask import Response

from cms import db
from cms.addresses import urls
from cms.content import queries, terms
from cms.content.models import Profile, Term
from cms.content.queries import Selection
from cms.errors import NotFound
from cms.i18n import gettext as _
from cms.public import answering, presenting, routing, site
from cms.rendering import excerpt, pipeline
from cms.themes import views
from cms.web import gate

ARCHIVE_SIZE = 50
DESCRIPTION_WORDS = 40
_PERIOD = re.compile(r"^/archive/(?:([0-9]{4})/(?:([0-9]{2})/)?)?$")


def of_term(row: Term, number: int) -> Response:
    """The posts of a tag, or of a category and all below it."""
    selection = selection_of_term(row)
    total = queries.count(selection, now=gate.now())
    parent = db.session().get(Term, row.parent_id) if row.parent_id else None
    children = terms.list_children(row)
    view = presenting.term(row, count=total, parent=parent, children=children)
    return _list(
        row.taxonomy, selection, row.path, number, title=row.name, total=total,
        description=_short(row.description), extra={"term": view}, slug=row.slug,
    )  # fmt: skip


def of_author(row: Profile, number: int) -> Response:
    """The posts of a profile."""
    selection = queries.posts(profile_id=row.id)
    total = queries.count(selection, now=gate.now())
    view = presenting.author(row, count=total)
    return _list(
        "author", selection, f"/author/{row.handle}/", number, title=row.name, total=total,
        description=_short(row.bio), extra={"author": view}, slug=row.handle,
    )  # fmt: skip


def is_shown(row: Term | Profile) -> bool:
    """Whether visitors may know of it: of no internal term, of nobody who is nowhere named."""
    if isinstance(row, Term):
        return not row.internal
    named = queries.Selection(profile_id=row.id, unlisted=True)
    return queries.count(named, now=gate.now()) > 0


def is_archive(base: str) -> bool:
    """Whether this path is the archive's, or that of one of its periods."""
    return _PERIOD.match(base) is not None


def archive(base: str, number: int) -> Response:
    """All posts by date, or those of a year or a month; raises NotFound for impossible ones."""
    year, month = _read_period(base)
    now, settings = gate.now(), site.current()
    selection = queries.posts()
    title = _("Archive")
    if year is not None:
        selection = queries.in_period(year, month, settings.zone)
        title = _period_label(year, month, settings.locale)
    total = queries.count(selection, now=now)
    if year is not None and not total:
        raise NotFound
    period = views.PeriodView(
        year=year or 0, month=month, label=title if year else "", url=urls.local(base), count=total
    )
    extra = {"period": period, "years": _years()}
    return _list("archive", selection, base, number, title=title, total=total, extra=extra,
                 size=ARCHIVE_SIZE)  # fmt: skip


def selection_of_term(row: Term) -> Selection:
    """What the list of a term holds: its own entries, and those of all terms below it."""
    return queries.posts(term_ids=queries.with_descendants(row.id, now=gate.now()))


def _list(
    kind: str,
    selection: Selection,
    base: str,
    number: int,
    *,
    title: str,
    total: int,
    extra: Mapping[str, Any],
    description: str = "",
    slug: str = "",
    size: int = 0,
) -> Response:
    now, settings = gate.now(), site.current()
    size = size or settings.posts_per_page
    if number > presenting.last_page(total, size):
        raise NotFound
    rows = queries.list_cards(selection, now=now, limit=size, offset=(number - 1) * size)
    page = presenting.page_of(
        presenting.cards(rows, now=now),
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
        feeds=site.feed_links(base, title),
        prev_url=page.prev_url,
        next_url=page.next_url,
    )
    crumbs = (
        views.Crumb(label=_("Home"), url=urls.local("/")),
        views.Crumb(label=title, url=urls.local(base), current=True),
    )
    context = {"posts": page, "breadcrumbs": crumbs, **extra}
    return answering.page(kind, meta, context, slug=slug)


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
