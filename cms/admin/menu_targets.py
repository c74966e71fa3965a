"""What lines of menus can lead to: finding it by its title, and saying what has become of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from flask import url_for

from cms import db
from cms.admin import frame
from cms.content import listing, profiles, queries, terms, types
from cms.content.listing import Filter
from cms.content.models import Profile, Term
from cms.i18n import gettext as _
from cms.site import menus
from cms.web import gate

SHOWN = 6  # of each kind
ELSEWHERE = "url"


@dataclass(frozen=True, slots=True)
class Target:
    """Something a line leads to, as editors see it."""

    value: str  # such as "entry:01M…", "home" or "url"
    label: str
    note: str
    icon: str
    # The state of an entry, and whether visitors are led there at all.
    state: str = ""
    is_shown: bool = True
    is_there: bool = True
    href: str = ""


def value_of(kind: str, target_id: str | None) -> str:
    """How a form names a target."""
    return f"{kind}:{target_id}" if target_id else kind


def find(words: str) -> list[Target]:
    """What the words name; without words what a menu mostly holds."""
    places = [_places()[each] for each in menus.PLACES]
    named = [each for each in places if words.lower() in each.label.lower()]
    return [*named, *_find_entries(words), *_find_terms(words), *_find_profiles(words)]


def describe(values: Iterable[str]) -> dict[str, Target]:
    """What each of these targets is and whether visitors see it; what is gone is called so."""
    wanted = set(values)
    ids: dict[str, set[str]] = {"entry": set(), "term": set(), "profile": set()}
    for value in wanted:
        kind, _colon, target_id = value.partition(":")
        if kind in ids:
            ids[kind].add(target_id)
    known = [*_entries(ids["entry"]), *_terms(ids["term"]), *_profiles(ids["profile"])]
    found = {**_places(), **{target.value: target for target in known}}
    return {value: found.get(value) or _gone(value) for value in wanted}


def _places() -> dict[str, Target]:
    return {
        "home": Target("home", _("Home"), _("The first page of the site"), "home"),
        "posts": Target("posts", _("Posts"), _("Wherever the posts are listed"), "posts"),
        ELSEWHERE: Target(ELSEWHERE, _("An address"), "", "external"),
    }


def _gone(value: str) -> Target:
    return Target(
        value, _("(gone)"), _("It was deleted for good"), "error", is_shown=False, is_there=False
    )


def _find_entries(words: str) -> list[Target]:
    found: list[listing.Line] = []
    for kind in types.list_types():
        # Without words only what stands in a tree: those are the pages of a menu.
        if kind.public and (words or kind.hierarchical):
            wanted = Filter(type=kind.name, words=words)
            found += listing.list_entries(wanted, now=gate.now(), limit=SHOWN)
    return _of_lines(found)


def _entries(entry_ids: set[str]) -> list[Target]:
    return _of_lines(listing.find_lines(entry_ids, now=gate.now()).values())


def _of_lines(lines: Iterable[listing.Line]) -> list[Target]:
    lines = list(lines)
    shown = queries.paths_of([line.id for line in lines], now=gate.now())
    return [
        Target(
            f"entry:{line.id}",
            line.title or _("Untitled"),
            f"{types.get_type(line.type).label} · {_path_of(line, shown)}".rstrip(" ·"),
            frame.ICONS.get(line.type, "posts"),
            state=line.state.status.value,
            is_shown=line.id in shown,
            href=url_for("admin.entries_edit", entry_id=line.id),
        )
        for line in lines
    ]


def _path_of(line: listing.Line, shown: Mapping[str, tuple[str, str | None]]) -> str:
    """Where visitors find it, or where it was told to stand."""
    return shown[line.id][0] if line.id in shown else line.path or ""


def _find_terms(words: str) -> list[Target]:
    if not words:
        return []
    query = sa.select(Term).where(
        Term.internal.is_(False),
        sa.func.lower(Term.name).contains(words.lower(), autoescape=True),
    )
    rows = db.session().scalars(query.order_by(sa.func.length(Term.name), Term.id).limit(SHOWN))
    return _of_terms(list(rows))


def _terms(term_ids: set[str]) -> list[Target]:
    return _of_terms(list(terms.find_terms(term_ids).values()))


def _of_terms(rows: list[Term]) -> list[Target]:
    shown = queries.shown_terms([row.id for row in rows], now=gate.now())
    return [
        Target(
            f"term:{row.id}",
            row.name,
            f"{types.get_taxonomy(row.taxonomy).label} · {row.path}"
            if row.id in shown
            else _("Nothing public is filed here yet"),
            "tag",
            is_shown=row.id in shown,
            href=url_for("admin.terms_edit", term_id=row.id),
        )
        for row in rows
    ]


def _find_profiles(words: str) -> list[Target]:
    if not words:
        return []
    return _of_profiles(profiles.list_profiles(words, limit=SHOWN))


def _profiles(profile_ids: set[str]) -> list[Target]:
    return _of_profiles(profiles.find_profiles(profile_ids).values())


def _of_profiles(rows: Iterable[Profile]) -> list[Target]:
    return [
        Target(
            f"profile:{row.id}",
            row.name,
            _("Author"),
            "person",
            href=url_for("admin.profiles_edit", profile_id=row.id),
        )
        for row in rows
    ]
