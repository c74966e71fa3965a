"""Placeholders become addresses when a page is shown."""

import pytest

from cms.rendering import pipeline, resolver
from cms.rendering.resolver import Resolved
from cms.rendering.safe_html import SafeHtml, stored_html

THINGS = {
    ("entry", "01A"): Resolved("/blog/hello/", title="Hello"),
    ("term", "T1"): Resolved("/tag/tea/"),
    ("profile", "P1"): Resolved("/author/ada/"),
    ("media", "M1"): Resolved(
        "/-/media/cat.jpg", alt="A cat", width=800, height=600, srcset="/s.jpg 400w", sizes="50vw"
    ),
    ("entry", "evil"): Resolved('/x"><script>alert(1)</script>'),
}


def find(kind: str, thing_id: str) -> Resolved | None:
    return THINGS.get((kind, thing_id))


def resolve(source: str, **options) -> str:
    return str(resolver.resolve(pipeline.render(source).html, find, **options))


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("entry:01A", "/blog/hello/"),
        ("entry:01A#intro", "/blog/hello/#c-intro"),
        ("entry:01A?x=1", "/blog/hello/?x=1"),
        ("term:T1", "/tag/tea/"),
        ("profile:P1", "/author/ada/"),
        ("media:M1", "/-/media/cat.jpg"),
        ("https://example.com/", "https://example.com/"),
        ("#intro", "#c-intro"),
        ("mailto:ada@example.com", "mailto:ada@example.com"),
    ],
)
def test_a_link_leads_where_its_target_is_now(target, address):
    assert f'<a href="{address}">x</a>' in resolve(f"[x]({target})")


def test_a_link_to_what_is_not_there_leaves_its_text():
    assert resolve("a [*gone*](entry:NO) b") == (
        '<p>a <span class="missing-link"><em>gone</em></span> b</p>'
    )


def test_the_next_link_after_a_missing_one_is_whole():
    assert resolve("[a](entry:NO) [b](entry:01A)").endswith('<a href="/blog/hello/">b</a></p>')


def test_what_a_lookup_answers_is_escaped():
    result = resolve("[x](entry:evil)")
    assert "<script>" not in result
    assert "&#34;&gt;&lt;script&gt;" in result


def test_an_own_picture_gets_its_sizes_and_words():
    assert resolve("![](media:M1)") == (
        '<p><img alt="A cat" src="/-/media/cat.jpg" width="800" height="600"'
        ' srcset="/s.jpg 400w" sizes="50vw" loading="lazy" decoding="async"></p>'
    )


def test_the_writers_words_for_a_picture_go_before():
    assert 'alt="My cat"' in resolve("![My cat](media:M1)")


def test_a_picture_that_is_not_there_leaves_its_words():
    assert resolve("![A dog](media:NO)") == '<p><span class="missing-media">A dog</span></p>'


def test_every_picture_has_an_alternative_text():
    assert 'alt=""' in resolve('<img src="/x.png">')


def test_addresses_from_the_root_follow_a_site_below_a_path():
    result = resolve("[x](/a/) ![y](/b.png)", base_url="https://example.com/sub")
    assert 'href="/sub/a/"' in result
    assert 'src="/sub/b.png"' in result


def test_a_feed_gets_whole_addresses_and_nothing_for_pages_only():
    source = (
        "[a](entry:01A) [b](/c/) [d](up.html) [e](#x) ![f](media:M1)\n\n"
        "| a |\n|---|\n| b |\n\n```\ncode\n```\n"
    )
    result = resolve(
        source,
        target="feed",
        base_url="https://example.com",
        page_url="https://example.com/2024/post/",
    )
    for address in (
        'href="https://example.com/blog/hello/"',
        'href="https://example.com/c/"',
        'href="https://example.com/2024/post/up.html"',
        'href="https://example.com/2024/post/#c-x"',
        'src="https://example.com/-/media/cat.jpg"',
    ):
        assert address in result
    for word in ("tabindex", "role", "srcset", "loading", "table-wrap"):
        assert word not in result


def test_tables_and_code_can_be_scrolled_by_keyboard_and_have_names_of_their_own():
    table = "| a |\n|---|\n| b |\n\n"
    code = "```\nx\n```\n\n"
    result = resolve(table + code + table + code)
    for label in ("Table 1", "Table 2", "Code 1", "Code 2"):
        assert result.count(f'tabindex="0" role="region" aria-label="{label}"') == 1
    assert result.count('<div class="table-wrap"') == result.count("</table></div>") == 2


def test_a_player_tells_a_script_what_it_may_open_and_is_a_link_without_one():
    result = resolve("https://youtu.be/dQw4w9WgXcQ")
    assert 'href="https://www.youtube.com/watch?v=dQw4w9WgXcQ"' in result
    assert 'data-embed-src="https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"' in result


def test_a_link_that_only_looks_like_a_player_opens_nothing():
    result = resolve('<a class="embed-link" href="https://evil.example/">x</a>')
    assert "data-embed-src" not in result


def test_text_that_looks_like_a_placeholder_is_left_alone():
    assert "entry:01A" in resolve("`entry:01A` and entry:01A")


@pytest.mark.parametrize("inside", ["<pre>", "<table>", "<a href='entry:01A'>", "<img src='x'>"])
def test_a_tag_inside_an_attribute_is_not_touched(inside):
    for source in (f'<abbr title="{inside}">x</abbr>', f'[x](/y "{inside}")', f"![{inside}](/z)"):
        html = str(pipeline.render(source).html)
        # However a sanitizer writes it: browsers read both forms alike.
        for stored in (html, html.replace("&lt;", "<").replace("&gt;", ">")):
            result = str(resolver.resolve(stored_html(stored), find))
            assert "tabindex" not in result
            assert "<abbr" not in stored or result == stored


def test_stored_html_is_resolved_like_fresh_html():
    fresh = pipeline.render("[x](entry:01A)").html
    assert resolver.resolve(stored_html(str(fresh)), find) == resolver.resolve(fresh, find)


def test_the_result_is_safe_html():
    assert isinstance(resolver.resolve(pipeline.render("x").html, find), SafeHtml)
