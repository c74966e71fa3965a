"""What checks found in entries, and what they are to be silent about"""

import sqlalchemy as sa
from alembic import op

from cms import db

revision = "c009"
down_revision = "c008"
branch_labels = None
depends_on = None

TABLE = {"mysql_charset": "utf8mb4", "mysql_engine": "InnoDB"}
INDEXES = (
    ("is_ignored", "severity", "code", "entry_id", "type"),
    ("is_ignored", "code", "entry_id", "type"),
)


def upgrade() -> None:
    op.create_table(
        "entry_finding",
        sa.Column("entry_id", db.key(26), nullable=False),
        sa.Column("code", db.key(24), nullable=False),
        sa.Column("type", db.key(40), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("is_ignored", sa.Boolean(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("place", db.line(300), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "code", name=op.f("pk_entry_finding")),
        **TABLE,
    )
    for columns in INDEXES:
        op.create_index(op.f("ix_entry_finding_" + "_".join(columns)), "entry_finding", [*columns])
    op.create_table(
        "ignored_check",
        sa.Column("entry_id", db.key(26), nullable=False),
        sa.Column("code", db.key(24), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "code", name=op.f("pk_ignored_check")),
        **TABLE,
    )


def downgrade() -> None:
    op.drop_table("ignored_check")
    for columns in INDEXES:
        op.drop_index(op.f("ix_entry_finding_" + "_".join(columns)), table_name="entry_finding")
    op.drop_table("entry_finding")
