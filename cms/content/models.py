"""The content model.

An entry is only an identity and a place in the tree. What was written stands in revisions, which
never change; what visitors may see stands in publications, flat snapshots that hold for an
interval. No status is stored: it follows from the intervals and the clock.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cms import db, ids
from cms.history import recording


@recording.track
class Entry(db.Base):
    """A post, a page or anything else of a declared type."""

    __tablename__ = "entry"
    __table_args__ = (
        sa.Index(None, "type", "trashed_at", "head_id"),
        sa.Index(None, "parent_id", "position"),
        sa.Index(None, "translation_group"),
        sa.UniqueConstraint("guid"),
        db.TABLE,
    )

    id: Mapped[str] = mapped_column(db.Id, primary_key=True, default=ids.new_id)
    type: Mapped[str] = mapped_column(db.key(40))
    parent_id: Mapped[str | None] = mapped_column(sa.ForeignKey("entry.id"), type_=db.Id)
    position: Mapped[int] = mapped_column(default=0)
    locale: Mapped[str] = mapped_column(db.key(20))
    translation_group: Mapped[str] = mapped_column(db.Id)
    # The newest revision, from which the next one departs; also the optimistic lock.
    head_id: Mapped[str | None] = mapped_column(db.Id)
    # What an import knows this entry by elsewhere.
    guid: Mapped[str | None] = mapped_column(db.key(500))
    created_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    created_by: Mapped[str | None] = mapped_column(db.Id)
    trashed_at: Mapped[datetime | None] = mapped_column(db.UtcDateTime)


class Revision(db.Base):
    """A saved state of a whole entry; never changed once written."""

    __tablename__ = "revision"
    __table_args__ = (sa.Index(None, "entry_id", "id"), db.TABLE)

    id: Mapped[str] = mapped_column(db.Id, primary_key=True, default=ids.new_id)
    entry_id: Mapped[str] = mapped_column(sa.ForeignKey("entry.id"), type_=db.Id)
    base_id: Mapped[str | None] = mapped_column(db.Id)
    merged_id: Mapped[str | None] = mapped_column(db.Id)
    author_id: Mapped[str | None] = mapped_column(db.Id)
    created_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    note: Mapped[str] = mapped_column(db.line(200), default="")
    content_hash: Mapped[str] = mapped_column(db.key(64))
    title: Mapped[str | None] = mapped_column(db.line(500))
    path: Mapped[str | None] = mapped_column(db.key(db.MAX_PATH))
    dated_at: Mapped[datetime | None] = mapped_column(db.UtcDateTime)
    excerpt: Mapped[str] = mapped_column(db.long_text(), default="")
    template: Mapped[str] = mapped_column(db.key(80), default="")
    direction: Mapped[str] = mapped_column(db.key(4), default="")
    pinned: Mapped[bool] = mapped_column(default=False)
    featured: Mapped[bool] = mapped_column(default=False)
    listed: Mapped[bool] = mapped_column(default=True)
    access: Mapped[str] = mapped_column(db.key(16), default="inherit")
    password_hash: Mapped[str | None] = mapped_column(db.key(255))
    image: Mapped[Any | None] = mapped_column(db.Json)
    seo: Mapped[Any] = mapped_column(db.Json)
    fields: Mapped[Any] = mapped_column(db.Json)
    term_ids: Mapped[Any] = mapped_column(db.Json)
    byline_ids: Mapped[Any] = mapped_column(db.Json)
    source: Mapped[str] = mapped_column(db.long_text())


class WorkingCopy(db.Base):
    """The one changeable place: what a person is writing in a tab and has not saved yet."""

    __tablename__ = "working_copy"
    __table_args__ = (sa.UniqueConstraint("entry_id", "account_id", "tab"), db.TABLE)

    id: Mapped[str] = mapped_column(db.Id, primary_key=True, default=ids.new_id)
    entry_id: Mapped[str] = mapped_column(sa.ForeignKey("entry.id"), type_=db.Id)
    account_id: Mapped[str] = mapped_column(db.Id)
    tab: Mapped[str] = mapped_column(db.key(40), default="")
    base_id: Mapped[str | None] = mapped_column(db.Id)
    counter: Mapped[int] = mapped_column(default=0)
    last_change_id: Mapped[str] = mapped_column(db.key(40), default="")
    content: Mapped[Any] = mapped_column(db.Json)
    updated_at: Mapped[datetime] = mapped_column(db.UtcDateTime)


@recording.track
class Publication(db.Base):
    """What visitors may see of an entry from `from_at` until `until_at`."""

    # What is made from the revision, and what is secret, stays out of the log.
    untracked = ("html", "headings", "password_hash")

    __tablename__ = "publication"
    __table_args__ = (
        sa.UniqueConstraint("entry_id", "from_at"),
        sa.Index(None, "type", "listed", "dated_at", "id"),
        sa.Index(None, "until_at"),
        sa.Index(None, "from_at"),
        sa.Index(None, "access", "from_at"),
        sa.Index(None, "pinned_at"),
        sa.Index(None, "featured", "dated_at"),
        sa.CheckConstraint("until_at IS NULL OR until_at > from_at", "interval"),
        sa.CheckConstraint("access IN ('inherit', 'public', 'password', 'staff')", "access"),
        db.TABLE,
    )

    id: Mapped[str] = mapped_column(db.Id, primary_key=True, default=ids.new_id)
    entry_id: Mapped[str] = mapped_column(sa.ForeignKey("entry.id"), type_=db.Id)
    revision_id: Mapped[str] = mapped_column(sa.ForeignKey("revision.id"), type_=db.Id)
    from_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    until_at: Mapped[datetime | None] = mapped_column(db.UtcDateTime)
    type: Mapped[str] = mapped_column(db.key(40))
    locale: Mapped[str] = mapped_column(db.key(20))
    direction: Mapped[str] = mapped_column(db.key(4), default="")
    title: Mapped[str | None] = mapped_column(db.line(500))
    path: Mapped[str | None] = mapped_column(db.key(db.MAX_PATH))
    dated_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    pinned_at: Mapped[datetime | None] = mapped_column(db.UtcDateTime)
    featured: Mapped[bool] = mapped_column(default=False)
    listed: Mapped[bool] = mapped_column(default=True)
    access: Mapped[str] = mapped_column(db.key(16), default="inherit")
    password_hash: Mapped[str | None] = mapped_column(db.key(255))
    template: Mapped[str] = mapped_column(db.key(80), default="")
    words: Mapped[int] = mapped_column(default=0)
    guid: Mapped[str | None] = mapped_column(db.key(500))
    excerpt: Mapped[str] = mapped_column(db.long_text(), default="")
    image: Mapped[Any | None] = mapped_column(db.Json)
    seo: Mapped[Any] = mapped_column(db.Json)
    fields: Mapped[Any] = mapped_column(db.Json)
    headings: Mapped[Any] = mapped_column(db.Json)
    renderer: Mapped[int] = mapped_column(default=0)
    # Last, so that lists which do not ask for it never read past the row's first page.
    html: Mapped[str] = mapped_column(db.long_text())


@recording.track
class PublicationTerm(db.Base):
    """A term of a publication, in the editor's order; dated, so that a term's list is one scan."""

    __tablename__ = "publication_term"
    __table_args__ = (sa.Index(None, "term_id", "dated_at", "publication_id"), db.TABLE)

    publication_id: Mapped[str] = mapped_column(
        sa.ForeignKey("publication.id"), type_=db.Id, primary_key=True
    )
    term_id: Mapped[str] = mapped_column(sa.ForeignKey("term.id"), type_=db.Id, primary_key=True)
    position: Mapped[int]
    dated_at: Mapped[datetime] = mapped_column(db.UtcDateTime)


@recording.track
class PublicationByline(db.Base):
    """A profile in the byline of a publication, in order."""

    __tablename__ = "publication_byline"
    __table_args__ = (sa.Index(None, "profile_id", "dated_at", "publication_id"), db.TABLE)

    publication_id: Mapped[str] = mapped_column(
        sa.ForeignKey("publication.id"), type_=db.Id, primary_key=True
    )
    profile_id: Mapped[str] = mapped_column(
        sa.ForeignKey("profile.id"), type_=db.Id, primary_key=True
    )
    position: Mapped[int]
    dated_at: Mapped[datetime] = mapped_column(db.UtcDateTime)


@recording.track
class Term(db.Base):
    """A tag, a category, or a term of another declared taxonomy."""

    __tablename__ = "term"
    __table_args__ = (
        sa.UniqueConstraint("path"),
        sa.Index(None, "taxonomy", "name"),
        sa.Index(None, "parent_id", "position"),
        db.TABLE,
    )

    id: Mapped[str] = mapped_column(db.Id, primary_key=True, default=ids.new_id)
    taxonomy: Mapped[str] = mapped_column(db.key(40))
    parent_id: Mapped[str | None] = mapped_column(sa.ForeignKey("term.id"), type_=db.Id)
    position: Mapped[int] = mapped_column(default=0)
    locale: Mapped[str] = mapped_column(db.key(20), default="")
    name: Mapped[str] = mapped_column(db.line(200))
    slug: Mapped[str] = mapped_column(db.key(120))
    path: Mapped[str] = mapped_column(db.key(db.MAX_PATH))
    description: Mapped[str] = mapped_column(db.long_text(), default="")
    internal: Mapped[bool] = mapped_column(default=False)
    seo: Mapped[Any] = mapped_column(db.Json)
    created_at: Mapped[datetime] = mapped_column(db.UtcDateTime)


@recording.track
class Profile(db.Base):
    """Someone who is named in bylines, with or without an account."""

    __tablename__ = "profile"
    __table_args__ = (
        sa.UniqueConstraint("handle"),
        sa.UniqueConstraint("account_id"),
        db.TABLE,
    )

    id: Mapped[str] = mapped_column(db.Id, primary_key=True, default=ids.new_id)
    handle: Mapped[str] = mapped_column(db.key(120))
    name: Mapped[str] = mapped_column(db.line(200))
    bio: Mapped[str] = mapped_column(db.long_text(), default="")
    links: Mapped[Any] = mapped_column(db.Json)
    image: Mapped[Any | None] = mapped_column(db.Json)
    account_id: Mapped[str | None] = mapped_column(db.Id)
    created_at: Mapped[datetime] = mapped_column(db.UtcDateTime)


@recording.track
class EntryTerm(db.Base):
    """A term of an entry's newest revision, so that lists in the admin can filter by it."""

    __tablename__ = "entry_term"
    __table_args__ = (sa.Index(None, "term_id", "entry_id"), db.TABLE)

    entry_id: Mapped[str] = mapped_column(sa.ForeignKey("entry.id"), type_=db.Id, primary_key=True)
    term_id: Mapped[str] = mapped_column(sa.ForeignKey("term.id"), type_=db.Id, primary_key=True)
    position: Mapped[int]


