"""What holds for the files of the repository as a whole."""

import re
import subprocess
from pathlib import Path

import pytest

from cms.config import ROOT

LOCKS = ("requirements.txt", "requirements-test.txt", "package-lock.json")


def tracked(*patterns: str) -> list[Path]:
    """The files that belong to the repository."""
    shown = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if shown.returncode:
        pytest.skip("this is not a checkout")
    return [ROOT / name for name in shown.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_hashes_and_no_addresses(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text
    assert "sha256:" in text or "sha512-" in text


def test_no_template_calls_a_text_safe() -> None:
    marked = [
        path
        for path in tracked("*.html")
        if re.search(r"\|\s*safe\b|autoescape\s+false", path.read_text("utf-8"))
    ]
    assert marked == []


def test_nothing_third_party_is_committed() -> None:
    assert tracked("static/dist", "node_modules") == []


def test_every_make_target_says_what_it_does() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    helpers = {"rich-editor", "browser"}
    for name in set(phony[1].split()) - helpers:
        assert re.search(rf"^{name}:.* ## \S", makefile, re.MULTILINE), name
