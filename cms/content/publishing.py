"""Publishing: what visitors may see, and from when until when.

The publications of an entry are intervals that never overlap. At most one lies in the future;
publishing anew, now or later, takes its place. The entry's row is held meanwhile, so two editors
who publish at once do so one after the other.
"""

import dataclasses
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from cms import db, ids
from cms.accounts.permissions import Permission, Person
from cms.addresses import book, paths
from cms.content import editing, fields, naming, ownership, rules, search, status, types
from cms.content.models import (
    Entry,
    Profile,
    Publication,
    PublicationByline,
    PublicationTerm,
    Revision,
    Term,
)
from cms.content.snapshot import Snapshot
from cms.content.status import State
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.rendering import excerpt, pipeline

SHORTEST = timedelta(microseconds=1)
EXCERPT_WORDS = 50
_OWN_COLUMNS = frozenset(("id", "from_at", "until_at"))


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
    revision = revision or editing.get_head(entry)
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
        path = _path_for(entry, revision, at=start, now=now)
        _make_room(entry, start, now=now)
        publication = _snapshot(entry, revision, path=path, fields=cleaned, at=start)
        publication.from_at, publication.until_at = start, until
        _insert(publication, revision)
        if path is not None and start <= now:
            naming.take_path(entry, path, now=now)
    return publication


def unpublish(entry: Entry, *, by: Person, now: datetime, at: datetime | None = None) -> None:
    """Take an entry off the site, now or at a moment to come; raises NotAllowed, Rejected."""
    editing.lock(entry)
    ownership.ensure_may(by, Permission.PUBLISH_ANY, entry)
    open_ones = _not_ended(entry, now)
    end = at or now
    rules.unpublish(
        is_public=bool(open_ones),
        ends_at=open_ones[-1].until_at if open_ones else None,
        at=end,
        now=now,
    )
    with recording.act(_("Unpublished “{title}”", title=_title(entry)), by=by, now=now):
        _end(entry, end, now=now)


def cancel_scheduled(entry: Entry, *, by: Person, now: datetime) -> None:
    """Take back what is to come, be it a change or the end, and let what is live go on.

    Raises NotAllowed, Rejected.
    """
    editing.lock(entry)
    ownership.ensure_may(by, Permission.PUBLISH_ANY, entry)
    rules.edit(trashed=entry.trashed_at is not None)
    live, coming = find_live(entry, now=now), _coming(entry, now)
    if coming is None and (live is None or live.until_at is None):
        raise Rejected(_("Nothing is scheduled."))
    with recording.act(
        _("Took back the schedule of “{title}”", title=_title(entry)), by=by, now=now
    ):
        if coming is not None:
            _withdraw(entry, now, now=now)
        elif live is not None:
            live.until_at = None
        db.session().flush()


def end_now(entry: Entry, *, now: datetime) -> None:
    """End what is live and drop what is to come; part of another act, such as trashing."""
    _end(entry, now, now=now)


def find_ended(entry: Entry, *, at: datetime) -> Publication | None:
    """The publication that `end_now` ended at this instant."""
    ends = (at, at + SHORTEST)
    return next((each for each in reversed(intervals(entry)) if each.until_at in ends), None)


def resume(
    publication: Publication,
    *,
    now: datetime,
    until: datetime | None,
    path: str | None = None,
    revision_id: str | None = None,
) -> Publication:
    """Show again, from now on, what a publication showed, perhaps at another path.

    Part of another act, such as restoring from the trash or moving a page; what is scheduled
    stays so.
    """
    entry = editing.get_entry(publication.entry_id)
    copy = Publication(**_copied(publication))
    coming = _coming(entry, now)
    ends = [end for end in (until, coming.from_at if coming else None) if end is not None]
    _make_room(entry, now, now=now, keep_coming=True)
    copy.id, copy.from_at, copy.until_at = ids.new_id(), now, min(ends, default=None)
    copy.path = path or publication.path
    copy.revision_id = revision_id or publication.revision_id
    _insert(copy, db.session().get_one(Revision, copy.revision_id))
    if copy.path is not None:
        naming.take_path(entry, copy.path, now=now)
    return copy


def follow(
    entry: Entry, *, now: datetime, moved: Callable[[str], str], was: Revision, shown: Revision
) -> None:
    """Take what is public and what is to come along to another path; part of a move.

    What showed the revision `was` shows the revision `shown` from now on: only its path differs.
    """
    for publication in _not_ended(entry, now):
        if publication.path is None:
            continue
        path = moved(publication.path)
        revision_id = shown.id if publication.revision_id == was.id else publication.revision_id
        if publication.from_at > now:
            publication.path, publication.revision_id = path, revision_id
            book.claim(path, "entry", entry.id, now=now, state="pending")
        elif path != publication.path:
            until = publication.until_at
            resume(publication, now=now, until=until, path=path, revision_id=revision_id)


