"""All that SQLAlchemy needs, once: column types, engines, the current unit of work.

Rooms ask `session()`; only doors `commit()`. What counts or ticks (sessions, throttles) lives
beside the content, in a file of its own on SQLite, so that a visitor's request never writes to the
content.
"""

from cms.db.columns import MAX_PATH, TABLE, Base, Id, Json, Ticks, UtcDateTime, key, line, long_text
from cms.db.engines import Database, make_engine, sqlite_version, ticks_url
from cms.db.races import is_retryable, retrying
from cms.db.units import Answer, UnitOfWork, commit, database, read, session, unit, unit_of_work
from cms.db.upserts import upsert

__all__ = [
    "MAX_PATH",
    "TABLE",
    "Answer",
    "Base",
    "Database",
    "Id",
    "Json",
    "Ticks",
    "UnitOfWork",
    "UtcDateTime",
    "commit",
    "database",
    "is_retryable",
    "key",
    "line",
    "long_text",
    "make_engine",
    "read",
    "retrying",
    "session",
    "sqlite_version",
    "ticks_url",
    "unit",
    "unit_of_work",
    "upsert",
]
