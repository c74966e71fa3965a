"""Another email address: it counts when the link in a letter to it was followed, not before.

The old address gets a link too. It stops the change, and takes it back for a week after: whoever
sat down at an open desk cannot take the account along.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cms import db
from cms.accounts import granting, links, people, sessions, throttling, tokens
from cms.accounts.models import Account, Token
from cms.accounts.permissions import Permission, Person, Role, may
from cms.config import Settings
from cms.errors import NotFound, Rejected
from cms.history import recording
from cms.i18n import gettext as _

LIFETIME = timedelta(hours=24)
STOPPABLE = timedelta(days=7)
VIA = "letter"


@dataclass(frozen=True, slots=True)
class Asked:
    """Both addresses, and the tokens behind the links that go there."""

    account: Account
    former: str
    email: str
    token_id: str
    stop_id: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A change that waits: the new address and the one that counts."""

    account_id: str
    email: str
    former: str
    # Whoever asked for themselves signs in, too: a mistyped address gives nobody the account.
    needs_sign_in: bool


@dataclass(frozen=True, slots=True)
class Stopped:
    """What stopping did: the address that counts, and whether another had counted meanwhile."""

    account: Account
    was_changed: bool


def ask(account: Account, email: str, *, settings: Settings, now: datetime, by: Person) -> Asked:
    """Begin the change of somebody's address; an earlier one that waits ends.

    The door has asked whoever does it for their password. Raises Rejected, NotAllowed, Throttled.
    """
    if by.id != account.id:
        granting.ensure_may_manage(account, by=by)
    address = people.read_email(email)
    if account.state != "active":
        raise Rejected(_("Only the address of someone who can sign in is changed."), field="email")
    if address == account.email:
        raise Rejected(_("This is the address already."), field="email")
    if people.email_key(address) != account.email_key:
        people.ensure_free(address)
    counted = (f"change {account.id}", people.email_key(address))
    throttling.count_attempt([throttling.letter_key(each) for each in counted], now=now)
    label = _("Asked for another address of {name}", name=account.display_name)
    with recording.act(label, by=by, now=now):
        data = {"email": address, "by": by.id}
        token_id = _issue(tokens.ADDRESS, LIFETIME, account, data, settings, now)
        stop = {"change": token_id, "former": account.email, "is_done": False}
        stop_id = _issue(tokens.ADDRESS_STOP, STOPPABLE, account, stop, settings, now)
    return Asked(account, account.email, address, token_id, stop_id)


def find_waiting(account: Account, *, now: datetime) -> str:
    """The address that waits for its link to be followed, or ""."""
    query = sa.select(Token).where(
        Token.purpose == tokens.ADDRESS,
        Token.account_id == account.id,
        Token.used_at.is_(None),
        Token.expires_at > now,
    )
    token = db.session().scalars(query.order_by(Token.id.desc())).first()
    return str(token.data["email"]) if token else ""


def cancel(account: Account, *, now: datetime, by: Person) -> None:
    """Let the link to the new address end; raises NotAllowed."""
    if by.id != account.id:
        granting.ensure_may_manage(account, by=by)
    label = _("Kept the address of {name} as it was", name=account.display_name)
    with recording.act(label, by=by, now=now):
        tokens.drop(tokens.ADDRESS, account_id=account.id)


def get_waiting(secret: str, *, now: datetime) -> Waiting:
    """The change behind a link; NotFound when it works no more."""
    token, account = _find(tokens.ADDRESS, secret, now)
    is_own = token.data["by"] == account.id
    return Waiting(account.id, str(token.data["email"]), account.email, needs_sign_in=is_own)


def complete(secret: str, *, now: datetime) -> Asked:
    """Let the new address count; every session and link of the account ends.

    The door has looked at `needs_sign_in`. Raises NotFound for a link that works no more, Rejected
    when someone has the address by now.
    """
    token, account = _take(tokens.ADDRESS, secret, now)
    former, address = account.email, str(token.data["email"])
    label = _("Changed the address of {name}", name=account.display_name)
    with recording.act(label, by=people.person_of(account), now=now, via=VIA):
        _put(account, address, now=now)
        stop = _note_done(account, token)
    return Asked(account, former, address, token.id, stop)


