"""Content types: declarations from which form, list, snapshot, search and views follow. PURE."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cms.content.fields import Field
from cms.errors import NotFound
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext


@dataclass(frozen=True, slots=True)
class ContentType:
    """What entries of one kind are like."""

    name: str
    label: str
    plural: str
    # Dated entries stand in lists by date; the others stand in a tree, in hand-made order.
    dated: bool = False
    hierarchical: bool = False
    public: bool = True
    titled: bool = True
    # `None` takes the site's pattern for new posts.
    path_pattern: str | None = "/{slug}/"
    parents: tuple[str, ...] = ()
    taxonomies: tuple[str, ...] = ()
    feed: bool = False
    fields: tuple[Field, ...] = ()
    templates: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """A way of sorting entries."""

    name: str
    label: str
    plural: str
    nested: bool = False


POST = ContentType(
    name="post",
    label=lazy_gettext("Post"),
    plural=lazy_gettext("Posts"),
    dated=True,
    path_pattern=None,
    taxonomies=("tag", "category"),
    feed=True,
)
PAGE = ContentType(
    name="page",
    label=lazy_gettext("Page"),
    plural=lazy_gettext("Pages"),
    hierarchical=True,
    parents=("page",),
    taxonomies=("tag",),
)
TAG = Taxonomy("tag", lazy_gettext("Tag"), lazy_gettext("Tags"))
CATEGORY = Taxonomy("category", lazy_gettext("Category"), lazy_gettext("Categories"), nested=True)

_types: dict[str, ContentType] = {POST.name: POST, PAGE.name: PAGE}
_taxonomies: dict[str, Taxonomy] = {TAG.name: TAG, CATEGORY.name: CATEGORY}


def declare(content_type: ContentType) -> ContentType:
    """Add a content type; raises ValueError when the name is taken."""
    if content_type.name in _types:
        raise ValueError(f"there is a content type {content_type.name} already")
    _types[content_type.name] = content_type
    return content_type


@contextmanager
def declared(content_type: ContentType) -> Iterator[ContentType]:
    """A content type that is there within this block only."""
    declare(content_type)
    try:
        yield content_type
    finally:
        del _types[content_type.name]


def get_type(name: str) -> ContentType:
    """The content type of this name; raises NotFound."""
    try:
        return _types[name]
    except KeyError:
        raise NotFound(_("There is no content type “{name}”.", name=name)) from None


def list_types() -> tuple[ContentType, ...]:
    """All content types, the built-in ones first."""
    return tuple(_types.values())


def dated_types() -> tuple[str, ...]:
    """The names of the types that stand in the lists of posts and in feeds."""
    return tuple(each.name for each in _types.values() if each.dated and each.public)


def is_dated(name: str) -> bool:
    """Whether entries of this type stand in lists by date."""
    content_type = _types.get(name)
    return content_type is not None and content_type.dated


def get_taxonomy(name: str) -> Taxonomy:
    """The taxonomy of this name; raises NotFound."""
    try:
        return _taxonomies[name]
    except KeyError:
        raise NotFound(_("There is no taxonomy “{name}”.", name=name)) from None


def list_taxonomies() -> tuple[Taxonomy, ...]:
    """All ways of sorting entries."""
    return tuple(_taxonomies.values())
