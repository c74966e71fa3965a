"""Terms: tags, nested categories, and what else sorts entries."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from cms import db, ids, text
from cms.accounts import permissions
from cms.accounts.permissions import Permission, Person
from cms.content import pictures, reindexing, term_places, types
from cms.content.models import Entry, EntryTerm, Revision, Term
from cms.errors import NotFound, Rejected
from cms.history import recording
from cms.i18n import gettext as _

MAX_NAME = 200  # characters
MAX_DESCRIPTION = 10_000
MAX_SEO = {"title": 300, "description": 500}  # characters
MAX_ALT = 300
MAX_LOCALE = 20
INTERNAL_MARK = "#"  # A tag typed with this in front is internal, as in Ghost.
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


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
    locale: str = "",
    seo: Mapping[str, str] = {},
    image: Mapping[str, str] = {},
) -> Term:
    """A new term; raises Rejected when its name or path cannot be, NotAllowed.

    `seo` may hold a title and a description for search engines, `image` a url and an alt text.
    """
    permissions.ensure_may(by, Permission.WRITE)
    kind = types.get_taxonomy(taxonomy)
    name = _checked_name(name)
    parent = term_places.find_parent(kind, parent_id)
    with recording.act(_("Added “{name}”", name=name), by=by, now=now):
        term = Term(
            id=ids.new_id(),
            taxonomy=taxonomy,
            parent_id=parent.id if parent else None,
            position=term_places.next_position(taxonomy, parent_id or None),
            name=name,
            slug="",
            path="",
            description=_checked_description(description),
            internal=internal,
            locale=_checked_locale(locale),
            seo=_checked_seo(seo),
            image=_checked_image(image),
            created_at=now,
        )
        free = slug or term_places.free_slug(term, name, parent)
        term_places.place(term, free, parent, now=now)
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
    locale: str = "",
    seo: Mapping[str, str] = {},
    image: Mapping[str, str] = {},
) -> None:
    """Change a term; old addresses of it and of all below it lead on. Raises Rejected."""
    permissions.ensure_may(by, Permission.MANAGE_TERMS)
    kind = types.get_taxonomy(term.taxonomy)
    name = _checked_name(name)
    parent = term_places.find_parent(kind, parent_id, below=term)
    with recording.act(_("Changed “{name}”", name=term.name), by=by, now=now):
        is_found_otherwise = (name, internal) != (term.name, term.internal)
        term.name, term.internal = name, internal
        term.description = _checked_description(description)
        term.locale, term.seo = _checked_locale(locale), _checked_seo(seo)
        term.image = _checked_image(image)
        slug = slug or text.make_slug(name) or term.slug
        term_places.put_below(term, parent, slug=slug, now=now)
        if is_found_otherwise:
            reindexing.of_terms([term.id], now=now)


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
    found = _like(taxonomy, bare)
    return next(iter(_same(found, bare)), None) or next(
        (term for term in found if term.slug == bare), None
    )


def known_names(taxonomy: str, names: Collection[str]) -> Sequence[str]:
    """Those of these names that terms have."""
    keys = [text.fold(name)[:MAX_NAME] for name in names]
    query = sa.select(Term.name).where(Term.taxonomy == taxonomy, Term.name_key.in_(keys))
    return db.session().scalars(query).all()


def list_by_name(taxonomy: str, name: str) -> Sequence[Term]:
    """All terms of this name, as `find_by_name` takes it; below others there may be several."""
    bare = text.clean_line(name.removeprefix(INTERNAL_MARK))
    return _same(_like(taxonomy, bare), bare)


def get_term(term_id: str) -> Term:
    """The term with this id; raises NotFound."""
    term = db.session().get(Term, term_id) if ids.is_id(term_id) else None
    if term is None:
        raise NotFound(_("This tag or category is not there."))
    return term


def list_terms(taxonomy: str, *, limit: int | None = None) -> Sequence[Term]:
    """The terms of a taxonomy: by name, but for levels that were put in order by hand."""
    query = sa.select(Term).where(Term.taxonomy == taxonomy)
    return db.session().scalars(query.order_by(*term_places.IN_ORDER).limit(limit)).all()


def has_terms(taxonomy: str) -> bool:
    """Whether a taxonomy has any term."""
    query = sa.select(Term.id).where(Term.taxonomy == taxonomy).limit(1)
    return db.session().execute(query).first() is not None


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


def _like(taxonomy: str, bare: str) -> Sequence[Term]:
    # By two indexes; a site may have a hundred thousand tags.
    alike = sa.or_(Term.name_key == text.fold(bare)[:MAX_NAME], Term.slug == text.make_slug(bare))
    query = sa.select(Term).where(Term.taxonomy == taxonomy, alike)
    return db.session().scalars(query.order_by(Term.id)).all()


def _same(found: Sequence[Term], bare: str) -> list[Term]:
    # Slugs and keys leave out much: C, C++ and C# are three, and José is not Jose.
    return [term for term in found if _spoken(term.name) == _spoken(bare)]


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


def _checked_locale(locale: str) -> str:
    if locale and (len(locale) > MAX_LOCALE or not _LOCALE.fullmatch(locale)):
        raise Rejected(_("A language is written as en, de or pt-BR."), field="locale")
    return locale


def _checked_seo(seo: Mapping[str, str]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for name, most in MAX_SEO.items():
        typed = text.clean_line(seo.get(name, ""))
        if len(typed) > most or text.has_unstorable(typed):
            words = _("At most {most} characters fit here.", most=most)
            raise Rejected(words, field=f"seo_{name}")
        if typed:
            kept[name] = typed
    return kept


def _checked_image(image: Mapping[str, str]) -> dict[str, str] | None:
    url, alt = image.get("url", ""), text.clean_line(image.get("alt", ""))
    if problem := pictures.problem_with(url):
        raise Rejected(problem, field="image")
    if len(alt) > MAX_ALT or text.has_unstorable(alt):
        raise Rejected(_("At most {most} characters fit here.", most=MAX_ALT), field="image_alt")
    return {"url": url, "alt": alt} if url else None


def _spoken(name: str) -> str:
    return " ".join(name.casefold().replace("-", " ").replace("_", " ").split())
