"""How terms and profiles are put back when an act is undone."""

from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa

from cms import db
from cms.accounts import permissions
from cms.accounts.permissions import Permission, Person
from cms.content import reindexing
from cms.content.models import Entry, EntryTerm, Profile, Revision, Term
from cms.history import restoring, steps
from cms.history.models import ChangeSet
from cms.history.restoring import Obstacle, Plan, Standing
from cms.history.steps import Net


class Terms(restoring.Keeper):
    """Terms stand in trees, and the path of each begins with that of the one above."""

    tables = ("term",)

    def ensure_may(self, plan: Plan, by: Person) -> None:
        """Whoever writes may take back a term that they made; the rest is for who manages them."""
        own = bool(by.id) and plan.act.account_id == by.id and _only_makes_terms(plan)
        permissions.ensure_may(by, Permission.WRITE if own else Permission.MANAGE_TERMS)

    def find_obstacles(self, plan: Plan, *, now: datetime) -> Iterable[Obstacle | Standing]:
        """What came to stand below a term since, and circles."""
        rows = db.session().execute(sa.select(Term.id, Term.parent_id, Term.path)).all()
        parents = {row.id: plan.value("term", row.id, "parent_id", row.parent_id) for row in rows}
        paths = {row.id: plan.value("term", row.id, "path", row.path) for row in rows}
        for net in plan.of("term"):
            if net.before is not None and plan.brings_back("term", net.row_id):
                parents[net.row_id], paths[net.row_id] = net.before["parent_id"], net.before["path"]
        touched = {net.row_id for net in plan.of("term")}
        for term_id, parent_id in parents.items():
            if plan.deletes("term", term_id) or parent_id is None:
                continue
            if not {term_id, parent_id} & touched:
                continue
            above = paths.get(parent_id)
            if above is not None and not paths[term_id].startswith(above):
                yield Standing("term", term_id)
            yield from _circle(term_id, parents)

    def settle(self, plan: Plan, *, now: datetime) -> None:
        """Names that came back are found again; what was filed otherwise since stays so."""
        named = [net.row_id for net in plan.of("term") if net.columns & _FOUND_BY]
        reindexing.of_terms(named, now=now)
        _drop_outdated([net.row_id for net in plan.of("term") if net.is_delete])


def _drop_outdated(term_ids: Collection[str]) -> None:
    """A term that came back is not carried by entries whose newest revision left it out."""
    query = (
        sa.select(EntryTerm, Revision.term_ids)
        .join(Entry, Entry.id == EntryTerm.entry_id)
        .join(Revision, Revision.id == Entry.head_id)
        .where(EntryTerm.term_id.in_(term_ids))
    )
    for row, carried in db.session().execute(query).all():
        if row.term_id not in carried:
            db.session().delete(row)
    db.session().flush()


_FOUND_BY = frozenset(("name", "internal"))


def _only_makes_terms(plan: Plan) -> bool:
    """Whether the act that this one does, undoes or does again made terms and changed none."""
    first, nets = plan.act, list(plan.of("term"))
    while first.undoes_id is not None:
        first = db.session().get_one(ChangeSet, first.undoes_id)
    if first.id != plan.act.id:
        summed = steps.sum_up(steps.list_steps(first.id))
        nets = [net for net in summed if net.table == "term"]
    return first.account_id == plan.act.account_id and all(net.is_insert for net in nets)


def _circle(term_id: str, parents: dict[str, str | None]) -> Iterable[Standing]:
    seen, above = {term_id}, parents.get(term_id)
    while above is not None:
        if above == term_id:
            yield from (Standing("term", each, frozenset(("parent_id",))) for each in seen)
            return
        if above in seen:
            return
        seen.add(above)
        above = parents.get(above)


class Profiles(restoring.Keeper):
    """People may take back what they did to their own profile."""

    tables = ("profile",)

    def ensure_may(self, plan: Plan, by: Person) -> None:
        """Whoever may manage profiles, and each person for their own."""
        if not by.id or any(_account_of(net) != by.id for net in plan.of("profile")):
            permissions.ensure_may(by, Permission.MANAGE_PROFILES)

    def settle(self, plan: Plan, *, now: datetime) -> None:
        """Names that came back are found again."""
        named = [net.row_id for net in plan.of("profile") if "name" in net.columns]
        reindexing.of_profiles(named, now=now)


class Reviews(restoring.Keeper):
    """Asking for a review and answering it."""

    tables = ("review_request",)

    def ensure_may(self, plan: Plan, by: Person) -> None:
        """Whoever asked, and whoever may answer."""
        own = bool(by.id) and plan.act.account_id == by.id
        permissions.ensure_may(by, Permission.WRITE if own else Permission.PUBLISH_ANY)


class Ignored(restoring.Keeper):
    """Checks that were told to say nothing of an entry."""

    tables = ("ignored_check",)

    def ensure_may(self, plan: Plan, by: Person) -> None:
        """Whoever did it, and whoever may edit anyone's entries."""
        own = bool(by.id) and plan.act.account_id == by.id
        permissions.ensure_may(by, Permission.WRITE if own else Permission.EDIT_ANY)


class Views(restoring.Keeper):
    """Lists as people like to see them."""

    tables = ("saved_view",)

    def ensure_may(self, plan: Plan, by: Person) -> None:
        """Whoever did it; what others keep is for those who set up the site."""
        if not by.id or plan.act.account_id != by.id:
            permissions.ensure_may(by, Permission.MANAGE_SETTINGS)


def _account_of(net: Net) -> str | None:
    if net.before is not None and "account_id" in net.before:
        return str(net.before["account_id"])
    profile = db.session().get(Profile, net.row_id)
    return profile.account_id if profile else None


for _keeper in (Terms(), Profiles(), Reviews(), Ignored(), Views()):
    restoring.register(_keeper)
