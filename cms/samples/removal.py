"""Taking the samples away in one act; undoing it brings back the very same rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from cms import db
from cms.accounts import permissions
from cms.accounts.permissions import Permission, Person
from cms.content import erasing, profiles, relinking, term_places, term_removal, terms, uses
from cms.content.models import Entry, EntryByline, EntryTerm, PublicationByline, PublicationTerm
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.samples import pieces, presence
from cms.samples.presence import Sample
from cms.site import menus, settings


@dataclass(frozen=True, slots=True)
class Plan:
    """What would go, and what stays because somebody changed it or put something below it."""

    going: tuple[Sample, ...]
    staying: tuple[Sample, ...]


def plan(also: Collection[str] = ()) -> Plan:
    """What goes when those that were changed and are named in `also` go too."""
    there = presence.list_there()
    going = {each.id for each in there if not each.is_changed or each.id in also}
    while above := _parents_of_what_stays(going) & going:
        going -= above
    return Plan(
        tuple(each for each in there if each.id in going),
        tuple(each for each in there if each.id not in going),
    )


def remove(*, by: Person, now: datetime, also: Collection[str] = ()) -> Plan:
    """Take the samples away, with their terms, names and menus that nothing else uses.

    Links to them in other texts become words, menus and the front page forget them. Raises
    NotAllowed, and Rejected when there is nothing to take away.
    """
    permissions.ensure_may(by, Permission.MANAGE_SETTINGS)
    decided = plan(also)
    if not decided.going:
        raise Rejected(_("No sample is left that could go."))
    ids = [each.id for each in decided.going]
    with recording.act(_("Removed the sample content"), by=by, now=now):
        _remove_menus(by=by, now=now)
        relinking.unlink_uses("entry", ids, by=by, now=now)
        for entry in _from_below(ids):
            erasing.erase(entry, by=by)
        _remove_terms(by=by, now=now)
        _remove_people(by=by, now=now)
        _forget_settings(by=by, now=now)
    return decided


def _parents_of_what_stays(going: Collection[str]) -> set[str]:
    """Pages of which some page below does not go."""
    query = sa.select(Entry.parent_id).where(
        Entry.parent_id.in_(going), Entry.id.not_in(list(going))
    )
    return {str(each) for each in db.session().scalars(query)} if going else set()


def _from_below(ids: Collection[str]) -> Sequence[Entry]:
    """These entries, each before the one that it stands below."""
    query = sa.select(Entry).where(Entry.id.in_(ids)).order_by(Entry.id)
    found = {entry.id: entry for entry in db.session().scalars(query)}

    def depth(entry: Entry) -> int:
        above = found.get(entry.parent_id or "")
        return 1 + depth(above) if above is not None else 0

    return sorted(found.values(), key=depth, reverse=True)


def _remove_menus(*, by: Person, now: datetime) -> None:
    """Menus that nobody has changed go whole."""
    for place in ("main", "footer"):
        menu = menus.find_menu(place)
        if menu is None or presence.find_changed("menu", [menu.id]):
            continue
        menus.delete_menu(menu, by=by, now=now)


def _remove_terms(*, by: Person, now: datetime) -> None:
    for taxonomy, names in pieces.term_names().items():
        for name in sorted(names):
            term = terms.find_by_name(taxonomy, name)
            if term is None or presence.find_changed("term", [term.id]):
                continue
            used = _is_there(EntryTerm.term_id, term.id) or _is_there(
                PublicationTerm.term_id, term.id
            )
            is_above = bool(term_places.children(term))
            if used or is_above or uses.list_uses("term", {term.id}, now=now):
                continue
            term_removal.delete_term(term, by=by, now=now)


def _remove_people(*, by: Person, now: datetime) -> None:
    for handle in pieces.PEOPLE:
        profile = profiles.find_by_handle(handle)
        if profile is None or profile.account_id or presence.find_changed("profile", [profile.id]):
            continue
        used = _is_there(EntryByline.profile_id, profile.id) or _is_there(
            PublicationByline.profile_id, profile.id
        )
        if not used and not uses.list_uses("profile", {profile.id}, now=now):
            profiles.erase_profile(profile, by=by, now=now)


def _forget_settings(*, by: Person, now: datetime) -> None:
    """The name and the tagline of the sample site are nobody's wish."""
    present = settings.load()
    written = {"title": pieces.TITLE, "tagline": pieces.TAGLINE}
    settings.forget(
        [key for key, value in written.items() if getattr(present, key) == value], by=by, now=now
    )


def _is_there(column: sa.orm.InstrumentedAttribute[str], value: str) -> bool:
    query = sa.select(column).where(column == value).limit(1)
    return db.session().execute(query).first() is not None
