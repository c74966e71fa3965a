"""What jobs need"""

import sqlalchemy as sa
from alembic import op

from cms import db

revision = "t003"
down_revision = "t002"
branch_labels = None
depends_on = None

TABLE = {"mysql_charset": "utf8mb4", "mysql_engine": "InnoDB"}


def upgrade() -> None:
    op.create_table(
        "chore",
        sa.Column("name", db.key(40), nullable=False),
        sa.Column("ran_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chore")),
        **TABLE,
    )
    op.create_table(
        "job_worker",
        sa.Column("id", db.key(64), nullable=False),
        sa.Column("host", db.line(120), nullable=False),
        sa.Column("started_at", db.UtcDateTime(), nullable=False),
        sa.Column("seen_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_worker")),
        **TABLE,
    )
    op.create_index(op.f("ix_job_worker_seen_at"), "job_worker", ["seen_at"])
    op.create_table(
        "job",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("kind", db.key(64), nullable=False),
        sa.Column("label", db.line(300), nullable=False),
        sa.Column("payload", db.Json(), nullable=False),
        sa.Column("state", db.key(16), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("words", db.line(300), nullable=False),
        sa.Column("error", db.long_text(), nullable=False),
        sa.Column("started_by", db.key(26), nullable=True),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("due_at", db.UtcDateTime(), nullable=False),
        sa.Column("queued_at", db.UtcDateTime(), nullable=True),
        sa.Column("started_at", db.UtcDateTime(), nullable=True),
        sa.Column("finished_at", db.UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", db.key(64), nullable=True),
        sa.Column("claimed_until", db.UtcDateTime(), nullable=True),
        sa.Column("wants_cancel", sa.Boolean(), nullable=False),
        sa.Column("change_set_id", db.key(26), nullable=True),
        sa.Column("result_href", db.key(700), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'cancelled')",
            name=op.f("ck_job_state"),
        ),
        sa.CheckConstraint("done >= 0", name=op.f("ck_job_done")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_job_attempts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        **TABLE,
    )
    op.create_index(op.f("ix_job_state_due_at"), "job", ["state", "due_at"])
    op.create_index(op.f("ix_job_started_by_created_at"), "job", ["started_by", "created_at"])
    op.create_index(op.f("ix_job_created_at"), "job", ["created_at"])


def downgrade() -> None:
    op.drop_table("job")
    op.drop_table("job_worker")
    op.drop_table("chore")
