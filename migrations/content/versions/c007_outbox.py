"""What waits to be sent"""

import sqlalchemy as sa
from alembic import op

from cms import db

revision = "c007"
down_revision = "c006"
branch_labels = None
depends_on = None

TABLE = {"mysql_charset": "utf8mb4", "mysql_engine": "InnoDB"}


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("kind", db.key(32), nullable=False),
        sa.Column("once_key", db.key(200), nullable=False),
        sa.Column("payload", db.Json(), nullable=False),
        sa.Column("change_set_id", db.key(26), nullable=True),
        sa.Column("state", db.key(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("due_at", db.UtcDateTime(), nullable=False),
        sa.Column("claimed_by", db.key(64), nullable=True),
        sa.Column("claimed_until", db.UtcDateTime(), nullable=True),
        sa.Column("finished_at", db.UtcDateTime(), nullable=True),
        sa.Column("error", db.line(300), nullable=False),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_attempts")),
        sa.CheckConstraint("state IN ('waiting', 'done', 'failed')", name=op.f("ck_outbox_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("once_key", name=op.f("uq_outbox_once_key")),
        **TABLE,
    )
    op.create_index(op.f("ix_outbox_state_due_at"), "outbox", ["state", "due_at"])
    op.create_index(op.f("ix_outbox_finished_at"), "outbox", ["finished_at"])
    op.create_table(
        "job_mark",
        sa.Column("job_id", db.key(26), nullable=False),
        sa.Column("name", db.key(64), nullable=False),
        sa.Column("result", db.Json(), nullable=True),
        sa.Column("done_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "name", name=op.f("pk_job_mark")),
        **TABLE,
    )
    op.create_index(op.f("ix_job_mark_done_at"), "job_mark", ["done_at"])
    op.create_table(
        "notice",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("account_id", db.key(26), nullable=False),
        sa.Column("kind", db.key(32), nullable=False),
        sa.Column("subject_kind", db.key(16), nullable=False),
        sa.Column("subject_id", db.key(26), nullable=False),
        sa.Column("values", db.Json(), nullable=False),
        sa.Column("once_key", db.key(120), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("mail", db.key(8), nullable=False),
        sa.Column("told_at", db.UtcDateTime(), nullable=False),
        sa.Column("read_at", db.UtcDateTime(), nullable=True),
        sa.CheckConstraint("mail IN ('none', 'waiting', 'sent')", name=op.f("ck_notice_mail")),
        sa.CheckConstraint("times >= 1", name=op.f("ck_notice_times")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint(
            "account_id", "once_key", name=op.f("uq_notice_account_id_once_key")
        ),
        **TABLE,
    )
    op.create_index(op.f("ix_notice_account_id_read_at"), "notice", ["account_id", "read_at"])
    op.create_index(
        op.f("ix_notice_account_id_told_at_id"), "notice", ["account_id", "told_at", "id"]
    )
    op.create_index(op.f("ix_notice_mail_account_id"), "notice", ["mail", "account_id"])
    op.create_index(op.f("ix_notice_read_at"), "notice", ["read_at"])
    op.create_table(
        "notice_choice",
        sa.Column("account_id", db.key(26), nullable=False),
        sa.Column("channels", db.Json(), nullable=False),
        sa.Column("digest", db.key(8), nullable=False),
        sa.Column("updated_at", db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "digest IN ('at-once', 'daily')", name=op.f("ck_notice_choice_digest")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_notice_choice")),
        **TABLE,
    )


def downgrade() -> None:
    op.drop_table("notice_choice")
    op.drop_table("notice")
    op.drop_table("job_mark")
    op.drop_table("outbox")
