"""The first tables"""

import sqlalchemy as sa
from alembic import op

from cms import db

revision = "t001"
down_revision = None
branch_labels = None
depends_on = None

TABLE = {"mysql_charset": "utf8mb4", "mysql_engine": "InnoDB"}


def upgrade() -> None:
    op.create_table(
        "account_session",
        sa.Column("id_hash", db.key(64), nullable=False),
        sa.Column("account_id", db.key(26), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("seen_at", db.UtcDateTime(), nullable=False),
        sa.Column("ip", db.key(64), nullable=False),
        sa.Column("user_agent", db.line(255), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("auth_level", db.key(16), nullable=False),
        sa.Column("revoked_at", db.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_account_session")),
        **TABLE,
    )
    op.create_index(op.f("ix_account_session_account_id"), "account_session", ["account_id"])
    op.create_index(op.f("ix_account_session_seen_at"), "account_session", ["seen_at"])
    op.create_table(
        "throttle",
        sa.Column("key", db.key(100), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", db.UtcDateTime(), nullable=False),
        sa.Column("blocked_until", db.UtcDateTime(), nullable=False),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_throttle_failures")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttle")),
        **TABLE,
    )
    op.create_index(op.f("ix_throttle_failed_at"), "throttle", ["failed_at"])


def downgrade() -> None:
    op.drop_table("throttle")
    op.drop_table("account_session")
