"""One entry: a post, a page, or whatever else has a page of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from flask import Response

from cms.addresses import urls
from cms.content import filing, queries, surroundings, types, visibility
from cms.content.models import Publication
from cms.content.rows import Card, Whole
from cms.content.selection import Selection
from cms.content.snapshot import Snapshot
from cms.content.visibility import Verdict
from cms.errors import NotFound
from cms.i18n import gettext as _
from cms.public import answering, presenting, routing, site, texts, unlocking, wall
from cms.themes import views
from cms.web import gate

MAX_CHILDREN = 100
MAX_RELATED = 3
AROUND = 4_000  # characters, about, of what an entry's page shows beside the entry's text
CARD = 1_000  # and of each card of other entries on it

Shown = Publication | Whole  # a preview shows an imagined publication


@dataclass(frozen=True, slots=True)
class Made:
    """All that the page of an entry is made from."""

    view: views.PostView
    meta: views.MetaView
    extra: Mapping[str, object]
    kept: dict[object, Any] = field(default_factory=dict)  # see themes.context.PageContext


def show(publication: Shown, *, kind: str = "", draft: Snapshot | None = None) -> Response:
    """The page of an entry, or the wall before it; raises NotFound for what is hidden.

    With a draft it is a preview, for someone who may see it in any case.
    """
    now = gate.now()
    if draft is None:
        verdict, rule = judge(publication, now)
        if verdict is Verdict.HIDDEN:
            raise NotFound
        if verdict is Verdict.LOCKED and rule is not None:
            return wall.ask(publication, rule)
    kind = kind or ("post" if types.is_dated(publication.type) else "page")
    if draft is None:
        made = site.remembered(
            ("entry", publication.id, kind),
            lambda: _make(publication, kind, None, now),
            size=_size_of,
        )
    else:
        made = _make(publication, kind, draft, now)
    response = answering.page(
        kind,
        made.meta,
        made.extra,
        slug=made.view.slug,
        custom=publication.template,
        lang=publication.locale,
        direction=publication.direction,
        preview=draft is not None,
        kept=made.kept,
    )
    if site.current().markdown_pages:
        response.vary.add("Accept")  # The same address answers in Markdown too.
    return response


def _size_of(made: Made) -> int:
    cards = sum(len(value) for value in made.extra.values() if isinstance(value, tuple))
    return AROUND + CARD * cards + len(made.view.content)


def _make(publication: Shown, kind: str, draft: Snapshot | None, now: datetime) -> Made:
    dated = types.is_dated(publication.type)
    if draft is None:
        terms, bylines = filing.links_of([publication.id])[publication.id]
    else:
        terms = filing.terms_by_ids(draft.term_ids)
        bylines = filing.bylines_by_ids(draft.byline_ids)
    above = surroundings.ancestors(publication.entry_id, now=now) if not dated else ()
    view = presenting.post(
        publication,
        texts.resolve(publication.html, now=now),
        terms=terms,
        bylines=bylines,
        parent=presenting.card(above[-1], now=now) if above else None,
    )
    extra: dict[str, object] = {"post" if dated else "page": view, "comments": views.CommentList()}
    if dated:
        extra |= _beside(publication, [term.id for term in terms], view, now)
    else:
        extra |= _around(publication, view, above, now)
        extra["post"] = view
    return Made(view, _meta(publication, view, kind), MappingProxyType(extra))


def judge(publication: Shown, now: datetime) -> tuple[Verdict, visibility.Restriction | None]:
    """What this visitor may see of a publication, and by which rule."""
    rule = visibility.restriction_of(publication, now=now)
    mark = unlocking.mark(rule.holder_id, rule.password_hash) if rule else ""
    verdict = visibility.decide(rule, site.current().access, site.visitor(), mark=mark)
    return verdict, rule


def last_word(path: str) -> str:
    """The last part of a path as a heading."""
    return path.rstrip("/").rpartition("/")[2].replace("-", " ").capitalize()


def _beside(
    publication: Shown, term_ids: list[str], view: views.PostView, now: datetime
) -> dict[str, object]:
    older, newer = surroundings.neighbours(publication, now=now)
    related = surroundings.related(publication, term_ids, now=now, limit=MAX_RELATED)
    return {
        "prev": presenting.card(older, now=now) if older else None,
        "next": presenting.card(newer, now=now) if newer else None,
        "related": presenting.cards(related, now=now),
        "breadcrumbs": (
            views.Crumb(label=_("Home"), url=urls.local("/")),
            views.Crumb(label=view.title, url=view.url, current=True),
        ),
    }


def _around(
    publication: Shown, view: views.PostView, above: tuple[Card, ...], now: datetime
) -> dict[str, object]:
    wanted = Selection(parent_id=publication.entry_id)
    below = queries.list_cards(wanted, now=now, limit=MAX_CHILDREN)
    beside = surroundings.siblings(publication, now=now, limit=MAX_CHILDREN)
    crumbs = [views.Crumb(label=_("Home"), url=urls.local("/"))]
    for card in above:
        crumbs.append(views.Crumb(label=card.title or "", url=urls.local(card.path or "/")))
    crumbs.append(views.Crumb(label=view.title, url=view.url, current=True))
    return {
        "children": presenting.cards(below, now=now),
        "siblings": presenting.cards(beside, now=now),
        "breadcrumbs": tuple(crumbs),
    }


def _meta(publication: Shown, view: views.PostView, kind: str) -> views.MetaView:
    seo, settings = publication.seo or {}, site.current()
    path = "/" if kind == "front" else publication.path or "/"
    hidden = seo.get("noindex") or not settings.search_engines or not publication.listed
    markdown = settings.markdown_pages and path != "/"
    return views.MetaView(
        title=seo.get("title") or view.title,
        description=seo.get("description") or view.excerpt,
        canonical=seo.get("canonical") or urls.absolute(path),
        robots="noindex" if hidden else "",
        type="article" if kind == "post" else "website",
        published=publication.dated_at,
        modified=publication.updated_at,
        markdown_url=urls.absolute(routing.markdown_path(path)) if markdown else "",
    )
