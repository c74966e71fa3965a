"""Two profiles of one person become one: bylines move, and the old address leads on.

The merged profile's row stays and says which one stands for it. So a revision written before, a
menu or a link that names it still finds the right person.
"""

from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa

from cms import db
from cms.accounts import permissions
from cms.accounts.permissions import Permission, Person
from cms.addresses import book
from cms.content import profiles, reindexing
from cms.content.models import EntryByline, Profile, PublicationByline
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _

Row = TypeVar("Row", EntryByline, PublicationByline)


def count_bylines(profile: Profile) -> int:
    """In how many entries a profile is named."""
    query = sa.select(sa.func.count()).where(EntryByline.profile_id == profile.id)
    return db.session().scalar(query) or 0


def merge(profile: Profile, into: Profile, *, by: Person, now: datetime) -> None:
    """Let another profile stand for this one everywhere; raises NotAllowed, Rejected."""
    permissions.ensure_may(by, Permission.MANAGE_PROFILES)
    # Two merges at once, each into the other's profile, must not lead round.
    for each in sorted((profile, into), key=lambda row: row.id):
        db.session().refresh(each, with_for_update=True)
    if profile.id == into.id:
        raise Rejected(_("Choose another author; this is the same one."), field="into")
    if profile.merged_into_id or into.merged_into_id:
        raise Rejected(_("One of the two was merged already."), field="into")
    if profile.account_id and into.account_id:
        raise Rejected(_("Both belong to accounts, so they stay two people."), field="into")
    label = _("Merged {name} into {other}", name=profile.name, other=into.name)
    with recording.act(label, by=by, now=now):
        _move_bylines(profile, into)
        for earlier in db.session().scalars(
            sa.select(Profile).where(Profile.merged_into_id == profile.id)
        ):
            earlier.merged_into_id = into.id
        for line in book.list_for("profile", profile.id):
            line.target_id, line.state = into.id, "former"
        account_id, profile.account_id = profile.account_id, None
        profile.merged_into_id = into.id
        # Its handle is free for others; what still names this profile goes by its id.
        profile.handle = profile.id.lower()
        db.session().flush()
        into.account_id = into.account_id or account_id
        path = profiles.path_for(profile.handle)
        book.claim(path, "profile", into.id, now=now, state="former")
        reindexing.of_profiles([into.id], now=now)


def _move_bylines(profile: Profile, into: Profile) -> None:
    _move(EntryByline, "entry_id", profile, into)
    _move(PublicationByline, "publication_id", profile, into)


def _move(model: type[Row], owner: str, profile: Profile, into: Profile) -> None:
    query = sa.select(model).where(model.profile_id == profile.id)
    rows = list(db.session().scalars(query))
    column = getattr(model, owner)
    has_both = set(db.session().scalars(sa.select(column).where(model.profile_id == into.id)))
    names, moved = [each.key for each in model.__table__.columns], []
    for row in rows:
        values = {name: getattr(row, name) for name in names}
        if values[owner] not in has_both:
            moved.append(model(**{**values, "profile_id": into.id}))
        db.session().delete(row)
    db.session().flush()
    db.session().add_all(moved)
    db.session().flush()
