"""What is not as it should be."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from cms import db
from cms.cli import check, holes
from cms.content.models import Publication
from tests.cli.conftest import Manage


def test_a_fresh_site_is_well(manage: Manage) -> None:
    ran = manage("check")
    assert ran.code == 0
    assert "All is well" in ran.out


def test_a_key_that_others_can_read_is_named(manage: Manage, instance: Path) -> None:
    key = instance / "secret_key"
    key.write_text("x" * 48)
    key.chmod(0o644)
    ran = manage("check")
    assert ran.code == 1
    assert "chmod 600" in ran.err


def test_a_database_that_is_behind_is_named(
    manage: Manage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("INSTANCE_PATH", str(tmp_path / "empty"))
    assert "manage.py migrate" in manage("check").err


def test_old_html_is_counted_and_renewed(manage: Manage, instance: Path) -> None:
    manage("seed", "--size", "2")
    database = db.Database(f"sqlite:///{instance / 'carafe.sqlite3'}")
    with db.unit_of_work(database):
        for publication in db.session().scalars(sa.select(Publication)):
            publication.renderer, publication.html = 0, "old"
        db.commit()
    database.dispose()
    assert "2 pages hold HTML of an older renderer" in manage("check").err
    assert "Rendered 2 publications" in manage("rerender").out
    assert "up to date" in manage("rerender").out
    assert manage("check").code == 0


def test_a_version_with_a_hole_is_a_hint(manage: Manage, monkeypatch: pytest.MonkeyPatch) -> None:
    hole = holes.Hole("SQLite", (0,), (99,), "everything is spilled.")
    monkeypatch.setattr(check, "HOLES", (hole,))
    ran = manage("check")
    assert ran.code == 0
    assert "everything is spilled" in ran.err
