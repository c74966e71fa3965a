"""Publications: the flat snapshots that visitors read, made from revisions and found by words."""

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cms import db, ids
from cms.content import fields, revisions, search, types
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
from cms.history import recording
from cms.i18n import gettext as _
from cms.rendering import excerpt, pipeline

EXCERPT_WORDS = 50
_OWN_COLUMNS = frozenset(("id", "from_at", "until_at"))


def make(
    entry: Entry,
    revision: Revision,
    *,
    path: str | None,
    fields: dict[str, Any],
    at: datetime,
    before: Sequence[Publication],
) -> Publication:
    """What publishing this revision shows; `before` is what was shown of the entry so far."""
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


def insert(publication: Publication, revision: Revision) -> None:
    """Store a publication with its terms and bylines, and make it findable; part of an act."""
    if publication.dated_at is None or publication.from_at is None:
        raise ValueError("a publication needs its interval and its date")
    db.session().add(publication)
    db.session().flush()
    content = revisions.keep_existing(Snapshot.of(revision))
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
    index(publication)


def make_again(publication: Publication) -> None:
    """Give a publication that comes back what only its revision knows; part of undoing."""
    revision = db.session().get_one(Revision, publication.revision_id)
    rendered = pipeline.render(revision.source)
    publication.html, publication.renderer = str(rendered.html), rendered.renderer
    publication.headings = [dataclasses.asdict(heading) for heading in rendered.headings]
    is_locked = publication.access == "password"
    publication.password_hash = revision.password_hash if is_locked else None


def copy(publication: Publication) -> Publication:
    """Another publication of the same, without an id and an interval of its own."""
    columns = Publication.__table__.columns.keys()
    return Publication(
        **{name: getattr(publication, name) for name in columns if name not in _OWN_COLUMNS}
    )


def rerender(publication: Publication, *, now: datetime) -> bool:
    """Make the HTML anew with the present renderer; whether it was an old one."""
    if publication.renderer == pipeline.RENDERER:
        return False
    revision = db.session().get_one(Revision, publication.revision_id)
    label = _("Renewed how “{title}” is shown", title=publication.title or _("Untitled"))
    with recording.act(label, by=None, now=now, via="rerender"):
        _fill_in_rendering(publication, revision)
        index(publication)
    return True


def renew(publication: Publication, revision: Revision) -> None:
    """Show the text and the typed fields of another revision; part of an act."""
    declared = types.get_type(publication.type).fields
    publication.revision_id = revision.id
    publication.fields = fields.clean_all(declared, revision.fields or {}, complete=False)
    _fill_in_rendering(publication, revision)
    db.session().flush()


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


def index(publication: Publication) -> None:
    """Make a publication findable, in the transaction that makes it public."""
    if publication.path is None:
        return
    revision = db.session().get_one(Revision, publication.revision_id)
    terms = db.session().scalars(
        sa.select(Term.name)
        .join(PublicationTerm, PublicationTerm.term_id == Term.id)
        .where(PublicationTerm.publication_id == publication.id, Term.internal.is_(False))
        .order_by(PublicationTerm.position, Term.id)
    )
    names = db.session().scalars(
        sa.select(Profile.name)
        .join(PublicationByline, PublicationByline.profile_id == Profile.id)
        .where(PublicationByline.publication_id == publication.id)
        .order_by(PublicationByline.position, Profile.id)
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


def _fill_in_rendering(publication: Publication, revision: Revision) -> None:
    rendered = pipeline.render(revision.source)
    publication.html = str(rendered.html)
    publication.headings = [dataclasses.asdict(heading) for heading in rendered.headings]
    publication.words = rendered.words
    publication.renderer = rendered.renderer
    publication.excerpt = revision.excerpt.strip() or excerpt.excerpt_text(
        rendered.lead_html or rendered.html, EXCERPT_WORDS
    )
