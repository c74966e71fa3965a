"""Terms and bylines as visitors meet them: what a publication is filed under and who signed it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cms import db
from cms.content import schedule
from cms.content.models import Profile, PublicationByline, PublicationTerm, Term
from cms.content.rows import BylineRow, TermRow
from cms.content.selection import posts, question
from cms.history import generation


def links_of(
    publication_ids: Iterable[str],
) -> Mapping[str, tuple[tuple[TermRow, ...], tuple[BylineRow, ...]]]:
    """The public terms and the profiles of each publication, in the editor's order; one query."""
    terms: dict[str, list[TermRow]] = defaultdict(list)
    bylines: dict[str, list[BylineRow]] = defaultdict(list)
    wanted = list(publication_ids)
    if not wanted:
        return {}
    for owner, image, id_, taxonomy, name, slug, path, _position in db.read(
        _LINKS, {"ids": wanted}
    ):
        if taxonomy:
            terms[owner].append(TermRow(id_, taxonomy, name, slug, path))
        else:
            bylines[owner].append(BylineRow(id_, name, slug, image))
    return {each: (tuple(terms[each]), tuple(bylines[each])) for each in wanted}


def terms_by_ids(term_ids: Sequence[str]) -> tuple[TermRow, ...]:
    """These terms, but for internal ones, in the order given."""
    query = _TERMS.where(_TERM.id.in_(list(term_ids)))
    found = {row[0]: TermRow(*row) for row in db.read(query)}
    return tuple(found[each] for each in term_ids if each in found)


def bylines_by_ids(profile_ids: Sequence[str]) -> tuple[BylineRow, ...]:
    """These profiles, in the order given."""
    query = _BYLINES.where(_PROFILE.id.in_(list(profile_ids)))
    found = {row[0]: BylineRow(*row) for row in db.read(query)}
    return tuple(found[each] for each in profile_ids if each in found)


def find_term(taxonomy: str, slug: str) -> TermRow | None:
    """The public term of this slug, or of this path below its taxonomy's."""
    path = f"/{taxonomy}/{slug.strip('/')}/"
    row = db.read(_TERMS.where(_TERM.path == path)).first()
    return TermRow(*row) if row else None


def find_profile(handle: str) -> BylineRow | None:
    """The profile with this handle."""
    row = db.read(_BYLINES.where(_PROFILE.handle == handle)).first()
    return BylineRow(*row) if row else None


def with_descendants(term_id: str, *, now: datetime) -> tuple[str, ...]:
    """The term and all terms below it."""

    def make() -> tuple[str, ...]:
        found, level = [term_id], [term_id]
        while level:
            query = sa.select(_TERM.id).where(_TERM.parent_id.in_(level))
            level = [each for each in db.read(query).scalars() if each not in found]
            found += level
        return tuple(found)

    return generation.remember(("below", term_id), make, now=now)


def list_used_terms(taxonomy: str, *, now: datetime) -> tuple[tuple[TermRow, int], ...]:
    """The public terms that visitors find posts under, by name, with how many."""

    def make() -> tuple[tuple[TermRow, int], ...]:
        asked = question(posts(), ("id",), now=now)
        inner = asked.statement.subquery()
        number = sa.func.count().label("number")
        query = (
            _TERMS.add_columns(number)
            .join(_FILED, _FILED.c.term_id == _TERM.id)
            .join(inner, inner.c.id == _FILED.c.publication_id)
            .where(_TERM.taxonomy == taxonomy)
            .group_by(*_TERMS.selected_columns)
            .order_by(_TERM.name)
        )
        return tuple((TermRow(*row[:5]), row[5]) for row in db.read(query, asked.values))

    return schedule.remembered(("terms", taxonomy), make, now)


def list_used_handles(*, now: datetime) -> tuple[str, ...]:
    """The handles of the profiles that are named in what visitors can read."""

    def make() -> tuple[str, ...]:
        asked = question(posts(), ("id",), now=now)
        inner = asked.statement.subquery()
        query = (
            sa.select(_PROFILE.handle)
            .join(_SIGNED, _SIGNED.c.profile_id == _PROFILE.id)
            .join(inner, inner.c.id == _SIGNED.c.publication_id)
            .distinct()
            .order_by(_PROFILE.handle)
        )
        return tuple(db.read(query, asked.values).scalars())

    return schedule.remembered("handles", make, now)


# --- the questions, built once ----------------------------------------------------------------


_FILED, _SIGNED = PublicationTerm.__table__, PublicationByline.__table__
_TERM, _PROFILE = Term.__table__.c, Profile.__table__.c

_TERMS = sa.select(_TERM.id, _TERM.taxonomy, _TERM.name, _TERM.slug, _TERM.path).where(
    _TERM.internal.is_(False)
)

_BYLINES = sa.select(_PROFILE.id, _PROFILE.name, _PROFILE.handle, _PROFILE.image)

_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)

# Bylines first: the type of `image` counts for the whole union. They have no taxonomy.
_LINKS = sa.union_all(
    sa.select(
        _SIGNED.c.publication_id,
        _PROFILE.image,
        _PROFILE.id,
        sa.literal("", db.key(40)).label("taxonomy"),
        _PROFILE.name,
        _PROFILE.handle,
        sa.literal("", db.key(db.MAX_PATH)).label("path"),
        _SIGNED.c.position.label("place"),
    )
    .join_from(_SIGNED, Profile.__table__, _PROFILE.id == _SIGNED.c.profile_id)
    .where(_SIGNED.c.publication_id.in_(_IDS)),
    sa.select(
        _FILED.c.publication_id,
        sa.null(),
        *_TERMS.selected_columns,
        _FILED.c.position,
    )
    .join_from(_FILED, Term.__table__, _TERM.id == _FILED.c.term_id)
    .where(_FILED.c.publication_id.in_(_IDS), _TERM.internal.is_(False)),
).order_by("place")
