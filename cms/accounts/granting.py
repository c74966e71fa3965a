"""Who may do what: changing roles, and the rules that every act on an account obeys.

Nobody gives more than they have, only owners touch owners, and the last owner stays.
"""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from cms import db
from cms.accounts import people, sessions
from cms.accounts.models import Account, Grant
from cms.accounts.permissions import Permission, Person, Role, ensure_may, ensure_may_grant, may
from cms.errors import NotAllowed, Rejected
from cms.history import recording
from cms.i18n import gettext as _


def change_roles(account: Account, roles: Collection[Role], *, now: datetime, by: Person) -> None:
    """Give the account exactly these roles; its sessions end. Raises NotAllowed, Rejected."""
    actor = ensure_may_manage(account, by=by)
    ensure_may_grant(actor, roles)
    if Role.OWNER not in roles:
        ensure_not_last_owner(account)
    wanted = {role.value for role in roles}
    if wanted == {grant.role for grant in account.grants}:
        return
    names = ", ".join(str(role.label) for role in Role if role in roles) or _("nothing")
    label = _("Gave {name} the role: {roles}", name=account.display_name, roles=names)
    with recording.act(label, by=by, now=now):
        for grant in [grant for grant in account.grants if grant.role not in wanted]:
            db.session().delete(grant)
        db.session().flush()
        db.session().refresh(account, ["grants"])
        held = {grant.role for grant in account.grants}
        account.grants += [Grant(account_id=account.id, role=role) for role in wanted - held]
        sessions.end_all(account)
        account.updated_at = now
        db.session().flush()


def ensure_may_manage(account: Account, *, by: Person) -> Person:
    """Pass, or raise NotAllowed; answers with the actor as they are now.

    Rows of all owners are held until the end of the transaction. So of two people who take each
    other's part at once, the second is asked again for what they may do.
    """
    _hold_owners(account.id, by.id)
    actor = as_now(by)
    ensure_may(actor, Permission.MANAGE_PEOPLE)
    if Role.OWNER in people.roles_of(account) and not may(actor, Permission.MANAGE_OWNERS):
        raise NotAllowed(_("Only an owner can change an owner’s account."))
    return actor


def ensure_not_last_owner(account: Account) -> None:
    """Pass, or raise Rejected when nobody else could look after the site."""
    query = (
        sa.select(Account.id)
        .join(Grant, Grant.account_id == Account.id)
        .where(Grant.role == Role.OWNER.value, Account.state == "active")
    )
    if list(db.session().scalars(query)) == [account.id]:
        raise Rejected(_("This is the only owner. Make someone else an owner first."))


def _hold_owners(*account_ids: str) -> None:
    owners = sa.select(Grant.account_id).where(Grant.role == Role.OWNER.value)
    query = (
        sa.select(Account)
        .where(sa.or_(Account.id.in_(account_ids), Account.id.in_(owners)))
        # Always in the same order, so that nobody waits in a circle.
        .order_by(Account.id)
        .with_for_update()
        # Read anew: someone else may have changed them since this session saw them.
        .execution_options(populate_existing=True)
    )
    db.session().scalars(query).all()


def as_now(by: Person) -> Person:
    """The person with the roles of this moment; raises NotAllowed when the account was closed."""
    if not by.is_account:
        return by
    account = people.find_account(by.id)
    if account is None or account.state != "active":
        raise NotAllowed(_("Your account has been closed."))
    return people.person_of(account, session_id=by.session_id)
