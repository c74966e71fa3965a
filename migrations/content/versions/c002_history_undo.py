"""What undoing needs"""

import sqlalchemy as sa
from alembic import op

from cms import db

revision = "c002"
down_revision = "c001"
branch_labels = None
depends_on = None

TABLE = {"mysql_charset": "utf8mb4", "mysql_engine": "InnoDB"}
REFUSAL = "this row is never changed"
# What of a change set may never change; c001 knew all but the last one.
UNCHANGING = (
    "id", "label", "actor", "account_id", "on_behalf_of", "via", "created_at", "undoes_id",
)  # fmt: skip
# table of the log → what its rows are about; the others follow from the rows they hang on
ABOUT = {"entry": "entry", "term": "term", "menu": "menu", "profile": "profile"}


def upgrade() -> None:
    with op.batch_alter_table("change_set") as batch:
        batch.add_column(sa.Column("undoes_id", db.key(26), nullable=True))
        batch.drop_index("ix_change_set_account_id_created_at")
        batch.drop_index("ix_change_set_created_at")
        batch.create_index("ix_change_set_created_at_id", ["created_at", "id"])
        batch.create_index(
            "ix_change_set_account_id_created_at_id", ["account_id", "created_at", "id"]
        )
        batch.create_index("ix_change_set_via_created_at_id", ["via", "created_at", "id"])
        batch.create_index("ix_change_set_state_created_at_id", ["state", "created_at", "id"])
        batch.create_index("ix_change_set_undoes_id", ["undoes_id"])
    _guard_change_sets(UNCHANGING)
    op.create_table(
        "change_subject",
        sa.Column("change_set_id", db.key(26), nullable=False),
        sa.Column("kind", db.key(16), nullable=False),
        sa.Column("subject_id", db.key(100), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_set_id"], ["change_set.id"], name=op.f("fk_change_subject_change_set_id")
        ),
        sa.PrimaryKeyConstraint(
            "change_set_id", "kind", "subject_id", name=op.f("pk_change_subject")
        ),
        **TABLE,
    )
    op.create_index(
        op.f("ix_change_subject_kind_created_at_change_set_id"),
        "change_subject",
        ["kind", "created_at", "change_set_id"],
    )
    op.create_index(
        op.f("ix_change_subject_kind_subject_id_created_at_change_set_id"),
        "change_subject",
        ["kind", "subject_id", "created_at", "change_set_id"],
    )
    _tell_subjects()
    _guard_subjects()
    # An entry whose creation is undone comes back with its revisions, so they outlive it.
    with op.batch_alter_table("revision") as batch:
        batch.drop_constraint("fk_revision_entry_id", type_="foreignkey")
    op.create_table(
        "past_path",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("entry_id", db.key(26), nullable=False),
        sa.Column("path", db.key(700), nullable=False),
        sa.Column("until_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_path")),
        **TABLE,
    )
    op.create_index(op.f("ix_past_path_entry_id"), "past_path", ["entry_id"])
    op.create_index(op.f("ix_past_path_path"), "past_path", ["path"])


def downgrade() -> None:
    op.drop_table("past_path")
    # The release before knows no revision without its entry.
    op.execute(
        "DELETE FROM reference WHERE revision_id IN"
        " (SELECT id FROM revision WHERE entry_id NOT IN (SELECT id FROM entry))"
    )
    op.execute("DELETE FROM revision WHERE entry_id NOT IN (SELECT id FROM entry)")
    with op.batch_alter_table("revision") as batch:
        batch.create_foreign_key("fk_revision_entry_id", "entry", ["entry_id"], ["id"])
    op.drop_table("change_subject")
    _unguard_change_sets()
    with op.batch_alter_table("change_set") as batch:
        batch.drop_index("ix_change_set_undoes_id")
        batch.drop_index("ix_change_set_state_created_at_id")
        batch.drop_index("ix_change_set_via_created_at_id")
        batch.drop_index("ix_change_set_account_id_created_at_id")
        batch.drop_index("ix_change_set_created_at_id")
        batch.create_index("ix_change_set_created_at", ["created_at"])
        batch.create_index("ix_change_set_account_id_created_at", ["account_id", "created_at"])
        batch.drop_column("undoes_id")
    _guard_change_sets(UNCHANGING[:-1])


def _tell_subjects() -> None:
    """Say of the acts that stand in the log already what they were about."""
    quote = "`" if op.get_context().dialect.name == "mariadb" else '"'
    for table, kind in ABOUT.items():
        op.execute(
            "INSERT INTO change_subject (change_set_id, kind, subject_id, created_at)"
            f" SELECT DISTINCT c.change_set_id, '{kind}', c.row_id, s.created_at"
            f" FROM {quote}change{quote} c JOIN change_set s ON s.id = c.change_set_id"
            f" WHERE c.row_table = '{table}'"
        )


# --- what the models cannot say ---------------------------------------------------------------


def _guard_change_sets(columns: tuple[str, ...]) -> None:
    """Let the database refuse to rewrite an act; PostgreSQL's trigger sees every column anyway."""
    dialect = op.get_context().dialect.name
    if dialect == "postgresql":
        return
    _unguard_change_sets()
    if dialect == "sqlite":
        op.execute(
            "CREATE TRIGGER change_set_is_not_updated"
            f' BEFORE UPDATE OF {", ".join(columns)} ON "change_set"'
            f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
        return
    same = " AND ".join(f"OLD.{column} <=> NEW.{column}" for column in columns)
    op.execute(
        "CREATE TRIGGER change_set_is_not_updated BEFORE UPDATE ON `change_set` FOR EACH ROW"
        f" IF NOT ({same}) THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{REFUSAL}'; END IF"
    )


def _unguard_change_sets() -> None:
    if op.get_context().dialect.name != "postgresql":
        op.execute("DROP TRIGGER IF EXISTS change_set_is_not_updated")


def _guard_subjects() -> None:
    dialect = op.get_context().dialect.name
    for word, name in (("UPDATE", "updated"), ("DELETE", "deleted")):
        trigger = f"CREATE TRIGGER change_subject_is_not_{name} BEFORE {word} ON change_subject"
        if dialect == "sqlite":
            op.execute(f"{trigger} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END")
        elif dialect == "postgresql":
            op.execute(f"{trigger} FOR EACH ROW EXECUTE FUNCTION refuse_change()")
        else:
            op.execute(
                f"{trigger} FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{REFUSAL}'"
            )
