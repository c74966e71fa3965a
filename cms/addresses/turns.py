"""One after the other: two who change redirects at once would not see each other's circle.

No row stands for what neither has written yet, so both wait at one that every site has.
"""

import sqlalchemy as sa

from cms import db

# Nobody else asks for this row but a migration, which had better wait as well.
_VERSION = sa.table("alembic_version", sa.column("version_num"))


def take() -> None:
    """Let nobody else change redirects until the end of the transaction."""
    # On SQLite only one transaction writes at a time.
    if not db.database().is_sqlite:
        db.session().execute(sa.select(_VERSION).with_for_update()).all()
