"""Publishing: what visitors may see, and from when until when.

The publications of an entry are intervals that never overlap. At most one lies in the future;
publishing anew, now or later, takes its place. The entry's row is held meanwhile, so two editors
who publish at once do so one after the other.
"""

from datetime import datetime

from cms import db
from cms.accounts.permissions import Permission, Person
from cms.addresses import book
from cms.content import (
    editing,
    fields,
    intervals,
    naming,
    ownership,
    publications,
    reviewing,
    revisions,
    rules,
    subtree,
    telling,
    types,
)
from cms.content.models import Entry, Publication, Revision
from cms.content.snapshot import Snapshot
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _


def publish(
    entry: Entry,
    *,
    by: Person,
    now: datetime,
    at: datetime | None = None,
    until: datetime | None = None,
    revision: Revision | None = None,
) -> Publication:
    """Show a revision (by default the newest) from `at` (by default now) until `until`.

    A moment in the past counts as now. Raises NotAllowed, Rejected.
    """
    editing.lock(entry)
    ownership.ensure_may(by, Permission.PUBLISH_ANY, entry)
    revision = revision or revisions.get_head(entry)
    start = now if at is None or at < now else at
    content_type = types.get_type(entry.type)
    rules.publish(
        content_type,
        trashed=entry.trashed_at is not None,
        title=revision.title,
        source=revision.source,
        at=start,
        until=until,
    )
    cleaned = fields.clean_all(content_type.fields, revision.fields or {}, complete=True)
    with recording.act(_label(revision, start, now), by=by, now=now):
        live = intervals.find_live(entry, now=now)
        path = _path_for(entry, revision, at=start, now=now)
        intervals.make_room(entry, start, now=now)
        publication = publications.make(
            entry,
            revision,
            path=path,
            fields=cleaned,
            at=start,
            before=intervals.list_all(entry),
        )
        publication.from_at, publication.until_at = start, until
        publications.insert(publication, revision)
        if path is not None and start <= now:
            naming.take_path(entry, path, now=now)
            if live is not None and live.path is not None and content_type.hierarchical:
                before, after = naming.as_folder(live.path), naming.as_folder(path)
                if before != after:
                    subtree.ensure_may_follow(entry, by=by, now=now)
                subtree.follow(entry, before, after, by=by, now=now)
        reviewing.accept(entry, by=by, now=now)
        telling.tell_writer(entry, "entry-published", title=revision.title, by=by, now=now)
    return publication


def unpublish(entry: Entry, *, by: Person, now: datetime, at: datetime | None = None) -> None:
    """Take an entry off the site, now or at a moment to come; raises NotAllowed, Rejected."""
    editing.lock(entry)
    ownership.ensure_may(by, Permission.PUBLISH_ANY, entry)
    open_ones = intervals.not_ended(entry, now)
    end = at or now
    rules.unpublish(
        is_public=bool(open_ones),
        ends_at=open_ones[-1].until_at if open_ones else None,
        at=end,
        now=now,
    )
    with recording.act(_("Unpublished “{title}”", title=_title(entry)), by=by, now=now):
        intervals.end(entry, end, now=now)


def cancel_scheduled(entry: Entry, *, by: Person, now: datetime) -> None:
    """Take back what is to come, be it a change or the end, and let what is live go on.

    Raises NotAllowed, Rejected.
    """
    editing.lock(entry)
    ownership.ensure_may(by, Permission.PUBLISH_ANY, entry)
    rules.edit(trashed=entry.trashed_at is not None)
    live, coming = intervals.find_live(entry, now=now), intervals.find_coming(entry, now)
    if coming is None and (live is None or live.until_at is None):
        raise Rejected(_("Nothing is scheduled."))
    with recording.act(
        _("Took back the schedule of “{title}”", title=_title(entry)), by=by, now=now
    ):
        if coming is not None:
            intervals.withdraw(entry, now, now=now)
        elif live is not None:
            live.until_at = None
        db.session().flush()


def imagine(entry: Entry, content: Snapshot, *, now: datetime) -> Publication:
    """What publishing this content now would show; nothing is stored. Raises Rejected."""
    revision = revisions.imagine(entry, content, now=now)
    path = content.path or naming.present_path(entry)
    if path is None:
        path = naming.default_path(entry, content, at=now)
    publication = publications.make(
        entry,
        revision,
        path=path,
        fields=dict(content.fields),
        at=now,
        before=intervals.list_all(entry),
    )
    publication.from_at = now
    return publication


def _label(revision: Revision, start: datetime, now: datetime) -> str:
    title = revision.title or _("Untitled")
    if start > now:
        return _("Scheduled “{title}”", title=title)
    return _("Published “{title}”", title=title)


def _title(entry: Entry) -> str:
    return revisions.get_head(entry).title or _("Untitled")


def _path_for(entry: Entry, revision: Revision, *, at: datetime, now: datetime) -> str | None:
    if not types.get_type(entry.type).public:
        return None
    if revision.path is None:
        present = naming.present_path(entry)
        if present is not None:
            return present
        return naming.claim_default(entry, Snapshot.of(revision), at=at, now=now)
    problem = naming.problem_with(revision.path)
    if problem:
        raise Rejected(problem, field="path")
    book.claim(revision.path, "entry", entry.id, now=now, state="pending")
    return revision.path