@recording.track
class EntryByline(db.Base):
    """A profile in the byline of an entry's newest revision."""

    __tablename__ = "entry_byline"
    __table_args__ = (sa.Index(None, "profile_id", "entry_id"), db.TABLE)

    entry_id: Mapped[str] = mapped_column(sa.ForeignKey("entry.id"), type_=db.Id, primary_key=True)
    profile_id: Mapped[str] = mapped_column(
        sa.ForeignKey("profile.id"), type_=db.Id, primary_key=True
    )
    position: Mapped[int]


class Reference(db.Base):
    """A link or an embedded file in a revision, so that renames and deletions know its uses."""

    __tablename__ = "reference"
    __table_args__ = (
        sa.Index(None, "revision_id"),
        sa.Index(None, "target_kind", "target_id"),
        db.TABLE,
    )

    id: Mapped[str] = mapped_column(db.Id, primary_key=True, default=ids.new_id)
    revision_id: Mapped[str] = mapped_column(sa.ForeignKey("revision.id"), type_=db.Id)
    kind: Mapped[str] = mapped_column(db.key(16))
    target_kind: Mapped[str] = mapped_column(db.key(16))
    target_id: Mapped[str | None] = mapped_column(db.Id)
    url: Mapped[str | None] = mapped_column(db.long_text())
    place: Mapped[str] = mapped_column(db.key(40), default="source")


class Tombstone(db.Base):
    """That something once public was deleted for good; its paths answer 410 for ever."""

    __tablename__ = "tombstone"
    __table_args__ = (db.TABLE,)

    id: Mapped[str] = mapped_column(db.Id, primary_key=True)
    kind: Mapped[str] = mapped_column(db.key(16))
    purged_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    purged_by: Mapped[str | None] = mapped_column(db.Id)
