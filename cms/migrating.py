"""The history of the database: which steps are missing, and taking them, safely.

The steps are plain Alembic scripts, in one branch for the content and one for what ticks. Several
processes may start at once: one migrates, the others wait and find nothing left to do.
"""

import contextlib
import hashlib
import importlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.engine import Connection, Engine

from cms import db, ddl
from cms.config import ROOT, Settings, shipped
from cms.errors import CmsError, Rejected

try:
    import fcntl
except ImportError:  # Not on Windows; there SQLite's own lock must do.
    fcntl = None  # type: ignore[assignment]

log = logging.getLogger(__name__)

LOCK_WAIT = 3600  # seconds that a process waits for another one that migrates
TABLE_WAIT = 60  # seconds that a change of a table waits for readers to let go


@dataclass(frozen=True)
class Branch:
    """A line of scripts with a table of its own that says how far a database has come."""

    name: str
    version_table: str


CONTENT = Branch("content", "alembic_version")
TICKS = Branch("ticks", "alembic_version_ticks")
BRANCHES = (CONTENT, TICKS)


@dataclass(frozen=True)
class Step:
    """One script to run, upwards or downwards."""

    branch: str
    revision: str
    message: str
    direction: Literal["up", "down"]


class NewerDatabase(CmsError):
    """The database was made by a newer release than this one."""


def upgrade(database: db.Database, *, to: str = "heads", root: Path | None = None) -> list[Step]:
    """Take every missing step up to `to`; returns the steps that were taken."""
    return _go(database, to, root)


def downgrade(database: db.Database, to: str, *, root: Path | None = None) -> list[Step]:
    """Take steps back until `to` ("base": until nothing is left); returns the steps taken."""
    return _go(database, to, root)


def is_current(database: db.Database, *, root: Path | None = None) -> bool:
    """Whether no step is missing; a database of a newer release counts as current."""
    try:
        return not plan(database, root=root)
    except NewerDatabase:
        return True


def plan(database: db.Database, to: str = "heads", *, root: Path | None = None) -> list[Step]:
    """The steps between the database and `to`, in order; raises NewerDatabase or Rejected."""
    _ensure_known(to, root)
    steps: list[Step] = []
    for branch in BRANCHES:
        steps += _plan_branch(branch, _heads(database, branch), to, root)
    return steps


def folder(root: Path | None = None) -> Path:
    """Where the scripts are: in the checkout when there is one, else inside the package."""
    return root or shipped("migrations")


def load_models() -> None:
    """Import the models of every room, so that the metadata is complete."""
    for path in sorted((ROOT / "cms").glob("*/models.py")):
        importlib.import_module(f"cms.{path.parent.name}.models")


def run_scripts(context: EnvironmentContext, branch: Branch) -> None:
    """What each `env.py` does: run scripts on the connection given, or on the configured one."""
    given = context.config.attributes.get("connection")
    if given is not None:
        _run(context, branch, given, metadata=None)
        return
    load_models()
    database = db.Database(Settings.from_environment().database_url)
    with _locked(database), _migrating(database, branch) as connection:
        metadata = (db.Base if branch is CONTENT else db.Ticks).metadata
        _run(context, branch, connection, metadata=metadata)


def belongs(name: str | None, kind: str, parents: Any = None) -> bool:
    """Whether the models describe it; search tables and the journal are made by hand."""
    return kind != "table" or not (name or "").startswith(("search_", "alembic_", ddl.JOURNAL))


# --- which steps ------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def _scripts(branch: Branch, root: Path | None) -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(branch, root))


def _config(branch: Branch, root: Path | None) -> Config:
    config = Config()
    location = str(folder(root) / branch.name)
    config.set_main_option("script_location", location.replace("%", "%%"))
    return config


def _ensure_known(to: str, root: Path | None) -> None:
    if to in ("heads", "base"):
        return
    for branch in BRANCHES:
        with contextlib.suppress(CommandError):
            if _scripts(branch, root).get_revision(to):
                return
    raise Rejected(f"There is no revision {to}.")


def _plan_branch(branch: Branch, heads: tuple[str, ...], to: str, root: Path | None) -> list[Step]:
    scripts = _scripts(branch, root)
    every = {script.revision: script for script in scripts.walk_revisions()}
    if unknown := set(heads) - set(every):
        raise NewerDatabase(
            f"The database was made by a newer release (it holds {', '.join(sorted(unknown))})."
        )
    applied = _up_to(scripts, heads)
    if to == "base":
        wanted: set[str] = set()
    elif to == "heads":
        wanted = set(every)
    elif to in every:
        wanted = _up_to(scripts, (to,))
        wanted = wanted if to in applied else wanted | applied
    else:
        return []
    newest_first = list(every)
    back = [revision for revision in newest_first if revision in applied - wanted]
    ahead = [revision for revision in reversed(newest_first) if revision in wanted - applied]
    return [Step(branch.name, name, every[name].doc, "down") for name in back] + [
        Step(branch.name, name, every[name].doc, "up") for name in ahead
    ]