def is_any_public(entries: Sequence[Entry], *, now: datetime) -> bool:
    """Whether any of these entries is public now, or will be."""
    query = sa.select(Publication.id).where(
        Publication.entry_id.in_([entry.id for entry in entries]),
        sa.or_(Publication.until_at.is_(None), Publication.until_at > now),
    )
    return db.session().execute(query.limit(1)).first() is not None


def planned_end(publication: Publication) -> datetime | None:
    """The end that a publication had before the last act that moved it."""
    until = publication.until_at
    if until is None:
        return None
    before = recording.find_before("publication", publication.id, "until_at", until.isoformat())
    return datetime.fromisoformat(before) if before else None


def intervals(entry: Entry) -> Sequence[Publication]:
    """All publications of an entry, the earliest first."""
    query = sa.select(Publication).where(Publication.entry_id == entry.id)
    # Read anew: another editor may have ended one since this session saw it.
    query = query.order_by(Publication.from_at).execution_options(populate_existing=True)
    return db.session().scalars(query).all()


def imagine(entry: Entry, content: Snapshot, *, now: datetime) -> Publication:
    """What publishing this content now would show; nothing is stored. Raises Rejected."""
    revision = editing.imagine_revision(entry, content, now=now)
    path = content.path or naming.present_path(entry)
    if path is None:
        path = naming.default_path(entry, content, at=now)
    publication = _snapshot(entry, revision, path=path, fields=dict(content.fields), at=now)
    publication.from_at = now
    return publication


def state_of(entry: Entry, *, now: datetime) -> State:
    """The state of an entry at an instant."""
    return status.derive(
        trashed=entry.trashed_at is not None,
        head_id=entry.head_id,
        intervals=intervals(entry),
        now=now,
    )


def find_live(entry: Entry, *, now: datetime) -> Publication | None:
    """What visitors see of this entry now."""
    return next((each for each in intervals(entry) if status.is_live(each, now)), None)


def rerender(publication: Publication, *, now: datetime) -> bool:
    """Make the HTML anew with the present renderer; whether it was an old one."""
    if publication.renderer == pipeline.RENDERER:
        return False
    revision = db.session().get_one(Revision, publication.revision_id)
    label = _("Renewed how “{title}” is shown", title=publication.title or _("Untitled"))
    with recording.act(label, by=None, now=now, via="rerender"):
        _fill_in_rendering(publication, revision)
        _index(publication, revision)
    return True


def remove(publication: Publication) -> None:
    """Strike out a publication with all that hangs on it; part of another act."""
    for model in (PublicationTerm, PublicationByline):
        query = sa.select(model).where(model.publication_id == publication.id)
        for row in db.session().scalars(query):
            db.session().delete(row)
    search.remove(publication.id)
    db.session().flush()
    db.session().delete(publication)
    db.session().flush()


def _label(revision: Revision, start: datetime, now: datetime) -> str:
    title = revision.title or _("Untitled")
    if start > now:
        return _("Scheduled “{title}”", title=title)
    return _("Published “{title}”", title=title)


def _title(entry: Entry) -> str:
    return editing.get_head(entry).title or _("Untitled")


def _path_for(entry: Entry, revision: Revision, *, at: datetime, now: datetime) -> str | None:
    if not types.get_type(entry.type).public:
        return None
    if revision.path is None:
        present = naming.present_path(entry)
        if present is not None:
            return present
        return naming.claim_default(entry, Snapshot.of(revision), at=at, now=now)
    problem = paths.problem_with(revision.path)
    if problem:
        raise Rejected(problem, field="path")
    book.claim(revision.path, "entry", entry.id, now=now, state="pending")
    return revision.path


def _make_room(entry: Entry, start: datetime, *, now: datetime, keep_coming: bool = False) -> None:
    """End or strike out what stands in the way of an interval from `start` on."""
    if not keep_coming:
        _withdraw(entry, now, now=now)
    for publication in _not_ended(entry, now):
        if publication.from_at == start:
            # It never held for as long as an instant.
            remove(publication)
        elif publication.from_at < start and _ends_after(publication, start):
            _cut(publication, start, now=now)
    db.session().flush()