def get_former(secret: str, *, now: datetime) -> tuple[str, bool]:
    """The address that a link keeps, and whether it must be put back; NotFound as above."""
    token, account = _find(tokens.ADDRESS_STOP, secret, now)
    return str(token.data["former"]), account.email != token.data["former"]


def stop(secret: str, *, now: datetime) -> Stopped:
    """Keep the old address, or put it back; every session and link of the account ends.

    Raises NotFound for a link that works no more, Rejected when someone has the address by now.
    """
    token, account = _take(tokens.ADDRESS_STOP, secret, now)
    former = str(token.data["former"])
    was_changed = bool(token.data["is_done"]) and account.email != former
    label = _("Kept the address of {name} as it was", name=account.display_name)
    if was_changed:
        label = _("Put back the address of {name}", name=account.display_name)
    with recording.act(label, by=people.person_of(account), now=now, via=VIA):
        _put(account, former if was_changed else account.email, now=now)
    return Stopped(account, was_changed)


def _put(account: Account, address: str, *, now: datetime) -> None:
    """Let an address count, and let nobody in who was in before."""
    other = people.find_by_email(address)
    if other is not None and other.id != account.id:
        raise people.taken()
    try:
        with db.session().begin_nested():
            account.email, account.email_key = address, people.email_key(address)
            account.updated_at = now
    except IntegrityError:
        raise people.taken() from None
    tokens.drop_opening(account.id)
    sessions.end_all(account)
    db.session().flush()


def _issue(
    purpose: str,
    lifetime: timedelta,
    account: Account,
    data: Mapping[str, object],
    settings: Settings,
    now: datetime,
) -> str:
    key = settings.key_for(links.KEY)
    issued = tokens.issue_by_key(
        purpose, key=key, now=now, lifetime=lifetime, account_id=account.id, data=dict(data)
    )
    return issued.token_id


def _find(purpose: str, secret: str, now: datetime) -> tuple[Token, Account]:
    token = tokens.find(purpose, secret, now=now)
    account = people.find_account(token.account_id or "") if token else None
    if token is None or account is None or account.state != "active":
        raise NotFound(_("This link does not work any more."))
    if not _still_may(token, account):
        raise NotFound(_("This link does not work any more."))
    return token, account


def _still_may(token: Token, account: Account) -> bool:
    """Whether whoever asked could ask for it now: a role may be lost, or gained, meanwhile."""
    asker_id = str(token.data.get("by", ""))
    if asker_id in ("", account.id):
        return True
    asker = people.find_account(asker_id)
    if asker is None or asker.state != "active":
        return False
    is_owner = Role.OWNER in people.roles_of(account)
    needed = Permission.MANAGE_OWNERS if is_owner else Permission.MANAGE_PEOPLE
    return bool(may(people.person_of(asker), needed))


def _take(purpose: str, secret: str, now: datetime) -> tuple[Token, Account]:
    """The token, used up by us alone; whoever stops a change waits for it, or it for them."""
    token, account = _find(purpose, secret, now)
    db.session().refresh(account, with_for_update=True)
    db.session().refresh(account, ["grants"])
    if not _still_may(token, account) or not tokens.use(token, now=now):
        raise NotFound(_("This link does not work any more."))
    db.session().refresh(token)
    return token, account


def _note_done(account: Account, change: Token) -> str:
    """Let the link that stops this change know that it has to put something back."""
    query = sa.select(Token).where(
        Token.purpose == tokens.ADDRESS_STOP, Token.account_id == account.id
    )
    for token in db.session().scalars(query):
        if token.data["change"] == change.id:
            token.data = {**token.data, "is_done": True}
            db.session().flush()
            return token.id
    return ""
