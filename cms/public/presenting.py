"""Rows become views: the only place where content and themes meet."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from cms.addresses import urls
from cms.content import profiles, types, visibility
from cms.content.models import Profile, Publication, Term
from cms.content.rows import BylineRow, Card, TermRow, Whole
from cms.i18n import gettext as _
from cms.public import routing
from cms.rendering import pipeline
from cms.rendering.safe_html import SafeHtml
from cms.themes import views

WORDS_A_MINUTE = 230
NO_FIELDS: Mapping[str, Any] = MappingProxyType({})


def card(row: Card, *, now: datetime) -> views.PostCard:
    """An entry as lists show it; what is behind a password shows no words of its text."""
    locked = not visibility.is_open(row, now=now)
    return views.PostCard(**_card_values(row, row.terms, row.bylines, locked=locked))


def cards(rows: Iterable[Card], *, now: datetime) -> tuple[views.PostCard, ...]:
    """Several entries as lists show them."""
    return tuple(card(row, now=now) for row in rows)


def post(
    publication: Publication | Whole,
    content: SafeHtml,
    *,
    terms: Sequence[TermRow] = (),
    bylines: Sequence[BylineRow] = (),
    parent: views.PostCard | None = None,
) -> views.PostView:
    """An entry in full, with its text already resolved."""
    return views.PostView(
        **_card_values(publication, terms, bylines, locked=False),
        content=_markup(content),
        toc=_headings(publication.headings or ()),
        footnotes='class="footnotes"' in content,
        has_code="<pre" in content,
        fields=_fields(publication),
        parent=parent,
        template=publication.template,
    )


def bare(row: Card) -> views.PostView:
    """An entry that a theme asked for by name, without its text."""
    return views.PostView(**_card_values(row, row.terms, row.bylines, locked=False))


def term(row: Term, *, count: int, parent: Term | None, children: Sequence[Term]) -> views.TermView:
    """A term with a page of its own."""
    return views.TermView(
        id=row.id,
        kind=row.taxonomy,
        slug=row.slug,
        name=row.name,
        url=urls.local(row.path),
        description=_short_html(row.description),
        image=_image(row.image),
        lang=row.locale,
        count=count,
        parent=_reference(parent) if parent else None,
        children=tuple(_reference(child) for child in children),
    )


def author(row: Profile, *, count: int) -> views.AuthorView:
    """A profile with a page of its own."""
    links = tuple(row.links or ())
    return views.AuthorView(
        id=row.id,
        slug=row.handle,
        name=row.name,
        url=urls.local(profiles.path_for(row.handle)),
        bio=_short_html(row.bio),
        image=_image(row.image),
        website=links[0] if links else None,
        social=tuple(
            views.Social(network="web", label=link.split("//")[-1].rstrip("/"), url=link)
            for link in links[1:]
        ),
        count=count,
    )


def term_reference(row: TermRow) -> views.TermRef:
    """A term beside an entry."""
    return views.TermRef(
        id=row.id, kind=row.taxonomy, name=row.name, slug=row.slug, url=urls.local(row.path)
    )


def page_of(
    items: Sequence[Any], link: Callable[[int], str], *, number: int, size: int, total: int
) -> views.PageOf[Any]:
    """One page of a list; `link` gives the address of each page by its number."""
    last = last_page(total, size)
    return views.PageOf(
        items=tuple(items),
        page=number,
        pages=last,
        total=total,
        per_page=size,
        first_url=link(1) if number > 1 else None,
        prev_url=link(number - 1) if number > 1 else None,
        next_url=link(number + 1) if number < last else None,
        last_url=link(last) if number < last else None,
        window=window(number, last, link),
    )


def last_page(total: int, size: int) -> int:
    """The number of the last page; an empty list has one."""
    return max(1, -(-total // size))


def page_links(base: str) -> Callable[[int], str]:
    """Addresses of the pages of the list at `base`."""
    return lambda number: urls.local(routing.page_path(base, number))


def window(number: int, last: int, link: Callable[[int], str]) -> tuple[views.PageLink, ...]:
    """The numbers around the present page, the first and the last, and gaps between them."""
    near = {1, last, *range(max(1, number - 2), min(last, number + 2) + 1)}
    made: list[views.PageLink] = []
    previous = 0
    for page in sorted(near):
        if page - previous > 1:
            made.append(views.PageLink(gap=True))
        made.append(views.PageLink(number=page, url=link(page), current=page == number))
        previous = page
    return tuple(made)


def _card_values(
    row: Card | Publication | Whole,
    terms: Sequence[TermRow],
    bylines: Sequence[BylineRow],
    *,
    locked: bool,
) -> dict[str, Any]:
    authors = tuple(
        views.AuthorRef(
            id=each.id,
            name=each.name,
            slug=each.handle,
            url=urls.local(profiles.path_for(each.handle)),
        )
        for each in bylines
    )
    tags = tuple(term_reference(each) for each in terms if each.taxonomy == "tag")
    path = row.path or "/"
    return {
        "id": row.entry_id,
        "kind": "post" if types.is_dated(row.type) else "page",
        "url": urls.local(path),
        "slug": path.rstrip("/").rpartition("/")[2],
        "title": row.title or _("Untitled"),
        "excerpt": "" if locked else row.excerpt,
        "published": row.dated_at,
        "updated": row.updated_at,
        "author": authors[0] if authors else None,
        "authors": authors,
        "primary_tag": tags[0] if tags else None,
        "tags": tags,
        "categories": tuple(term_reference(each) for each in terms if each.taxonomy == "category"),
        "featured": row.featured,
        "pinned": row.pinned_at is not None,
        "locked": locked,
        "words": row.words,
        "reading_minutes": max(1, round(row.words / WORDS_A_MINUTE)),
        "lang": row.locale,
    }


def _reference(row: Term) -> views.TermRef:
    return views.TermRef(
        id=row.id,
        kind=row.taxonomy,
        name=row.name,
        slug=row.slug,
        url=urls.local(row.path),
        image=_image(row.image),
    )


def _image(kept: Mapping[str, Any] | None) -> views.Image | None:
    """A picture by its address; a path of the site stands below the site's own."""
    if not kept:
        return None
    url = str(kept["url"])
    below = urls.below() if url.startswith("/") else ""
    return views.Image(url=below + url, alt=kept.get("alt") or "")


