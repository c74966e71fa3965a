"""Folders that wish us ill, or were made carelessly."""

import os
from pathlib import Path

import pytest

from cms.transfer import markdown_folder
from cms.transfer.sources import Problem
from tests.transfer.folders import entry, notes, read, write

KEYS = """title date tags categories aliases draft weight path url slug author authors image lang
permalink published redirect_from excerpt description expirydate params extra layout type"""
GOOD = "---\ntitle: Good\n---\nText\n"


def test_links_pipes_and_large_files_are_passed_over(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", {"secret.md": GOOD})
    root = write(tmp_path / "in", {"good.md": GOOD, "large.md": b"x" * (4 * 1024 * 1024 + 1)})
    (root / "link.md").symlink_to(outside / "secret.md")
    (root / "folder").symlink_to(outside)
    os.mkfifo(root / "pipe.md")
    found = read(root, {})
    assert set(found) == {"good.md", "link.md!", "folder!", "pipe.md!", "large.md!"}


def test_a_name_that_is_not_utf8_is_said(tmp_path: Path) -> None:
    name = os.path.join(os.fsencode(tmp_path), b"caf\xe9.md")
    with open(name, "wb") as file:
        file.write(GOOD.encode())
    (problem,) = markdown_folder.read_folder(tmp_path)
    assert isinstance(problem, Problem)
    problem.source_id.encode()


def test_names_that_differ_in_case_are_both_read(tmp_path: Path) -> None:
    found = read(tmp_path, {"Post.md": GOOD, "post.md": GOOD})
    assert {"Post.md", "post.md", "post.md!"} == set(found)


def test_bytes_that_are_no_text_are_mended_and_said(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {
            "latin.md": "---\ntitle: Caf\xe9\n---\n".encode("latin-1"),
            "wide.md": "---\ntitle: Wide\n---\n".encode("utf-16"),
            "nul.md": b"---\r\ntitle: Nul\r\n---\r\na\x00b\x07c\r\n",
        },
    )
    assert (entry(found, "latin.md").title, notes(found["latin.md"])) == (
        "Café",
        [("approximated", "encoding")],
    )
    assert entry(found, "wide.md").title == "Wide"
    assert entry(found, "nul.md").source == "abc\n"
    assert notes(found["nul.md"]) == [("changed", "line ends"), ("changed", "text")]


@pytest.mark.parametrize(
    "path",
    [
        "../../etc/passwd",
        "/a/../b",
        "/admin/x",
        "/a\\\\b",
        "https://other.example/x",
        "http://[",
        "/" + "x" * 800,
        "/%00",
        "/%2e%2e/x",
    ],
)
def test_addresses_that_cannot_be_are_left_out_and_said(tmp_path: Path, path: str) -> None:
    found = read(
        tmp_path,
        {"a.md": f'---\ntitle: A\npermalink: "{path}"\naliases: ["{path}", /fine/]\n---\n'},
        site_url="https://own.example",
        objection=lambda path: "Reserved." if path.startswith("/admin") else None,
    )
    made = entry(found, "a.md")
    assert (made.path, made.aliases) == (None, ("/fine/",))
    assert [kind for kind, _what in notes(made)] == ["skipped", "skipped"]


def test_an_address_on_the_old_host_is_its_path(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a.md": "---\nurl: https://www.own.example/A/b.html\n---\n[x](https://own.example/c#d)\n"
    }
    made = entry(read(tmp_path, files, site_url="https://own.example"), "a.md")
    assert made.path == "/A/b.html"
    assert "[x](/c#d)" in made.source


def test_one_address_belongs_to_one_file(tmp_path: Path) -> None:
    text = "---\ntitle: A\nurl: /same\n---\n"
    found = read(tmp_path, {"a.md": text, "b.md": text})
    assert (entry(found, "a.md").path, entry(found, "b.md").path) == ("/same", None)
    assert ("skipped", "address /same") in notes(found["b.md"])


def test_broken_front_matter_leaves_a_draft_and_a_problem_with_its_line(tmp_path: Path) -> None:
    found = read(tmp_path, {"my-post.md": "---\ntitle: [x\ndate: 2020-01-01\n---\nWords\n"})
    problem, made = found["my-post.md!"], entry(found, "my-post.md")
    assert isinstance(problem, Problem)
    assert problem.line == 3
    assert (made.title, made.source, made.draft) == ("My post", "Words\n", True)
    assert "date: 2020-01-01" in str(made.fields["front_matter"])


def test_wrong_kinds_of_values_never_raise(tmp_path: Path) -> None:
    odd = ["[]", "{}", "1", "true", "null", "''", "'x'", "[[1], {a: b}]", "2014-02-31", "1e999"]
    keys = KEYS.split()
    files: dict[str, str | bytes] = {}
    for number, value in enumerate(odd):
        head = "".join(f"{key}: {value}\n" for key in keys)
        files[f"{number}.md"] = f"---\n{head}---\n"
        files[f"_posts/2020-01-0{number}-x.md"] = f"---\n{head}---\n"
    for convention in ("zola", "jekyll", "hugo", "plain"):
        found = read(tmp_path, files, convention=convention)
        assert len(found) == len(files)


def test_other_markups_are_said(tmp_path: Path) -> None:
    assert set(read(tmp_path, {"a.rst": "x", "b.png": b"x", "c.md": GOOD})) == {"a.rst!", "c.md"}


def test_a_plain_folder_tells_titles_and_dates(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {
            "2020-05-06 A walk.md": "# The walk #\n\nText [next](<b c.md>)\n",
            "b c.md": "Title\n=====\n\nx",
            "sub/no-title.md": "Just text",
        },
    )
    walk = entry(found, "2020-05-06 A walk.md")
    assert (walk.title, walk.kind, walk.path) == ("The walk", "post", None)
    assert "(<file:b%20c.md>)" in walk.source
    assert entry(found, "b c.md").title == "Title"
    assert (entry(found, "sub/no-title.md").title, entry(found, "sub/no-title.md").parent) == (
        "No title",
        "sub",
    )
