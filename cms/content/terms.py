"""Terms: tags, nested categories, and what else sorts entries."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from cms import db, ids, text
from cms.accounts import permissions
from cms.accounts.permissions import Permission, Person
from cms.addresses import book, paths
from cms.content import relinking, types
from cms.content.models import Entry, EntryTerm, PublicationTerm, Revision, Term
from cms.errors import NotFound, Rejected
from cms.history import recording
from cms.i18n import gettext as _

MAX_NAME = 200  # characters
MAX_DESCRIPTION = 10_000
MAX_DEPTH = 8
INTERNAL_MARK = "#"  # A tag typed with this in front is internal, as in Ghost.


def create_term(
    taxonomy: str,
    name: str,
    *,
    by: Person,
    now: datetime,
    slug: str = "",
    parent_id: str | None = None,
    description: str = "",
    internal: bool = False,
) -> Term:
    """A new term; raises Rejected when its name or path cannot be, NotAllowed."""
    permissions.ensure_may(by, Permission.WRITE)
    kind = types.get_taxonomy(taxonomy)
    name = _checked_name(name)
    parent = _checked_parent(kind, parent_id)
    with recording.act(_("Added “{name}”", name=name), by=by, now=now):
        term = Term(
            id=ids.new_id(),
            taxonomy=taxonomy,
            parent_id=parent.id if parent else None,
            name=name,
            slug="",
            path="",
            description=_checked_description(description),
            internal=internal,
            seo={},
            created_at=now,
        )
        _place(term, slug or _free_slug(term, name, parent), parent, now=now)
        db.session().add(term)
        db.session().flush()
    return term


def update_term(
    term: Term,
    *,
    by: Person,
    now: datetime,
    name: str,
    slug: str,
    description: str = "",
    internal: bool = False,
    parent_id: str | None = None,
) -> None:
    """Change a term; old addresses of it and of all below it lead on. Raises Rejected."""
    permissions.ensure_may(by, Permission.MANAGE_TERMS)
    kind = types.get_taxonomy(term.taxonomy)
    name = _checked_name(name)
    parent = _checked_parent(kind, parent_id, below=term)
    with recording.act(_("Changed “{name}”", name=term.name), by=by, now=now):
        term.name = name
        term.description, term.internal = _checked_description(description), internal
        term.parent_id = parent.id if parent else None
        _place(term, slug or text.make_slug(name) or term.slug, parent, now=now)
        _take_along(term, now=now)


def delete_term(term: Term, *, by: Person, now: datetime) -> None:
    """Delete a term; entries lose it, terms below it move up. Raises NotAllowed, Rejected.

    Links to it become their words, and lines of menus go.
    Its address says that it is gone, until something else stands there.
    """
    permissions.ensure_may(by, Permission.MANAGE_TERMS)
    # Whoever links to it at this moment does so before or after, not meanwhile.
    db.session().refresh(term, with_for_update=True)
    with recording.act(_("Deleted “{name}”", name=term.name), by=by, now=now):
        relinking.unlink_uses("term", {term.id}, by=by, now=now)
        above = db.session().get(Term, term.parent_id) if term.parent_id else None
        for child in list_children(term):
            child.parent_id = term.parent_id
            _place(child, _free_slug(child, child.slug, above), above, now=now)
            _take_along(child, now=now)
        for model in (EntryTerm, PublicationTerm):
            for row in db.session().scalars(sa.select(model).where(model.term_id == term.id)):
                db.session().delete(row)
        book.release("term", term.id)
        db.session().delete(term)
        db.session().flush()


def ensure_terms(
    taxonomy: str, names: Iterable[str], *, by: Person, now: datetime
) -> tuple[str, ...]:
    """The ids of the terms of these names, in order; those not there yet are made."""
    wanted = [name for name in map(text.clean_line, names) if name]
    found: dict[str, str] = {}
    for name in wanted:
        if name.casefold() not in found:
            term = find_by_name(taxonomy, name) or _create_typed(taxonomy, name, by=by, now=now)
            found[name.casefold()] = term.id
    return tuple(found.values())


def find_by_name(taxonomy: str, name: str) -> Term | None:
    """The term of this name; letter case, and whether a space or a hyphen parts words, aside."""
    bare = text.clean_line(name.removeprefix(INTERNAL_MARK))
    slug = text.make_slug(bare)
    alike = sa.or_(sa.func.lower(Term.name) == bare.lower(), Term.slug == slug)
    query = sa.select(Term).where(Term.taxonomy == taxonomy, alike).order_by(Term.id)
    found = db.session().scalars(query).all()
    # Databases differ in what they call equal, and slugs leave out much: C, C++ and C# are three.
    same = [term for term in found if _spoken(term.name) == _spoken(bare)]
    return next(iter(same), None) or next((term for term in found if term.slug == bare), None)


def get_term(term_id: str) -> Term:
    """The term with this id; raises NotFound."""
    term = db.session().get(Term, term_id) if ids.is_id(term_id) else None
    if term is None:
        raise NotFound(_("This tag or category is not there."))
    return term


def list_terms(taxonomy: str) -> Sequence[Term]:
    """All terms of a taxonomy by name."""
    query = sa.select(Term).where(Term.taxonomy == taxonomy)
    return db.session().scalars(query.order_by(Term.position, Term.name, Term.id)).all()


def list_children(term: Term) -> Sequence[Term]:
    """The terms right below this one."""
    query = sa.select(Term).where(Term.parent_id == term.id)
    return db.session().scalars(query.order_by(Term.position, Term.name)).all()


def find_terms(term_ids: Iterable[str]) -> dict[str, Term]:
    """The terms with these ids, by id."""
    wanted = set(term_ids)
    if not wanted:
        return {}
    return {
        term.id: term for term in db.session().scalars(sa.select(Term).where(Term.id.in_(wanted)))
    }


def count_entries(taxonomy: str) -> dict[str, int]:
    """How many entries, of those not in the trash, carry each term."""
    query = (
        sa.select(EntryTerm.term_id, sa.func.count())
        .join(Term, Term.id == EntryTerm.term_id)
        .join(Entry, Entry.id == EntryTerm.entry_id)
        .join(Revision, Revision.id == Entry.head_id)
        .where(Term.taxonomy == taxonomy, Entry.trashed_at.is_(None))
        .group_by(EntryTerm.term_id)
    )
    return {row[0]: row[1] for row in db.session().execute(query)}


def _create_typed(taxonomy: str, name: str, *, by: Person, now: datetime) -> Term:
    internal = name.startswith(INTERNAL_MARK)
    bare = name.removeprefix(INTERNAL_MARK).strip() or name
    return create_term(taxonomy, bare, by=by, now=now, internal=internal)


def _checked_name(name: str) -> str:
    name = text.clean_line(name)
    if not name or text.has_unstorable(name):
        raise Rejected(_("Give it a name."), field="name")
    if len(name) > MAX_NAME:
        raise Rejected(_("At most {most} characters fit here.", most=MAX_NAME), field="name")
    return name


def _checked_description(source: str) -> str:
    if len(source) > MAX_DESCRIPTION or text.has_unstorable(source):
        words = _("At most {most} characters fit here.", most=MAX_DESCRIPTION)
        raise Rejected(words, field="description")
    return text.clean_source(source)


def _checked_parent(
    kind: types.Taxonomy, parent_id: str | None, *, below: Term | None = None
) -> Term | None:
    if not parent_id:
        return None
    if not kind.nested:
        raise Rejected(_("Tags stand beside each other."), field="parent")
    parent = get_term(parent_id)
    above, depth = parent, 1
    while above is not None:
        if above.taxonomy != kind.name or (below is not None and above.id == below.id):
            raise Rejected(_("It cannot stand below itself."), field="parent")
        depth += 1
        next_above = db.session().get(Term, above.parent_id) if above.parent_id else None
        if next_above is None:
            break
        above = next_above
    if depth + _height(below) > MAX_DEPTH:
        raise Rejected(_("Categories can be nested {most} deep.", most=MAX_DEPTH), field="parent")
    return parent


def _height(term: Term | None) -> int:
    """How many levels stand below a term."""
    level = [term.id] if term else []
    height = -1
    while level:
        height += 1
        level = list(db.session().scalars(sa.select(Term.id).where(Term.parent_id.in_(level))))
    return max(0, height)


def _free_slug(term: Term, name: str, parent: Term | None) -> str:
    slug = text.make_slug(name) or term.id.lower()
    free, number = slug, 2
    while book.is_taken(_path_below(term.taxonomy, free, parent), "term", term.id):
        free, number = f"{slug}-{number}", number + 1
    return free


def _place(term: Term, slug: str, parent: Term | None, *, now: datetime) -> None:
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


def _path_below(taxonomy: str, slug: str, parent: Term | None) -> str:
    above = parent.path if parent else f"/{taxonomy}/"
    return paths.normalise(f"{above}{slug}/")


def _take_along(term: Term, *, now: datetime) -> None:
    """The term has moved: its old paths lead on, and all below it follows."""
    db.session().flush()
    book.leave("term", term.id, but=term.path)
    for child in list_children(term):
        _place(child, child.slug, term, now=now)
        _take_along(child, now=now)


def _spoken(name: str) -> str:
    return " ".join(name.casefold().replace("-", " ").replace("_", " ").split())