def _up_to(scripts: ScriptDirectory, heads: tuple[str, ...]) -> set[str]:
    if not heads:
        return set()
    return {script.revision for script in scripts.iterate_revisions(heads, "base")}


def _heads(database: db.Database, branch: Branch) -> tuple[str, ...]:
    engine = _engine(database, branch)
    path = engine.url.database
    if database.is_sqlite and path and path != ":memory:" and not Path(path).exists():
        return ()  # Asking must not leave an empty file behind.
    with engine.execution_options(writes=False).connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": branch.version_table}
        )
        return context.get_current_heads()


def _engine(database: db.Database, branch: Branch) -> Engine:
    return database.engine if branch is CONTENT else database.ticks_engine


# --- taking them ------------------------------------------------------------------------------


def _go(database: db.Database, to: str, root: Path | None) -> list[Step]:
    with _locked(database):
        steps = plan(database, to, root=root)
        for branch in BRANCHES:
            ours = [step for step in steps if step.branch == branch.name]
            if ours:
                _go_branch(database, branch, ours, to, root)
    return steps


def _go_branch(
    database: db.Database, branch: Branch, steps: list[Step], to: str, root: Path | None
) -> None:
    config = _config(branch, root)
    with _migrating(database, branch) as connection:
        config.attributes["connection"] = connection
        move = command.upgrade if steps[0].direction == "up" else command.downgrade
        move(config, to)


@contextmanager
def _migrating(database: db.Database, branch: Branch) -> Iterator[Connection]:
    """A connection in a transaction (as far as the database knows them around tables)."""
    engine = _engine(database, branch)
    with engine.connect() as connection:
        if database.is_sqlite:
            with _without_foreign_keys(connection), connection.begin():
                yield connection
                _ensure_references_hold(connection)
            return
        connection.detach()  # What is set below must not reach anyone else.
        with connection.begin():
            if database.dialect == "postgresql":
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{TABLE_WAIT}s'")
            else:
                connection.exec_driver_sql(f"SET SESSION lock_wait_timeout = {TABLE_WAIT}")
            yield connection


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Batch mode drops and refills tables; with foreign keys on, that would empty the children."""
    # SQLite ignores this pragma inside a transaction, so it goes past SQLAlchemy's own BEGIN.
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _ensure_references_hold(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables = ", ".join(sorted({row[0] for row in broken}))
        raise CmsError(f"Rows in {tables} would refer to nothing; nothing was changed.")


def _run(
    context: EnvironmentContext,
    branch: Branch,
    connection: Connection,
    *,
    metadata: sa.MetaData | None,
) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table=branch.version_table,
        render_as_batch=True,
        render_item=ddl.render_type,
        include_name=belongs,
        on_version_apply=_turn_page,
    )
    implementation = context.get_context().impl
    if isinstance(implementation, ddl.MariaDbWithJournal):
        implementation.journal = ddl.Journal(connection, branch.version_table)
    context.run_migrations()


def _turn_page(ctx: MigrationContext, *_: Any, **_details: Any) -> None:
    if isinstance(ctx.impl, ddl.MariaDbWithJournal) and ctx.impl.journal:
        ctx.impl.journal.forget()


# --- one at a time ----------------------------------------------------------------------------


@contextmanager
def _locked(database: db.Database) -> Iterator[None]:
    if database.is_sqlite:
        with _file_lock(database):
            yield
        return
    engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.detach()  # The lock goes with the connection, even if this process is killed.
        if database.dialect == "postgresql":
            connection.exec_driver_sql(f"SET lock_timeout = '{LOCK_WAIT}s'")
            connection.exec_driver_sql(f"SET statement_timeout = '{LOCK_WAIT}s'")
            connection.execute(sa.select(sa.func.pg_advisory_lock(_lock_number())))
        else:
            name = f"carafe-{hashlib.sha256(str(database.url.database).encode()).hexdigest()[:32]}"
            if connection.scalar(sa.select(sa.func.get_lock(name, LOCK_WAIT))) != 1:
                raise CmsError("Another process has been migrating for an hour; nothing was done.")
        yield


@contextmanager
def _file_lock(database: db.Database) -> Iterator[None]:
    path = database.url.database
    if fcntl is None or not path or path == ":memory:":
        yield
        return
    with Path(f"{path}.migrating").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _lock_number() -> int:
    digest = hashlib.sha256(b"carafe migrations").digest()
    return int.from_bytes(digest[:8], "big", signed=True)
