"""The list of every act: narrowed, searched, and paged without ever counting it.

A page begins behind an act, not at a number, so the last page costs what the first one does. What
no index can answer is looked for among the next `WINDOW` acts only; the page says where to go on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from cms import db
from cms.errors import NotFound
from cms.history.models import ChangeSet, ChangeSubject
from cms.i18n import gettext as _

WINDOW = 20_000  # acts that a filter without an index looks through for one page
BATCH = 1_000  # acts that are read at once for an export
MOST_SUBJECTS = 4  # things named with an act in the list
MOST_LOOKED_AT = 5_000  # things of one page's acts; a bulk act may be about as many

Acts = sa.Select[*tuple[Any, ...]]
State = Literal["", "applied", "undone", "undoing"]


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to; what is empty narrows nothing."""

    account_id: str = ""
    by_programs: bool = False
    kind: str = ""
    subject_id: str = ""
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None
    via: str = ""
    state: State = ""


@dataclass(frozen=True, slots=True)
class Line:
    """An act in the list."""

    id: str
    label: str
    actor: str
    account_id: str | None
    via: str
    state: str
    created_at: datetime
    undoes_id: str | None
    subjects: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Some acts, the newest first, and the acts behind which the neighbouring pages begin."""

    lines: tuple[Line, ...]
    older: str | None = None
    newer: str | None = None
    # Set where the filter looked through a whole window: there may be more beyond this act.
    further: str | None = None


def list_acts(wanted: Filter, *, limit: int, before: str = "", after: str = "") -> Page:
    """The newest acts that the filter finds, or those before or after an act of the list."""
    at = _find_place(before or after)
    forwards = bool(after) and at is not None
    query, window = _query(wanted, at, forwards=forwards)
    rows = db.session().execute(query.limit(limit + 1)).all()
    there_is_more, rows = len(rows) > limit, rows[:limit]
    if forwards:
        rows = list(reversed(rows))
    lines = _with_subjects([Line(**row._mapping) for row in rows])
    further = None
    if not there_is_more and window is not None and not forwards:
        further = db.session().scalar(window)
    ids = (lines[0].id, lines[-1].id) if lines else (None, None)
    return Page(
        lines,
        older=ids[1] if there_is_more or forwards else None,
        newer=ids[0] if (there_is_more if forwards else at is not None) else None,
        further=further,
    )


def list_latest(*, account_id: str | None, limit: int) -> tuple[Line, ...]:
    """The latest acts of everyone, or of one person."""
    return list_acts(Filter(account_id=account_id or ""), limit=limit).lines


def walk(wanted: Filter, *, most: int) -> Iterator[Line]:
    """All acts that the filter finds, at most so many, the newest first; read in batches."""
    before = ""
    while most > 0:
        page = list_acts(wanted, limit=min(BATCH, most), before=before)
        yield from page.lines
        most -= len(page.lines)
        before = page.older or page.further or ""
        if not before:
            return


def get_act(change_set_id: str) -> ChangeSet:
    """The act with this id, as it stands now; raises NotFound."""
    query = sa.select(ChangeSet).where(ChangeSet.id == change_set_id)
    found = db.session().scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such act."))
    return found


def find_undoing(change_set: ChangeSet) -> ChangeSet | None:
    """The act that took this one back, while it stays taken back."""
    if change_set.state != "undone":
        return None
    query = sa.select(ChangeSet).where(
        ChangeSet.undoes_id == change_set.id, ChangeSet.state == "applied"
    )
    return db.session().scalars(query.order_by(ChangeSet.id.desc()).limit(1)).one_or_none()


def list_subjects(change_set: ChangeSet, *, limit: int) -> list[tuple[str, str]]:
    """What an act was about, as kinds and ids."""
    query = sa.select(ChangeSubject.kind, ChangeSubject.subject_id)
    query = query.where(ChangeSubject.change_set_id == change_set.id)
    rows = db.session().execute(query.order_by(ChangeSubject.kind).limit(limit))
    return [(row.kind, row.subject_id) for row in rows]


def count_subjects(change_set: ChangeSet) -> int:
    """How many things an act was about."""
    query = sa.select(sa.func.count()).where(ChangeSubject.change_set_id == change_set.id)
    return db.session().scalar(query) or 0


_COLUMNS = (
    ChangeSet.id,
    ChangeSet.label,
    ChangeSet.actor,
    ChangeSet.account_id,
    ChangeSet.via,
    ChangeSet.state,
    ChangeSet.created_at,
    ChangeSet.undoes_id,
)


@dataclass(frozen=True, slots=True)
class _Place:
    id: str
    created_at: datetime


def _find_place(change_set_id: str) -> _Place | None:
    if not change_set_id:
        return None
    query = sa.select(ChangeSet.id, ChangeSet.created_at).where(ChangeSet.id == change_set_id)
    row = db.session().execute(query).one_or_none()
    return _Place(row.id, row.created_at) if row else None


def _query(wanted: Filter, at: _Place | None, *, forwards: bool) -> tuple[Acts, Acts | None]:
    """The acts in their order; and, where no index answers alone, the end of their window."""
    table = ChangeSubject if wanted.kind else ChangeSet
    ordered, rest = _conditions(wanted)
    moment, key = table.created_at, _key(table)
    order = [moment, key] if forwards else [moment.desc(), key.desc()]
    acts: Acts = sa.select(*_COLUMNS)
    if table is ChangeSet and not rest:
        return acts.where(*ordered, *_between(wanted, moment, key, at, forwards)).order_by(
            *order
        ), None
    near = sa.select(key.label("id"), moment.label("created_at"))
    near = near.where(*ordered, *_between(wanted, moment, key, at, forwards)).order_by(*order)
    if table is ChangeSubject:
        # An act about many things is one act.
        near = near.distinct()
    window = near.limit(WINDOW).subquery()
    acts = acts.join(window, window.c.id == ChangeSet.id).where(*rest)
    last = sa.select(near.offset(WINDOW - 1).limit(1).subquery().c.id) if rest else None
    shown = [window.c.created_at, window.c.id]
    return acts.order_by(*(shown if forwards else [each.desc() for each in shown])), last


def _conditions(
    wanted: Filter,
) -> tuple[list[sa.ColumnElement[bool]], list[sa.ColumnElement[bool]]]:
    """What an index answers in the order of the list, and what is asked of each act it gives."""
    own: list[sa.ColumnElement[bool]] = []
    if wanted.by_programs:
        own.append(ChangeSet.account_id.is_(None))
    elif wanted.account_id:
        own.append(ChangeSet.account_id == wanted.account_id)
    if wanted.state in ("applied", "undone"):
        own.append(ChangeSet.state == wanted.state)
    if wanted.via:
        own.append(ChangeSet.via == wanted.via)
    rest = [
        sa.func.lower(ChangeSet.label).contains(word, autoescape=True)
        for word in wanted.words.lower().split()
    ]
    if wanted.state == "undoing":
        rest.append(ChangeSet.undoes_id.is_not(None))
    if not wanted.kind:
        return own[:1], [*own[1:], *rest]
    about = [ChangeSubject.kind == wanted.kind]
    if wanted.subject_id:
        about.append(ChangeSubject.subject_id == wanted.subject_id)
    return about, [*own, *rest]


def _between(
    wanted: Filter, moment: Any, key: Any, at: _Place | None, forwards: bool
) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.since is not None:
        found.append(moment >= wanted.since)
    if wanted.until is not None:
        found.append(moment < wanted.until)
    if at is None:
        return found
    # Not as a pair: MariaDB reads no index for one.
    if forwards:
        beyond = sa.or_(moment > at.created_at, key > at.id)
        return [*found, moment >= at.created_at, beyond]
    return [*found, moment <= at.created_at, sa.or_(moment < at.created_at, key < at.id)]


def _key(table: Any) -> Any:
    return ChangeSubject.change_set_id if table is ChangeSubject else ChangeSet.id


def _with_subjects(lines: Sequence[Line]) -> tuple[Line, ...]:
    query = sa.select(
        ChangeSubject.change_set_id, ChangeSubject.kind, ChangeSubject.subject_id
    ).where(ChangeSubject.change_set_id.in_([line.id for line in lines]))
    found: dict[str, list[tuple[str, str]]] = {}
    if lines:
        for row in db.session().execute(query.limit(MOST_LOOKED_AT)):
            found.setdefault(row[0], []).append((row[1], row[2]))
    return tuple(
        replace(line, subjects=tuple(found.get(line.id, ())[:MOST_SUBJECTS])) for line in lines
    )
