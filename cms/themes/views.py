"""What a theme may see: frozen, slotted view objects, and nothing else.

A theme can read exactly the dataclass fields written here. Within one major of the theme API,
fields are only ever added. Every field has a default where an empty value makes sense, so that a
test or a fixture can name just what it is about.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Generic, TypeVar, overload

from markupsafe import Markup

T = TypeVar("T")

EMPTY = Markup("")
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A label and where it leads; `kind` tells feeds apart (atom, rss, json)."""

    label: str
    url: str
    slug: str = ""
    kind: str = ""
    mime: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crumb:
    """One step of the way from the home page to this page."""

    label: str
    url: str
    current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Social:
    """A profile of the site or of a person on another network."""

    network: str
    label: str
    url: str
    icon: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lang:
    """The same page or the site in another language."""

    code: str
    name: str
    url: str
    current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture: where it is, what it shows and how large it is."""

    url: str
    alt: str = ""
    caption: Markup | None = None
    credit: Markup | None = None
    width: int = 0
    height: int = 0
    ratio: float = 0.0
    mime: str = ""
    focal: tuple[float, float] = (0.5, 0.5)
    color: str = ""
    thumb: str = ""
    is_vector: bool = False
    animated: bool = False
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRef:
    """A tag or category as shown beside a post."""

    name: str
    url: str
    slug: str = ""
    id: str = ""
    kind: str = "tag"
    image: Image | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorRef:
    """A byline: a name that leads to a profile."""

    name: str
    url: str = ""
    slug: str = ""
    id: str = ""
    image: Image | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """An entry of a table of contents."""

    id: str
    level: int
    text: str
    children: tuple[Heading, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """Something to download that belongs to an entry."""

    url: str
    name: str
    mime: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesRef:
    """The series an entry is a part of."""

    name: str
    url: str
    position: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteView:
    """The site itself, in the language of this page."""

    title: str
    url: str
    tagline: str = ""
    description: str = ""
    lang: str = "en"
    locale: str = "en"
    timezone: str = "UTC"
    logo: Image | None = None
    icon: Image | None = None
    cover: Image | None = None
    accent: str | None = None
    social: tuple[Social, ...] = ()
    feeds: tuple[Link, ...] = ()
    copyright: str = ""
    languages: tuple[Lang, ...] = ()
    founded_year: int | None = None
    features: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeView:
    """The theme that is rendering, with the style and colour scheme chosen for it."""

    id: str
    name: str
    version: str
    parent: str | None = None
    style: str = ""
    scheme: str = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaView:
    """What search engines and link previews are told about this page."""

    title: str
    description: str = ""
    canonical: str = ""
    robots: str = ""
    image: Image | None = None
    type: str = "website"
    published: datetime | None = None
    modified: datetime | None = None
    markdown_url: str = ""
    feeds: tuple[Link, ...] = ()
    alternates: tuple[Lang, ...] = ()
    prev_url: str | None = None
    next_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostCard:
    """An entry as lists show it."""

    id: str
    kind: str
    url: str
    title: str
    subtitle: str | None = None
    excerpt: str = ""
    image: Image | None = None
    published: datetime | None = None
    updated: datetime | None = None
    author: AuthorRef | None = None
    authors: tuple[AuthorRef, ...] = ()
    primary_tag: TermRef | None = None
    tags: tuple[TermRef, ...] = ()
    categories: tuple[TermRef, ...] = ()
    featured: bool = False
    pinned: bool = False
    locked: bool = False
    reading_minutes: int = 0
    words: int = 0
    comment_count: int = 0
    lang: str = ""
    external_url: str | None = None
    format: str = "standard"
    slug: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostView(PostCard):
    """An entry in full."""

    content: Markup = EMPTY
    toc: tuple[Heading, ...] = ()
    footnotes: bool = False
    fields: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    status: str = "published"
    translations: tuple[Lang, ...] = ()
    parent: PostCard | None = None
    order: int = 0
    has_code: bool = False
    has_math: bool = False
    series: SeriesRef | None = None
    attachments: tuple[File, ...] = ()
    template: str = ""
    css_classes: str = ""
    content_pages: int = 1
    content_page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TermView:
    """A tag or category with its own page."""

    id: str
    kind: str
    slug: str
    name: str
    url: str
    description: Markup = EMPTY
    image: Image | None = None
    count: int = 0
    parent: TermRef | None = None
    children: tuple[TermRef, ...] = ()
    accent: str | None = None
    # The language of its name and description, where it is not the site's.
    lang: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorView:
    """A person with a page of their own."""

    id: str
    slug: str
    name: str
    url: str
    bio: Markup = EMPTY
    image: Image | None = None
    cover: Image | None = None
    website: str | None = None
    location: str | None = None
    social: tuple[Social, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """One number of a pagination; a gap has no number and no address."""

    number: int | None = None
    url: str | None = None
    current: bool = False
    gap: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOf(Generic[T]):
    """One page of a longer list; it can be looped over, counted and sliced like a list."""

    items: tuple[T, ...] = ()
    page: int = 1
    pages: int = 1
    total: int = 0
    per_page: int = 10
    first_url: str | None = None
    prev_url: str | None = None
    next_url: str | None = None
    last_url: str | None = None
    window: tuple[PageLink, ...] = ()

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...
    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        return self.items[index]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """A found entry; the snippet holds no element but <mark>."""

    post: PostCard
    snippet: Markup = EMPTY
    score: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A reader's remark below an entry."""

    id: str
    author_name: str
    content: Markup = EMPTY
    author_url: str | None = None
    is_author: bool = False
    avatar: Image | None = None
    published: datetime | None = None
    children: tuple[Comment, ...] = ()
    depth: int = 0
    permalink: str = ""
    pending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentList:
    """The remarks below an entry, and whether more are welcome."""

    enabled: bool = False
    open: bool = False
    count: int = 0
    items: tuple[Comment, ...] = ()
    form: Markup = EMPTY


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodView:
    """A year or a month of the archive."""

    year: int
    month: int | None = None
    label: str = ""
    url: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuItem:
    """An entry of a menu; `active_trail` is true for it and for all above the current page."""

    label: str
    url: str
    title: str = ""
    current: bool = False
    active_trail: bool = False
    external: bool = False
    new_window: bool = False
    rel: str = ""
    children: tuple[MenuItem, ...] = ()
    image: Image | None = None
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorView:
    """Why there is no page here, in words for the visitor."""

    code: int
    title: str = ""
    message: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldView:
    """A field of a form that the core has already rendered."""

    name: str
    label: str
    input: Markup = EMPTY
    errors: tuple[str, ...] = ()
    help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """A form that the core owns, such as the password wall; `body` holds all its fields."""

    action: str
    method: str = "post"
    fields: tuple[FieldView, ...] = ()
    errors: tuple[str, ...] = ()
    submit_label: str = ""
    body: Markup = EMPTY


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Things that share one value, as `groupby` and `by_year` hand them out."""

    grouper: Any
    list: tuple[Any, ...] = field(default=())

    def __iter__(self) -> Iterator[Any]:
        return iter((self.grouper, self.list))


VIEW_CLASSES: tuple[type, ...] = (
    Link,
    Crumb,
    Social,
    Lang,
    Image,
    TermRef,
    AuthorRef,
    Heading,
    File,
    SeriesRef,
    SiteView,
    ThemeView,
    MetaView,
    PostCard,
    PostView,
    TermView,
    AuthorView,
    PageLink,
    PageOf,
    SearchHit,
    Comment,
    CommentList,
    PeriodView,
    MenuItem,
    ErrorView,
    FieldView,
    FormView,
    Group,
)


def attributes(view_class: type) -> tuple[str, ...]:
    """Return the names a theme may read on a view of this class."""
    return tuple(each.name for each in dataclasses.fields(view_class))
