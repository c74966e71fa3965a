"""What counting addresses needs"""

import sqlalchemy as sa
from alembic import op

from cms import db

revision = "t002"
down_revision = "t001"
branch_labels = None
depends_on = None

TABLE = {"mysql_charset": "utf8mb4", "mysql_engine": "InnoDB"}


def upgrade() -> None:
    op.create_table(
        "redirect_hit",
        sa.Column("redirect_id", db.key(26), nullable=False),
        sa.Column("hits", sa.BigInteger(), nullable=False),
        sa.Column("last_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("redirect_id", name=op.f("pk_redirect_hit")),
        **TABLE,
    )
    op.create_index(
        op.f("ix_redirect_hit_hits_redirect_id"), "redirect_hit", ["hits", "redirect_id"]
    )
    op.create_table(
        "missing_path",
        sa.Column("path", db.key(700), nullable=False),
        sa.Column("hits", sa.BigInteger(), nullable=False),
        sa.Column("first_at", db.UtcDateTime(), nullable=False),
        sa.Column("last_at", db.UtcDateTime(), nullable=False),
        sa.Column("referrer", db.key(300), nullable=False),
        sa.Column("dismissed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_missing_path")),
        **TABLE,
    )
    op.create_index(op.f("ix_missing_path_hits_path"), "missing_path", ["hits", "path"])
    op.create_index(op.f("ix_missing_path_last_at"), "missing_path", ["last_at"])


def downgrade() -> None:
    op.drop_table("missing_path")
    op.drop_table("redirect_hit")
