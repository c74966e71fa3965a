"""The queue between whoever notices work and the threads that do it: huey, signed, in three places.

The queue may lose or double anything: what is to be done stands in the database, and each job and
errand is claimed there by whoever begins it. So a queue of one machine serves as well as a shared
one, and a queue file that was deleted costs a minute.
"""

from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from huey import Huey, crontab
from huey.serializer import SignedSerializer
from huey.storage import PostgresStorage, RedisStorage, SqliteStorage

from cms.config import Settings
from cms.db import engines
from cms.errors import BadConfiguration

__all__ = ["Huey", "crontab", "open_queue"]

WAIT = 10  # seconds for another process's lock
_driver = engines.sqlite_module()


class QueueFile(SqliteStorage):  # type: ignore[misc]
    """The queue as a file, by the SQLite that the site itself uses."""

    integrity_error = _driver.IntegrityError
    operational_error = _driver.OperationalError

    def _create_connection(self) -> Any:
        connection = _driver.connect(
            self.filename, timeout=WAIT, check_same_thread=False, isolation_level=None
        )
        # As in cms.db: older libraries can corrupt a write-ahead log.
        is_safe = engines.sqlite_version() >= engines.WAL_IS_SAFE_FROM
        self._journal_mode = "wal" if is_safe else "delete"
        self._set_journal_mode(connection)
        return connection


class QueueTables(PostgresStorage):  # type: ignore[misc]
    """The queue as tables of PostgreSQL, which several workers may make at the same moment."""

    def initialize_schema(self) -> None:
        """Make what is missing; “if not exists” does not keep two who begin together apart."""
        from psycopg import errors

        for _statement in self.ddl:
            with suppress(errors.UniqueViolation, errors.DuplicateTable):
                super().initialize_schema()
                return
        super().initialize_schema()


def open_queue(settings: Settings) -> Huey:
    """The queue that JOBS_URL names, or the one that fits the database."""
    # Whoever can write to the queue must not be able to run code here: huey unpickles.
    serializer = SignedSerializer(secret=settings.key_for("jobs").hex(), salt="carafe")
    # Several sites may share a server.
    name = f"carafe{settings.key_for('queue').hex()[:12]}"
    storage, options = _storage(settings)
    return Huey(
        name, results=False, utc=True, serializer=serializer, storage_class=storage, **options
    )


def _storage(settings: Settings) -> tuple[type[Any], dict[str, Any]]:
    url = settings.jobs_url
    kind = urlsplit(url).scheme
    if kind in ("redis", "rediss"):
        _ensure_redis()
        return RedisStorage, {"url": url, "read_timeout": 1}
    if kind == "postgresql":
        return QueueTables, {"dsn": url, "table_prefix": "queue", "read_timeout": 1}
    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return QueueFile, {"filename": str(path)}


def _ensure_redis() -> None:
    try:
        import redis  # noqa: F401
    except ImportError:
        raise BadConfiguration(
            "JOBS_URL names Redis, but the package redis is not installed: pip install redis"
        ) from None
