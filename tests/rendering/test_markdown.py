"""What each construct of the dialect becomes."""

import pytest

from cms.rendering import pipeline


def html(source: str) -> str:
    return str(pipeline.render(source).html)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Hello *there*, **you**", "<p>Hello <em>there</em>, <strong>you</strong></p>"),
        ("~~gone~~", "<p><del>gone</del></p>"),
        ("==seen==", "<p><mark>seen</mark></p>"),
        ("H~2~O and x^2^", "<p>H<sub>2</sub>O and x<sup>2</sup></p>"),
        ("`a < b`", "<p><code>a &lt; b</code></p>"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("a  \nb", "<p>a<br>\nb</p>"),
        ("![A cat](/cat.jpg)", '<p><img alt="A cat" src="/cat.jpg"></p>'),
        ("[x](/y 'T')", '<p><a href="/y" title="T">x</a></p>'),
        ("Press <kbd>Ctrl</kbd>", "<p>Press <kbd>Ctrl</kbd></p>"),
        ("a\n\n---\n\nb", "<p>a</p>\n<hr>\n<p>b</p>"),
        ("1 < 2 & 3 > 2", "<p>1 &lt; 2 &amp; 3 &gt; 2</p>"),
        ("snake_case_name", "<p>snake_case_name</p>"),
        ("\\*not\\*", "<p>*not*</p>"),
        ("#hashtag here", "<p>#hashtag here</p>"),
        ("", ""),
    ],
)
def test_a_construct_becomes_its_html(source, expected):
    assert html(source) == expected


def test_a_table_says_alignment_by_class_and_names_its_columns():
    result = html("| a | b |\n|:--|--:|\n| 1 | 2 |")
    assert '<th class="align-left" scope="col">a</th>' in result
    assert '<td class="align-right">2</td>' in result
    assert "style" not in result


def test_a_table_may_follow_a_paragraph_at_once():
    assert "<table>" in html("Look:\n| a | b |\n|---|---|\n| 1 | 2 |")


def test_code_in_a_table_keeps_its_pipe():
    assert "<td><code>a|b</code></td>" in html("| x | y |\n|---|---|\n| `a|b` | c |")


def test_fenced_code_is_coloured_by_classes():
    result = html("```rust\nfn main() {}\n```")
    assert result.startswith('<div class="hl"><pre><code class="language-rust">')
    assert '<span class="k">fn</span>' in result


def test_code_in_an_unknown_language_is_shown_plain():
    assert html("```brainwave\n<x> &amp;\n```") == (
        '<div class="hl"><pre><code class="language-brainwave">'
        "&lt;x&gt; &amp;amp;\n</code></pre></div>"
    )


def test_a_fence_with_extras_after_the_language_is_still_code():
    result = html("```rust,ignore hl_lines=x\nfn f() {}\n```")
    assert 'class="language-rust"' in result


def test_an_indented_block_is_code():
    assert "<pre><code>a &lt; b" in html("text\n\n    a < b\n")


def test_code_keeps_leading_spaces_and_blank_lines():
    assert "<code>  a\n\n  b\n</code>" in html("```\n  a\n\n  b\n```")


def test_a_footnote_is_linked_both_ways():
    result = html("Text[^n].\n\n[^n]: Note *here*.")
    assert '<sup id="c-fnref-1"><a class="footnote-ref" href="#c-fn-1">1</a></sup>' in result
    assert '<div class="footnotes">' in result
    assert '<li id="c-fn-1">' in result
    assert 'href="#c-fnref-1"' in result


def test_footnotes_are_numbered_in_the_order_of_the_text():
    result = html("One[^b], two[^a].\n\n[^a]: A.\n[^b]: B.")
    assert result.index("B.") < result.index("A.")


@pytest.mark.parametrize("note", ["[^1]: ", "[^1]:", "[^1]: [a]: b", "Text[^1].\n\n[^1]:"])
def test_a_footnote_that_is_not_written_yet_is_no_trouble(note):
    html(f"before\n\n{note}\n")


