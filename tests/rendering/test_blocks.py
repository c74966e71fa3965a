"""Blocks that stay readable as plain Markdown."""

import pytest

from cms.rendering import pipeline, policy


def html(source: str) -> str:
    return str(pipeline.render(source).html)


@pytest.mark.parametrize("name", sorted(policy.CALLOUTS))
def test_a_callout_has_a_title_and_renders_its_markdown(name):
    result = html(f"/// {name} | A *title*\nSome **text**\n///")
    assert f'<div class="callout callout-{name}">' in result
    assert '<p class="callout-title">A <em>title</em></p>' in result
    assert "<p>Some <strong>text</strong></p>" in result
    assert "///" not in result


def test_a_callout_without_a_title_says_what_it_is():
    assert '<p class="callout-title">Warning</p>' in html("/// warning\nHot\n///")


def test_the_kind_of_a_callout_can_be_an_option():
    assert "callout-tip" in html("/// callout | T\n    type: tip\n\nx\n///")


def test_a_wrong_option_is_no_reason_to_show_the_marks():
    result = html("/// callout | T\n    type: nonsense\n    colour: red\n\nx\n///")
    assert "callout-note" in result
    assert "///" not in result
    assert "nonsense" not in result


def test_indented_text_that_is_no_option_is_kept():
    result = html("/// note\n    just code here\n///")
    assert "just code here" in result


@pytest.mark.parametrize(
    "source",
    [
        "/// note\n- a\n- b\n///\n\nafter",
        "/// note\n\n- a\n- b\n///\n\nafter",
        "/// note\n\n- a\n\n- b\n\n///\n\nafter",
        "/// note\n- a\n    - b\n///\nafter",
        "/// note\n1. a\n2. b\n///\nafter",
        "/// note\n- a\n\n  more\n///\nafter",
    ],
)
def test_a_list_at_the_end_of_a_block_does_not_swallow_its_closer(source):
    result = html(source)
    assert "///" not in result
    assert result.endswith("</div>\n<p>after</p>")


@pytest.mark.parametrize("before", ["- a\n- b", "- a\n\n- b", "1. a\n   - b", "text", "> quote"])
def test_a_block_may_open_right_after_a_list_or_a_paragraph(before):
    result = html(f"{before}\n/// note | T\nInside\n///\n\nafter")
    assert '<p class="callout-title">T</p>' in result
    assert "///" not in result
    assert result.endswith("</div>\n<p>after</p>")


def test_a_block_inside_a_list_item_stays_in_the_item():
    result = html("- a\n\n  /// note\n  Inside\n  ///\n\n- b")
    assert result.index("callout") < result.index("</li>")
    assert result.count("<ul>") == 1


def test_blocks_nest_with_more_slashes():
    result = html("//// note | Outer\n/// tip | Inner\nx\n///\n////")
    assert result.index("callout-note") < result.index("callout-tip")
    assert "//" not in result


def test_fenced_code_inside_a_block_is_code():
    assert "<pre><code>/// note\n</code>" in html("/// note\n```\n/// note\n```\n///")


def test_an_unknown_block_shows_its_title_and_its_markdown():
    result = html("/// countdown | *Soon*\n    until: 2030\n\nInner **text**\n///\n\nafter")
    assert "<em>Soon</em>" in result
    assert "<strong>text</strong>" in result
    assert "countdown" not in result
    assert "///" not in result


def test_a_doc_comment_in_code_is_no_block():
    assert "/// Adds" in html("```rust\n/// Adds\nfn f() {}\n```")


def test_a_mark_that_opens_and_never_closes_loses_no_text():
    result = html("before\n\n/// Surprise\n\nafter")
    assert "Surprise" in result
    assert "after" in result


def test_details_open_by_option():
    assert html("/// details | More\nx\n///").startswith(
        '<details class="details">\n<summary>More</summary>'
    )
    assert '<details class="details" open="">' in html("/// details\n    open: true\n\nx\n///")


def test_a_figure_has_its_caption_below_and_no_paragraph_around_the_picture():
    assert html("/// figure | A *cat*\n    width: wide\n\n![alt](media:01X)\n///") == (
        '<figure class="figure figure-wide"><img alt="alt" src="media:01X">\n'
        "<figcaption>A <em>cat</em></figcaption>\n</figure>"
    )


def test_a_gallery_puts_all_pictures_into_one_grid():
    result = html(
        "/// gallery | Cap\n    columns: 3\n\n![a](media:1)\n![b](media:2)\n\n![c](/c)\n///"
    )
    assert result.count("<img") == 3
    assert '<figure class="gallery gallery-3">' in result
    assert result.index("gallery-grid") < result.index("<img") < result.index("<figcaption>")
    assert "<p>" not in result


@pytest.mark.parametrize(
    ("url", "provider", "page"),
    [
        ("https://youtu.be/dQw4w9WgXcQ", "youtube", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        (
            "https://www.youtube.com/watch?t=3&v=dQw4w9WgXcQ&list=x",
            "youtube",
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        ),
        ("https://vimeo.com/76979871", "vimeo", "https://vimeo.com/76979871"),
    ],
)
def test_an_embed_is_a_link_that_loads_nothing(url, provider, page):
    for source in (f"/// embed | A film\n{url}\n///", f"before\n\n{url}\n\nafter"):
        result = html(source)
        assert f'<figure class="embed embed-{provider}">' in result
        assert f'<a class="embed-link" href="{page}">' in result
        for loading in ("<iframe", "<img", "<script", "<video"):
            assert loading not in result


def test_an_embed_of_an_unknown_site_is_a_plain_link():
    result = html("/// embed | T\nhttps://example.com/film\n///")
    assert '<a href="https://example.com/film">' in result
    assert "embed-link" not in result


@pytest.mark.parametrize(
    "url",
    [
        "https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ",
        "https://evil.example/?https://youtu.be/dQw4w9WgXcQ",
        "https://youtu.be.evil.example/dQw4w9WgXcQ",
        "javascript://youtu.be/dQw4w9WgXcQ",
    ],
)
def test_only_the_providers_own_hosts_make_a_card(url):
    assert "embed-link" not in html(f"/// embed\n<{url}>\n///")


def test_an_address_inside_a_sentence_stays_a_link():
    assert "embed" not in html("Look at https://youtu.be/dQw4w9WgXcQ please")
