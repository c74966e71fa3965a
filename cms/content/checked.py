"""What the checks find in each entry, worked out anew whenever that may be something else.

A list over the site cannot read its texts. So after each flush that gave an entry another newest
revision, put it into the trash or took it out, the checks look at it, whatever the act was, an undo
included; it all stays out of the history. What depends on others (a title that two have, a link to
a draft) is settled with whichever of them changes.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from cms import clock, db
from cms.content import checks, listed, types
from cms.content.checks import CHECKS, Draft, Finding

MOST_ALIKE = 5  # other entries of the same title that are looked at
MOST_USERS = 200  # entries whose links are looked at again when their target comes or goes
LAST_LETTER = "\U0010ffff"
FOLLOWING = ("type", "severity", "is_ignored", "count", "place")  # columns beside the key
LINKS = ("link-broken", "link-hidden")
Row = Any


@dataclass(frozen=True)
class Follower:
    """The tables that are followed and written."""

    entry: Any
    head: Any
    shown: Any
    reference: Any
    found: Any
    ignored: Any

    def renew(self, connection: sa.Connection, entry_ids: Collection[str]) -> None:
        """Look at these entries anew."""
        wanted = list(entry_ids)
        found = self.found.c
        alike = sa.select(found.place).where(found.entry_id.in_(wanted), found.code == "title-same")
        keys = set(connection.scalars(alike))
        connection.execute(sa.delete(self.found).where(found.entry_id.in_(wanted)))
        for row in connection.execute(self._heads(wanted)).all():
            if row.trashed_at is not None:
                continue
            draft = self.draft(connection, row)
            self._store(connection, row, checks.check(draft))
            if draft.same_titles:
                keys.add(_title_key(row.name_key))
        # In one order everywhere, so that two acts never wait for each other in a circle.
        for key in sorted(keys - {""}):
            self._settle_title(connection, key)

    def find(self, connection: sa.Connection, entry_id: str) -> tuple[Finding, ...]:
        """What the checks find in an entry as it stands now."""
        row = connection.execute(self._heads([entry_id])).one_or_none()
        return checks.check(self.draft(connection, row)) if row is not None else ()

    def draft(self, connection: sa.Connection, row: Row) -> Draft:
        """All that the checks ask of an entry and those around it."""
        kind = next((each for each in types.list_types() if each.name == row.type), None)
        hidden, broken = self._targets(connection, row.head_id)
        titles = [each.title for each in self._alike(connection, _title_key(row.name_key))
                  if each.id != row.id]  # fmt: skip
        return Draft(
            source=row.source,
            title=row.title,
            excerpt=row.excerpt,
            path=row.path,
            seo=row.seo or {},
            listed=row.listed,
            titled=kind is not None and kind.titled,
            public=kind is not None and kind.public,
            same_titles=titles,
            hidden_targets=hidden,
            broken_targets=broken,
        )

    def follow(self, moved: Collection[str], connection: sa.Connection) -> None:
        """Look again at the links to entries that came, went or were shown otherwise."""
        entry, reference = self.entry.c, self.reference.c
        users = (
            sa.select(entry.id)
            .join(self.reference, reference.revision_id == entry.head_id)
            .where(reference.target_kind == "entry", reference.target_id.in_(list(moved)))
            .where(entry.trashed_at.is_(None))
            .distinct()
            .limit(MOST_USERS)
        )
        wanted = list(connection.scalars(users))
        for row in connection.execute(self._heads(wanted)).all() if wanted else ():
            hidden, broken = self._targets(connection, row.head_id)
            found = [Finding("link-hidden", hidden[0], len(hidden))] if hidden else []
            found += [Finding("link-broken", count=broken)] if broken else []
            own = (self.found.c.entry_id == row.id) & self.found.c.code.in_(LINKS)
            connection.execute(sa.delete(self.found).where(own))
            self._store(connection, row, found)

    def _heads(self, entry_ids: Collection[str]) -> Any:
        entry, head = self.entry.c, self.head.c
        columns = (entry.id, entry.type, entry.trashed_at, entry.name_key, entry.head_id,
                   head.title, head.path, head.excerpt, head.seo, head.listed,
                   head.source)  # fmt: skip
        query = sa.select(*columns).join(self.head, head.id == entry.head_id)
        return query.where(entry.id.in_(list(entry_ids)))

    def _store(self, connection: sa.Connection, row: Row, found: Iterable[Finding]) -> None:
        ignored = self.ignored.c
        quiet = set(connection.scalars(sa.select(ignored.code).where(ignored.entry_id == row.id)))
        lines = [
            {
                "entry_id": row.id,
                "code": each.code,
                "type": row.type,
                "severity": int(CHECKS[each.code].severity),
                "is_ignored": each.code in quiet,
                "count": each.count,
                # What it is the same as, to settle it when either changes.
                "place": _title_key(row.name_key) if each.code == "title-same" else each.place,
            }
            for each in found
        ]
        if not lines:
            return
        # Another act may say the same of this entry at this very moment.
        statement = db.upsert(
            db.database().dialect,
            self.found,
            lambda new: {name: getattr(new, name) for name in FOLLOWING},
        )
        connection.execute(statement, lines)

    def _targets(self, connection: sa.Connection, revision_id: str) -> tuple[list[str], int]:
        """The titles of linked entries that visitors do not see, and how many are gone."""
        entry, head, reference, shown = (
            self.entry.c, self.head.c, self.reference.c, self.shown.c
        )  # fmt: skip
        # A link may be written before its target goes out.
        is_shown = sa.exists().where(
            shown.entry_id == entry.id,
            sa.or_(shown.until_at.is_(None), shown.until_at > clock.now()),
        )
        query = (
            sa.select(entry.id, entry.trashed_at, head.title, is_shown.label("is_shown"))
            .select_from(self.reference)
            .outerjoin(self.entry, entry.id == reference.target_id)
            .outerjoin(self.head, head.id == entry.head_id)
            .where(reference.revision_id == revision_id, reference.target_kind == "entry")
            .order_by(reference.id)
        )
        rows = connection.execute(query).all()
        hidden = [
            row.title or ""
            for row in rows
            if row.id is not None and (row.trashed_at is not None or not row.is_shown)
        ]
        return hidden, sum(row.id is None for row in rows)

    def _alike(self, connection: sa.Connection, key: str) -> list[Row]:
        """Entries whose title reads like this, letter case and accents aside."""
        if not key:
            return []
        entry, head = self.entry.c, self.head.c
        begins = key + listed.BETWEEN
        query = (
            sa.select(entry.id, entry.type, entry.name_key, head.title)
            .join(self.head, head.id == entry.head_id)
            .where(entry.type.in_([kind.name for kind in types.list_types()]))
            .where(entry.trashed_at.is_(None))
            .where(entry.name_key >= begins, entry.name_key < begins + LAST_LETTER)
            .order_by(entry.type, entry.name_key, entry.id)
            .limit(MOST_ALIKE + 1)
        )
        return list(connection.execute(query))

    def _settle_title(self, connection: sa.Connection, key: str) -> None:
        """Say of all that have this title, or of none, that there are several."""
        rows = self._alike(connection, key)
        own = self.found.c.code == "title-same"
        ids = [row.id for row in rows]
        said = set(
            connection.scalars(
                sa.select(self.found.c.entry_id).where(own, self.found.c.entry_id.in_(ids))
            )
        )
        if len(rows) < 2:
            connection.execute(sa.delete(self.found).where(own, self.found.c.entry_id.in_(said)))
            return
        for row in rows:
            if row.id not in said:
                self._store(connection, row, [Finding("title-same")])


followers: list[Follower] = []


def watch(**models: Any) -> None:
    """Keep what is found in the entries of these models right from now on."""
    follower = Follower(**{name: model.__table__ for name, model in models.items()})
    followers[:] = [follower]
    entries, publications, ignored = models["entry"], models["shown"], models["ignored"]

    def after_flush(session: Session, _context: object) -> None:
        changed: set[str] = set()
        moved: set[str] = set()
        told: list[tuple[str, str, bool]] = []
        for row in (*session.new, *session.dirty, *session.deleted):
            if isinstance(row, entries):
                # A new one has no text yet; it gets its first in the same act.
                if row in session.deleted or (row.head_id and _has_changed(row)):
                    changed.add(row.id)
            elif isinstance(row, publications):
                moved.add(row.entry_id)
            elif isinstance(row, ignored):
                told.append((row.entry_id, row.code, row not in session.deleted))
        if changed:
            follower.renew(session.connection(), changed)
        if changed or moved:
            follower.follow(changed | moved, session.connection())
        for entry_id, code, is_ignored in told:
            found = follower.found
            own = (found.c.entry_id == entry_id) & (found.c.code == code)
            change = sa.update(found).where(own).values(is_ignored=is_ignored)
            session.connection().execute(change)

    event.listen(Session, "after_flush", after_flush)


def _has_changed(row: Any) -> bool:
    state = sa.inspect(row)
    return any(state.attrs[name].history.has_changes() for name in ("head_id", "trashed_at"))


def _title_key(name_key: str) -> str:
    return name_key.partition(listed.BETWEEN)[0]
