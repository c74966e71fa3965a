"""The languages of a list are found by an index"""

from alembic import op

revision = "c010"
down_revision = "c009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_entry_type_locale"), "entry", ["type", "locale"])


def downgrade() -> None:
    op.drop_index(op.f("ix_entry_type_locale"), table_name="entry")
