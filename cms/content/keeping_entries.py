"""How entries and publications are put back when an act is undone.

Revisions never change, so undoing an edit only points at the earlier one, and a publication's HTML
is made from its revision again. That something was public for a while is remembered.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from cms import db
from cms.accounts import permissions
from cms.accounts.permissions import Permission, Person
from cms.content import ownership, publications, references, search, tree
from cms.content.models import Entry, PastPath, Publication, Reference, Revision
from cms.history import restoring
from cms.history.restoring import Obstacle, Plan, Standing
from cms.history.steps import Net
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __

_LINKS = ("publication_term", "publication_byline", "entry_term", "entry_byline")
_FOUND_BY = frozenset(("title", "path", "from_at", "until_at", "revision_id", "fields"))


class Entries(restoring.Keeper):
    """Entries, their publications and what these are filed under."""

    tables = ("entry", "publication", *_LINKS)

    def ensure_may(self, plan: Plan, by: Person) -> None:
        """Undoing needs what editing, publishing or trashing each of the entries needs."""
        needed: dict[str, set[Permission]] = defaultdict(set)
        ordered: list[Net] = []
        for net in plan.of("entry"):
            if "created_by" in net.columns and not (net.is_insert or net.is_delete):
                # Handing over is for who manages people.
                permissions.ensure_may(by, Permission.MANAGE_PEOPLE)
            if net.columns == {"position"}:
                ordered.append(net)
            elif "trashed_at" in net.columns and not (net.is_insert or net.is_delete):
                needed[net.row_id].add(Permission.TRASH_ANY)
            else:
                needed[net.row_id].add(Permission.EDIT_ANY)
        for entry_id in _published(plan):
            if Permission.TRASH_ANY not in needed[entry_id]:
                needed[entry_id].add(Permission.PUBLISH_ANY)
        if not needed and not any(plan.of("term", "profile")):
            links = plan.of("entry_term", "entry_byline")
            needed |= {net.row_id.split("/")[0]: {Permission.EDIT_ANY} for net in links}
        for entry_id, wanted in needed.items():
            for permission in wanted:
                _ensure_may(by, permission, entry_id, plan)
        # Of those that only made room for another one, one is enough.
        if ordered and not needed and not any(_may_edit(by, net.row_id) for net in ordered):
            permissions.ensure_may(by, Permission.EDIT_ANY)

    def hold(self, plan: Plan) -> None:
        """The entries in the order of their ids, and what stands above where they go back to."""
        ids = sorted({net.row_id for net in plan.of("entry")} | _published(plan))
        query = sa.select(Entry).where(Entry.id.in_(ids)).order_by(Entry.id).with_for_update()
        db.session().scalars(query.execution_options(populate_existing=True)).all()
        for net in plan.of("entry"):
            entry = db.session().get(Entry, net.row_id)
            if entry is not None and net.before and "parent_id" in net.before:
                tree.hold(entry, net.before["parent_id"])

    def find_obstacles(self, plan: Plan, *, now: datetime) -> Iterable[Obstacle | Standing]:
        """Lost texts, links that would lead nowhere, circles, and intervals that overlap."""
        if plan.act.via == "rerender":
            yield Obstacle(_("Nothing was changed but how it is rendered."), is_final=True)
        yield from _lost(plan)
        yield from _linked_to(plan)
        yield from _leading_nowhere(plan, now)
        yield from _out_of_place(plan)
        yield from _at_once(plan, now)

    def is_lost(self, table: str, row_id: str) -> bool:
        """An entry without any revision was deleted for good."""
        if table != "entry":
            return False
        query = sa.select(Revision.id).where(Revision.entry_id == row_id).limit(1)
        return db.session().scalar(query) is None

    def prepare(self, plan: Plan, *, now: datetime) -> None:
        """Publications that go are not found any more; where they were public is remembered."""
        for net in plan.of("publication"):
            if not net.is_insert:
                continue
            publication = db.session().get_one(Publication, net.row_id)
            search.remove(publication.id)
            if publication.path is not None and publication.from_at <= now:
                db.session().add(
                    PastPath(entry_id=publication.entry_id, path=publication.path, until_at=now)
                )
        db.session().flush()

    def fill_in(self, row: Any) -> None:
        """A publication gets its HTML from its revision."""
        if isinstance(row, Publication):
            publications.make_again(row)

    def settle(self, plan: Plan, *, now: datetime) -> None:
        """Make HTML of the right revision, and let the search find what is public or will be."""
        renewed = {
            net.row_id
            for net in plan.of("publication")
            if "revision_id" in net.columns and not (net.is_insert or net.is_delete)
        }
        touched = {
            net.row_id
            for net in plan.of("publication")
            if not net.is_insert and (net.is_delete or net.columns & _FOUND_BY)
        }
        links = plan.of("publication_term", "publication_byline")
        touched |= {net.row_id.split("/")[0] for net in links}
        for publication_id in sorted(touched):
            publication = db.session().get(Publication, publication_id)
            if publication is None:
                continue
            if publication_id in renewed:
                publications.make_again(publication)
            if publication.until_at is not None and publication.until_at <= now:
                search.remove(publication.id)
            else:
                publications.index(publication)


# --- who may ------------------------------------------------------------------------------------


def _ensure_may(by: Person, permission: Permission, entry_id: str, plan: Plan) -> None:
    if permissions.may(by, permission):
        return
    entry = db.session().get(Entry, entry_id)
    if entry is not None:
        ownership.ensure_may(by, permission, entry)
        return
    net = plan.nets.get(("entry", entry_id))
    made_by = net.before.get("created_by") if net is not None and net.before else None
    permissions.ensure_may(by, permission, owns=bool(by.id) and made_by == by.id)


def _may_edit(by: Person, entry_id: str) -> bool:
    entry = db.session().get(Entry, entry_id)
    return entry is not None and bool(ownership.may(by, Permission.EDIT_ANY, entry))


def _published(plan: Plan) -> set[str]:
    """The entries whose publications the act touched."""
    nets = list(plan.of("publication"))
    found = {str(net.value("entry_id")) for net in nets if "entry_id" in net.columns}
    ids = [net.row_id for net in nets if "entry_id" not in net.columns]
    query = sa.select(Publication.entry_id).where(Publication.id.in_(ids))
    return found | set(db.session().scalars(query) if ids else ())


# --- what must hold -----------------------------------------------------------------------------


def _lost(plan: Plan) -> Iterator[Obstacle]:
    """Entries that would come back without the text that they had."""
    wanted = {
        str(net.before["head_id"])
        for net in plan.of("entry")
        if net.before is not None and net.before.get("head_id")
    }
    query = sa.select(Revision.id).where(Revision.id.in_(wanted))
    if wanted and wanted - set(db.session().scalars(query)):
        yield Obstacle(_("What was deleted for good cannot come back."), is_final=True)


def _linked_to(plan: Plan) -> Iterator[Standing]:
    """Entries that link to one that would not be there any more."""
    going = [net.row_id for net in plan.of("entry") if net.is_insert]
    if not going:
        return
    query = (
        sa.select(Entry.id)
        .join(Reference, Reference.revision_id == Entry.head_id)
        .where(Reference.target_kind == "entry", Reference.target_id.in_(going))
        .distinct()
    )
    for entry_id in db.session().scalars(query):
        if not plan.deletes("entry", entry_id):
            words = _("Something else links to it by now.")
            yield Standing("entry", entry_id, frozenset(("head_id",)), words=words)


def _leading_nowhere(plan: Plan, now: datetime) -> Iterator[Obstacle | Standing]:
    """Texts that would come back with links to what is not there any more."""
    back = _seen_again(plan, now)
    shown = _missing_targets({each for each in back.values() if each is not None})
    for revision_id, targets in _missing_targets(back).items():
        # What the present text lacks as well is no reason to keep it.
        present = shown.get(back[revision_id] or "", set())
        for kind, target_id in sorted(targets - present):
            if plan.brings_back(kind, target_id):
                continue
            keeper = restoring.find_keeper(kind)
            if keeper is None or keeper.is_lost(kind, target_id):
                words = _("It links to something that was deleted for good.")
                yield Obstacle(words, is_final=True)
            else:
                yield Standing(kind, target_id)


def _seen_again(plan: Plan, now: datetime) -> dict[str, str | None]:
    """Revisions that editors or visitors would see again, each with what they see instead."""
    back: dict[str, str | None] = {
        str(net.before["head_id"]): str(net.value("head_id"))
        for net in plan.of("entry")
        if net.before is not None and net.before.get("head_id")
    }
    for net in plan.of("publication"):
        if net.is_insert or not (net.is_delete or net.columns & {"revision_id", "until_at"}):
            continue
        row = db.session().get(Publication, net.row_id)
        until = plan.value("publication", net.row_id, "until_at", row and row.until_at)
        if until is not None and _moment(until) <= now:
            continue
        is_open = row is not None and (row.until_at is None or row.until_at > now)
        present = row.revision_id if row is not None else None
        revision_id = plan.value("publication", net.row_id, "revision_id", present)
        back.setdefault(str(revision_id), present if is_open else None)
    return back


def _missing_targets(revision_ids: Iterable[str]) -> dict[str, set[tuple[str, str]]]:
    """The things that these revisions refer to and that are not there."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for kind, revision_id, target_id in references.list_gone(revision_ids):
        found[revision_id].add((kind, target_id))
    return found


