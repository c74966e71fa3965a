"""Links are kept by identity; a rewrite changes only the targets it means."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.rendering import pipeline, references
from cms.rendering.references import Reference

PATHS = {
    "/a": ("entry", "1"),
    "/a b": ("entry", "2"),
    "/m.png": ("media", "9"),
    "/é/": ("entry", "3"),
    "/tag/tea/": ("term", "4"),
}
SITE = "https://example.com"


def rewritten(source: str, site_url: str = SITE) -> str:
    return references.to_references(source, PATHS.get, site_url=site_url)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("[x](/a)", "[x](entry:1)"),
        ('[x](/a "T")', '[x](entry:1 "T")'),
        ("[x](</a b>)", "[x](<entry:2>)"),
        ("[x](/a%20b)", "[x](entry:2)"),
        ("[x]( /a )", "[x]( entry:1 )"),
        ("[x](/a#part)", "[x](entry:1#part)"),
        ("[x](/a?q=1#part)", "[x](entry:1?q=1#part)"),
        ("[x](https://example.com/a)", "[x](entry:1)"),
        ("[x](http://EXAMPLE.com/a)", "[x](entry:1)"),
        ("[x](/%C3%A9/)", "[x](entry:3)"),
        ("[x](/e\u0301/)", "[x](entry:3)"),
        ("![x](/m.png)", "![x](media:9)"),
        ("[![x](/m.png)](/a)", "[![x](media:9)](entry:1)"),
        ("[x](/tag/tea/)", "[x](term:4)"),
        ("[x]: /a\n", "[x]: entry:1\n"),
        ('   [x]: </a b> "T"', '   [x]: <entry:2> "T"'),
        ('<a class="b" href="/a">x</a>', '<a class="b" href="entry:1">x</a>'),
        ("<img src='/m.png'>", "<img src='media:9'>"),
        ("- item\n\n    [x](/a)", "- item\n\n    [x](entry:1)"),
        ("> [x](/a)", "> [x](entry:1)"),
        ("a [b [c](/a)", "a [b [c](entry:1)"),
        ("/// note\n[x](/a)\n///", "/// note\n[x](entry:1)\n///"),
    ],
)
def test_an_own_address_becomes_a_reference(source, expected):
    assert rewritten(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "`[x](/a)`",
        "``[x](/a) ` ``",
        "```\n[x](/a)\n```",
        "~~~\n[x](/a)\n~~~",
        "- a\n\n  ```\n  [x](/a)\n  ```",
        "> ```\n> [x](/a)\n> ```",
        "```\n[x](/a)",
        "text\n\n    [x](/a)\n",
        "- a\n\n        [x](/a)\n",
        "<pre>[x](/a)</pre>",
        "<code>[x](/a)</code>",
        "<!-- [x](/a) -->",
        "\\[x](/a)",
        "](/a)",
        "[x](/unknown)",
        "[x](https://other.example/a)",
        "[x](https://example.com.evil.example/a)",
        "[x](//example.com/a)",
        "[x](a)",
        "[x](/%FF)",
        "[x](entry:1)",
        "![x](/a)",
        "[^x]: /a",
        "/a and https://example.com/a",
        "<https://example.com/a>",
        '[x](/a "open)',
    ],
)
def test_everything_else_stays_byte_for_byte(source):
    assert rewritten(source) == source


def test_a_site_below_a_path_knows_its_own_addresses():
    site = "https://example.com/sub"
    assert rewritten("[x](https://example.com/sub/a)", site) == "[x](entry:1)"
    assert rewritten("[x](https://example.com/a)", site) == "[x](https://example.com/a)"
    assert rewritten("[x](/sub/a) [y](/a)", site) == "[x](entry:1) [y](entry:1)"
    assert rewritten("[x](https://example.com/subway/a)", site).endswith("subway/a)")


def test_references_become_paths_again():
    paths = {thing: path for path, thing in PATHS.items()}
    source = "[x](entry:1#a) ![y](media:9) [z](<entry:2>) `[q](entry:1)` [w](entry:NO)\n[v]: term:4"
    expected = "[x](/a#a) ![y](/m.png) [z](</a%20b>) `[q](entry:1)` [w](entry:NO)\n[v]: /tag/tea/"
    assert references.to_paths(source, lambda kind, id_: paths.get((kind, id_))) == expected


PIECES = st.sampled_from(
    [
        "[x](/a)", "![y](/m.png)", "`", "``", "```", "~~~", "\n", "\n\n", "    ", "- ", "> ", "[",
        "]", "(", ")", "\\", "<a href='/a'>", "<pre>", "</pre>", "text", "[r]: /a", "<!--", "-->",
        '"', "é", "\t", "\r\n", "1. ", "///",
    ]
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_a_rewrite_changes_targets_only_and_only_once(source):
    result = rewritten(source)
    assert rewritten(result) == result
    undone = result.replace("entry:1", "/a").replace("media:9", "/m.png")
    assert undone == source
    if "/a" not in source and "/m.png" not in source:
        assert result == source


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="[]()<>`~\\!\n \t/a\"'", max_size=60))
def test_any_text_survives_a_rewrite(source):
    references.to_references(source, lambda path: None)
    assert references.to_paths(source, lambda kind, id_: "/x") == source


def test_a_rendering_lists_each_target_once():
    source = (
        "[a](entry:01A) [b](entry:01A#x) ![c](media:M) <https://example.com/>\n\n"
        "[d](#here) [e](term:T)\n\nhttps://youtu.be/dQw4w9WgXcQ\n"
    )
    assert pipeline.render(source).references == (
        Reference("link", "entry", "01A"),
        Reference("image", "media", "M"),
        Reference("link", "url", "https://example.com/"),
        Reference("link", "term", "T"),
        Reference("embed", "url", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
    )


def test_a_reference_is_an_id_or_an_address():
    own, other = pipeline.render("[a](entry:01A) [b](https://example.com/)").references
    assert (own.target_id, own.url) == ("01A", None)
    assert (other.target_id, other.url) == (None, "https://example.com/")


def test_a_long_text_is_searched_in_one_pass():
    for source in ("[" * 50_000, "`" * 50_000, "[a](" * 12_000, "<a " * 16_000, "```\n" * 12_000):
        assert rewritten(source) == source


SITE = "https://tidelines.example/blog"
OWN = {"/about/": ("entry", "01J9ZZZZZZZZZZZZZZZZZZZZZZ")}


def named(source: str) -> str:
    return references.name_bare(source, OWN.get, lambda kind, _id: "About [us]", site_url=SITE)


def test_an_own_address_pasted_by_itself_becomes_a_link_by_identity():
    link = "[About \\[us\\]](entry:01J9ZZZZZZZZZZZZZZZZZZZZZZ)"
    assert named(f"{SITE}/about/") == link
    assert named(f"See {SITE}/about/.") == f"See {link}."
    assert named(f"(at <{SITE}/about/>)") == f"(at {link})"
    assert named(f"**{SITE}/about/**") == f"**{link}**"
    assert named(f"a\n\n{SITE}/about/#top\n\nb") == f"a\n\n{link[:-1]}#top)\n\nb"


@pytest.mark.parametrize(
    "source",
    [
        f"`{SITE}/about/`",
        f"```\n{SITE}/about/\n```",
        f"    {SITE}/about/",
        f"[{SITE}/about/](https://elsewhere.example/)",
        f"[the page]({SITE}/about/)",
        f"[page]: {SITE}/about/",
        f'<a href="{SITE}/about/">{SITE}/about/</a>',
        f"{SITE}/nothing-there/",
        f"{SITE}.evil.example/about/",
        f"x{SITE}/about/",
        "https://other.example/about/",
        f"<{SITE}/about/",
    ],
)
def test_what_is_a_link_or_code_already_stays_byte_for_byte(source):
    assert named(source) == source
