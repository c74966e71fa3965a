"""Every file of a real blog and of real documentation, when they lie beside the project."""

import re
from pathlib import Path

import pytest

from cms.rendering import pipeline

DATA = Path(__file__).parents[3] / "shared" / "data"
BLOG = DATA / "rust-blog" / "content"
DOCS = DATA / "jekyll-docs" / "docs"
_FRONT_MATTER = re.compile(r"(\+\+\+|---)\n.*?\n\1\n", re.DOTALL)


def bodies(folder: Path) -> list[tuple[Path, str]]:
    found = []
    for path in sorted(folder.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        matter = _FRONT_MATTER.match(text)
        found.append((path, text[matter.end() :] if matter else text))
    return found


@pytest.mark.parametrize("folder", [BLOG, DOCS], ids=["a blog", "documentation"])
def test_every_file_of_a_real_site_is_rendered(folder):
    if not folder.is_dir():
        pytest.skip(f"the folder {folder.name} is not beside the project")
    words = 0
    for path, body in bodies(folder):
        rendering = pipeline.render(body)
        assert rendering.text or not body.strip(" \n<>!-"), path
        assert "\x02" not in rendering.html, path
        assert "wzxhzdk" not in rendering.html, path
        assert "klzzwxh" not in rendering.html, path
        words += rendering.words
    assert words > 50_000
