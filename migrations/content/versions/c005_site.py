"""Menus that lead home, and requests for a review"""

import sqlalchemy as sa
from alembic import op

from cms import db

revision = "c005"
down_revision = "c004"
branch_labels = None
depends_on = None

TABLE = {"mysql_charset": "utf8mb4", "mysql_engine": "InnoDB"}
BEFORE = "target_kind IN ('entry', 'term', 'profile', 'url')"
AFTER = "target_kind IN ('entry', 'term', 'profile', 'home', 'posts', 'url')"


def upgrade() -> None:
    _allow_targets(AFTER)
    op.create_table(
        "review_request",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("entry_id", db.key(26), nullable=False),
        sa.Column("state", db.key(16), nullable=False),
        sa.Column("asked_by", db.key(26), nullable=True),
        sa.Column("asked_at", db.UtcDateTime(), nullable=False),
        sa.Column("note", db.long_text(), nullable=False),
        sa.Column("answered_by", db.key(26), nullable=True),
        sa.Column("answered_at", db.UtcDateTime(), nullable=True),
        sa.Column("answer", db.long_text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'returned', 'withdrawn')",
            name=op.f("ck_review_request_state"),
        ),
        sa.CheckConstraint(
            "(state = 'open') = (answered_at IS NULL)", name=op.f("ck_review_request_answered")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_review_request_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_request")),
        **TABLE,
    )
    op.create_index(
        op.f("ix_review_request_state_asked_at"), "review_request", ["state", "asked_at"]
    )
    op.create_index(
        op.f("ix_review_request_entry_id_asked_at"), "review_request", ["entry_id", "asked_at"]
    )


def downgrade() -> None:
    op.drop_table("review_request")
    # What led home or to the posts leads to the first page by its address.
    op.execute(
        "UPDATE menu_item SET target_kind = 'url', url = '/' WHERE target_kind IN ('home', 'posts')"
    )
    _allow_targets(BEFORE)


def _allow_targets(condition: str) -> None:
    with op.batch_alter_table("menu_item") as batch:
        batch.drop_constraint(op.f("ck_menu_item_target"), type_="check")
        batch.create_check_constraint(op.f("ck_menu_item_target"), condition)
