"""Handing someone's entries over to another person, and removing the account that then is bare."""

from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from cms import db
from cms.accounts import closing, granting, people, permissions
from cms.accounts.models import Account
from cms.accounts.permissions import Permission, Person
from cms.content import editing, intervals, profiles, revisions
from cms.content.models import (
    Entry,
    EntryByline,
    Profile,
    Publication,
    PublicationByline,
    SavedView,
    WorkingCopy,
)
from cms.content.snapshot import Snapshot
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Belongings:
    """How many entries someone owns, and in how many bylines they are named."""

    entries: int
    bylines: int


def count(account: Account) -> Belongings:
    """What an account has, the trash included."""
    owned = sa.select(sa.func.count()).where(Entry.created_by == account.id)
    profile = profiles.find_for_account(account.id)
    named = sa.select(sa.func.count()).where(
        EntryByline.profile_id == (profile.id if profile else "")
    )
    session = db.session()
    return Belongings(session.scalar(owned) or 0, session.scalar(named) or 0)


def hand_over(account: Account, to: str, *, bylines: bool, by: Person, now: datetime) -> Belongings:
    """Give all entries of an account to whoever `to` names, by email or the handle of an author.

    With `bylines` the other one is named in place of the account's profile, too. One change set;
    returns what went. Raises NotAllowed, Rejected.
    """
    granting.ensure_may_manage(account, by=by)
    permissions.ensure_may(by, Permission.EDIT_ANY)
    name = account.display_name
    with recording.act(_("Handed over the entries of {name}", name=name), by=by, now=now):
        recipient, moved = _find_recipient(to, account, now=now), count(account)
        query = sa.select(Entry).where(Entry.created_by == account.id).order_by(Entry.id)
        for entry in db.session().scalars(query.with_for_update()).all():
            entry.created_by = recipient.account_id
        db.session().flush()
        former = profiles.find_for_account(account.id)
        if bylines and former is not None:
            for entry in _named(former):
                _rename(entry, former, recipient, by=by, now=now)
    return moved if bylines else replace(moved, bylines=0)


def remove_account(
    account: Account, *, by: Person, now: datetime, to: str = "", bylines: bool = False
) -> None:
    """Remove an account for good; its profile stays for the bylines. Raises NotAllowed, Rejected.

    What the account owns is handed over first; without `to` it must own nothing.
    """
    label = _("Removed the account of {name}", name=account.display_name)
    with recording.act(label, by=by, now=now):
        if to:
            hand_over(account, to, bylines=bylines, by=by, now=now)
        if count(account).entries:
            raise Rejected(_("Say first who gets the entries."), field="to")
        profile = profiles.find_for_account(account.id)
        if profile is not None:
            profile.account_id = None
            db.session().flush()
        _forget(account.id)
        closing.remove(account, by=by, now=now)


def _forget(account_id: str) -> None:
    """What was only for the person themselves goes with them."""
    typed = sa.delete(WorkingCopy).where(WorkingCopy.account_id == account_id)
    db.session().execute(typed)
    own = sa.select(SavedView).where(
        SavedView.account_id == account_id, SavedView.shared.is_(False)
    )
    for view in db.session().scalars(own):
        db.session().delete(view)
    db.session().flush()


def _find_recipient(typed: str, account: Account, *, now: datetime) -> Profile:
    typed = typed.strip()
    found = people.find_by_email(typed)
    if found is not None:
        if found.state == "disabled" or found.id == account.id:
            raise Rejected(_("Choose someone else; this account cannot take them."), field="to")
        own = profiles.ensure_own_profile(people.person_of(found), now=now)
        assert own is not None
        return own
    profile = profiles.find_by_handle(typed.removeprefix("@"))
    if profile is None:
        raise Rejected(_("Nobody here has this email or author address."), field="to")
    if profile.account_id == account.id:
        raise Rejected(_("Choose someone else; this is the same person."), field="to")
    return profile


def _named(profile: Profile) -> list[Entry]:
    query = (
        sa.select(Entry)
        .join(EntryByline, EntryByline.entry_id == Entry.id)
        .where(EntryByline.profile_id == profile.id, Entry.trashed_at.is_(None))
    )
    return list(db.session().scalars(query.order_by(Entry.id)))


def _rename(entry: Entry, old: Profile, new: Profile, *, by: Person, now: datetime) -> None:
    """Put one profile in the place of another: in a new revision, and in what is shown."""
    editing.lock(entry)
    head = revisions.get_head(entry)
    content = revisions.keep_existing(Snapshot.of(head))
    named = dict.fromkeys(new.id if each == old.id else each for each in content.byline_ids)
    content = replace(content, byline_ids=tuple(named))
    note = _("Handed over")
    saved = editing.save(entry, content, by=by, now=now, based_on=head.id, note=note)
    for publication in intervals.not_ended(entry, now):
        if publication.revision_id == head.id:
            publication.revision_id = saved.id
        move_byline(publication, old.id, new.id)


def move_byline(publication: Publication, old_id: str, new_id: str) -> None:
    """Name one profile in place of another in a publication; nobody is named twice."""
    row = db.session().get(PublicationByline, (publication.id, old_id))
    if row is None:
        return
    position, dated_at = row.position, row.dated_at
    db.session().delete(row)
    db.session().flush()
    if db.session().get(PublicationByline, (publication.id, new_id)) is None:
        db.session().add(
            PublicationByline(
                publication_id=publication.id,
                profile_id=new_id,
                position=position,
                dated_at=dated_at,
            )
        )
        db.session().flush()
