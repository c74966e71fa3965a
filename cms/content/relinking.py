"""Leading all uses of a thing to another one, or leaving their words; part of a removal."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cms import db
from cms.accounts import permissions
from cms.accounts.permissions import Permission, Person
from cms.addresses import redirects, targets
from cms.content import intervals, knowing, ownership, publications, revisions, types, uses
from cms.content.fields import Field
from cms.content.models import Entry, Publication
from cms.content.snapshot import Snapshot
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.rendering import relinking
from cms.site import settings
from cms.site.models import MenuItem


def replace_uses(
    kind: str, ids: Collection[str], with_id: str, *, by: Person, now: datetime
) -> None:
    """Let every use of these things lead to another one of their kind; raises Rejected.

    Drafts get a new revision, and what visitors see a new interval with nothing else changed.
    """
    with recording.act(_("Led links elsewhere"), by=by, now=now):
        _lead(kind, ids, with_id, by=by, now=now)


def unlink_uses(kind: str, ids: Collection[str], *, by: Person, now: datetime) -> None:
    """Let every link to these things become its words; raises Rejected.

    Lines of menus go, with those below them standing one step higher; redirects say that it is
    gone.
    """
    with recording.act(_("Took links out"), by=by, now=now):
        _lead(kind, ids, None, by=by, now=now)


def _lead(
    kind: str, ids: Collection[str], with_id: str | None, *, by: Person, now: datetime
) -> None:
    leading = _Leading(kind, ids, f"{kind}:{with_id}" if with_id is not None else "")
    for entry in _writable(kind, ids, by=by, now=now):
        _rewrite(entry, leading, by=by, now=now)
    _change_menus(kind, ids, with_id, by=by)
    _change_redirects(kind, ids, with_id, by=by)
    _change_front(kind, ids, with_id, by=by, now=now)


class _Leading:
    """How each piece of a text changes; an empty target leaves the words."""

    def __init__(self, kind: str, ids: Collection[str], target: str) -> None:
        self.kind = kind
        self.ids = ids
        self.target = target

    def content(self, content: Snapshot, declared: Sequence[Field]) -> Snapshot:
        return replace(
            content,
            source=self.text(content.source),
            fields=self.fields(declared, content.fields),
        )

    def text(self, source: str) -> str:
        if not any(each in source for each in self.ids):
            return source
        if self.target:
            return relinking.lead(source, self.kind, self.ids, self.target)
        return relinking.unlink(source, self.kind, self.ids)

    def fields(self, declared: Sequence[Field], values: Mapping[str, Any]) -> dict[str, Any]:
        changed = dict(values)
        for field in declared:
            value = changed.get(field.name)
            if value is None:
                continue
            change = self._change_of(field)
            made = change(value) if change is not None else value
            if made in (None, []) and value != made:
                del changed[field.name]
            else:
                changed[field.name] = made
        return changed

    def _change_of(self, field: Field) -> Callable[[Any], Any] | None:
        if field.kind == "markdown":
            return self.text
        if field.kind == self.kind:
            return self._ids
        if field.kind == "group":
            return lambda value: self.fields(field.of, value)
        if field.kind == "list":
            return lambda value: [self.fields(field.of, part) for part in value]
        return None

    def _ids(self, value: Any) -> Any:
        to = self.target.partition(":")[2] or None
        if not isinstance(value, list):
            return to if value in self.ids else value
        led = [to if each in self.ids else each for each in value]
        return [each for each in dict.fromkeys(led) if each is not None]


def _writable(kind: str, ids: Collection[str], *, by: Person, now: datetime) -> Sequence[Entry]:
    """The entries to be changed; raises Rejected for one that the person may not change."""
    found = uses.list_entries(kind, ids, now=now)
    # Who may do away with a term may refile any entry that carries it.
    for entry in found if kind == "entry" else ():
        is_public = intervals.is_any_public([entry], now=now)
        needed = Permission.PUBLISH_ANY if is_public else Permission.EDIT_ANY
        if not ownership.may(by, needed, entry):
            if not knowing.knows(by, entry, now=now):
                raise Rejected(_("You may not change something that links here."))
            title = revisions.get_head(entry).title or _("Untitled")
            raise Rejected(_("You may not change “{title}”, which links here.", title=title))
    return found


def _rewrite(entry: Entry, leading: _Leading, *, by: Person, now: datetime) -> None:
    db.session().refresh(entry, with_for_update=True)
    declared = types.get_type(entry.type).fields
    head = revisions.get_head(entry)
    note = _("Links changed because their target went")
    shown = {head.id: head}
    for publication in _shown(entry, now):
        if publication.revision_id not in shown:
            # What is public differs from the draft: a revision of its own, in front of the draft.
            before = revisions.get_revision(entry, publication.revision_id)
            content = leading.content(Snapshot.of(before), declared)
            made = before
            if content != Snapshot.of(before):
                made = revisions.write_aside(entry, content, before, by=by, now=now, note=note)
            shown[publication.revision_id] = made
    content = leading.content(Snapshot.of(head), declared)
    if content != Snapshot.of(head):
        shown[head.id] = revisions.write(entry, content, by=by, now=now, note=note)
    for publication in _shown(entry, now):
        instead = shown.get(publication.revision_id)
        if instead is None or instead.id == publication.revision_id:
            continue
        if entry.trashed_at is None:
            intervals.show_instead(publication, instead, now=now)
        else:
            publications.renew(publication, instead)


def _shown(entry: Entry, now: datetime) -> list[Publication]:
    """What visitors see and will see of an entry; of a trashed one, what restoring shows again."""
    if entry.trashed_at is None:
        return intervals.not_ended(entry, now)
    ended = intervals.find_ended(entry, at=entry.trashed_at)
    return [ended] if ended is not None else []


def _change_menus(kind: str, ids: Collection[str], with_id: str | None, *, by: Person) -> None:
    query = sa.select(MenuItem).where(MenuItem.target_kind == kind, MenuItem.target_id.in_(ids))
    for item in db.session().scalars(query).all():
        _ensure_may(by, Permission.MANAGE_MENUS, _("You may not change a menu that leads here."))
        if with_id is not None:
            item.target_id = with_id
            continue
        below = sa.select(MenuItem).where(MenuItem.parent_id == item.id)
        for child in db.session().scalars(below).all():
            child.parent_id = item.parent_id
        db.session().flush()
        db.session().delete(item)
        db.session().flush()
    db.session().flush()


def _change_redirects(kind: str, ids: Collection[str], with_id: str | None, *, by: Person) -> None:
    rows = redirects.list_leading_to(kind, ids)
    if rows:
        refusal = _("You may not change a redirect that leads here.")
        _ensure_may(by, Permission.MANAGE_REDIRECTS, refusal)
        redirects.aim(rows, targets.to(kind, with_id) if with_id is not None else targets.GONE)


def _change_front(
    kind: str, ids: Collection[str], with_id: str | None, *, by: Person, now: datetime
) -> None:
    site = settings.load()
    if kind != "entry" or site.front_page not in ids:
        return
    if site.front == "page":
        refusal = _("You may not change the front page, which this is.")
        _ensure_may(by, Permission.MANAGE_SETTINGS, refusal)
    changes = {"front_page": with_id}
    if with_id is None:
        changes["front"] = "posts"
    settings.save(changes, by=by, now=now)


def _ensure_may(by: Person, permission: Permission, refusal: str) -> None:
    if not permissions.may(by, permission):
        raise Rejected(refusal)