def _short_html(source: str) -> Markup:
    return _markup(pipeline.render(source).html) if source.strip() else views.EMPTY


def _markup(html: SafeHtml) -> Markup:
    """Safe HTML in the plain type that the sandbox knows."""
    return Markup(str(html))  # noqa: S704 - sanitized in cms.rendering


def _headings(rows: Sequence[Mapping[str, Any]]) -> tuple[views.Heading, ...]:
    return tuple(
        views.Heading(
            id=row["id"],
            level=row["level"],
            text=row["text"],
            children=_headings(row.get("children") or ()),
        )
        for row in rows
    )


def _fields(publication: Publication | Whole) -> Mapping[str, Any]:
    """Typed fields as plain frozen values; Markdown arrives as safe HTML."""
    declared = types.get_type(publication.type).fields
    values = publication.fields or {}
    return MappingProxyType(
        {field.name: _value(field.kind, values[field.name], field.of)
         for field in declared if field.name in values}
    )  # fmt: skip


def _value(kind: str, value: Any, of: Sequence[Any]) -> Any:
    if kind == "markdown":
        return _short_html(value)
    if kind == "group":
        return MappingProxyType(
            {each.name: _value(each.kind, value[each.name], each.of)
             for each in of if each.name in value}
        )  # fmt: skip
    if kind == "list":
        return tuple(_value("group", part, of) for part in value)
    if kind == "table":
        return tuple(tuple(row) for row in value)
    return tuple(value) if isinstance(value, list) else value
