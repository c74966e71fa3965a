"""What holds for every command."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from cms import cli
from cms.config import ROOT, Settings
from tests.cli.conftest import Manage


def test_help_lists_every_command_without_loading_any() -> None:
    script = (
        "import sys; from cms.cli import main; main(['--help']); "
        "print([name for name in sys.modules if name.startswith(('sqlalchemy', 'flask'))])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    assert all(f"\n  {name} " in shown for name in cli.COMMANDS)
    assert shown.rstrip().endswith("[]")


@pytest.mark.parametrize("name", sorted(cli.COMMANDS))
def test_every_command_explains_itself(manage: Manage, name: str) -> None:
    ran = manage(name, "--help")
    assert ran.code == 0
    assert "Usage:" in ran.out


@pytest.mark.parametrize("name", sorted(cli.COMMANDS))
def test_every_command_stands_in_the_readme(name: str) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    table = readme.split("## At the terminal")[1].split("## ")[0]
    assert re.search(rf"`{name}\b", table)


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in (ROOT / "docs" / "configuration.md").read_text("utf-8")


def test_an_unknown_command_is_a_misuse(manage: Manage) -> None:
    ran = manage("pour")
    assert ran.code == 2
    assert "No such command 'pour'" in ran.err


def test_a_wrong_setting_is_named_without_its_value(
    manage: Manage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "oracle://scott:tiger@host/db")
    ran = manage("user", "list")
    assert ran.code == 2
    assert "DATABASE_URL is not valid" in ran.err
    assert "tiger" not in ran.err


def test_a_database_that_is_behind_is_told_in_one_line_and_a_hint(
    manage: Manage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("INSTANCE_PATH", str(tmp_path / "elsewhere"))
    ran = manage("user", "list")
    assert ran.code == 1
    assert "manage.py migrate" in ran.err
    assert "Traceback" not in ran.err


def test_a_database_that_is_gone_is_told_without_a_stack_trace(
    manage: Manage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    ran = manage("user", "list")
    assert ran.code == 1
    assert "The database refuses" in ran.err
    assert "Traceback" not in ran.err
