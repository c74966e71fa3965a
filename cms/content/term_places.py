"""Where terms stand: their paths, what is above and below them, and their order."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from cms import db, ids, text
from cms.accounts import permissions
from cms.accounts.permissions import Permission, Person
from cms.addresses import book, paths
from cms.content import types
from cms.content.models import Term
from cms.content.types import Taxonomy
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _

MAX_DEPTH = 8
MOST_ORDERED = 1_000  # terms of one level that stand in an order made by hand


def move(
    term: Term,
    *,
    parent_id: str | None,
    before_id: str | None = None,
    by: Person,
    now: datetime,
) -> None:
    """Put a term below another one (None: at the top), in front of a sibling (None: last).

    All below it goes too, and every old address leads on. Raises Rejected, NotAllowed.
    """
    permissions.ensure_may(by, Permission.MANAGE_TERMS)
    parent = find_parent(types.get_taxonomy(term.taxonomy), parent_id, below=term)
    with recording.act(_("Moved “{name}”", name=term.name), by=by, now=now):
        if parent_id != term.parent_id:
            put_below(term, parent, now=now)
        _put_in_front(term, before_id)


def find_parent(kind: Taxonomy, parent_id: str | None, *, below: Term | None = None) -> Term | None:
    """The term that another one, `below`, may stand under; raises Rejected when it may not."""
    if not parent_id:
        return None
    if not kind.nested:
        raise Rejected(_("Tags stand beside each other."), field="parent")
    parent = _find(parent_id)
    if parent is None:
        raise Rejected(_("What it is to stand below is not there any more."), field="parent")
    _hold(below, parent)
    above = [parent, *ancestors(parent)]
    if any(each.taxonomy != kind.name or each is below for each in above):
        raise Rejected(_("It cannot stand below itself."), field="parent")
    if len(above) + 1 + _height(below) > MAX_DEPTH:
        raise Rejected(_("Categories can be nested {most} deep.", most=MAX_DEPTH), field="parent")
    return parent


def put_below(term: Term, parent: Term | None, *, slug: str = "", now: datetime) -> None:
    """Let a term stand there, last of its siblings; part of an act. Raises Rejected.

    Without a slug it keeps its own, with a number behind where another one has that path.
    """
    parent_id = parent.id if parent else None
    if parent_id != term.parent_id:
        term.parent_id = parent_id
        term.position = next_position(term.taxonomy, parent_id)
    place(term, slug or free_slug(term, term.slug, parent), parent, now=now)
    take_along(term, now=now)


def place(term: Term, slug: str, parent: Term | None, *, now: datetime) -> None:
    """Give the term its slug and its path in the address book; raises Rejected."""
    made = text.make_slug(slug)
    if not made:
        raise Rejected(_("Give it a path of letters or digits."), field="slug")
    path = _path_below(term.taxonomy, made, parent)
    if len(path) > db.MAX_PATH or made == "page":
        raise Rejected(_("This path cannot be used."), field="slug")
    try:
        book.claim(path, "term", term.id, now=now)
    except Rejected as refusal:
        raise Rejected(refusal.message, field="slug") from None
    term.slug, term.path = made, path


def take_along(term: Term, *, now: datetime) -> None:
    """The term has moved: its old paths lead on, and all below it follows."""
    db.session().flush()
    book.leave("term", term.id, but=term.path)
    for child in children(term):
        place(child, child.slug, term, now=now)
        take_along(child, now=now)


def free_slug(term: Term, name: str, parent: Term | None) -> str:
    """A slug from the name, with a number behind where another one has that path."""
    slug = text.make_slug(name) or term.id.lower()
    free, number = slug, 2
    while book.is_taken(_path_below(term.taxonomy, free, parent), "term", term.id):
        free, number = f"{slug}-{number}", number + 1
    return free


def next_position(taxonomy: str, parent_id: str | None) -> int:
    """The place behind the last sibling; 0 while they stand by name."""
    query = sa.select(sa.func.max(Term.position)).where(
        Term.taxonomy == taxonomy, Term.parent_id == parent_id
    )
    last = db.session().scalar(query)
    return last + 1 if last else 0


def children(term: Term) -> Sequence[Term]:
    """The terms right below this one, in their order."""
    query = sa.select(Term).where(Term.parent_id == term.id)
    return db.session().scalars(query.order_by(*IN_ORDER)).all()


def siblings(term: Term) -> Sequence[Term]:
    """The other terms of its level, in their order."""
    query = sa.select(Term).where(
        Term.taxonomy == term.taxonomy, Term.parent_id == term.parent_id, Term.id != term.id
    )
    return db.session().scalars(query.order_by(*IN_ORDER)).all()


def ancestors(term: Term) -> list[Term]:
    """The terms above this one, the nearest first."""
    above: list[Term] = []
    parent = _find(term.parent_id)
    while parent is not None and len(above) < MAX_DEPTH * 2:
        above.append(parent)
        parent = _find(parent.parent_id)
    return above


def count_below(term: Term) -> int:
    """How many terms stand below this one, on all levels."""
    return sum(map(len, _levels(term.id)))


def _put_in_front(term: Term, before_id: str | None) -> None:
    """Number the siblings anew with the term in its place, where that is not so already."""
    db.session().flush()
    others = list(siblings(term))
    if len(others) >= MOST_ORDERED:
        if before_id is None:
            return
        raise Rejected(_("More than {most} stand here, so they stand by name.", most=MOST_ORDERED))
    at = len(others)
    if before_id is not None:
        found = [number for number, each in enumerate(others) if each.id == before_id]
        if not found:
            raise Rejected(_("The order has changed meanwhile. Load the page anew."))
        at = found[0]
    wanted = [*others[:at], term, *others[at:]]
    if wanted == sorted(wanted, key=lambda each: (each.position, each.name_key, each.id)):
        return
    for number, each in enumerate(wanted, start=1):
        if each.position != number:
            each.position = number
    db.session().flush()


def _hold(term: Term | None, parent: Term) -> None:
    """Hold the rows on the way to the top, so that two moves at once never make a circle."""
    held: set[str] = set()
    while True:
        wanted = {each.id for each in (term, parent, *ancestors(parent)) if each is not None}
        if wanted <= held:
            return
        # In the order of their ids: whoever holds one of them waits for nobody who waits for it.
        query = sa.select(Term).where(Term.id.in_(wanted)).order_by(Term.id).with_for_update()
        db.session().scalars(query.execution_options(populate_existing=True)).all()
        held |= wanted


def _height(term: Term | None) -> int:
    """How many levels stand below a term."""
    return len(_levels(term.id)) if term else 0


def _levels(term_id: str) -> list[list[str]]:
    """The ids below a term, level by level."""
    found: list[list[str]] = []
    level = [term_id]
    while len(found) <= MAX_DEPTH:
        query = sa.select(Term.id).where(Term.parent_id.in_(level))
        level = list(db.session().scalars(query))
        if not level:
            break
        found.append(level)
    return found


def _path_below(taxonomy: str, slug: str, parent: Term | None) -> str:
    above = parent.path if parent else f"/{taxonomy}/"
    return paths.normalise(f"{above}{slug}/")


def _find(term_id: str | None) -> Term | None:
    return db.session().get(Term, term_id) if term_id and ids.is_id(term_id) else None


IN_ORDER = (Term.position, Term.name_key, Term.id)
