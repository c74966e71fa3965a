"""A terminal: runs a command on a site of its own, as `manage.py` does."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cms import cli, db
from tests import databases


@dataclass(frozen=True)
class Ran:
    """What a command answered."""

    code: int
    out: str
    err: str


Manage = Callable[..., Ran]


@pytest.fixture
def instance(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an empty, migrated site that the environment points to."""
    folder = tmp_path / "instance"
    databases.copy_sqlite(sqlite_template, folder)
    for name in ("DATABASE_URL", "SITE_URL", "SECRET_KEY", "ADMIN_EMAIL", "ADMIN_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("INSTANCE_PATH", str(folder))
    return folder


@pytest.fixture
def manage(instance: Path, capfd: pytest.CaptureFixture[str]) -> Manage:
    """Runs `manage.py` with these words."""

    def run(*words: str) -> Ran:
        capfd.readouterr()
        code = cli.main(words)
        shown = capfd.readouterr()
        return Ran(code, shown.out, shown.err)

    return run


@pytest.fixture
def site(instance: Path) -> Iterator[db.Database]:
    """The same site's database, with an open unit of work to look into it."""
    database = db.Database(f"sqlite:///{instance / 'carafe.sqlite3'}")
    with db.unit_of_work(database, write=False):
        yield database
    database.dispose()
