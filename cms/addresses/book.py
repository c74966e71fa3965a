"""Reading and writing the address book."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cms import db
from cms.addresses import paths, urls
from cms.addresses.models import Address
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _

MAX_HOPS = 10
CODES = (301, 302, 307, 308, 410)


def find(path: str) -> Address | None:
    """The line for a normalised path in either slash form, the exact one first."""
    wanted = (path, paths.other_slash(path))
    # Read anew: another editor may have changed the line since this session saw it.
    query = sa.select(Address).where(Address.path.in_(wanted))
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
    draft, it goes on leading to where it led.
    """
    line = find(path)
    if line is None:
        line = Address(
            path=path, target_kind=target_kind, target_id=target_id, state=state, created_at=now
        )
        _add(line)
        return line
    if (line.target_kind, line.target_id) != (target_kind, target_id):
        if line.state != "former":
            raise _taken(path)
        if not takes_former:
            return line
        line.target_kind, line.target_id = target_kind, target_id
        line.location, line.code = None, 301
        line.state = state
    elif not (line.state == "current" and state == "pending"):
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
        if line.path == but:
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


def redirect(
    path: str,
    location: str,
    *,
    now: datetime,
    code: int = 301,
    by: recording.Actor | None = None,
) -> Address:
    """Lead a path elsewhere; raises Rejected when it is taken or would go in a circle.

    The path of something that has moved away may be led elsewhere, too.
    """
    path = paths.normalise(path)
    if path == "/" or paths.problem_with_form(path):
        raise Rejected(_("This cannot be the path of a redirect."), field="path")
    if not paths.is_location(location) or code not in CODES:
        raise Rejected(_("A redirect needs a path or a web address."), field="location")
    line = find(path)
    if line is not None and line.target_kind != "redirect" and line.state != "former":
        raise _taken(path)
    location = _final_location(path, location)
    with recording.act(_("Led {path} elsewhere", path=path), by=by, now=now):
        line = _lead(line, path, location, code, now=now)
        _collapse_onto(path, location)
    return line


def _lead(line: Address | None, path: str, location: str, code: int, *, now: datetime) -> Address:
    if line is None:
        line = Address(path=path, target_kind="redirect", location=location, code=code,
                       created_at=now)  # fmt: skip
        _add(line)
    line.target_kind, line.target_id, line.state = "redirect", None, "current"
    line.path, line.location, line.code = path, location, code
    db.session().flush()
    return line


def _add(line: Address) -> None:
    """Write a new line; someone else may have taken the path a moment ago."""
    try:
        with db.session().begin_nested():
            db.session().add(line)
    except IntegrityError:
        raise _taken(line.path) from None


def _taken(path: str) -> Rejected:
    return Rejected(_("Something else already stands at {path}.", path=path), field="path")


def _final_location(path: str, location: str) -> str:
    """Follow own redirects from the location on, so that no chain is ever kept."""
    location = _without_site(location)
    final, seen = location, {path, paths.other_slash(path)}
    for _hop in range(MAX_HOPS):
        bare = _bare(final)
        if bare is None:
            break
        if bare in seen:
            raise Rejected(_("This redirect would lead back to itself."), field="location")
        line = find(bare)
        if line is None or line.location is None:
            break
        seen |= {bare, line.path}
        final = line.location
    else:
        raise Rejected(_("This redirect would lead back to itself."), field="location")
    # What follows a ? or # would be lost on the way.
    return final if _bare(location) == location or location == final else location


def _bare(location: str) -> str | None:
    """The path of this site that a location names; None for one elsewhere."""
    if not location.startswith("/") or location.startswith("//"):
        return None
    return paths.normalise(location.split("#")[0].split("?")[0])


def _without_site(location: str) -> str:
    """An own address without the site's name: `https://example.org/a/` is `/a/` there."""
    site = urls.site_url()
    return location[len(site) :] if location.startswith(site + "/") else location


def _collapse_onto(path: str, location: str) -> None:
    """Point redirects that led to this path straight to where it leads now."""
    forms = (path, paths.other_slash(path))
    query = sa.select(Address).where(Address.target_kind == "redirect")
    for line in db.session().scalars(query.where(Address.location.in_(forms))):
        line.location = location
    db.session().flush()
