"""The content model.

An entry is only an identity and a place in the tree. What was written stands in revisions, which
never change; what visitors may see stands in publications, flat snapshots that hold for an
interval. No status is stored: it follows from the intervals and the clock.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, validates

from cms import db, ids, text
from cms.content import checked, listed
from cms.history import tracking


@tracking.track
class Entry(db.Base):
    """A post, a page or anything else of a declared type."""

    # What follows from other rows stays out of the log.
    untracked = ("name_key", "sort_at", "marks")

    __tablename__ = "entry"
    __table_args__ = (
        # The id stands last, so that a list of ids reads nothing but its index.
        sa.Index(None, "type", "trashed_at", "head_id", "id"),
        sa.Index(None, "type", "trashed_at", "name_key", "id"),
        sa.Index(None, "type", "trashed_at", "sort_at", "id"),
        sa.Index(None, "created_by", "type", "trashed_at", "head_id", "id"),
        sa.Index(None, "type", "locale"),
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
    # For lists of the admin; see cms.content.listed, which fills them in.
    name_key: Mapped[str] = mapped_column(db.key(listed.LONGEST_NAME), default="")
    sort_at: Mapped[datetime | None] = mapped_column(db.UtcDateTime)
    marks: Mapped[int] = mapped_column(default=0)


class Revision(db.Base):
    """A saved state of a whole entry; never changed once written."""

    __tablename__ = "revision"
    __table_args__ = (sa.Index(None, "entry_id", "id"), db.TABLE)

    id: Mapped[str] = mapped_column(db.Id, primary_key=True, default=ids.new_id)
    # No foreign key: an entry whose creation was undone comes back with its revisions.
    entry_id: Mapped[str] = mapped_column(db.Id)
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


@tracking.track
class Publication(db.Base):
    """What visitors may see of an entry from `from_at` until `until_at`."""

    # What is made from the revision, and what is secret, stays out of the log.
    untracked = ("html", "headings", "password_hash")

    __tablename__ = "publication"
    __table_args__ = (
        sa.UniqueConstraint("entry_id", "from_at"),
        # All that decides over a state, so that lists need not read the rows.
        sa.Index(None, "entry_id", "from_at", "until_at", "revision_id"),
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

    def about(self) -> tuple[str, str]:
        """The entry that it shows."""
        return "entry", self.entry_id


@tracking.track
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

    def about(self) -> tuple[str, str] | None:
        """The publication's own rows say it."""
        return None


@tracking.track
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

    def about(self) -> tuple[str, str] | None:
        """The publication's own rows say it."""
        return None


