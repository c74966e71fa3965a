"""Taking an act back: every row as it was, with its id, or the reason why not.

The way back is the way, walked backwards: each step of the act is reversed by itself, in the
opposite order, so every state on it was allowed once. It is an act like any other, stands in the
log, and can be taken back in its turn.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.exc import IntegrityError

from cms import db
from cms.errors import Rejected
from cms.history import activity, obstacles, recording, restoring, steps, tracking
from cms.history.models import Change, ChangeSet
from cms.history.restoring import Blocked, Obstacle, Plan
from cms.i18n import gettext as _

TOLD_EVERY = 50  # steps
Tell = Callable[[int, int], None]


class Person(recording.Actor, Protocol):
    """Who undoes, with what they may do."""

    @property
    def permissions(self) -> frozenset[Any]: ...


def find_obstacles(change_set: ChangeSet, *, now: datetime) -> tuple[Obstacle, ...]:
    """What stands in the way of undoing this act; nothing is changed. Empty: it can be undone."""
    if refusal := _refusal(change_set):
        return (Obstacle(refusal),)
    taken = steps.list_steps(change_set.id)
    plan = _plan(change_set, taken)
    if not plan.nets:
        return (Obstacle(_nothing(), is_final=True),)
    if unknown := obstacles.find_unknown(plan):
        return (unknown,)
    present = obstacles.read_rows(plan, hold=False)
    return obstacles.find(plan, present, since=taken[-1].id, now=now)


def ensure_may(change_set: ChangeSet, *, by: Person) -> None:
    """Pass, or raise NotAllowed: undoing needs what doing it needed."""
    plan = _plan(change_set, steps.list_steps(change_set.id))
    for keeper in restoring.keepers_of(plan):
        keeper.ensure_may(plan, by)


def undo(
    change_set_id: str, *, by: Person, now: datetime, tell: Tell = lambda done, total: None
) -> ChangeSet:
    """Take an act back; returns the act of doing so.

    `tell` hears now and then how many of its steps are walked back, of how many. Raises NotFound,
    NotAllowed, Rejected, and Blocked with what stands in the way.
    """
    change_set = activity.get_act(change_set_id)
    db.session().refresh(change_set, with_for_update=True)
    if refusal := _refusal(change_set):
        raise Rejected(refusal)
    taken = steps.list_steps(change_set.id)
    plan = _plan(change_set, taken)
    if not plan.nets:
        raise Rejected(_nothing())
    if unknown := obstacles.find_unknown(plan):
        raise Blocked(unknown.words, (unknown,))
    for keeper in restoring.keepers_of(plan):
        keeper.ensure_may(plan, by)
    for keeper in restoring.keepers_of(plan):
        keeper.hold(plan)
    present = obstacles.read_rows(plan, hold=True)
    if found := obstacles.find(plan, present, since=taken[-1].id, now=now):
        raise Blocked(_tell(found), found)
    with recording.act(_label(change_set), by=by, now=now, undoes_id=change_set.id) as undone_by:
        try:
            _walk_back(plan, taken, now=now, tell=tell)
        except IntegrityError:
            raise Rejected(_("Something changed at this very moment. Try again.")) from None
        _turn(change_set)
    return undone_by


def _plan(change_set: ChangeSet, taken: Sequence[Change]) -> Plan:
    return Plan(change_set, {net.key: net for net in steps.sum_up(taken)})


def _refusal(change_set: ChangeSet) -> str | None:
    if change_set.state == "undone":
        return _("This was undone already.")
    return None if change_set.state == "applied" else _("This was never done.")


def _nothing() -> str:
    return _("This changed nothing that could be put back.")


def _tell(found: Sequence[Obstacle]) -> str:
    """The first of what stands in the way, in words."""
    first = found[0]
    if first.act is None:
        return first.words
    return _("“{label}” came later. Undo that first.", label=first.act.label)


def _label(change_set: ChangeSet) -> str:
    """The first act of the chain, and whether it is taken back or done again."""
    first, undone = change_set, True
    while first.undoes_id is not None:
        first, undone = db.session().get_one(ChangeSet, first.undoes_id), not undone
    if undone:
        return _("Undone: {label}", label=first.label)
    return _("Done again: {label}", label=first.label)


def _walk_back(plan: Plan, taken: Sequence[Change], *, now: datetime, tell: Tell) -> None:
    keepers = restoring.keepers_of(plan)
    for keeper in keepers:
        keeper.prepare(plan, now=now)
    for number, step in enumerate(reversed(taken)):
        if number % TOLD_EVERY == 0:
            tell(number, len(taken))
        _reverse(step)
        db.session().flush()
    for keeper in keepers:
        keeper.settle(plan, now=now)
    db.session().flush()


def _reverse(step: Change) -> None:
    model: Any = tracking.find_model(step.row_table)
    if step.operation == "delete":
        row = model(**steps.decode(step.row_table, step.before or {}))
        keeper = restoring.find_keeper(step.row_table)
        if keeper is not None:
            keeper.fill_in(row)
        db.session().add(row)
        return
    row = db.session().get_one(model, steps.key_values(step.row_table, step.row_id))
    if step.operation == "insert":
        db.session().delete(row)
        return
    for name, value in steps.decode(step.row_table, step.before or {}).items():
        setattr(row, name, value)


def _turn(change_set: ChangeSet) -> None:
    """The act is undone now; if it had taken another one back, that one holds again, and so on."""
    turned: ChangeSet | None = change_set
    while turned is not None:
        turned.state = "applied" if turned.state == "undone" else "undone"
        below = turned.undoes_id
        turned = db.session().get(ChangeSet, below) if below else None
