"""The first tables"""

import sqlalchemy as sa
from alembic import op

from cms import db

revision = "c001"
down_revision = None
branch_labels = None
depends_on = None

TABLE = {"mysql_charset": "utf8mb4", "mysql_engine": "InnoDB"}
CHANGE_SET = ("id", "label", "actor", "account_id", "on_behalf_of", "via", "created_at")


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("email", db.line(254), nullable=False),
        sa.Column("email_key", db.key(254), nullable=False),
        sa.Column("display_name", db.line(120), nullable=False),
        sa.Column("password_hash", db.key(255), nullable=True),
        sa.Column("state", db.key(16), nullable=False),
        sa.Column("language", db.key(35), nullable=False),
        sa.Column("timezone", db.key(64), nullable=False),
        sa.Column("theme", db.key(8), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("updated_at", db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "state IN ('active', 'disabled', 'invited')", name=op.f("ck_account_state")
        ),
        sa.CheckConstraint("theme IN ('auto', 'light', 'dark')", name=op.f("ck_account_theme")),
        sa.CheckConstraint("session_epoch >= 0", name=op.f("ck_account_session_epoch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email_key", name=op.f("uq_account_email_key")),
        **TABLE,
    )
    op.create_table(
        "address",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("path", db.key(700), nullable=False),
        sa.Column("target_kind", db.key(16), nullable=False),
        sa.Column("target_id", db.key(26), nullable=True),
        sa.Column("state", db.key(16), nullable=False),
        sa.Column("location", db.key(2000), nullable=True),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(target_kind = 'redirect') = (location IS NOT NULL)", name=op.f("ck_address_location")
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'current', 'former')", name=op.f("ck_address_state")
        ),
        sa.CheckConstraint(
            "target_kind IN ('entry', 'term', 'profile', 'redirect')",
            name=op.f("ck_address_target"),
        ),
        sa.CheckConstraint("code IN (301, 302, 307, 308, 410)", name=op.f("ck_address_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
        sa.UniqueConstraint("path", name=op.f("uq_address_path")),
        **TABLE,
    )
    op.create_index(
        op.f("ix_address_target_kind_target_id"), "address", ["target_kind", "target_id"]
    )
    op.create_table(
        "change_set",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("label", db.line(300), nullable=False),
        sa.Column("actor", db.key(16), nullable=False),
        sa.Column("account_id", db.key(26), nullable=True),
        sa.Column("on_behalf_of", db.key(26), nullable=True),
        sa.Column("via", db.key(40), nullable=False),
        sa.Column("state", db.key(16), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "actor IN ('person', 'job', 'program')", name=op.f("ck_change_set_actor")
        ),
        sa.CheckConstraint(
            "state IN ('applied', 'undone', 'proposed')", name=op.f("ck_change_set_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_set")),
        **TABLE,
    )
    op.create_index(
        op.f("ix_change_set_account_id_created_at"), "change_set", ["account_id", "created_at"]
    )
    op.create_index(op.f("ix_change_set_created_at"), "change_set", ["created_at"])
    op.create_table(
        "entry",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("type", db.key(40), nullable=False),
        sa.Column("parent_id", db.key(26), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("locale", db.key(20), nullable=False),
        sa.Column("translation_group", db.key(26), nullable=False),
        sa.Column("head_id", db.key(26), nullable=True),
        sa.Column("guid", db.key(500), nullable=True),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("created_by", db.key(26), nullable=True),
        sa.Column("trashed_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["entry.id"], name=op.f("fk_entry_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("guid", name=op.f("uq_entry_guid")),
        **TABLE,
    )
    op.create_index(op.f("ix_entry_parent_id_position"), "entry", ["parent_id", "position"])
    op.create_index(op.f("ix_entry_translation_group"), "entry", ["translation_group"])
    op.create_index(
        op.f("ix_entry_type_trashed_at_head_id"), "entry", ["type", "trashed_at", "head_id"]
    )
    op.create_table(
        "generation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_generation_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_generation")),
        **TABLE,
    )
    op.create_table(
        "import_map",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("source_site", db.key(100), nullable=False),
        sa.Column("source_kind", db.key(16), nullable=False),
        sa.Column("source_id", db.key(600), nullable=False),
        sa.Column("entry_id", db.key(26), nullable=False),
        sa.Column("revision_id", db.key(26), nullable=False),
        sa.Column("content_hash", db.key(64), nullable=False),
        sa.Column("has_open_links", sa.Boolean(), nullable=False),
        sa.Column("imported_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_map")),
        sa.UniqueConstraint(
            "source_site", "source_id", name=op.f("uq_import_map_source_site_source_id")
        ),
        **TABLE,
    )
    op.create_index(op.f("ix_import_map_entry_id"), "import_map", ["entry_id"])
    op.create_table(
        "menu",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("place", db.key(40), nullable=False),
        sa.Column("locale", db.key(20), nullable=False),
        sa.Column("name", db.line(120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu")),
        sa.UniqueConstraint("place", "locale", name=op.f("uq_menu_place_locale")),
        **TABLE,
    )
    op.create_table(
        "profile",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("handle", db.key(120), nullable=False),
        sa.Column("name", db.line(200), nullable=False),
        sa.Column("bio", db.long_text(), nullable=False),
        sa.Column("links", db.Json(), nullable=False),
        sa.Column("image", db.Json(), nullable=True),
        sa.Column("account_id", db.key(26), nullable=True),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile")),
        sa.UniqueConstraint("account_id", name=op.f("uq_profile_account_id")),
        sa.UniqueConstraint("handle", name=op.f("uq_profile_handle")),
        **TABLE,
    )
    op.create_table(
        "setting",
        sa.Column("key", db.key(60), nullable=False),
        sa.Column("locale", db.key(20), nullable=False),
        sa.Column("value", db.Json(), nullable=False),
        sa.Column("updated_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", "locale", name=op.f("pk_setting")),
        **TABLE,
    )
    op.create_table(
        "term",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("taxonomy", db.key(40), nullable=False),
        sa.Column("parent_id", db.key(26), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("locale", db.key(20), nullable=False),
        sa.Column("name", db.line(200), nullable=False),
        sa.Column("slug", db.key(120), nullable=False),
        sa.Column("path", db.key(700), nullable=False),
        sa.Column("description", db.long_text(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("seo", db.Json(), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["term.id"], name=op.f("fk_term_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
        sa.UniqueConstraint("path", name=op.f("uq_term_path")),
        **TABLE,
    )
    op.create_index(op.f("ix_term_parent_id_position"), "term", ["parent_id", "position"])
    op.create_index(op.f("ix_term_taxonomy_name"), "term", ["taxonomy", "name"])
    op.create_table(
        "tombstone",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("kind", db.key(16), nullable=False),
        sa.Column("purged_at", db.UtcDateTime(), nullable=False),
        sa.Column("purged_by", db.key(26), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tombstone")),
        **TABLE,
    )
    op.create_table(
        "account_grant",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("account_id", db.key(26), nullable=False),
        sa.Column("role", db.key(32), nullable=False),
        sa.Column("scope", db.key(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_grant_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_grant")),
        sa.UniqueConstraint(
            "account_id", "role", "scope", name=op.f("uq_account_grant_account_id_role_scope")
        ),
        **TABLE,
    )
    op.create_index(op.f("ix_account_grant_role"), "account_grant", ["role"])
    op.create_table(
        "account_token",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("purpose", db.key(32), nullable=False),
        sa.Column("hash", db.key(64), nullable=False),
        sa.Column("account_id", db.key(26), nullable=True),
        sa.Column("data", db.Json(), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("expires_at", db.UtcDateTime(), nullable=False),
        sa.Column("used_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_token_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_token")),
        sa.UniqueConstraint("hash", name=op.f("uq_account_token_hash")),
        **TABLE,
    )
    op.create_index(op.f("ix_account_token_account_id"), "account_token", ["account_id"])
    op.create_index(op.f("ix_account_token_purpose"), "account_token", ["purpose"])
    op.create_table(
        "change",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("change_set_id", db.key(26), nullable=False),
        sa.Column("row_table", db.key(40), nullable=False),
        sa.Column("row_id", db.key(100), nullable=False),
        sa.Column("operation", db.key(8), nullable=False),
        sa.Column("before", db.Json(), nullable=True),
        sa.Column("after", db.Json(), nullable=True),
        sa.CheckConstraint(
            "operation IN ('insert', 'update', 'delete')", name=op.f("ck_change_operation")
        ),
        sa.ForeignKeyConstraint(
            ["change_set_id"], ["change_set.id"], name=op.f("fk_change_change_set_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
        **TABLE,
    )
    op.create_index(op.f("ix_change_change_set_id"), "change", ["change_set_id"])
    op.create_index(op.f("ix_change_row_table_row_id"), "change", ["row_table", "row_id"])
    op.create_table(
        "entry_byline",
        sa.Column("entry_id", db.key(26), nullable=False),
        sa.Column("profile_id", db.key(26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_byline_entry_id")),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name=op.f("fk_entry_byline_profile_id")
        ),
        sa.PrimaryKeyConstraint("entry_id", "profile_id", name=op.f("pk_entry_byline")),
        **TABLE,
    )
    op.create_index(
        op.f("ix_entry_byline_profile_id_entry_id"), "entry_byline", ["profile_id", "entry_id"]
    )
    op.create_table(
        "entry_term",
        sa.Column("entry_id", db.key(26), nullable=False),
        sa.Column("term_id", db.key(26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_term_entry_id")),
        sa.ForeignKeyConstraint(["term_id"], ["term.id"], name=op.f("fk_entry_term_term_id")),
        sa.PrimaryKeyConstraint("entry_id", "term_id", name=op.f("pk_entry_term")),
        **TABLE,
    )
    op.create_index(op.f("ix_entry_term_term_id_entry_id"), "entry_term", ["term_id", "entry_id"])
    op.create_table(
        "menu_item",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("menu_id", db.key(26), nullable=False),
        sa.Column("parent_id", db.key(26), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", db.line(200), nullable=False),
        sa.Column("target_kind", db.key(16), nullable=False),
        sa.Column("target_id", db.key(26), nullable=True),
        sa.Column("url", db.key(2000), nullable=True),
        sa.Column("new_window", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(target_kind = 'url') = (url IS NOT NULL)", name=op.f("ck_menu_item_url")
        ),
        sa.CheckConstraint(
            "target_kind IN ('entry', 'term', 'profile', 'url')", name=op.f("ck_menu_item_target")
        ),
        sa.ForeignKeyConstraint(["menu_id"], ["menu.id"], name=op.f("fk_menu_item_menu_id")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["menu_item.id"], name=op.f("fk_menu_item_parent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_item")),
        **TABLE,
    )
    op.create_index(op.f("ix_menu_item_menu_id_position"), "menu_item", ["menu_id", "position"])
    op.create_table(
        "revision",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("entry_id", db.key(26), nullable=False),
        sa.Column("base_id", db.key(26), nullable=True),
        sa.Column("merged_id", db.key(26), nullable=True),
        sa.Column("author_id", db.key(26), nullable=True),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("note", db.line(200), nullable=False),
        sa.Column("content_hash", db.key(64), nullable=False),
        sa.Column("title", db.line(500), nullable=True),
        sa.Column("path", db.key(700), nullable=True),
        sa.Column("dated_at", db.UtcDateTime(), nullable=True),
        sa.Column("excerpt", db.long_text(), nullable=False),
        sa.Column("template", db.key(80), nullable=False),
        sa.Column("direction", db.key(4), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("featured", sa.Boolean(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("access", db.key(16), nullable=False),
        sa.Column("password_hash", db.key(255), nullable=True),
        sa.Column("image", db.Json(), nullable=True),
        sa.Column("seo", db.Json(), nullable=False),
        sa.Column("fields", db.Json(), nullable=False),
        sa.Column("term_ids", db.Json(), nullable=False),
        sa.Column("byline_ids", db.Json(), nullable=False),
        sa.Column("source", db.long_text(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_revision_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        **TABLE,
    )
    op.create_index(op.f("ix_revision_entry_id_id"), "revision", ["entry_id", "id"])
    op.create_table(
        "working_copy",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("entry_id", db.key(26), nullable=False),
        sa.Column("account_id", db.key(26), nullable=False),
        sa.Column("tab", db.key(40), nullable=False),
        sa.Column("base_id", db.key(26), nullable=True),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column("last_change_id", db.key(40), nullable=False),
        sa.Column("content", db.Json(), nullable=False),
        sa.Column("updated_at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_working_copy_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_copy")),
        sa.UniqueConstraint(
            "entry_id", "account_id", "tab", name=op.f("uq_working_copy_entry_id_account_id_tab")
        ),
        **TABLE,
    )
    op.create_table(
        "publication",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("entry_id", db.key(26), nullable=False),
        sa.Column("revision_id", db.key(26), nullable=False),
        sa.Column("from_at", db.UtcDateTime(), nullable=False),
        sa.Column("until_at", db.UtcDateTime(), nullable=True),
        sa.Column("type", db.key(40), nullable=False),
        sa.Column("locale", db.key(20), nullable=False),
        sa.Column("direction", db.key(4), nullable=False),
        sa.Column("title", db.line(500), nullable=True),
        sa.Column("path", db.key(700), nullable=True),
        sa.Column("dated_at", db.UtcDateTime(), nullable=False),
        sa.Column("updated_at", db.UtcDateTime(), nullable=False),
        sa.Column("pinned_at", db.UtcDateTime(), nullable=True),
        sa.Column("featured", sa.Boolean(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("access", db.key(16), nullable=False),
        sa.Column("password_hash", db.key(255), nullable=True),
        sa.Column("template", db.key(80), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("guid", db.key(500), nullable=True),
        sa.Column("excerpt", db.long_text(), nullable=False),
        sa.Column("image", db.Json(), nullable=True),
        sa.Column("seo", db.Json(), nullable=False),
        sa.Column("fields", db.Json(), nullable=False),
        sa.Column("headings", db.Json(), nullable=False),
        sa.Column("renderer", sa.Integer(), nullable=False),
        sa.Column("html", db.long_text(), nullable=False),
        sa.CheckConstraint(
            "access IN ('inherit', 'public', 'password', 'staff')",
            name=op.f("ck_publication_access"),
        ),
        sa.CheckConstraint(
            "until_at IS NULL OR until_at > from_at", name=op.f("ck_publication_interval")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_publication_entry_id")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_publication_revision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
        sa.UniqueConstraint("entry_id", "from_at", name=op.f("uq_publication_entry_id_from_at")),
        **TABLE,
    )
    op.create_index(op.f("ix_publication_access_from_at"), "publication", ["access", "from_at"])
    op.create_index(
        op.f("ix_publication_featured_dated_at"), "publication", ["featured", "dated_at"]
    )
    op.create_index(op.f("ix_publication_from_at"), "publication", ["from_at"])
    op.create_index(op.f("ix_publication_pinned_at"), "publication", ["pinned_at"])
    op.create_index(
        op.f("ix_publication_type_listed_dated_at_id"),
        "publication",
        ["type", "listed", "dated_at", "id"],
    )
    op.create_index(op.f("ix_publication_until_at"), "publication", ["until_at"])
    op.create_table(
        "reference",
        sa.Column("id", db.key(26), nullable=False),
        sa.Column("revision_id", db.key(26), nullable=False),
        sa.Column("kind", db.key(16), nullable=False),
        sa.Column("target_kind", db.key(16), nullable=False),
        sa.Column("target_id", db.key(26), nullable=True),
        sa.Column("url", db.long_text(), nullable=True),
        sa.Column("place", db.key(40), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_reference_revision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference")),
        **TABLE,
    )
    op.create_index(op.f("ix_reference_revision_id"), "reference", ["revision_id"])
    op.create_index(
        op.f("ix_reference_target_kind_target_id"), "reference", ["target_kind", "target_id"]
    )
    op.create_table(
        "publication_byline",
        sa.Column("publication_id", db.key(26), nullable=False),
        sa.Column("profile_id", db.key(26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("dated_at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name=op.f("fk_publication_byline_profile_id")
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publication.id"],
            name=op.f("fk_publication_byline_publication_id"),
        ),
        sa.PrimaryKeyConstraint("publication_id", "profile_id", name=op.f("pk_publication_byline")),
        **TABLE,
    )
    op.create_index(
        op.f("ix_publication_byline_profile_id_dated_at_publication_id"),
        "publication_byline",
        ["profile_id", "dated_at", "publication_id"],
    )
    op.create_table(
        "publication_term",
        sa.Column("publication_id", db.key(26), nullable=False),
        sa.Column("term_id", db.key(26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("dated_at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_publication_term_publication_id")
        ),
        sa.ForeignKeyConstraint(["term_id"], ["term.id"], name=op.f("fk_publication_term_term_id")),
        sa.PrimaryKeyConstraint("publication_id", "term_id", name=op.f("pk_publication_term")),
        **TABLE,
    )
    op.create_index(
        op.f("ix_publication_term_term_id_dated_at_publication_id"),
        "publication_term",
        ["term_id", "dated_at", "publication_id"],
    )
    # There from the start, so that the first two writers do not both try to make it.
    op.execute("INSERT INTO generation (id, number) VALUES (1, 1)")
    refuse_changes()
    create_search()


def downgrade() -> None:
    drop_by_hand()
    op.drop_table("publication_term")
    op.drop_table("publication_byline")
    op.drop_table("reference")
    op.drop_table("publication")
    op.drop_table("working_copy")
    op.drop_table("revision")
    op.drop_table("menu_item")
    op.drop_table("entry_term")
    op.drop_table("entry_byline")
    op.drop_table("change")
    op.drop_table("account_token")
    op.drop_table("account_grant")
    op.drop_table("tombstone")
    op.drop_table("term")
    op.drop_table("setting")
    op.drop_table("profile")
    op.drop_table("menu")
    op.drop_table("import_map")
    op.drop_table("generation")
    op.drop_table("entry")
    op.drop_table("change_set")
    op.drop_table("address")
    op.drop_table("account")
    drop_functions()


# --- what the models cannot say ---------------------------------------------------------------

REFUSAL = "this row is never changed"

# table → the column that may change after all
UNCHANGING = {"change_set": "state", "change": "", "revision": ""}
KEPT = ("change_set", "change")  # A revision may be purged; the log stays.


def refuse_changes() -> None:
    """Let the database itself refuse to rewrite history."""
    dialect = op.get_context().dialect.name
    if dialect == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN IF TG_OP = 'UPDATE' AND TG_NARGS = 1"
            " AND to_jsonb(OLD) - TG_ARGV[0] = to_jsonb(NEW) - TG_ARGV[0] THEN RETURN NEW; END IF;"
            f" RAISE EXCEPTION '{REFUSAL}'; END $$"
        )
    for table, free in UNCHANGING.items():
        op.execute(on_update(dialect, table, free))
    for table in KEPT:
        op.execute(on_delete(dialect, table))


def on_update(dialect: str, table: str, free: str) -> str:
    name = f"{table}_is_not_updated"
    if dialect == "sqlite":
        columns = "OF " + ", ".join(CHANGE_SET) if free else ""
        return (
            f'CREATE TRIGGER {name} BEFORE UPDATE {columns} ON "{table}"'
            f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
    if dialect == "postgresql":
        argument = f"'{free}'" if free else ""
        return (
            f'CREATE TRIGGER {name} BEFORE UPDATE ON "{table}"'
            f" FOR EACH ROW EXECUTE FUNCTION refuse_change({argument})"
        )
    same = " AND ".join(f"OLD.{column} <=> NEW.{column}" for column in CHANGE_SET)
    condition = f"NOT ({same})" if free else "TRUE"
    return (
        f"CREATE TRIGGER {name} BEFORE UPDATE ON `{table}` FOR EACH ROW"
        f" IF {condition} THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{REFUSAL}'; END IF"
    )


def on_delete(dialect: str, table: str) -> str:
    name = f"{table}_is_not_deleted"
    if dialect == "sqlite":
        return (
            f'CREATE TRIGGER {name} BEFORE DELETE ON "{table}"'
            f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
    if dialect == "postgresql":
        return (
            f'CREATE TRIGGER {name} BEFORE DELETE ON "{table}"'
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    return (
        f"CREATE TRIGGER {name} BEFORE DELETE ON `{table}` FOR EACH ROW"
        f" SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{REFUSAL}'"
    )


# Each engine keeps the words of a publication in its own way; cms/content/search.py fills them.
SEARCH = {
    "sqlite": (
        # Numbered by date, so that the newest matches come first without sorting.
        "CREATE TABLE search_document (id INTEGER PRIMARY KEY, publication_id VARCHAR(26) NOT NULL"
        " UNIQUE REFERENCES publication (id) ON DELETE CASCADE)",
        "CREATE VIRTUAL TABLE search_words USING fts5(title, extra, body, content='',"
        " contentless_delete=1, tokenize='ascii')",
        "CREATE TRIGGER search_document_goes_with_its_words AFTER DELETE ON search_document"
        " BEGIN DELETE FROM search_words WHERE rowid = OLD.id; END",
    ),
    "postgresql": (
        'CREATE TABLE search_document (publication_id VARCHAR(26) COLLATE "C" PRIMARY KEY'
        " REFERENCES publication (id) ON DELETE CASCADE, dated_at TIMESTAMPTZ NOT NULL,"
        " words TSVECTOR NOT NULL)",
        # A search reads the list of pending entries to its end, so it is kept short.
        "CREATE INDEX ix_search_document_words ON search_document USING gin (words)"
        " WITH (gin_pending_list_limit = 1024)",
        # The planner does not know what reading all those words costs, so it is told to use the
        # index, and for this question only.
        "CREATE FUNCTION search_newest(wanted TSQUERY, most INTEGER)"
        " RETURNS TABLE (publication_id VARCHAR, dated_at TIMESTAMPTZ, words TSVECTOR)"
        " LANGUAGE sql STABLE ROWS 100 SET enable_seqscan = off AS"
        " $$ SELECT d.publication_id, d.dated_at, d.words FROM search_document d"
        " WHERE d.words @@ wanted ORDER BY d.dated_at DESC, d.publication_id DESC LIMIT most $$",
    ),
    "mariadb": (
        "CREATE TABLE search_document (publication_id VARCHAR(26) CHARACTER SET utf8mb4"
        " COLLATE utf8mb4_nopad_bin PRIMARY KEY, length INT NOT NULL,"
        " words LONGTEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,"
        " FULLTEXT KEY ix_search_document_words (words),"
        " CONSTRAINT fk_search_document_publication_id FOREIGN KEY (publication_id)"
        " REFERENCES publication (id) ON DELETE CASCADE) ENGINE=InnoDB",
    ),
}


def create_search() -> None:
    """The tables that searching reads."""
    for statement in SEARCH[op.get_context().dialect.name]:
        op.execute(statement)


def drop_by_hand() -> None:
    """Take away what was made by hand; triggers go with their tables."""
    if op.get_context().dialect.name == "sqlite":
        op.execute("DROP TABLE search_words")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION search_newest(TSQUERY, INTEGER)")
    op.execute("DROP TABLE search_document")


def drop_functions() -> None:
    """PostgreSQL's triggers are gone by now, so their function can go."""
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")
