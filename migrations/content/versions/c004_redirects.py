"""What redirects and terms need"""

import sqlalchemy as sa
from alembic import op

from cms import db, text

revision = "c004"
down_revision = "c003"
branch_labels = None
depends_on = None

TABLE = {"mysql_charset": "utf8mb4", "mysql_engine": "InnoDB"}


def upgrade() -> None:
    with op.batch_alter_table("address") as batch:
        # With defaults, so that the release before can still write lines.
        batch.add_column(
            sa.Column("by_hand", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.add_column(sa.Column("suffix", db.key(300), nullable=False, server_default=""))
    op.execute("UPDATE address SET by_hand = TRUE, state = 'former' WHERE target_kind = 'redirect'")
    op.create_index(
        op.f("ix_address_state_by_hand_path"), "address", ["state", "by_hand", "path"]
    )
    op.create_index(op.f("ix_address_state_by_hand_id"), "address", ["state", "by_hand", "id"])
    op.create_table(
        "redirect_pattern",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source", db.key(700), nullable=False),
        sa.Column("target_kind", db.key(16), nullable=False),
        sa.Column("target_id", db.key(26), nullable=True),
        sa.Column("location", db.key(2000), nullable=True),
        sa.Column("suffix", db.key(300), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "target_kind IN ('entry', 'term', 'profile', 'redirect')",
            name=op.f("ck_redirect_pattern_target"),
        ),
        sa.CheckConstraint(
            "(target_kind = 'redirect') = (location IS NOT NULL)",
            name=op.f("ck_redirect_pattern_location"),
        ),
        sa.CheckConstraint(
            "code IN (301, 302, 307, 308, 410)", name=op.f("ck_redirect_pattern_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redirect_pattern")),
        sa.UniqueConstraint("source", name=op.f("uq_redirect_pattern_source")),
        **TABLE,
    )
    with op.batch_alter_table("term") as batch:
        batch.add_column(sa.Column("image", db.Json(), nullable=True))
        batch.add_column(sa.Column("name_key", db.key(200), nullable=False, server_default=""))
    _fill_name_keys()
    op.create_index(op.f("ix_term_taxonomy_name_key_id"), "term", ["taxonomy", "name_key", "id"])
    op.create_index(op.f("ix_term_taxonomy_slug"), "term", ["taxonomy", "slug"])
    op.create_index(
        op.f("ix_term_taxonomy_parent_id_position_name_key"),
        "term",
        ["taxonomy", "parent_id", "position", "name_key"],
    )
    with op.batch_alter_table("term") as batch:
        batch.drop_index(op.f("ix_term_taxonomy_name"))


def _fill_name_keys() -> None:
    """Bears to be run twice: it writes what follows from the names."""
    connection = op.get_bind()
    term = sa.table("term", sa.column("id"), sa.column("name"), sa.column("name_key"))
    filled = sa.update(term).where(term.c.id == sa.bindparam("of")).values(
        name_key=sa.bindparam("key")
    )
    rows = connection.execute(sa.select(term.c.id, term.c.name)).all()
    values = [{"of": row.id, "key": text.fold(row.name)[:200]} for row in rows]
    if values:
        connection.execute(filled, values)


def downgrade() -> None:
    with op.batch_alter_table("term") as batch:
        batch.create_index(op.f("ix_term_taxonomy_name"), ["taxonomy", "name"])
    op.drop_index(op.f("ix_term_taxonomy_parent_id_position_name_key"), "term")
    op.drop_index(op.f("ix_term_taxonomy_slug"), "term")
    op.drop_index(op.f("ix_term_taxonomy_name_key_id"), "term")
    with op.batch_alter_table("term") as batch:
        batch.drop_column("name_key")
        batch.drop_column("image")
    op.drop_table("redirect_pattern")
    op.drop_index(op.f("ix_address_state_by_hand_id"), "address")
    op.drop_index(op.f("ix_address_state_by_hand_path"), "address")
    op.execute("UPDATE address SET state = 'current' WHERE target_kind = 'redirect'")
    with op.batch_alter_table("address") as batch:
        batch.drop_column("suffix")
        batch.drop_column("by_hand")
