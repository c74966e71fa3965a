"""Whose an entry is, and what a person may do with it."""

import sqlalchemy as sa

from cms import db
from cms.accounts import permissions
from cms.accounts.permissions import Permission, Person
from cms.accounts.roles import OWN_OF
from cms.content.models import Entry, EntryByline, Profile
from cms.i18n import gettext as _


def owns(entry: Entry, person: Person | None) -> bool:
    """Whether the person made the entry or stands in its byline."""
    if person is None or not person.id:
        return False
    return entry.created_by == person.id or _is_named(entry, person)


def reason(entry: Entry, person: Person) -> str:
    """Why the entry counts as the person's own, or why it does not."""
    if person.id and entry.created_by == person.id:
        return _("{name} owns this entry.", name=person.name)
    if _is_named(entry, person):
        return _("{name} is named in its byline, so it counts as their own.", name=person.name)
    return _("{name} neither owns this entry nor is named in its byline.", name=person.name)


def explain(person: Person, permission: Permission, entry: Entry) -> permissions.Verdict:
    """What `may` says, with whose the entry is among the reasons where that decides."""
    verdict = may(person, permission, entry)
    if permission not in OWN_OF or permissions.may(person, permission):
        return verdict
    return permissions.Verdict(verdict.allowed, (*verdict.reasons, reason(entry, person)))


def _is_named(entry: Entry, person: Person) -> bool:
    query = (
        sa.select(EntryByline.entry_id)
        .join(Profile, Profile.id == EntryByline.profile_id)
        .where(EntryByline.entry_id == entry.id, Profile.account_id == person.id)
    )
    return db.session().execute(query).first() is not None


def may(person: Person | None, permission: Permission, entry: Entry) -> permissions.Verdict:
    """Whether the person may do this with the entry, with the reasons."""
    if permissions.may(person, permission):
        return permissions.may(person, permission)
    return permissions.may(person, permission, owns=owns(entry, person))


def ensure_may(person: Person | None, permission: Permission, entry: Entry) -> None:
    """Pass, or raise NotAllowed with the reasons."""
    if not permissions.may(person, permission):
        permissions.ensure_may(person, permission, owns=owns(entry, person))
