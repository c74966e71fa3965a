"""Two real sites, read whole; their files are other people's and stay outside this repository.

They are looked for beside the checkout, or where SAMPLE_SITES says: a folder that holds
`rust-blog/content` (a blog made with Zola) and `jekyll-docs/docs` (Jekyll's own documentation).
"""

import os
from pathlib import Path

import pytest

from cms.transfer import links, markdown_folder
from cms.transfer.sources import Problem, SourceEntry, SourceSection

BESIDE = Path(__file__).resolve().parents[2].parent / "shared" / "data"
SAMPLES = Path(os.environ.get("SAMPLE_SITES") or BESIDE)


def sample(name: str) -> Path:
    path = SAMPLES / name
    if not path.is_dir():
        pytest.skip(f"the sample site {name} is not here; set SAMPLE_SITES")
    return path


def test_a_real_zola_blog_is_read_whole() -> None:
    site = markdown_folder.open_folder(sample("rust-blog/content"))
    found = list(markdown_folder.read(site))
    entries = {each.source_id: each for each in found if isinstance(each, SourceEntry)}
    sections = {each.folder: each.path for each in found if isinstance(each, SourceSection)}
    assert site.convention == "zola"
    assert (len(entries), len(found) - len(entries)) == (746, 3)
    assert sections == {"": "/", "inside-rust": "/inside-rust/", "releases": "/releases/"}
    assert all(entry.path and entry.title for entry in entries.values())
    assert sum(entry.kind == "post" for entry in entries.values()) == 745
    assert sum(len(entry.aliases) for entry in entries.values()) == 735
    release = entries["Rust-1.88.0.md"]
    assert (release.path, release.aliases) == ("/2025/06/26/Rust-1.88.0/", ("/releases/1.88.0/",))
    assert str(release.dated_at) == "2025-06-26 00:00:00+00:00"
    assert release.fields == {"release": True}
    prerelease = entries["inside-rust/1.54.0-prerelease.md"]
    assert prerelease.path == "/inside-rust/2021/07/26/1.54.0-prerelease/"
    assert prerelease.fields["team"] == "The Release Team"
    marks = [
        place.destination
        for entry in entries.values()
        for place in links.find_places(entry.source)
        if links.is_mark(place.destination)
    ]
    assert len(marks) == 5
    assert all(links.read_mark(mark)[0] in entries for mark in marks)


def test_real_jekyll_documentation_is_read_whole() -> None:
    site = markdown_folder.open_folder(sample("jekyll-docs/docs"))
    found = list(markdown_folder.read(site))
    entries = {each.source_id: each for each in found if isinstance(each, SourceEntry)}
    assert site.convention == "jekyll"
    assert [each for each in found if isinstance(each, Problem)] == []
    posts = [entry for entry in entries.values() if entry.kind == "post"]
    assert (len(posts), len(entries) - len(posts)) == (102, 91)
    assert all(entry.path for entry in entries.values())
    assert all(post.dated_at for post in posts)
    start = entries["_docs/index.md"]
    assert (start.path, start.aliases) == (
        "/docs/",
        ("/docs/home/", "/docs/quickstart/", "/docs/extras/"),
    )
    first = entries["_posts/2013-05-06-jekyll-1-0-0-released.markdown"]
    assert str(first.dated_at) == "2013-05-06 00:12:52+00:00"
    assert first.categories == ("release",)
    assert "{% raw %}" not in entries["_docs/liquid/tags.md"].source
    marks = [
        links.read_mark(place.destination)[0]
        for entry in entries.values()
        for place in links.find_places(entry.source)
        if links.is_mark(place.destination)
    ]
    assert len(marks) >= 15
    assert set(marks) <= set(entries)
