"""What lists of the admin need"""

import json
import unicodedata

import sqlalchemy as sa
from alembic import op

from cms import db

revision = "c006"
down_revision = "c005"
branch_labels = None
depends_on = None

TABLE = {"mysql_charset": "utf8mb4", "mysql_engine": "InnoDB"}
BATCH = 1_000
KEYS = ("head_id", "name_key", "sort_at")


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("list_name", db.key(60), nullable=False),
        sa.Column("account_id", db.key(26), nullable=False),
        sa.Column("name", db.line(120), nullable=False),
        sa.Column("query", db.key(2000), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        **TABLE,
    )
    for other in ("account_id", "shared"):
        op.create_index(op.f(f"ix_saved_view_list_name_{other}"), "saved_view", ["list_name", other])
    with op.batch_alter_table("entry", table_kwargs=TABLE) as batch:
        batch.add_column(sa.Column("name_key", db.key(500), nullable=False, server_default=""))
        batch.add_column(sa.Column("sort_at", db.UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("marks", sa.Integer(), nullable=False, server_default="0"))
    _fill(op.get_bind())
    with op.batch_alter_table("entry", table_kwargs=TABLE) as batch:
        batch.alter_column("name_key", existing_type=db.key(500), existing_nullable=False,
                           server_default=None)
        batch.alter_column("marks", existing_type=sa.Integer(), existing_nullable=False,
                           server_default=None)
    op.drop_index(op.f("ix_entry_type_trashed_at_head_id"), table_name="entry")
    for key in KEYS:
        columns = ["type", "trashed_at", key, "id"]
        op.create_index(op.f("ix_entry_" + "_".join(columns)), "entry", columns)
    columns = ["created_by", "type", "trashed_at", "head_id", "id"]
    op.create_index(op.f("ix_entry_" + "_".join(columns)), "entry", columns)
    columns = ["entry_id", "from_at", "until_at", "revision_id"]
    op.create_index(op.f("ix_publication_" + "_".join(columns)), "publication", columns)


def downgrade() -> None:
    columns = ["entry_id", "from_at", "until_at", "revision_id"]
    op.drop_index(op.f("ix_publication_" + "_".join(columns)), table_name="publication")
    columns = ["created_by", "type", "trashed_at", "head_id", "id"]
    op.drop_index(op.f("ix_entry_" + "_".join(columns)), table_name="entry")
    for key in KEYS:
        columns = ["type", "trashed_at", key, "id"]
        op.drop_index(op.f("ix_entry_" + "_".join(columns)), table_name="entry")
    op.create_index(
        op.f("ix_entry_type_trashed_at_head_id"), "entry", ["type", "trashed_at", "head_id"]
    )
    with op.batch_alter_table("entry", table_kwargs=TABLE) as batch:
        for name in ("marks", "sort_at", "name_key"):
            batch.drop_column(name)
    op.drop_table("saved_view")


def _fill(connection: sa.Connection) -> None:
    """Work out the columns of the entries that are there, as cms.content.listed does."""
    entry = sa.table("entry", *(sa.column(name, db.key(500)) for name in ("id", "head_id")),
                     sa.column("created_at", db.UtcDateTime()), sa.column("name_key", db.key(500)),
                     sa.column("sort_at", db.UtcDateTime()), sa.column("marks", sa.Integer()))
    head = sa.table("revision", *(sa.column(name) for name in
                                  ("id", "title", "path", "access", "excerpt", "seo")),
                    sa.column("dated_at", db.UtcDateTime()),
                    *(sa.column(name, sa.Boolean()) for name in ("featured", "pinned", "listed")))
    shown = sa.table("publication", sa.column("entry_id"), sa.column("path"), sa.column("from_at"),
                     sa.column("dated_at", db.UtcDateTime()))
    each = shown.alias("each_shown")
    last = (
        sa.select(sa.func.max(each.c.from_at))
        .where(each.c.entry_id == entry.c.id).correlate(entry).scalar_subquery()
    )
    query = (
        sa.select(entry.c.id, entry.c.created_at, head.c.title, head.c.path, head.c.dated_at,
                  head.c.access, head.c.excerpt, head.c.seo, head.c.featured, head.c.pinned,
                  head.c.listed, shown.c.path.label("shown_path"),
                  shown.c.dated_at.label("shown_at"))
        .join(head, head.c.id == entry.c.head_id)
        .outerjoin(shown, sa.and_(shown.c.entry_id == entry.c.id, shown.c.from_at == last))
        .order_by(entry.c.id).limit(BATCH)
    )
    change = (
        sa.update(entry).where(entry.c.id == sa.bindparam("entry"))
        .values(name_key=sa.bindparam("named"), sort_at=sa.bindparam("at"),
                marks=sa.bindparam("marked"))
    )
    done = ""
    while rows := connection.execute(query.where(entry.c.id > done)).all():
        connection.execute(change, [_keys(row) for row in rows])
        done = rows[-1].id


def _keys(row) -> dict:
    described = row.excerpt or (json.loads(row.seo or "{}") or {}).get("description")
    is_so = (row.featured, row.pinned, not row.listed, row.access in ("password", "staff"),
             not described, not (row.title or "").strip())
    title, path = _fold(row.title or "").replace("\n", " "), _fold(row.path or row.shown_path or "")
    return {
        "entry": row.id,
        "named": f"{title[:300]}\n{path}"[:500],
        "at": row.dated_at or row.shown_at or row.created_at,
        "marked": sum(1 << place for place, each in enumerate(is_so) if each),
    }


def _fold(value: str) -> str:
    if value.isascii():
        return value.lower()
    letters = unicodedata.normalize("NFKD", value.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
