"""Folders written for Jekyll."""

from datetime import UTC, datetime
from pathlib import Path

from tests.transfer.folders import entry, notes, read

CONFIG = """
url: https://example.org
permalink: /news/:year/:month/:day/:title/
collections:
  docs: {permalink: "/:collection/:path/", output: true}
defaults:
- scope: {path: "", type: posts}
  values: {author: Ana}
"""


def post(tmp_path: Path, body: str, head: str = "title: T", **more: str | bytes):  # type: ignore[no-untyped-def]
    files: dict[str, str | bytes] = {
        "_config.yml": CONFIG,
        "_posts/2014-01-28-My.Post.md": f"---\n{head}\n---\n{body}",
        "_posts/2013-05-06-other.markdown": "---\ntitle: Other\n---\n",
        "_docs/one.md": "---\ntitle: One\npermalink: /docs/\nredirect_from:\n- /docs/home/\n---\n",
        "_docs/two/three.md": "---\ntitle: Three\n---\n",
        **more,
    }
    found = read(tmp_path, files)
    return found, entry(found, "_posts/2014-01-28-My.Post.md")


def test_the_file_name_gives_date_and_slug(tmp_path: Path) -> None:
    _found, made = post(tmp_path, "Text")
    assert made.dated_at == datetime(2014, 1, 28, tzinfo=UTC)
    assert made.path == "/news/2014/01/28/My.Post/"
    assert (made.kind, made.authors) == ("post", ("Ana",))


def test_the_front_matter_overrides_the_file_name(tmp_path: Path) -> None:
    head = (
        "date: 2014-01-28 5:37:44 -0400\npermalink: /old/:title.html\ncategories: a b\n"
        "category: c d\ntags: x y\nredirect_from: /older\npublished: false\nversion: 1.0.0"
    )
    _found, made = post(tmp_path, "# Head\n\nText", head)
    assert made.dated_at == datetime(2014, 1, 28, 9, 37, 44, tzinfo=UTC)
    assert made.path == "/old/My.Post.html"
    assert made.categories == ("a", "b", "c d")
    assert (made.tags, made.aliases, made.draft) == (("x", "y"), ("/older",), True)
    assert (made.title, made.source) == ("Head", "Text\n")
    assert made.fields == {"version": "1.0.0"}


def test_collections_pages_and_drafts_have_their_places(tmp_path: Path) -> None:
    more = {
        "_drafts/soon.md": "Only text",
        "about.md": "---\ntitle: About\n---\n",
        "README.md": "No front matter",
        "_includes/x.md": "---\n---\n",
        "index.html": "<html>",
    }
    found, _made = post(tmp_path, "", **more)
    one, three = entry(found, "_docs/one.md"), entry(found, "_docs/two/three.md")
    assert (one.path, one.aliases, one.kind) == ("/docs/", ("/docs/home/",), "page")
    assert three.path == "/docs/two/three/"
    assert entry(found, "_drafts/soon.md").draft
    assert entry(found, "about.md").path == "/about/"
    assert {"README.md!", "_includes/x.md!", "index.html!"} <= set(found)


def test_liquid_that_markdown_can_say_is_converted(tmp_path: Path) -> None:
    body = (
        "{% raw %}{{ kept }} [x]({% link a.md %}){% endraw %}\n"
        "{% highlight ruby linenos %}\nputs '```'\n{% endhighlight %}\n"
        "[a]({% post_url 2013-05-06-other %}#x) [b]({{ site.baseurl }}{% link _docs/one.md %})\n"
        '[c]: {% link _docs/two/three.md %}\n<a href="{% link _docs/one.md %}">d</a>\n'
        "[e]({{ '/docs/x/' | relative_url }}) {{ \"{{\" }}\n"
        "{% include note.html a=b %} {{ page.title }} [f]({% link gone.md %})\n"
    )
    _found, made = post(tmp_path, body)
    assert "{{ kept }} [x]({% link a.md %})\n" in made.source
    assert "````ruby\nputs '```'\n````\n" in made.source
    assert "[a](file:_posts/2013-05-06-other.markdown#x)" in made.source
    assert "[b](file:_docs/one.md)" in made.source
    assert "[c]: file:_docs/two/three.md\n" in made.source
    assert '<a href="file:_docs/one.md">' in made.source
    assert "[e](/docs/x/) {{\n" in made.source
    assert "{% include note.html a=b %} {{ page.title }} [f]({% link gone.md %})" in made.source
    assert notes(made) == [
        ("kept", "{% include note.html a=b %}"),
        ("kept", "{{ page.title }}"),
        ("kept", "{% link gone.md %}"),
    ]


def test_impossible_dates_are_said(tmp_path: Path) -> None:
    found, _made = post(tmp_path, "", **{"_posts/2014-02-31-no.md": "---\ndate: never\n---\n"})
    made = entry(found, "_posts/2014-02-31-no.md")
    assert (made.dated_at, made.path) == (None, None)
    assert ("skipped", "date") in notes(made)


def test_without_settings_the_address_is_a_guess_and_said(tmp_path: Path) -> None:
    found = read(tmp_path, {"_posts/2014-01-28-my-post.md": "---\ncategories: [A, b]\n---\n"})
    made = entry(found, "_posts/2014-01-28-my-post.md")
    assert made.path == "/a/b/2014/01/28/my-post.html"
    assert ("approximated", "address") in notes(made)
