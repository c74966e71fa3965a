"""Choosing one of many by typing: names that a field offers, and finding what was typed.

Lists of thousands fit into no select. A text field takes a name instead, and offers names while one
types (`choice_field` in web/pieces/field.html); without scripts it offers the first few.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from flask import Response, jsonify, request

from cms import db, ids, text
from cms.accounts import people
from cms.accounts.models import Account
from cms.accounts.permissions import Permission
from cms.admin.door import blueprint
from cms.content import knowing, listing, profiles, terms, types
from cms.content.models import Profile, Term
from cms.web import gate

OFFERED = 20  # names at once
LAST_LETTER = "\U0010ffff"


@blueprint.get("/choices/terms", endpoint="choices_terms")
@gate.requires(Permission.WRITE)
def list_terms() -> Response:
    """Names of a taxonomy's terms that hold what was typed."""
    return jsonify(term_names(request.args.get("taxonomy", "tag"), _typed()))


@blueprint.get("/choices/authors", endpoint="choices_authors")
@gate.requires(Permission.WRITE)
def list_authors() -> Response:
    """Names for bylines that hold what was typed."""
    return jsonify(author_names(_typed()))


@blueprint.get("/choices/entries", endpoint="choices_entries")
@gate.requires(Permission.WRITE)
def list_entries() -> Response:
    """Addresses (or titles) of entries of a type whose title or address holds what was typed."""
    kind, person = types.get_type(request.args.get("kind", "page")), gate.signed_in_person()
    found = listing.list_named(kind.name, _typed(), now=gate.now(), limit=OFFERED)
    lines = knowing.known(person, found)
    return jsonify([line.path or line.title for line in lines if line.path or line.title])


@blueprint.get("/choices/people", endpoint="choices_people")
@gate.requires(Permission.VIEW_ACTIVITY)
def list_people() -> Response:
    """Names of people with an account that hold what was typed."""
    return jsonify(person_names(_typed()))


def term_names(taxonomy: str, typed: str = "") -> list[str]:
    """A few names of a taxonomy's terms, those that begin with what was typed first.

    Where terms stand below each other a name says too little; their addresses are offered.
    """
    kind, key = types.get_taxonomy(taxonomy), text.fold(typed)
    shown = Term.path if kind.nested else Term.name
    query = sa.select(shown).where(Term.taxonomy == taxonomy).order_by(Term.name_key, Term.id)
    begins = sa.and_(Term.name_key >= key, Term.name_key < key + LAST_LETTER)
    found = list(db.session().scalars(query.where(begins).limit(OFFERED)))
    if key and len(found) < OFFERED:
        held = query.where(Term.name_key.contains(key, autoescape=True), ~begins)
        found += db.session().scalars(held.limit(OFFERED - len(found)))
    return list(dict.fromkeys(found))


def author_names(typed: str = "") -> list[str]:
    """A few names of profiles, those that begin with what was typed first."""
    query = sa.select(Profile.name).where(Profile.merged_into_id.is_(None))
    return _named(query, Profile.name, typed)


def person_names(typed: str = "") -> list[str]:
    """A few names of people with an account, those that begin with what was typed first."""
    return _named(sa.select(Account.display_name), Account.display_name, typed)


def find_person(typed: str) -> Account | None:
    """The person of this name or id; nobody when several have the name."""
    if ids.is_id(typed):
        return people.find_account(typed)
    named = sa.select(Account).where(sa.func.lower(Account.display_name) == typed.lower())
    found = db.session().scalars(named.limit(2)).all()
    return found[0] if len(found) == 1 else None


def find_term(taxonomy: str, typed: str) -> Term | None:
    """The term of this name or id."""
    if ids.is_id(typed):
        return terms.find_terms([typed]).get(typed)
    return terms.find_by_name(taxonomy, typed)


def find_author(typed: str) -> Profile | None:
    """The profile of this name or id."""
    if ids.is_id(typed):
        return profiles.find_profiles([typed]).get(typed)
    return profiles.find_by_name(typed)


def _typed() -> str:
    return text.without_controls(request.args.get("q", "")).strip()[:200]


def _named(query: sa.Select[Any], name: Any, typed: str) -> list[str]:
    lowered = sa.func.lower(name)
    if typed:
        query = query.where(lowered.contains(typed.lower(), autoescape=True))
        begins = sa.case((lowered.startswith(typed.lower(), autoescape=True), 0), else_=1)
        query = query.order_by(begins)
    found: Iterable[str] = db.session().scalars(query.order_by(name).limit(OFFERED))
    return list(dict.fromkeys(found))
