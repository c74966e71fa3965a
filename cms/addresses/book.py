"""Reading and writing the address book."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from cms import db
from cms.addresses import paths
from cms.addresses.models import Address
from cms.errors import Rejected
from cms.i18n import gettext as _

MAX_HOPS = 10


def find(path: str) -> Address | None:
    """The line for a normalised path in either slash form, the exact one first."""
    wanted = (path, paths.other_slash(path))
    found = db.session().scalars(sa.select(Address).where(Address.path.in_(wanted))).all()
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
    is_free: bool = False,
) -> Address:
    """Give the path to the target; raises Rejected when another one has it.

    A former path of something else may change hands, and so may any that `is_free`.
    """
    line = find(path)
    if line is None:
        line = Address(path=path, target_kind=target_kind, target_id=target_id, created_at=now)
        db.session().add(line)
    elif (line.target_kind, line.target_id) != (target_kind, target_id):
        if line.state != "former" and not is_free:
            raise Rejected(_("Something else already stands at {path}.", path=path), field="path")
        line.target_kind, line.target_id = target_kind, target_id
        line.location, line.code = None, 301
        line.state = state
    if not (line.state == "current" and state == "pending"):
        line.state = state
    line.path = path
    db.session().flush()
    return line


def is_taken(path: str, target_kind: str, target_id: str | None) -> bool:
    """Whether something else stands at this path, and has not moved away."""
    line = find(path)
    if line is None or (line.target_kind, line.target_id) == (target_kind, target_id):
        return False
    return line.state != "former"


def leave(target_kind: str, target_id: str, *, but: str) -> None:
    """The target has moved to `but`: its public paths lead there, the others are given up."""
    for line in list_for(target_kind, target_id):
        if line.path == but:
            continue
        if line.state == "pending":
            db.session().delete(line)
        else:
            line.state = "former"
    db.session().flush()


def drop_pending(target_kind: str, target_id: str, *, but: str | None) -> None:
    """Give up the paths that were only kept for a draft, all but one."""
    for line in list_for(target_kind, target_id):
        if line.state == "pending" and line.path != but:
            db.session().delete(line)
    db.session().flush()


def redirect(path: str, location: str, *, now: datetime, code: int = 301) -> Address:
    """Lead a path elsewhere; raises Rejected when it is taken or would go in a circle."""
    path = paths.normalise(path)
    line = find(path)
    if line is not None and line.target_kind != "redirect":
        raise Rejected(_("Something else already stands at {path}.", path=path), field="path")
    location = _final_location(path, location)
    if line is None:
        line = Address(target_kind="redirect", created_at=now)
        db.session().add(line)
    line.path, line.location, line.code, line.target_id = path, location, code, None
    db.session().flush()
    _collapse_onto(path, location)
    return line


def _final_location(path: str, location: str) -> str:
    """Follow own redirects from the location on, so that no chain is ever kept."""
    seen = {path, paths.other_slash(path)}
    for _hop in range(MAX_HOPS):
        if not location.startswith("/") or location.startswith("//"):
            return location
        if location.split("?")[0].split("#")[0] in seen:
            raise Rejected(_("This redirect would lead back to itself."), field="location")
        line = find(paths.normalise(location))
        if line is None or line.location is None:
            return location
        seen |= {location, line.path}
        location = line.location
    raise Rejected(_("This redirect would lead back to itself."), field="location")


def _collapse_onto(path: str, location: str) -> None:
    """Point redirects that led to this path straight to where it leads now."""
    forms = (path, paths.other_slash(path))
    query = sa.select(Address).where(Address.target_kind == "redirect")
    for line in db.session().scalars(query.where(Address.location.in_(forms))):
        line.location = location
    db.session().flush()
