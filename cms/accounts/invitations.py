"""Invitations: a place offered by letter or by a link, taken once within a week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from cms import db, ids, notices
from cms.accounts import granting, links, people, tokens
from cms.accounts.models import Account, Invitation, Token
from cms.accounts.permissions import Permission, Person, Role, ensure_may, ensure_may_grant
from cms.config import Settings
from cms.errors import CmsError, NotFound, Rejected
from cms.history import recording
from cms.i18n import gettext as _

LIFETIME = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Offer:
    """An invitation with its link, which is known at this moment only."""

    invitation: Invitation
    url: str


def invite(role: Role, *, by: Person, settings: Settings, now: datetime, email: str = "") -> Offer:
    """Offer a place to an address, or to whoever has the link; raises NotAllowed, Rejected.

    An earlier invitation of the same address ends.
    """
    ensure_may_grant(granting.as_now(by), [role])
    address = people.read_email(email) if email else ""
    if address:
        people.ensure_free(address)
    # The log is never emptied, so it holds no addresses.
    label = _("Invited someone: {role}", role=str(role.label))
    with recording.act(label, by=by, now=now):
        for earlier in _open_for(address) if address else ():
            _end(earlier, now=now)
        invitation = Invitation(
            id=ids.new_id(),
            email=address,
            email_key=people.email_key(address),
            role=role.value,
            invited_by=by.id or None,
            created_at=now,
        )
        return _issue(invitation, settings=settings, now=now)


def renew(invitation: Invitation, *, by: Person, settings: Settings, now: datetime) -> Offer:
    """A fresh link for another week; the one before ends. Raises NotAllowed, Rejected."""
    ensure_may_grant(granting.as_now(by), [_role_of(invitation)])
    _ensure_open(invitation)
    if invitation.email:
        people.ensure_free(invitation.email)
    with recording.act(_("Renewed an invitation"), by=by, now=now):
        _drop_token(invitation)
        invitation.invited_by = by.id or None
        return _issue(invitation, settings=settings, now=now)


def revoke(invitation: Invitation, *, by: Person, now: datetime) -> None:
    """Take an invitation back; raises NotAllowed, Rejected."""
    ensure_may(granting.as_now(by), Permission.MANAGE_PEOPLE)
    _ensure_open(invitation)
    with recording.act(_("Took an invitation back"), by=by, now=now):
        _end(invitation, now=now)


def get_invitation(invitation_id: str) -> Invitation:
    """The invitation with this id, or NotFound."""
    found = db.session().get(Invitation, invitation_id) if ids.is_id(invitation_id) else None
    if found is None:
        raise NotFound(_("There is no such invitation."))
    return found


def list_open(*, limit: int, offset: int = 0) -> Sequence[Invitation]:
    """Invitations that nobody took or took back, newest first; some may be too old."""
    query = sa.select(Invitation).where(*_IS_OPEN).order_by(Invitation.id.desc())
    return db.session().scalars(query.limit(limit).offset(offset)).all()


def count_open() -> int:
    """How many invitations nobody took or took back."""
    query = sa.select(sa.func.count()).select_from(Invitation).where(*_IS_OPEN)
    return db.session().scalar(query) or 0


def find_offered(secret: str, *, now: datetime) -> Invitation:
    """The invitation behind a link; NotFound when it was used, taken back or is too old.

    It ends, too, when whoever invited might not give that role any more.
    """
    token = tokens.find(tokens.PLACE, secret, now=now)
    query = sa.select(Invitation).where(Invitation.token_id == (token.id if token else ""))
    invitation = db.session().scalar(query)
    if token is None or invitation is None or not _still_holds(invitation):
        raise _ended()
    return invitation


def accept(secret: str, *, name: str, email: str, password_hash: str, now: datetime) -> Account:
    """Take the offered place; raises NotFound, Rejected. The password was hashed before."""
    invitation = find_offered(secret, now=now)
    if not tokens.use(db.session().get_one(Token, invitation.token_id), now=now):
        raise _ended()
    role = _role_of(invitation)
    address = people.read_email(invitation.email or email)
    if people.find_by_email(address) is not None:
        # Who has an account here is the inviter's business alone.
        raise Rejected(
            _("This address cannot be used. Take another one, or ask whoever invited you."),
            field="email",
        )
    label = _("{name} took a place: {role}", name=people.read_name(name), role=str(role.label))
    with recording.act(label, by=None, now=now, via="invitation"):
        account = people.create_account(
            address, name, roles=[role], password_hash=password_hash, now=now
        )
        invitation.accepted_at, invitation.account_id = now, account.id
        _forget_address(invitation)
        notices.tell(
            invitation.invited_by,
            "invitation-accepted",
            values={"who": account.display_name},
            subject=("account", account.id),
            by=None,
            now=now,
        )
        db.session().flush()
    return account


_IS_OPEN = (Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))


def _issue(invitation: Invitation, *, settings: Settings, now: datetime) -> Offer:
    token_id, secret = tokens.issue_by_key(
        tokens.PLACE, key=settings.key_for(links.KEY), now=now, lifetime=LIFETIME
    )
    invitation.token_id, invitation.expires_at = token_id, now + LIFETIME
    db.session().add(invitation)
    db.session().flush()
    return Offer(invitation, links.url_of(tokens.PLACE, secret, settings))


def _open_for(address: str) -> Sequence[Invitation]:
    same = Invitation.email_key == people.email_key(address)
    return db.session().scalars(sa.select(Invitation).where(same, *_IS_OPEN)).all()


def _end(invitation: Invitation, *, now: datetime) -> None:
    _drop_token(invitation)
    _forget_address(invitation)
    invitation.revoked_at = now
    db.session().flush()


def _forget_address(invitation: Invitation) -> None:
    # The row is never removed, and an address is kept only as long as it is needed.
    invitation.email = invitation.email_key = ""


def _drop_token(invitation: Invitation) -> None:
    db.session().execute(sa.delete(Token).where(Token.id == invitation.token_id))


def _ensure_open(invitation: Invitation) -> None:
    db.session().refresh(invitation, with_for_update=True)
    if invitation.accepted_at or invitation.revoked_at:
        raise Rejected(_("This invitation was taken or taken back already."))


def _still_holds(invitation: Invitation) -> bool:
    if invitation.accepted_at or invitation.revoked_at:
        return False
    if invitation.invited_by is None:
        return True
    inviter = people.find_account(invitation.invited_by)
    if inviter is None or inviter.state != "active":
        return False
    try:
        ensure_may_grant(people.person_of(inviter), [_role_of(invitation)])
    except CmsError:
        return False
    return True


def _role_of(invitation: Invitation) -> Role:
    return Role(invitation.role)


def _ended() -> NotFound:
    return NotFound(_("This invitation does not work any more. Ask for a new one."))
