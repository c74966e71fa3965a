"""`manage.py import markdown`, as an operator types it."""

import json
from pathlib import Path

import pytest

from cms import cli
from tests import databases
from tests.transfer.folders import write

FILES: dict[str, str | bytes] = {
    "a.md": '+++\npath = "2020/01/02/A"\ntitle = "A"\naliases = ["old"]\n+++\nText\n',
    "b.md": "+++\ntitle = 'B'\n+++\n[a](@/a.md)\n",
}


@pytest.fixture
def folder(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of files, beside an empty site."""
    instance = tmp_path / "instance"
    url = databases.copy_sqlite(sqlite_template, instance)
    monkeypatch.setenv("INSTANCE_PATH", str(instance))
    monkeypatch.setenv("DATABASE_URL", url)
    return write(tmp_path / "content", FILES)


def test_it_imports_and_reports(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["import", "markdown", str(folder), "--dry-run"]) == 0
    assert "nothing was written" in capsys.readouterr().out
    assert cli.main(["import", "markdown", str(folder), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["convention"] == "zola"
    assert made["counts"]["created"] == 2
    assert made["counts"]["redirects"] == 1
    assert made["counts"]["links"] == 1
    assert cli.main(["import", "markdown", str(folder)]) == 0
    assert "the same as before" in capsys.readouterr().out


def test_a_folder_that_is_not_there_is_refused(folder: Path) -> None:
    assert cli.main(["import", "markdown", str(folder / "nowhere")]) == 2


def test_what_fails_is_told_by_the_exit_code(folder: Path) -> None:
    write(folder, {"long.md": "+++\ntitle = 'Long'\n+++\n" + "word " * 250_000})
    assert cli.main(["import", "markdown", str(folder)]) == 1
