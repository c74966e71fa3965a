"""What was imported from a source before, and by now."""

import sqlalchemy as sa

from cms import db
from cms.transfer.models import ImportedItem


class Memory:
    """The items of one source, by the name that each has there."""

    def __init__(self, source_site: str) -> None:
        """Look up everything that came from this source."""
        self.source_site = source_site
        query = sa.select(ImportedItem.source_id, ImportedItem.entry_id, ImportedItem.source_kind)
        rows = db.session().execute(query.where(ImportedItem.source_site == source_site))
        self.entries = {source_id: (entry_id, kind) for source_id, entry_id, kind in rows}

    def find(self, source_id: str) -> ImportedItem | None:
        """What became of this item at the last import."""
        if source_id not in self.entries:
            return None
        query = sa.select(ImportedItem).where(
            ImportedItem.source_site == self.source_site, ImportedItem.source_id == source_id
        )
        return db.session().scalars(query).one_or_none()

    def remember(self, item: ImportedItem) -> None:
        """Know this item from now on."""
        self.entries[item.source_id] = (item.entry_id, item.source_kind)

    def forget(self, source_id: str) -> None:
        """After a failure, what was remembered may have been taken back."""
        if self.find(source_id) is None:
            self.entries.pop(source_id, None)

    def entry_id(self, source_id: str) -> str | None:
        """The entry that this item became."""
        return self.entries.get(source_id, (None, ""))[0]

    def section_id(self, folder: str) -> str | None:
        """The page of a folder of the source."""
        for name in ("_index.md", "_index.markdown"):
            if found := self.entries.get(f"{folder}/{name}"):
                return found[0]
        return None

    def list_open(self) -> list[str]:
        """The items with links to what was not here yet."""
        query = sa.select(ImportedItem.source_id).where(
            ImportedItem.source_site == self.source_site, ImportedItem.has_open_links.is_(True)
        )
        return list(db.session().scalars(query.order_by(ImportedItem.id)))
