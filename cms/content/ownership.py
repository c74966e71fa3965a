"""Whose an entry is, and what a person may do with it."""

import sqlalchemy as sa

from cms import db
from cms.accounts import permissions
from cms.accounts.permissions import Permission, Person
from cms.content.models import Entry, EntryByline, Profile


def owns(entry: Entry, person: Person | None) -> bool:
    """Whether the person made the entry or stands in its byline."""
    if person is None or not person.id:
        return False
    if entry.created_by == person.id:
        return True
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