def _withdraw(entry: Entry, since: datetime, *, now: datetime) -> None:
    """Strike out what is to come from an instant on; what was live goes on as long as it was to.

    There is one such publication at most, unless the clock was set back.
    """
    for coming in reversed(intervals(entry)):
        if coming.from_at > now and coming.from_at >= since:
            for publication in intervals(entry):
                if publication.until_at == coming.from_at:
                    publication.until_at = planned_end(publication)
            remove(coming)


def _end(entry: Entry, end: datetime, *, now: datetime) -> None:
    _withdraw(entry, end, now=now)
    for publication in _not_ended(entry, now):
        if _ends_after(publication, end):
            _cut(publication, max(end, publication.from_at + SHORTEST), now=now)
    db.session().flush()


def _cut(publication: Publication, end: datetime, *, now: datetime) -> None:
    publication.until_at = end
    if end <= now + SHORTEST:
        search.remove(publication.id)


def _ends_after(publication: Publication, moment: datetime) -> bool:
    return publication.until_at is None or publication.until_at > moment


def _not_ended(entry: Entry, now: datetime) -> list[Publication]:
    """What is live or to come, the earliest first."""
    return [each for each in intervals(entry) if _ends_after(each, now)]


def _coming(entry: Entry, now: datetime) -> Publication | None:
    return next((each for each in intervals(entry) if each.from_at > now), None)


def _snapshot(
    entry: Entry, revision: Revision, *, path: str | None, fields: dict[str, Any], at: datetime
) -> Publication:
    before = intervals(entry)
    pinned_at = next((each.pinned_at for each in reversed(before) if each.pinned_at), at)
    publication = Publication(
        id=ids.new_id(),
        entry_id=entry.id,
        revision_id=revision.id,
        type=entry.type,
        locale=entry.locale,
        direction=revision.direction,
        title=revision.title,
        path=path,
        dated_at=revision.dated_at or (before[0].dated_at if before else at),
        updated_at=revision.created_at,
        pinned_at=pinned_at if revision.pinned else None,
        featured=revision.featured,
        listed=revision.listed,
        access=revision.access,
        password_hash=revision.password_hash if revision.access == "password" else None,
        template=revision.template,
        guid=entry.guid,
        image=revision.image,
        seo=revision.seo,
        fields=fields,
    )
    _fill_in_rendering(publication, revision)
    return publication


def _fill_in_rendering(publication: Publication, revision: Revision) -> None:
    rendered = pipeline.render(revision.source)
    publication.html = str(rendered.html)
    publication.headings = [dataclasses.asdict(heading) for heading in rendered.headings]
    publication.words = rendered.words
    publication.renderer = rendered.renderer
    publication.excerpt = revision.excerpt.strip() or excerpt.excerpt_text(
        rendered.lead_html or rendered.html, EXCERPT_WORDS
    )


def _insert(publication: Publication, revision: Revision) -> None:
    if publication.dated_at is None or publication.from_at is None:
        raise ValueError("a publication needs its interval and its date")
    db.session().add(publication)
    db.session().flush()
    content = editing.keep_existing(Snapshot.of(revision))
    for position, term_id in enumerate(content.term_ids):
        db.session().add(
            PublicationTerm(
                publication_id=publication.id,
                term_id=term_id,
                position=position,
                dated_at=publication.dated_at,
            )
        )
    for position, profile_id in enumerate(content.byline_ids):
        db.session().add(
            PublicationByline(
                publication_id=publication.id,
                profile_id=profile_id,
                position=position,
                dated_at=publication.dated_at,
            )
        )
    db.session().flush()
    _index(publication, revision)


def _index(publication: Publication, revision: Revision) -> None:
    """Make a publication findable, in the transaction that makes it public."""
    if publication.path is None:
        return
    terms = db.session().scalars(
        sa.select(Term.name)
        .join(PublicationTerm, PublicationTerm.term_id == Term.id)
        .where(PublicationTerm.publication_id == publication.id, Term.internal.is_(False))
    )
    names = db.session().scalars(
        sa.select(Profile.name)
        .join(PublicationByline, PublicationByline.profile_id == Profile.id)
        .where(PublicationByline.publication_id == publication.id)
    )
    declared = types.get_type(publication.type).fields
    search.index(
        publication.id,
        title=publication.title or "",
        body_text=pipeline.render(revision.source).text,
        extra_text="\n".join(
            [
                *terms,
                *names,
                revision.excerpt,
                fields.plain_text(declared, publication.fields or {}),
            ]
        ),
    )


def _copied(publication: Publication) -> dict[str, Any]:
    columns = Publication.__table__.columns.keys()
    return {name: getattr(publication, name) for name in columns if name not in _OWN_COLUMNS}