@tracking.track
class Term(db.Base):
    """A tag, a category, or a term of another declared taxonomy."""

    __tablename__ = "term"
    __table_args__ = (
        sa.UniqueConstraint("path"),
        sa.Index(None, "taxonomy", "name_key", "id"),
        sa.Index(None, "taxonomy", "slug"),
        sa.Index(None, "taxonomy", "parent_id", "position", "name_key"),
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
    image: Mapped[Any | None] = mapped_column(db.Json)
    seo: Mapped[Any] = mapped_column(db.Json)
    created_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    # The name without letter case and accents: lists are sorted and searched by it alike on all
    # databases, by index.
    name_key: Mapped[str] = mapped_column(db.key(200), default="")

    @validates("name")
    def _fold(self, _key: str, name: str) -> str:
        self.name_key = text.fold(name)[:200]
        return name


@tracking.track
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
    seo: Mapped[Any | None] = mapped_column(db.Json)
    account_id: Mapped[str | None] = mapped_column(db.Id)
    # Set: this is the same person as another profile, which stands for it everywhere.
    merged_into_id: Mapped[str | None] = mapped_column(db.Id, index=True)
    created_at: Mapped[datetime] = mapped_column(db.UtcDateTime)


@tracking.track
class EntryTerm(db.Base):
    """A term of an entry's newest revision, so that lists in the admin can filter by it."""

    __tablename__ = "entry_term"
    __table_args__ = (sa.Index(None, "term_id", "entry_id"), db.TABLE)

    entry_id: Mapped[str] = mapped_column(sa.ForeignKey("entry.id"), type_=db.Id, primary_key=True)
    term_id: Mapped[str] = mapped_column(sa.ForeignKey("term.id"), type_=db.Id, primary_key=True)
    position: Mapped[int]

    def about(self) -> tuple[str, str]:
        """The entry that carries it."""
        return "entry", self.entry_id


@tracking.track
class EntryByline(db.Base):
    """A profile in the byline of an entry's newest revision."""

    __tablename__ = "entry_byline"
    __table_args__ = (sa.Index(None, "profile_id", "entry_id"), db.TABLE)

    entry_id: Mapped[str] = mapped_column(sa.ForeignKey("entry.id"), type_=db.Id, primary_key=True)
    profile_id: Mapped[str] = mapped_column(
        sa.ForeignKey("profile.id"), type_=db.Id, primary_key=True
    )
    position: Mapped[int]

    def about(self) -> tuple[str, str]:
        """The entry that carries it."""
        return "entry", self.entry_id


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


class EntryFinding(db.Base):
    """What a check found in the newest revision of an entry; made by cms.content.checked."""

    __tablename__ = "entry_finding"
    __table_args__ = (
        # All that the list needs, so that it reads nothing else but the rows that it shows.
        sa.Index(None, "is_ignored", "severity", "code", "entry_id", "type"),
        sa.Index(None, "is_ignored", "code", "entry_id", "type"),
        db.TABLE,
    )

    # No foreign key: it follows from the entry, and goes when that goes.
    entry_id: Mapped[str] = mapped_column(db.Id, primary_key=True)
    code: Mapped[str] = mapped_column(db.key(24), primary_key=True)
    type: Mapped[str] = mapped_column(db.key(40))
    severity: Mapped[int]
    is_ignored: Mapped[bool] = mapped_column(default=False)
    count: Mapped[int] = mapped_column(default=1)
    place: Mapped[str] = mapped_column(db.line(300), default="")


@tracking.track
class IgnoredCheck(db.Base):
    """That a check is to say nothing of an entry any more."""

    __tablename__ = "ignored_check"
    __table_args__ = (db.TABLE,)

    # No foreign key: an entry that comes back by undoing is still to be left alone.
    entry_id: Mapped[str] = mapped_column(db.Id, primary_key=True)
    code: Mapped[str] = mapped_column(db.key(24), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(db.UtcDateTime)

    def about(self) -> tuple[str, str]:
        """The entry that it was said of."""
        return "entry", self.entry_id


class Tombstone(db.Base):
    """That something once public was deleted for good; its paths answer 410 for ever."""

    __tablename__ = "tombstone"
    __table_args__ = (db.TABLE,)

    id: Mapped[str] = mapped_column(db.Id, primary_key=True)
    kind: Mapped[str] = mapped_column(db.key(16))
    purged_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    purged_by: Mapped[str | None] = mapped_column(db.Id)


@tracking.track
class ReviewRequest(db.Base):
    """That someone who may not publish asks those who may to read an entry."""

    __tablename__ = "review_request"
    __table_args__ = (
        sa.Index(None, "state", "asked_at"),
        sa.Index(None, "entry_id", "asked_at"),
        sa.CheckConstraint("state IN ('open', 'accepted', 'returned', 'withdrawn')", "state"),
        sa.CheckConstraint("(state = 'open') = (answered_at IS NULL)", "answered"),
        db.TABLE,
    )

    id: Mapped[str] = mapped_column(db.Id, primary_key=True, default=ids.new_id)
    entry_id: Mapped[str] = mapped_column(sa.ForeignKey("entry.id"), type_=db.Id)
    state: Mapped[str] = mapped_column(db.key(16), default="open")
    asked_by: Mapped[str | None] = mapped_column(db.Id)
    asked_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    note: Mapped[str] = mapped_column(db.long_text(), default="")
    answered_by: Mapped[str | None] = mapped_column(db.Id)
    answered_at: Mapped[datetime | None] = mapped_column(db.UtcDateTime)
    answer: Mapped[str] = mapped_column(db.long_text(), default="")

    def about(self) -> tuple[str, str]:
        """The entry that is to be read."""
        return "entry", self.entry_id


class PastPath(db.Base):
    """Where an entry was public in a publication that was struck out by undoing.

    The rows are as they were before the act; that visitors came there is remembered here.
    """

    __tablename__ = "past_path"
    __table_args__ = (sa.Index(None, "entry_id"), sa.Index(None, "path"), db.TABLE)

    id: Mapped[str] = mapped_column(db.Id, primary_key=True, default=ids.new_id)
    entry_id: Mapped[str] = mapped_column(db.Id)
    path: Mapped[str] = mapped_column(db.key(db.MAX_PATH))
    until_at: Mapped[datetime] = mapped_column(db.UtcDateTime)


@tracking.track
class SavedView(db.Base):
    """A list as someone likes to see it: filters, order and columns, under a name."""

    __tablename__ = "saved_view"
    __table_args__ = (
        sa.Index(None, "list_name", "account_id"),
        sa.Index(None, "list_name", "shared"),
        db.TABLE,
    )

    id: Mapped[str] = mapped_column(db.Id, primary_key=True, default=ids.new_id)
    list_name: Mapped[str] = mapped_column(db.key(60))
    account_id: Mapped[str] = mapped_column(db.Id)
    name: Mapped[str] = mapped_column(db.line(120))
    # As it stands in the address.
    query: Mapped[str] = mapped_column(db.key(2000))
    shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(db.UtcDateTime)


listed.watch(Entry, Revision, Publication)
checked.watch(
    entry=Entry,
    head=Revision,
    shown=Publication,
    reference=Reference,
    found=EntryFinding,
    ignored=IgnoredCheck,
)
