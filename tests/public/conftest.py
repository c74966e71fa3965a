"""A journal with one of everything, written once and copied for each test."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from cms import clock, db
from cms.accounts.permissions import OPERATOR
from cms.site import settings as site_settings
from cms.web import installation
from tests import databases
from tests.public import journal
from tests.public.journal import Journal


@dataclass(frozen=True)
class Written:
    """The files of the journal, and what stands in them."""

    folder: Path
    journal: Journal


@pytest.fixture(scope="session")
def written(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, quick_hashes: None
) -> Written:
    """The journal as files, written once."""
    folder = tmp_path_factory.mktemp("journal")
    database = db.Database(databases.copy_sqlite(sqlite_template, folder))
    with db.unit_of_work(database):
        made = journal.fill(now=clock.now())
    database.dispose()
    return Written(folder, made)


@pytest.fixture
def dialect() -> str:
    """Visitors' pages are tried on SQLite; `test_every_database` tries them on all."""
    return "sqlite"


@pytest.fixture
def database_url(written: Written, tmp_path: Path, dialect: str) -> str:
    """A copy of the journal for this test."""
    return databases.copy_sqlite(written.folder, tmp_path / "instance")


@pytest.fixture
def made(written: Written) -> Journal:
    """What the journal holds."""
    return written.journal


@pytest.fixture
def change_settings(app: Flask) -> Any:
    """Change settings of the site as its owner would."""

    def change(**values: Any) -> None:
        with db.unit_of_work(installation.of(app).database):
            site_settings.save(values, by=OPERATOR, now=clock.now())
            db.commit()

    return change
