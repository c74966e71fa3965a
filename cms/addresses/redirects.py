"""Redirects made by hand: one path led elsewhere, or all paths of one shape."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from cms import db, ids
from cms.addresses import book, paths, patterns, targets, turns
from cms.addresses.models import Address, RedirectPattern
from cms.addresses.targets import GONE, GONE_CODE, Target
from cms.errors import NotFound, Rejected
from cms.history import recording
from cms.i18n import gettext as _

CODES = (301, 302, 307, 308, 410)
MOST_PATTERNS = 200
CHUNK = 2_000  # paths asked for at once

Redirect = Address | RedirectPattern


def create(
    source: str,
    target: Target,
    *,
    by: recording.Actor | None,
    now: datetime,
    code: int = 301,
    lists: Collection[str] = (),
    straighten: bool = True,
) -> Redirect:
    """Lead a path, or the paths of a pattern, elsewhere; raises Rejected.

    The path of something that has moved away may be led elsewhere, too. `lists` are the paths of
    lists that the site keeps without the book. Whoever makes many at once calls `collapse` for
    all of them in the end, and not for each (`straighten`).
    """
    turns.take()
    source = read_source(source, lists=lists)
    _ensure_way(target, code)
    with recording.act(_("Led {path} elsewhere", path=source), by=by, now=now):
        if patterns.is_pattern(source):
            return _write_pattern(None, source, target, code, now=now)
        row = _write_line(None, source, target, code, now=now)
        if straighten:
            collapse([row])
        return row


def change(
    row: Redirect,
    source: str,
    target: Target,
    *,
    by: recording.Actor | None,
    now: datetime,
    code: int = 301,
    lists: Collection[str] = (),
    straighten: bool = True,
) -> Redirect:
    """Change a redirect; raises Rejected. One left by a rename is made by hand from then on."""
    turns.take()
    source = read_source(source, lists=lists)
    _ensure_way(target, code)
    with recording.act(_("Changed the redirect from {path}", path=source_of(row)), by=by, now=now):
        if patterns.is_pattern(source) != isinstance(row, RedirectPattern):
            db.session().delete(row)
            db.session().flush()
            return create(source, target, by=by, now=now, code=code, lists=lists,
                          straighten=straighten)  # fmt: skip
        if isinstance(row, RedirectPattern):
            return _write_pattern(row, source, target, code, now=now)
        changed = _write_line(row, source, target, code, now=now)
        if straighten:
            collapse([changed])
        return changed


def remove(row: Redirect, *, by: recording.Actor | None, now: datetime) -> None:
    """Lead nobody on from there any more; raises Rejected where others would then lead round."""
    turns.take()
    with recording.act(_("Removed the redirect from {path}", path=source_of(row)), by=by, now=now):
        db.session().delete(row)
        db.session().flush()
        if isinstance(row, RedirectPattern):
            _ensure_straight()


def move(row: RedirectPattern, *, step: int, by: recording.Actor | None, now: datetime) -> None:
    """Try a pattern that many places earlier (below 0) or later among the others.

    Raises Rejected where some would then lead round.
    """
    turns.take()
    with recording.act(_("Changed the order of the patterns"), by=by, now=now):
        rows = list(book.list_patterns())
        place = rows.index(row)
        rows.insert(max(0, place + step), rows.pop(place))
        for number, each in enumerate(rows):
            if each.position != number:
                each.position = number
        db.session().flush()
        _ensure_straight()


def get(redirect_id: str) -> Redirect:
    """What leads on under this id; raises NotFound."""
    if ids.is_id(redirect_id):
        line = db.session().get(Address, redirect_id)
        if line is not None and line.state == "former":
            return line
        pattern = db.session().get(RedirectPattern, redirect_id)
        if pattern is not None:
            return pattern
    raise NotFound(_("This redirect is not there."))


def list_leading_to(kind: str, ids: Collection[str]) -> list[Redirect]:
    """What was led by hand to any of these things, and the patterns that lead there."""
    found: list[Redirect] = []
    for model in (Address, RedirectPattern):
        query = sa.select(model).where(model.target_kind == kind, model.target_id.in_(ids))
        if model is Address:
            query = query.where(Address.by_hand == sa.true())
        found += db.session().scalars(query.order_by(model.id))
    return found


def aim(rows: Iterable[Redirect], target: Target) -> None:
    """Let these lead to another thing, at the same part and form of it, or say that it is gone.

    Part of an act.
    """
    for row in rows:
        is_gone = target == GONE
        _aim(row, target if is_gone else replace(target, suffix=row.suffix))
        row.code = GONE_CODE if is_gone else row.code
    db.session().flush()


def source_of(row: Redirect) -> str:
    """The path, or the pattern of paths, that is led elsewhere."""
    return row.path if isinstance(row, Address) else row.source


def read_source(typed: str, *, lists: Collection[str] = ()) -> str:
    """The normalised path or pattern that may be led elsewhere; raises Rejected."""
    source = typed.strip()
    if not source.startswith("/"):
        raise Rejected(_("A path begins with a slash."), field="path")
    source = paths.normalise(source)
    problem = paths.problem_with_letters(source) or patterns.problem_with(source)
    if problem:
        raise Rejected(problem, field="path")
    split = targets.split_form(source)
    is_list = source in lists or paths.other_slash(source) in lists
    is_answered = paths.is_answered(source) and not _is_of_book(source)
    if is_answered or is_list or (split is not None and split[0] in lists):
        raise Rejected(_("The path {path} is used by the site itself.", path=source), field="path")
    return source


def read_target(typed: str, *, source: str, code: int = 301, lists: Collection[str] = ()) -> Target:
    """What a typed address names for a redirect from this source; raises Rejected."""
    if code == GONE_CODE:
        if typed.strip():
            raise _leads_nowhere()
        return GONE
    if not typed.strip():
        raise _leads_somewhere()
    if patterns.is_pattern(source) and patterns.is_pattern(typed):
        return targets.read_template(typed, source=source)
    return targets.read(typed, source=source, lists=lists)


def collapse(rows: Iterable[Address]) -> None:
    """Point redirects that led to these paths straight to where those lead now."""
    led = {form: row for row in rows for form in (row.path, paths.other_slash(row.path))}
    # What stands in the book is meant by identity, so only what did not can be meant by address.
    by_hand = (Address.state == "former", Address.by_hand == sa.true())
    wanted = list(led)
    meant: list[Redirect] = []
    for first in range(0, len(wanted), CHUNK):
        some = Address.location.in_(wanted[first : first + CHUNK])
        meant += db.session().scalars(sa.select(Address).where(*by_hand, some))
    meant += [each for each in book.list_patterns() if each.location in led]
    for row in meant:
        _aim(row, targets.of(led[str(row.location)]))
    db.session().flush()


def _is_of_book(path: str) -> bool:
    """Below these the book is asked, and what it does not know is free."""
    parts = path.split("/")
    return parts[1] in targets.OF_THE_BOOK and len(parts) > 2 and bool(parts[2])


def _ensure_way(target: Target, code: int) -> None:
    if code not in CODES:
        raise Rejected(_("Choose what kind of redirect this is."), field="code")
    if (code == GONE_CODE) is not (target == GONE):
        raise _leads_nowhere() if code == GONE_CODE else _leads_somewhere()


def _leads_nowhere() -> Rejected:
    return Rejected(_("What is gone leads nowhere. Leave this empty."), field="location")


def _leads_somewhere() -> Rejected:
    return Rejected(_("Say where it leads."), field="location")


def _write_line(
    row: Address | None, path: str, target: Target, code: int, *, now: datetime
) -> Address:
    line = book.find(path, hold=True)
    if line is not None and line is not row and (line.state != "former" or line.by_hand):
        raise _occupied(line)
    if (split := targets.split_form(path)) is not None:
        base = book.find(split[0])
        if base is not None and base.state != "former":
            raise book.taken(base, path)
    if row is None:
        row = line
    elif line is not None and line is not row:
        db.session().delete(line)
        db.session().flush()
    if row is None:
        row = Address(path=path, state="former", by_hand=True, created_at=now)
        _aim(row, target)
        row.code = code
        book.add(row)
        return row
    row.path, row.state, row.by_hand, row.code = path, "former", True, code
    _aim(row, target)
    db.session().flush()
    return row


def _occupied(line: Address) -> Rejected:
    if line.by_hand:
        words = _("There is a redirect from {path} already.", path=line.path)
        return Rejected(words, field="path")
    return book.taken(line, line.path)


def _write_pattern(
    row: RedirectPattern | None, source: str, target: Target, code: int, *, now: datetime
) -> RedirectPattern:
    others = [each for each in book.list_patterns() if each is not row]
    if any(each.source == source for each in others):
        raise Rejected(_("There is a redirect from {path} already.", path=source), field="path")
    if row is None:
        if len(others) >= MOST_PATTERNS:
            raise Rejected(_("There are {most} patterns already.", most=MOST_PATTERNS))
        last = max((each.position for each in others), default=-1)
        row = RedirectPattern(id=ids.new_id(), position=last + 1, created_at=now)
    row.source, row.code = source, code
    _aim(row, target)
    ordered = sorted([*others, row], key=lambda each: (each.position, each.id))
    if patterns.has_circle(ordered, row):
        raise targets.circle()
    db.session().add(row)
    db.session().flush()
    _ensure_straight()
    return row


def _ensure_straight() -> None:
    rows = book.list_patterns()
    round_ = next((each for each in rows if patterns.has_circle(rows, each)), None)
    if round_ is not None:
        words = _("Then {path} would lead back to itself. Change that one first.",
                  path=round_.source)  # fmt: skip
        raise Rejected(words)


def _aim(row: Redirect, target: Target) -> None:
    row.target_kind, row.target_id = target.kind, target.id
    row.location, row.suffix = target.location, target.suffix