def _out_of_place(plan: Plan) -> Iterator[Standing]:
    """Pages below themselves, or in sight below one that lies in the trash."""
    places = _Places(plan)
    for net in plan.of("entry"):
        if net.is_insert or not (net.is_delete or net.columns & {"parent_id", "trashed_at"}):
            continue
        yield from _circle(net.row_id, places)
        trashed = places.trashed_at(net.row_id) is not None
        above = places.parent_id(net.row_id)
        if not trashed and above is not None and places.trashed_at(above) is not None:
            yield Standing("entry", above, frozenset(("trashed_at",)))
        for below in places.below(net.row_id) if trashed else ():
            if places.trashed_at(below) is None:
                yield Standing("entry", below)


def _circle(entry_id: str, places: "_Places") -> Iterator[Standing]:
    seen = [entry_id]
    above = places.parent_id(entry_id)
    while above is not None and above not in seen:
        seen.append(above)
        above = places.parent_id(above)
    if above is not None:
        yield from (Standing("entry", each, frozenset(("parent_id",))) for each in seen)


class _Places:
    """Where entries will stand when the act is undone."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def parent_id(self, entry_id: str) -> str | None:
        """The entry above."""
        found: str | None = self._value(entry_id, "parent_id")
        return found

    def trashed_at(self, entry_id: str) -> Any:
        """Since when it lies in the trash."""
        return self._value(entry_id, "trashed_at")

    def below(self, entry_id: str) -> Iterator[str]:
        """The entries right below."""
        present = db.session().scalars(sa.select(Entry.id).where(Entry.parent_id == entry_id))
        nets = (net.row_id for net in self._plan.of("entry"))
        for each in dict.fromkeys([*present, *nets]):
            if not self._plan.deletes("entry", each) and self.parent_id(each) == entry_id:
                yield each

    def _value(self, entry_id: str, column: str) -> Any:
        entry = db.session().get(Entry, entry_id)
        return self._plan.value("entry", entry_id, column, getattr(entry, column, None))


def _at_once(plan: Plan, now: datetime) -> Iterator[Standing]:
    """Publications of one entry that would hold at the same time, or while it lies in the trash."""
    for entry_id in sorted(_published(plan)):
        spans = sorted(_spans(plan, entry_id))
        for (_begin, end, first), (begin, _end, second) in pairwise(spans):
            if end > begin:
                yield from _beside(plan, (first, second))
        coming = [each for begin, _end, each in spans if begin > now]
        yield from _beside(plan, coming) if len(coming) > 1 else ()
        is_shown = any(end > now for _begin, end, _each in spans)
        if is_shown and _Places(plan).trashed_at(entry_id) is not None:
            yield Standing("entry", entry_id, frozenset(("trashed_at",)))


def _beside(plan: Plan, publication_ids: Sequence[str]) -> Iterator[Standing]:
    """Those that the act did not touch, where it touched another one of them."""
    known = [each for each in publication_ids if ("publication", each) not in plan.nets]
    if len(known) < len(publication_ids):
        for each in known:
            yield Standing("publication", each, frozenset(("from_at", "until_at")))


def _spans(plan: Plan, entry_id: str) -> Iterator[tuple[datetime, datetime, str]]:
    """From when until when each publication of the entry will hold."""
    query = sa.select(Publication.id, Publication.from_at, Publication.until_at)
    for row in db.session().execute(query.where(Publication.entry_id == entry_id)):
        if not plan.deletes("publication", row.id):
            yield _span(plan, row.id, row.from_at, row.until_at)
    for net in plan.of("publication"):
        if net.is_delete and net.value("entry_id") == entry_id:
            yield _span(plan, net.row_id, None, None)


def _span(plan: Plan, publication_id: str, begin: Any, end: Any) -> tuple[datetime, datetime, str]:
    begin = plan.value("publication", publication_id, "from_at", begin)
    end = plan.value("publication", publication_id, "until_at", end)
    return _moment(begin), _moment(end) if end else _NEVER, publication_id


def _moment(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


_NEVER = datetime.max.replace(tzinfo=UTC)
_KEEPER = Entries()
restoring.register(_KEEPER)
restoring.say("working_copy", __("Someone is writing in it and has not saved yet."))