def test_a_task_list_shows_boxes_that_are_no_form_fields():
    result = html("- [ ] open\n- [x] done")
    assert '<ul class="task-list">' in result
    assert '<li class="task-item"><span class="task">☐</span> open</li>' in result
    assert '<span class="task task-done">☑</span> done' in result
    assert "<input" not in result


def test_brackets_in_the_middle_of_an_item_are_no_task():
    assert "task" not in html("- see [x] there")


def test_a_definition_list():
    assert html("Term\n:   Meaning") == "<dl>\n<dt>Term</dt>\n<dd>Meaning</dd>\n</dl>"


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("See https://example.com/a.", "https://example.com/a"),
        ("(https://example.com/a_(b))", "https://example.com/a_(b)"),
        ("https://example.com/?a=1&b=2", "https://example.com/?a=1&amp;b=2"),
        ("<https://example.com/x>", "https://example.com/x"),
        ("**https://example.com/x**", "https://example.com/x"),
    ],
)
def test_a_bare_address_becomes_a_link(source, url):
    assert f'<a href="{url}">{url}</a>' in html(source)


@pytest.mark.parametrize(
    "source",
    [
        '<a href="https://example.com/x">https://example.com/x</a>',
        "[https://example.com/x](https://example.com/x)",
    ],
)
def test_an_address_inside_a_link_is_not_linked_again(source):
    assert html(source).count("<a ") == 1


@pytest.mark.parametrize("source", ["`https://example.com/`", "xhttps://example.com/", "https://"])
def test_an_address_that_is_code_or_part_of_a_word_stays_text(source):
    assert "<a " not in html(source)


def test_a_written_mail_address_becomes_a_link():
    assert html("<ada@example.com>") == (
        '<p><a href="mailto:ada@example.com">ada@example.com</a></p>'
    )


def test_a_link_to_an_own_entry_keeps_its_placeholder():
    assert '<a href="entry:01ABC#c-intro">x</a>' in html("[x](entry:01ABC#intro)")


def test_carriage_returns_change_nothing():
    assert html("a\r\nb\r\n\r\nc") == html("a\nb\n\nc")


def test_scripts_lose_their_content_and_comments_vanish():
    result = html("a\n\n<script>alert(1)</script>\n\n<!-- secret -->\n\nb <style>p{}</style>")
    assert "alert" not in result
    assert "secret" not in result
    assert "p{}" not in result


def test_a_raw_frame_of_a_known_provider_becomes_a_card():
    result = html('<iframe src="https://www.youtube.com/embed/abc_123" title="Film"></iframe>')
    assert 'href="https://www.youtube.com/watch?v=abc_123"' in result
    assert '<span class="embed-title">Film</span>' in result
    assert "iframe" not in result


def test_a_raw_frame_of_anybody_else_becomes_a_plain_link():
    result = html('<iframe src="https://example.com/x"></iframe>')
    assert '<a href="https://example.com/x">https://example.com/x</a>' in result


def test_text_that_looks_like_the_parsers_own_marks_is_only_text():
    source = "\x02klzzwxh:0000\x03 \x02wzxhzdk:0\x03 \x02lone\x02 **b**"
    assert "<strong>b</strong>" in html(source)


@pytest.mark.parametrize("source", ["*>**>*`a<b`", "*>**>*<kbd>x</kbd>", "*>**>*\\*"])
def test_nothing_the_parser_put_aside_is_lost(source):
    result = html(source)
    assert "klzzwxh" not in result
    assert "a&lt;b" in result or "`" not in source


def test_footnotes_are_known_by_their_number_whatever_their_name():
    result = pipeline.render("b[^two] a[^1] b[^two]\n\n[^1]: A.\n[^two]: B.\n").html
    assert result.index('<li id="c-fn-1">') < result.index("B.") < result.index("A.")
    assert 'id="c-fnref-1"' in result
    assert 'id="c-fnref2-1"' in result
    assert 'href="#c-fn-2"' in result
    assert "two" not in result
