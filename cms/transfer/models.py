"""What was imported, from where, and as what: the memory that makes a second import harmless."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cms import db, ids
from cms.history import tracking

MAX_SOURCE_SITE = 100
MAX_SOURCE_ID = 600  # with the site's name a UNIQUE key that MariaDB can hold


@tracking.track
class ImportedItem(db.Base):
    """One file or item of another site, and the entry that it became.

    An entry whose newest revision is not `revision_id` was edited here since.
    """

    __tablename__ = "import_map"
    __table_args__ = (
        sa.UniqueConstraint("source_site", "source_id"),
        sa.Index(None, "entry_id"),
        db.TABLE,
    )

    id: Mapped[str] = mapped_column(db.Id, primary_key=True, default=ids.new_id)
    source_site: Mapped[str] = mapped_column(db.key(MAX_SOURCE_SITE))
    source_kind: Mapped[str] = mapped_column(db.key(16))
    source_id: Mapped[str] = mapped_column(db.key(MAX_SOURCE_ID))
    # No foreign key: the memory outlives the entry, so that what was deleted does not come back.
    entry_id: Mapped[str] = mapped_column(db.Id)
    revision_id: Mapped[str] = mapped_column(db.Id)
    content_hash: Mapped[str] = mapped_column(db.key(64))
    # Whether it links to files or addresses of the source that were not here yet.
    has_open_links: Mapped[bool] = mapped_column(default=False)
    imported_at: Mapped[datetime] = mapped_column(db.UtcDateTime)

    def about(self) -> tuple[str, str]:
        """The entry that it became."""
        return "entry", self.entry_id
