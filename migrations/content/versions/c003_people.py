"""What people need: invitations, names that stay, and one profile for two"""

import sqlalchemy as sa
from alembic import op

from cms import db

revision = "c003"
down_revision = "c002"
branch_labels = None
depends_on = None

TABLE = {"mysql_charset": "utf8mb4", "mysql_engine": "InnoDB"}


def upgrade() -> None:
    with op.batch_alter_table("account") as batch:
        batch.add_column(sa.Column("preferences", db.Json(), nullable=True))
    with op.batch_alter_table("profile") as batch:
        batch.add_column(sa.Column("seo", db.Json(), nullable=True))
        batch.add_column(sa.Column("merged_into_id", db.key(26), nullable=True))
        batch.create_index(op.f("ix_profile_merged_into_id"), ["merged_into_id"])
    op.create_table(
        "former_account",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("display_name", db.line(120), nullable=False),
        sa.Column("removed_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_account")),
        **TABLE,
    )
    op.create_table(
        "invitation",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("email", db.line(254), nullable=False),
        sa.Column("email_key", db.key(254), nullable=False),
        sa.Column("role", db.key(32), nullable=False),
        sa.Column("token_id", db.key(26), nullable=False),
        sa.Column("invited_by", db.key(26), nullable=True),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("expires_at", db.UtcDateTime(), nullable=False),
        sa.Column("accepted_at", db.UtcDateTime(), nullable=True),
        sa.Column("revoked_at", db.UtcDateTime(), nullable=True),
        sa.Column("account_id", db.key(26), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_id", name=op.f("uq_invitation_token_id")),
        **TABLE,
    )
    op.create_index(op.f("ix_invitation_email_key"), "invitation", ["email_key"])
    op.create_index(op.f("ix_invitation_expires_at"), "invitation", ["expires_at"])


def downgrade() -> None:
    op.drop_table("invitation")
    op.drop_table("former_account")
    with op.batch_alter_table("profile") as batch:
        batch.drop_index(op.f("ix_profile_merged_into_id"))
        batch.drop_column("merged_into_id")
        batch.drop_column("seo")
    with op.batch_alter_table("account") as batch:
        batch.drop_column("preferences")
