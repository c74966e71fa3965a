"""What "the same rows" means after an undo: every row of every table, but for what is excused."""

import sqlalchemy as sa

from cms import db
from cms.migrating import load_models

# What only grows or counts; each with its reason.
EXCUSED = {
    "change_set": "the log itself",
    "change": "the log itself",
    "change_subject": "the log itself",
    "generation": "a counter",
    "revision": "never changes; the entry's pointer to it is compared",
    "reference": "follows from a revision; those of newest revisions are compared",
    "entry_finding": "follows from the entries; the checks' own tests look at it",
    "past_path": "what was public remains remembered",
}
# What counts, within tables that are compared.
EXCUSED_COLUMNS = {"account": {"updated_at", "session_epoch"}}


def dump(now) -> dict[str, list[tuple]]:
    """All rows as they stand in the database."""
    load_models()
    db.session().flush()
    found = {}
    for table in db.Base.metadata.sorted_tables:
        if table.name in EXCUSED:
            continue
        left_out = EXCUSED_COLUMNS.get(table.name, set())
        columns = [column for column in table.columns if column.name not in left_out]
        query = sa.select(*columns).order_by(*table.primary_key)
        found[table.name] = [
            tuple(repr(value) for value in row) for row in db.session().execute(query)
        ]
    found["links of newest revisions"] = _rows(
        "SELECT e.id, r.kind, r.target_kind, r.target_id, r.url, r.place FROM entry e"
        " JOIN reference r ON r.revision_id = e.head_id ORDER BY 1, 2, 3, 4, 5, 6"
    )
    found["search"] = _words_found(now)
    return found


def differences(before: dict, after: dict) -> list[str]:
    """What one dump has and the other has not, for a message."""
    told = []
    for table in before:
        gone = [row for row in before[table] if row not in after[table]]
        new = [row for row in after[table] if row not in before[table]]
        told += [f"{table}: - {row}" for row in gone] + [f"{table}: + {row}" for row in new]
    return told


def _rows(sql: str, **values) -> list[tuple]:
    query = sa.text(sql)
    if values:
        query = query.bindparams(sa.bindparam("now", type_=db.UtcDateTime()))
    return [tuple(row) for row in db.session().execute(query, values)]


def _words_found(now) -> list[tuple]:
    """Which words each publication is found by; what has ended is not, and is swept out later."""
    _make_readable()
    return _rows(_WORDS[db.database().dialect], now=now)


def _make_readable() -> None:
    """SQLite keeps no texts in its index, but the places of each word."""
    if db.database().dialect == "sqlite":
        db.session().execute(
            sa.text(
                "CREATE VIRTUAL TABLE IF NOT EXISTS temp.words_at"
                " USING fts5vocab('main', 'search_words', 'instance')"
            )
        )


_OPEN = (
    " JOIN publication p ON p.id = d.publication_id"
    " WHERE p.until_at IS NULL OR p.until_at > :now ORDER BY d.publication_id"
)
_WORDS = {
    "sqlite": "SELECT d.publication_id, w.col, w.offset, w.term FROM temp.words_at w"
    " JOIN search_document d ON d.id = w.doc" + _OPEN + ", w.col, w.offset",
    "postgresql": "SELECT d.publication_id, CAST(d.words AS text) FROM search_document d" + _OPEN,
    "mariadb": "SELECT d.publication_id, d.words FROM search_document d" + _OPEN,
}
