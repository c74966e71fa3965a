"""Recording: what is flushed within an act is written down with it, in the same transaction.

Bulk statements, database cascades and JSON changed in place would escape the log; tracked tables
use none of them (docs/decisions.md).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from cms import db, text
from cms.errors import Rejected
from cms.history import tracking
from cms.history.models import Change, ChangeSet, ChangeSubject
from cms.i18n import gettext as _


class Actor(Protocol):
    """Who acts: a signed-in person has an id."""

    @property
    def id(self) -> str: ...


MAX_LABEL = 300  # characters


@dataclass
class _Open:
    """An act while it goes on."""

    change_set: ChangeSet
    # Whether the change set is in the database already.
    written: bool = True
    subjects: set[tuple[str, str]] = field(default_factory=set)
    # Whether other subjects may be written down than those known here.
    uncertain: bool = False


_current: ContextVar[_Open | None] = ContextVar("change_set", default=None)


@contextmanager
def act(
    label: str,
    *,
    by: Actor | None,
    now: datetime,
    via: str = "",
    undoes_id: str | None = None,
) -> Iterator[ChangeSet]:
    """Gather what is changed in this block under one label; an act within an act joins it.

    `via` says by which door it came; by default the admin for people, the terminal for others.
    """
    outer = _current.get()
    if outer is not None:
        if undoes_id is not None:
            raise RuntimeError("undoing is an act of its own")
        _begin(outer, label)
        yield outer.change_set
        return
    opened = _Open(_change_set(label, by=by, now=now, via=via), written=False)
    opened.change_set.undoes_id = undoes_id
    _begin(opened, label)
    with _holding(opened):
        yield opened.change_set


@contextmanager
def together(*, by: Actor | None, now: datetime, label: str = "", via: str = "") -> Iterator[None]:
    """Gather the acts of this block into one, named after the first; without any there is none."""
    if _current.get() is not None:
        yield
        return
    with _holding(_Open(_change_set(label, by=by, now=now, via=via), written=False)):
        yield


@contextmanager
def continued(change_set_id: str) -> Iterator[ChangeSet]:
    """Go on with an act in another transaction, as one that is too long for one; raises Rejected.

    An act that was undone meanwhile is not gone on with.
    """
    change_set = db.session().get_one(ChangeSet, change_set_id, with_for_update=True)
    if change_set.state != "applied":
        raise Rejected(_("This was undone meanwhile."))
    with _holding(_Open(change_set, uncertain=True)):
        yield change_set


def latest() -> str | None:
    """The last act of this unit of work that changed anything, for offering to undo it."""
    found: str | None = db.session().info.get("change_set")
    return found


def _change_set(label: str, *, by: Actor | None, now: datetime, via: str) -> ChangeSet:
    account_id = by.id or None if by is not None else None
    return ChangeSet(
        label=text.truncate(label, MAX_LABEL),
        actor="person" if account_id else "program",
        account_id=account_id,
        via=via or ("admin" if account_id else "terminal"),
        created_at=now,
    )


def _begin(opened: _Open, label: str) -> None:
    if opened.written:
        return
    opened.written = True
    opened.change_set.label = opened.change_set.label or text.truncate(label, MAX_LABEL)
    db.session().add(opened.change_set)
    db.session().flush()


@contextmanager
def _holding(opened: _Open) -> Iterator[None]:
    token = _current.set(opened)
    try:
        yield
        db.session().flush()
    finally:
        _current.reset(token)


def current() -> ChangeSet | None:
    """The change set of the act that goes on, or None."""
    opened = _current.get()
    return opened.change_set if opened is not None and opened.written else None


def find_before(table: str, row_id: str, column: str, value: Any) -> Any:
    """What a column of a row held before the last act that gave it this value; None if none did.

    Acts that were undone, and the undoing itself, count for nothing.
    """
    query = (
        sa.select(Change)
        .join(ChangeSet, ChangeSet.id == Change.change_set_id)
        .where(Change.row_table == table, Change.row_id == row_id, Change.operation == "update")
        .where(ChangeSet.state == "applied", ChangeSet.undoes_id.is_(None))
    )
    for change in db.session().scalars(query.order_by(Change.id.desc())):
        after: dict[str, Any] = change.after or {}
        if column in after and after[column] == value:
            return (change.before or {}).get(column)
    return None


@event.listens_for(Session, "before_flush")
def _record(session: Session, _context: Any, _instances: Any) -> None:
    opened = _current.get()
    if opened is None or not opened.written:
        return
    # In the order in which rows may stand on each other, so that the way back can be walked.
    places = _places(len(db.Base.metadata.tables))
    changed: list[tuple[Any, Change]] = []
    for rows, operation in (
        (sorted(session.new, key=lambda row: places.get(row.__tablename__, 0)), "insert"),
        (session.dirty, "update"),
        (sorted(session.deleted, key=lambda row: -places.get(row.__tablename__, 0)), "delete"),
    ):
        for row in rows:
            if operation != "update" or session.is_modified(row, include_collections=False):
                changed += [
                    (row, line) for line in tracking.lines_of(row, operation, opened.change_set.id)
                ]
    if not changed:
        return
    session.add_all([line for _row, line in changed])
    _note_subjects(session, opened, [row for row, _line in changed])
    session.info["change_set"] = opened.change_set.id


@lru_cache(maxsize=4)
def _places(_count: int) -> dict[str, int]:
    """Where each table stands when those that others refer to come first."""
    return {table.name: at for at, table in enumerate(db.Base.metadata.sorted_tables)}


def _note_subjects(session: Session, opened: _Open, rows: list[Any]) -> None:
    change_set = opened.change_set
    for subject in dict.fromkeys(map(_subject_of, rows)):
        if subject is None or subject in opened.subjects:
            continue
        opened.subjects.add(subject)
        key = (change_set.id, *subject)
        if opened.uncertain and session.get(ChangeSubject, key) is not None:
            continue
        session.add(
            ChangeSubject(
                change_set_id=change_set.id,
                kind=subject[0],
                subject_id=subject[1],
                created_at=change_set.created_at,
            )
        )


def _subject_of(row: Any) -> tuple[str, str] | None:
    if hasattr(row, "about"):
        found: tuple[str, str] | None = row.about()
        return found
    return row.__tablename__, tracking.key_of(row)


@event.listens_for(Session, "after_soft_rollback")
def _forget_subjects(session: Session, previous: SessionTransaction) -> None:
    """What was noted since the savepoint, or at all, is not there any more."""
    opened = _current.get()
    if not previous.nested:
        session.info.pop("change_set", None)
    if opened is None:
        return
    opened.subjects.clear()
    opened.uncertain = True
    if opened.written and not sa.inspect(opened.change_set).persistent:
        # It was begun within the savepoint; the next act begins it again.
        opened.written = False
        session.info.pop("change_set", None)


@event.listens_for(Session, "do_orm_execute")
def _refuse_bulk(state: Any) -> None:
    if not (state.is_update or state.is_delete or state.is_insert):
        return
    table = getattr(getattr(state.statement, "table", None), "name", "")
    if tracking.is_tracked(table):
        raise RuntimeError(f"a bulk statement on {table} would escape the history")
