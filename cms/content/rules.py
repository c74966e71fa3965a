"""What may be done with entries, as decisions over plain values. PURE.

A rule has the name of the act it guards, and refuses in words for the person.
"""

from collections.abc import Collection
from datetime import datetime

from cms.content.types import ContentType
from cms.errors import Rejected
from cms.i18n import gettext as _

MAX_DEPTH = 12


def edit(*, trashed: bool) -> None:
    """Raises Rejected for an entry in the trash."""
    if trashed:
        raise Rejected(_("Take this out of the trash first."))


def publish(
    content_type: ContentType,
    *,
    trashed: bool,
    title: str | None,
    source: str,
    at: datetime,
    until: datetime | None,
) -> None:
    """Raises Rejected when this cannot be published as it stands."""
    if trashed:
        raise Rejected(_("Take this out of the trash first."))
    if content_type.titled and not (title or "").strip():
        raise Rejected(_("Give this a title before it is published."), field="title")
    if not content_type.titled and not (title or source).strip():
        raise Rejected(_("There is nothing to publish yet."), field="source")
    if until is not None and until <= at:
        raise Rejected(_("It would end before it begins."), field="until")


def unpublish(*, is_public: bool, ends_at: datetime | None, at: datetime, now: datetime) -> None:
    """Raises Rejected when there is nothing to end, or the end lies in the past."""
    if not is_public:
        raise Rejected(_("This is not published."))
    if at < now:
        raise Rejected(_("That moment has passed already."), field="until")
    if ends_at is not None and at > ends_at:
        raise Rejected(_("It ends before that moment already."), field="until")


def place(
    content_type: ContentType,
    *,
    entry_id: str,
    parent_id: str | None,
    parent_type: str | None,
    ancestors: Collection[str],
    height: int = 0,
) -> None:
    """Raises Rejected when an entry, with `height` levels below, cannot stand below this parent."""
    if parent_id is None:
        return
    if parent_type is None:
        raise Rejected(_("The page above is not there any more."), field="parent")
    if not content_type.hierarchical or parent_type not in content_type.parents:
        raise Rejected(_("This cannot stand below another page."), field="parent")
    if parent_id == entry_id or entry_id in ancestors:
        raise Rejected(_("A page cannot stand below itself."), field="parent")
    if len(ancestors) + 1 + height >= MAX_DEPTH:
        raise Rejected(_("Pages can be nested {most} deep.", most=MAX_DEPTH), field="parent")


def restore(*, trashed: bool, parent_is_trashed: bool) -> None:
    """Raises Rejected when there is nothing to take out of the trash, or nowhere to put it."""
    if not trashed:
        raise Rejected(_("This is not in the trash."))
    if parent_is_trashed:
        raise Rejected(_("Take the page above out of the trash first."))
