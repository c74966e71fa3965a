"""Going anywhere: one field that finds entries, people, terms, settings and acts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import sqlalchemy as sa
from flask import render_template, request, url_for

from cms import db, text
from cms.accounts import people
from cms.accounts.permissions import Permission, Person, may
from cms.admin import frame
from cms.admin.door import blueprint
from cms.content import listing, profiles, types
from cms.content.listing import Filter
from cms.content.models import Term
from cms.history import activity
from cms.i18n import gettext as _
from cms.site import settings
from cms.web import display, gate

MAX_WORDS = 200  # characters that are searched for
SHOWN = 6  # of each kind


@dataclass(frozen=True, slots=True)
class Found:
    """Something one can go to."""

    label: str
    href: str
    icon: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind."""

    label: str
    found: tuple[Found, ...]


@blueprint.get("/find/", endpoint="find")
@gate.requires(Permission.SIGN_IN)
def show() -> str:
    """Everything that the words name; `part=results` gives the results alone."""
    words = text.clean_line(request.args.get("q", ""))[:MAX_WORDS]
    groups = find_all(words, gate.signed_in_person())
    page = "results" if request.args.get("part") == "results" else "show"
    return render_template(f"admin/finding/{page}.html", words=words, groups=groups)


def find_all(words: str, person: Person) -> list[Group]:
    """What the person may go to, by kind; without words the rooms and acts."""
    groups = []
    for label, search in SOURCES:
        if not words and search is not _find_rooms:
            continue
        found = tuple(search(words, person))
        if found:
            groups.append(Group(str(label()), found))
    return groups


def _find_rooms(words: str, person: Person) -> Iterator[Found]:
    rooms = [*_acts(person), *_rooms(person)]
    wanted = text.fold(words).split()
    fitting = (room for room in rooms if all(word in text.fold(room.label) for word in wanted))
    yield from fitting if not words else list(fitting)[:SHOWN]


def _acts(person: Person) -> Iterator[Found]:
    for kind in types.list_types() if may(person, Permission.WRITE) else ():
        href = url_for("admin.entries_new", kind=kind.name)
        yield Found(_("Write: new {type}", type=str(kind.label).lower()), href, "pen")


def _rooms(person: Person) -> Iterator[Found]:
    yield Found(_("Overview"), url_for("admin.dashboard"), "home")
    for group in frame.groups(person):
        for link in group["links"]:
            yield Found(link["label"], link["href"], link["icon"], group["label"] or "")


def _find_entries(words: str, person: Person) -> Iterator[Found]:
    mine = None if may(person, Permission.EDIT_ANY) else person.id
    for kind in types.list_types():
        wanted = Filter(type=kind.name, words=words, owned_by=mine)
        for line in listing.list_entries(wanted, now=gate.now(), limit=SHOWN):
            yield Found(
                line.title or _("No title yet"),
                url_for("admin.entries_edit", entry_id=line.id),
                frame.ICONS.get(kind.name, "posts"),
                line.path or str(kind.label),
            )


def _find_terms(words: str, person: Person) -> Iterator[Found]:
    if not may(person, Permission.MANAGE_TERMS):
        return
    name = sa.func.lower(Term.name)
    query = sa.select(Term).where(name.contains(words.lower(), autoescape=True))
    query = query.order_by(sa.func.length(Term.name), Term.id).limit(SHOWN)
    for term in db.session().scalars(query):
        href = url_for("admin.terms_edit", term_id=term.id)
        yield Found(term.name, href, "tag")


def _find_authors(words: str, person: Person) -> Iterator[Found]:
    if not may(person, Permission.MANAGE_PROFILES):
        return
    for profile in profiles.list_profiles(words, limit=SHOWN):
        href = url_for("admin.profiles_edit", profile_id=profile.id)
        yield Found(profile.name, href, "person", f"@{profile.handle}")


def _find_people(words: str, person: Person) -> Iterator[Found]:
    if not may(person, Permission.MANAGE_PEOPLE):
        return
    for account in people.list_accounts(people.Filter(words=words), limit=SHOWN):
        href = url_for("admin.people_show", account_id=account.id)
        yield Found(account.display_name, href, "people", account.email)


def _find_settings(words: str, person: Person) -> Iterator[Found]:
    if not may(person, Permission.MANAGE_SETTINGS):
        return
    wanted = text.fold(words).split()
    fitting = (
        Found(str(label), url_for("admin.settings", _anchor=name), "settings")
        for name, label in settings.LABELS.items()
        if all(word in text.fold(str(label)) for word in wanted)
    )
    yield from islice(fitting, SHOWN)


def _find_acts(words: str, person: Person) -> Iterator[Found]:
    whose = "" if may(person, Permission.VIEW_ACTIVITY) else person.id
    wanted = activity.Filter(words=words, account_id=whose)
    for act in activity.list_acts(wanted, limit=SHOWN).lines:
        href = url_for("admin.activity_show", change_set_id=act.id)
        yield Found(act.label, href, "activity", display.moment(act.created_at))


# In the order in which they are shown.
SOURCES: tuple[tuple[Callable[[], str], Callable[[str, Person], Iterator[Found]]], ...] = (
    (lambda: _("Go to"), _find_rooms),
    (lambda: _("Entries"), _find_entries),
    (lambda: _("Tags and categories"), _find_terms),
    (lambda: _("Authors"), _find_authors),
    (lambda: _("Settings"), _find_settings),
    (lambda: _("People"), _find_people),
    (lambda: _("What was done"), _find_acts),
)
