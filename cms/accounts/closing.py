"""Closing accounts: for a while, or for good."""

from datetime import datetime

import sqlalchemy as sa

from cms import db
from cms.accounts import granting, sessions, tokens
from cms.accounts.models import Account, FormerAccount, Token
from cms.accounts.permissions import OPERATOR, Person
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.notices import reading


def disable(account: Account, *, now: datetime, by: Person = OPERATOR) -> None:
    """Suspend the account: it can no longer sign in, and its sessions end. Raises Rejected."""
    _ensure_may_close(account, by=by)
    with recording.act(_("Suspended {name}", name=account.display_name), by=by, now=now):
        _set_state(account, "disabled", now=now)
        sessions.end_all(account)
        tokens.drop_opening(account.id)


def enable(account: Account, *, now: datetime, by: Person = OPERATOR) -> None:
    """Open a suspended account again; nothing happens to one that is open."""
    granting.ensure_may_manage(account, by=by)
    if account.state != "disabled":
        return
    with recording.act(_("Reactivated {name}", name=account.display_name), by=by, now=now):
        _set_state(account, "active" if account.password_hash else "invited", now=now)


def sign_out_everywhere(account: Account, *, now: datetime, by: Person = OPERATOR) -> None:
    """End every session of somebody; raises NotAllowed."""
    granting.ensure_may_manage(account, by=by)
    with recording.act(_("Signed {name} out", name=account.display_name), by=by, now=now):
        sessions.end_all(account)
        account.updated_at = now
        db.session().flush()


def remove(account: Account, *, now: datetime, by: Person = OPERATOR) -> None:
    """Delete the account; only a name is kept, for what the person did here. Raises Rejected."""
    _ensure_may_close(account, by=by)
    account_id, name = account.id, account.display_name
    with recording.act(_("Removed the account of {name}", name=name), by=by, now=now):
        db.session().execute(sa.delete(Token).where(Token.account_id == account_id))
        reading.forget_all(account_id)
        db.session().add(FormerAccount(id=account_id, display_name=name, removed_at=now))
        db.session().delete(account)
        db.session().flush()
    sessions.forget(account_id)


def _ensure_may_close(account: Account, *, by: Person) -> None:
    granting.ensure_may_manage(account, by=by)
    if account.id == by.id:
        raise Rejected(_("Nobody can close their own account. Ask someone else to do it."))
    granting.ensure_not_last_owner(account)


def _set_state(account: Account, state: str, *, now: datetime) -> None:
    account.state = state
    account.updated_at = now
    db.session().flush()
