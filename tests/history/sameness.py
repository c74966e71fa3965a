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
    # What has ended is not found in any case, and is swept out later.
    found["search"] = _rows(_DOCUMENTS, now=now)
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


# Which publications are found, not by which words: names of terms and authors come into the index
# when something is published, not when they are changed.
_DOCUMENTS = (
    "SELECT d.publication_id FROM search_document d JOIN publication p ON p.id = d.publication_id"
    " WHERE p.until_at IS NULL OR p.until_at > :now ORDER BY d.publication_id"
)
