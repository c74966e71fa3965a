"""Folders written for Zola."""

from datetime import UTC, datetime
from pathlib import Path

from cms.transfer import links, markdown_folder
from tests.transfer.folders import entry, notes, read, section, write

POST = """+++
path = "2025/06/26/Rust-1.88.0"
title = "Announcing Rust 1.88.0"
authors = ["The Release Team"]
aliases = ["releases/1.88.0", "2025/06/26/Rust-1.88.0.html"]
[taxonomies]
tags = ["release"]
series = ["x"]
[extra]
release = true
+++

Text with [a link](@/folder/_index.md#top) and [another](other.md).
"""
FILES: dict[str, str | bytes] = {
    "Rust-1.88.0.md": POST,
    "other.md": "+++\ntitle = 'Other'\ndate = 2020-02-03\ndraft = true\n+++\nBody\n",
    "folder/_index.md": "+++\ntitle = 'Folder'\nsort_by = 'date'\n+++\n",
    "folder/My Page/index.md": "+++\ntitle = 'Mine'\nweight = 3\n+++\n![x](a.png) ![y](b.png)\n",
    "folder/My Page/a.png": b"png",
    "folder/2021-04-05-dated.md": "+++\ntitle = 'Dated'\n+++\n",
}


def test_the_path_holds_address_and_date(tmp_path: Path) -> None:
    post = entry(read(tmp_path, FILES), "Rust-1.88.0.md")
    assert post.path == "/2025/06/26/Rust-1.88.0/"
    assert post.slug == "Rust-1.88.0"
    assert post.kind == "post"
    assert post.dated_at == datetime(2025, 6, 26, tzinfo=UTC)
    assert post.aliases == ("/releases/1.88.0/", "/2025/06/26/Rust-1.88.0.html")
    assert (post.authors, post.tags) == (("The Release Team",), ("release",))
    assert post.fields == {"release": True, "series": ["x"]}


def test_links_to_other_files_are_marked(tmp_path: Path) -> None:
    post = entry(read(tmp_path, FILES), "Rust-1.88.0.md")
    targets = [place.destination for place in links.find_places(post.source)]
    assert targets == ["file:folder/_index.md#top", "file:other.md"]


def test_folders_and_slugs_make_the_address_where_there_is_no_path(tmp_path: Path) -> None:
    found = read(tmp_path, FILES)
    assert entry(found, "other.md").path == "/other/"
    assert entry(found, "other.md").draft
    mine = entry(found, "folder/My Page/index.md")
    assert (mine.path, mine.kind, mine.weight, mine.parent) == (
        "/folder/my-page/",
        "page",
        3,
        "folder",
    )
    dated = entry(found, "folder/2021-04-05-dated.md")
    assert (dated.path, dated.dated_at) == ("/folder/dated/", datetime(2021, 4, 5, tzinfo=UTC))


def test_sections_have_their_folder(tmp_path: Path) -> None:
    found = section(read(tmp_path, FILES), "folder/_index.md")
    assert (found.path, found.folder, found.title) == ("/folder/", "folder", "Folder")


def test_a_lost_picture_is_said(tmp_path: Path) -> None:
    mine = entry(read(tmp_path, FILES), "folder/My Page/index.md")
    assert "file:folder/My%20Page/a.png" in mine.source
    assert notes(mine) == [("skipped", "picture b.png")]


def test_known_players_are_embeds_and_unknown_shortcodes_stay(tmp_path: Path) -> None:
    body = '{{ youtube(id="dQw4w9WgXcQ") }}\n\n{{ chart(x=1) }}\n\n`{{ youtube(id="abc") }}`\n'
    files: dict[str, str | bytes] = {"a.md": f"+++\npath = '/a'\ntitle = 'A'\n+++\n{body}"}
    found = entry(read(tmp_path, files), "a.md")
    assert "/// embed\n<https://www.youtube.com/watch?v=dQw4w9WgXcQ>\n///" in found.source
    assert "{{ chart(x=1) }}" in found.source
    assert '`{{ youtube(id="abc") }}`' in found.source
    assert notes(found) == [("kept", "chart")]


def test_the_settings_beside_the_content_are_used(tmp_path: Path) -> None:
    root = write(tmp_path, {"content/" + name: text for name, text in FILES.items()})
    write(root, {"config.toml": "base_url = 'https://example.org/blog'\n"})
    for path in (root, root / "content"):
        site = markdown_folder.open_folder(path)
        assert (site.convention, site.prefix) == ("zola", "blog")
        found = {each.source_id: each for each in markdown_folder.read(site)}
        assert entry(found, "Rust-1.88.0.md").path == "/blog/2025/06/26/Rust-1.88.0/"
