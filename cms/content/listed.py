"""What lists of the admin look through: narrow columns of each entry that keep themselves right.

A list of 100,000 entries cannot read their revisions. So an entry carries its title and address in
a form for sorting and finding, its date, and marks for what one filters by. All of it follows from
the newest revision and the publications: after each flush that touched them it is worked out anew,
so no act has to think of it, an undo included, and it stays out of the history.
"""

from collections.abc import Iterable
from enum import IntFlag
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from cms import text

LONGEST_TITLE = 300  # characters; an index of MariaDB ends at 3072 bytes
LONGEST_NAME = 500
BETWEEN = "\n"  # the title and the address, which hold none


class Mark(IntFlag):
    """What lists can be narrowed to."""

    FEATURED = 1
    PINNED = 2
    UNLISTED = 4
    RESTRICTED = 8
    UNDESCRIBED = 16
    UNTITLED = 32


def name_key(title: str | None, path: str | None) -> str:
    """The title and the address, for sorting and finding; case and accents aside."""
    named = text.fold(title or "").replace(BETWEEN, " ")[:LONGEST_TITLE]
    return f"{named}{BETWEEN}{text.fold(path or '')}"[:LONGEST_NAME]


def marks(head: Any) -> int:
    """The marks of a revision, or of its columns."""
    found = {
        Mark.FEATURED: head.featured,
        Mark.PINNED: head.pinned,
        Mark.UNLISTED: not head.listed,
        Mark.RESTRICTED: head.access in ("password", "staff"),
        Mark.UNDESCRIBED: not (head.excerpt or (head.seo or {}).get("description")),
        Mark.UNTITLED: not (head.title or "").strip(),
    }
    return sum(mark for mark, is_so in found.items() if is_so)


def watch(entry: Any, revision: Any, publication: Any) -> None:
    """Keep the columns of these models right from now on."""
    entries, heads, shown = entry.__table__, revision.__table__, publication.__table__

    def follow(session: Session, _context: Any) -> None:
        touched = {row.id for row in session.new if isinstance(row, entry)}
        touched |= {
            row.id for row in session.dirty if isinstance(row, entry) and _has_new_head(row)
        }
        touched |= {
            row.entry_id for row in (*session.new, *session.deleted) if isinstance(row, publication)
        }
        if touched:
            _renew(session.connection(), touched)

    def _renew(connection: sa.Connection, entry_ids: Iterable[str]) -> None:
        head = (
            sa.select(entries.c.id, entries.c.created_at, entries.c.name_key.label("before"),
                      entries.c.sort_at, entries.c.marks, heads.c.title, heads.c.path,
                      heads.c.dated_at, heads.c.featured, heads.c.pinned, heads.c.listed,
                      heads.c.access, heads.c.excerpt, heads.c.seo)
            .join(heads, heads.c.id == entries.c.head_id)
            .where(entries.c.id.in_(list(entry_ids)))
        )  # fmt: skip
        for row in connection.execute(head).all():
            public = sa.select(shown.c.path, shown.c.dated_at).where(shown.c.entry_id == row.id)
            last = connection.execute(public.order_by(shown.c.from_at.desc()).limit(1)).first()
            path = row.path or (last.path if last else None)
            sort_at = row.dated_at or (last.dated_at if last else row.created_at)
            keys = (name_key(row.title, path), sort_at, marks(row))
            if keys != (row.before, row.sort_at, row.marks):
                change = sa.update(entries).where(entries.c.id == row.id)
                connection.execute(change.values(name_key=keys[0], sort_at=keys[1], marks=keys[2]))

    event.listen(Session, "after_flush", follow)


def _has_new_head(row: Any) -> bool:
    return bool(sa.inspect(row).attrs.head_id.history.has_changes())
