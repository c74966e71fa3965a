"""The database's shape at the terminal."""

from pathlib import Path

import pytest

from tests.cli.conftest import Manage


@pytest.fixture
def empty(manage: Manage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Manage:
    """A terminal on a site without any table."""
    monkeypatch.setenv("INSTANCE_PATH", str(tmp_path / "empty"))
    return manage


def test_a_fresh_site_is_migrated_once(empty: Manage) -> None:
    assert "ran up content" in empty("migrate").out
    assert empty("migrate").out == "The database is up to date.\n"
    assert empty("migrate", "--quiet").out == ""


def test_a_check_fails_while_the_database_is_behind(empty: Manage) -> None:
    ran = empty("migrate", "--check")
    assert ran.code == 1
    assert "would run up content" in ran.out
    empty("migrate")
    assert empty("migrate", "--check").code == 0


def test_a_plan_changes_nothing(empty: Manage, tmp_path: Path) -> None:
    assert empty("migrate", "--plan").code == 0
    assert not list((tmp_path / "empty").glob("*.sqlite3"))


def test_going_down_is_asked_for_first(manage: Manage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click.confirm", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    assert manage("migrate", "--to", "base").code == 130
    assert manage("migrate", "--check").code == 0


def test_down_and_up_again(manage: Manage) -> None:
    assert "ran down content" in manage("migrate", "--to", "base", "--yes").out
    assert "ran up content" in manage("migrate").out


def test_an_unknown_step_is_refused(manage: Manage) -> None:
    ran = manage("migrate", "--to", "zzz")
    assert ran.code == 1
    assert "no revision zzz" in ran.err
