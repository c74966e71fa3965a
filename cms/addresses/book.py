"""Reading and writing the address book."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cms import db
from cms.addresses import paths
from cms.addresses.models import Address, RedirectPattern
from cms.errors import Rejected
from cms.history import generation
from cms.i18n import gettext as _


def find(path: str, *, hold: bool = False) -> Address | None:
    """The line for a normalised path in either slash form, the exact one first.

    `hold` keeps others from giving the path away until the end of the transaction.
    """
    wanted = (path, paths.other_slash(path))
    # Read anew: another editor may have changed the line since this session saw it.
    query = sa.select(Address).where(Address.path.in_(wanted)).order_by(Address.id)
    if hold:
        query = query.with_for_update()
    found = db.session().scalars(query, execution_options={"populate_existing": True}).all()
    return next((line for line in found if line.path == path), found[0] if found else None)


def list_for(target_kind: str, target_id: str) -> Sequence[Address]:
    """All paths, present and former, of one target."""
    query = sa.select(Address).where(
        Address.target_kind == target_kind, Address.target_id == target_id
    )
    return db.session().scalars(query.order_by(Address.created_at, Address.id)).all()


def claim(
    path: str,
    target_kind: str,
    target_id: str,
    *,
    now: datetime,
    state: str = "current",
    takes_former: bool = True,
) -> Address:
    """Give the path to the target; raises Rejected when another one has it.

    A former path of something else may change hands; where that would be too early, as for a
    draft, it goes on leading to where it led. What was led somewhere by hand stays so.
    """
    line = find(path, hold=True)
    if line is None:
        line = Address(
            path=path, target_kind=target_kind, target_id=target_id, state=state, created_at=now
        )
        add(line)
        return line
    is_own = (line.target_kind, line.target_id) == (target_kind, target_id)
    if is_taken_by_other(line, target_kind, target_id):
        raise taken(line, path)
    if is_own and line.by_hand and state != "current":
        # Visitors are led there by hand, and go on being so until it is live here.
        return line
    if not is_own and not takes_former:
        return line
    if not (line.state == "current" and state == "pending"):
        line.state = state
    line.target_kind, line.target_id = target_kind, target_id
    line.by_hand, line.location, line.suffix, line.code = False, None, "", 301
    line.path = path
    db.session().flush()
    return line


def is_taken(path: str, target_kind: str, target_id: str | None) -> bool:
    """Whether something else stands at this path, and has not moved away."""
    line = find(path)
    return line is not None and is_taken_by_other(line, target_kind, target_id)


def is_taken_by_other(line: Address, target_kind: str, target_id: str | None) -> bool:
    """Whether a line cannot be given to this target."""
    if (line.target_kind, line.target_id) == (target_kind, target_id):
        return False
    return line.state != "former" or line.by_hand


def leave(
    target_kind: str,
    target_id: str,
    *,
    but: str,
    once: Collection[str] = (),
    kept: Collection[str] = (),
) -> None:
    """The target has moved to `but`: its public paths lead there, the others are given up.

    What stood at one of the paths `once` was public there, though nobody said so at that moment:
    a schedule comes true by the clock. Those in `kept` are or will be public, and nobody else's.
    """
    for line in list_for(target_kind, target_id):
        if line.path == but or line.by_hand:
            continue
        if line.path in kept:
            line.state = "pending"
        elif line.state != "pending" or line.path in once:
            line.state = "former"
        else:
            db.session().delete(line)
    db.session().flush()


def drop_pending(
    target_kind: str,
    target_id: str,
    *,
    but: str | None,
    once: Collection[str] = (),
    kept: Collection[str] = (),
) -> None:
    """Give up the paths that were only kept for a draft, all but one (and as `leave` says)."""
    for line in list_for(target_kind, target_id):
        if line.state != "pending" or line.path == but or line.path in kept:
            continue
        if line.path in once:
            line.state = "former"
        else:
            db.session().delete(line)
    db.session().flush()


def release(target_kind: str, target_id: str) -> None:
    """The target is gone for good: others may have its paths; until then they tell that it was."""
    for line in list_for(target_kind, target_id):
        line.state = "former"
    db.session().flush()


def add(line: Address) -> None:
    """Write a new line; someone else may have taken the path a moment ago."""
    try:
        with db.session().begin_nested():
            db.session().add(line)
    except IntegrityError:
        raise taken(None, line.path) from None


def taken(line: Address | None, path: str) -> Rejected:
    """The refusal of a path that something else has."""
    if line is not None and line.by_hand:
        words = _("A redirect leads {path} elsewhere. Remove it first.", path=line.path)
        return Rejected(words, field="path")
    return Rejected(_("Something else already stands at {path}.", path=path), field="path")


@dataclass(frozen=True, slots=True)
class Way:
    """A pattern as requests of visitors need it."""

    id: str
    source: str
    target_kind: str
    target_id: str | None
    location: str | None
    suffix: str
    code: int


_WAYS = sa.select(*(RedirectPattern.__table__.c[each.name] for each in fields(Way))).order_by(
    RedirectPattern.position, RedirectPattern.id
)


def ways(*, now: datetime) -> tuple[Way, ...]:
    """All patterns in their order, read once in each generation."""
    return generation.remember("ways", lambda: tuple(Way(*row) for row in db.read(_WAYS)), now=now)


def list_patterns() -> Sequence[RedirectPattern]:
    """All patterns, in the order in which they are tried."""
    query = sa.select(RedirectPattern).order_by(RedirectPattern.position, RedirectPattern.id)
    return db.session().scalars(query).all()
