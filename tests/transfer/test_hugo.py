"""Folders written for Hugo."""

from datetime import UTC, datetime
from pathlib import Path

from tests.transfer.folders import entry, notes, read, section, write

CONFIG = "baseURL = 'https://example.org/'\n[permalinks]\nposts = '/:year/:month/:slug/'\n"
POST = """---
Title: A Post
Date: 2019-03-04T05:06:07+01:00
LastMod: 2020-01-01
publishDate: 2019-03-05
expiryDate: 2030-01-01
Tags: [Go, web]
Categories: dev
Slug: a-slug
aliases: [/old/one/, two.html, three]
menu: main
params:
  mood: good
---
Body
"""


def site(tmp_path: Path, files: dict[str, str | bytes]):  # type: ignore[no-untyped-def]
    write(tmp_path, {"hugo.toml": CONFIG})
    write(tmp_path / "content", files)
    return read(tmp_path, {})


def test_keys_in_any_case_are_read(tmp_path: Path) -> None:
    made = entry(site(tmp_path, {"posts/My Post.md": POST}), "posts/My Post.md")
    assert (made.title, made.kind, made.path) == ("A Post", "post", "/2019/03/a-slug/")
    assert made.dated_at == datetime(2019, 3, 4, 4, 6, 7, tzinfo=UTC)
    assert made.publishes_at == datetime(2019, 3, 5, tzinfo=UTC)
    assert made.updated_at == datetime(2020, 1, 1, tzinfo=UTC)
    assert made.expires_at == datetime(2030, 1, 1, tzinfo=UTC)
    assert (made.tags, made.categories) == (("Go", "web"), ("dev",))
    assert made.aliases == ("/old/one/", "/posts/two.html", "/posts/three/")
    assert made.fields == {"menu": "main", "mood": "good"}
    assert notes(made) == [("kept", "menu")]


def test_bundles_sections_and_urls_have_their_places(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "About Us.md": "---\ntitle: About\n---\n[p](/docs/a/index.md)",
        "docs/_index.md": "---\ntitle: Docs\nweight: 2\n---\n",
        "docs/a/index.md": "---\ntitle: A\nweight: 5\n---\n",
        "docs/b.md": "---\ntitle: B\nurl: /Elsewhere/b.html\n---\n",
        "docs/b.fr.md": "---\ntitle: B\n---\n",
    }
    found = site(tmp_path, files)
    assert entry(found, "About Us.md").path == "/about-us/"
    assert "file:docs/a/index.md" in entry(found, "About Us.md").source
    assert section(found, "docs/_index.md").path == "/docs/"
    assert (entry(found, "docs/a/index.md").path, entry(found, "docs/a/index.md").weight) == (
        "/docs/a/",
        5,
    )
    assert entry(found, "docs/b.md").path == "/Elsewhere/b.html"
    french = entry(found, "docs/b.fr.md")
    assert (french.path, french.language) == ("/fr/docs/b/", "fr")


def test_shortcodes_that_markdown_can_say_are_converted(tmp_path: Path) -> None:
    body = (
        '{{< figure src="/a b.png" alt="An [a]" caption="Words" >}}\n\n'
        "{{<youtube dQw4w9WgXcQ>}}\n\n{{% vimeo 146022717 %}}\n\n"
        "{{< highlight go >}}\nx := `1`\n\n\tindented\n{{< /highlight >}}\n\n"
        '[r]({{< ref "b.md#top" >}}) [s]({{< relref "/posts/b" >}}) [t]({{< ref "gone.md" >}})\n\n'
        "{{< gist ana 123 >}} {{</* raw */>}} {{< odd x=1 >}}\n\n`{{< youtube abcdef >}}`\n"
    )
    files: dict[str, str | bytes] = {
        "posts/a.md": f"+++\ntitle='A'\ndate=2020-01-01\n+++\n{body}",
        "posts/b.md": "+++\ntitle='B'\ndate=2020-01-01\n+++\n",
    }
    made = entry(site(tmp_path, files), "posts/a.md")
    assert "/// figure | Words\n![An \\[a\\]](</a b.png>)\n///" in made.source
    assert "/// embed\n<https://www.youtube.com/watch?v=dQw4w9WgXcQ>\n///" in made.source
    assert "/// embed\n<https://vimeo.com/146022717>\n///" in made.source
    assert "```go\nx := `1`\n\n\tindented\n```" in made.source
    assert "[r](file:posts/b.md#top) [s](file:posts/b.md)" in made.source
    assert "<https://gist.github.com/ana/123> {{< raw >}} {{< odd x=1 >}}" in made.source
    assert "`{{< youtube abcdef >}}`" in made.source
    assert ("kept", "odd") in notes(made)
    assert ("kept", "ref") in notes(made)
