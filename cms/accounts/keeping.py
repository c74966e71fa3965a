"""How people's roles and states are put back when an act is undone."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from cms import db
from cms.accounts import granting, people, sessions
from cms.accounts.models import Account, Grant
from cms.accounts.permissions import Person, Role, ensure_may_grant
from cms.history import restoring
from cms.history.restoring import Obstacle, Plan, Standing
from cms.i18n import gettext as _


class People(restoring.Keeper):
    """Nobody gives back more than they have, and the last owner stays."""

    tables = ("account", "account_grant", "invitation")

    def ensure_may(self, plan: Plan, by: Person) -> None:
        """Whoever may manage these people; their own name is everyone's own business."""
        for account_id in sorted(_accounts(plan)):
            account = people.find_account(account_id)
            if account is not None and not (by.id == account_id and _is_name_only(plan)):
                granting.ensure_may_manage(account, by=by)
        known = {role.value: role for role in Role}
        roles = {str(net.value("role")) for net in plan.of("account_grant")}
        if not (_is_name_only(plan) and by.id in _accounts(plan)):
            ensure_may_grant(by, [known[role] for role in roles if role in known])

    def find_obstacles(self, plan: Plan, *, now: datetime) -> Iterable[Obstacle | Standing]:
        """Accounts are neither made nor unmade by undoing, and somebody must own the site."""
        for net in plan.of("account", "invitation"):
            if net.is_delete:
                yield Obstacle(_("An account that was removed cannot come back."), is_final=True)
            elif net.is_insert or net.table == "invitation":
                words = _("Letters and accounts cannot be taken back. Revoke the invitation"
                          " or suspend the person instead.")  # fmt: skip
                yield Obstacle(words, is_final=True)
            elif "invited" in (net.before or {}).values():
                words = _("They have chosen a password since. Suspend the person instead.")
                yield Obstacle(words, is_final=True)
        if _owners() and not _owners_after(plan):
            yield Obstacle(_("This is the only owner. Make someone else an owner first."))

    def settle(self, plan: Plan, *, now: datetime) -> None:
        """Whoever may do other things now signs in again."""
        if _is_name_only(plan):
            return
        for account_id in _accounts(plan):
            account = people.find_account(account_id)
            if account is not None:
                db.session().refresh(account, ["grants"])
                sessions.end_all(account)
                account.updated_at = now


def _accounts(plan: Plan) -> set[str]:
    found = {net.row_id for net in plan.of("account")}
    return found | {str(net.value("account_id")) for net in plan.of("account_grant")}


def _is_name_only(plan: Plan) -> bool:
    nets = list(plan.of("account", "account_grant", "invitation"))
    return all(net.table == "account" and net.columns == {"display_name"} for net in nets)


def _owners() -> set[tuple[str, str]]:
    """The grants of ownership that someone active holds, with their account."""
    query = (
        sa.select(Grant.id, Grant.account_id)
        .join(Account, Account.id == Grant.account_id)
        .where(Grant.role == Role.OWNER.value, Account.state == "active")
    )
    return {(row.id, row.account_id) for row in db.session().execute(query)}


def _owners_after(plan: Plan) -> set[str]:
    found = {
        account_id
        for grant_id, account_id in _owners()
        if not plan.deletes("account_grant", grant_id)
    }
    for net in plan.of("account_grant"):
        if net.is_delete and net.value("role") == Role.OWNER.value:
            found.add(str(net.value("account_id")))
    return {each for each in found if _state_after(plan, each) == "active"}


def _state_after(plan: Plan, account_id: str) -> str | None:
    account = people.find_account(account_id)
    found: str | None = plan.value(
        "account", account_id, "state", account.state if account else None
    )
    return found


restoring.register(People())
