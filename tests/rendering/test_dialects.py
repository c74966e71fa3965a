"""Writers of CommonMark and GitHub's Markdown find what they are used to."""

import pytest

from cms.rendering import pipeline


def html(source: str) -> str:
    return str(pipeline.render(source).html)


def flat(source: str) -> str:
    return html(source).replace("\n", "")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("text\n- a\n- b", "<p>text</p><ul><li>a</li><li>b</li></ul>"),
        ("- a\n  - b\n    - c", "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li></ul>"),
        ("1. a\n   - b\n2. c", "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>"),
        ("1) a\n2) b", "<ol><li>a</li><li>b</li></ol>"),
        ("- a\n    - b", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("> - a\n>   - b", "<blockquote><ul><li>a<ul><li>b</li></ul></li></ul></blockquote>"),
        ("> one\n\n> two", "<blockquote><p>one</p></blockquote>" * 1),
    ],
)
def test_lists_and_quotations_nest_by_the_column_of_their_text(source, expected):
    assert flat(source).startswith(expected)


def test_a_number_in_the_middle_of_a_paragraph_starts_no_list():
    assert "<ol" not in html("The year was\n1986. A good year.")
    assert "<ol" not in html("- He came in\n  2014. Since then\n  he stayed.")


def test_text_after_a_blank_line_belongs_to_the_item_it_is_indented_to():
    assert flat("- a\n\n  more\n\nout") == "<ul><li><p>a</p><p>more</p></li></ul><p>out</p>"


def test_code_in_a_list_item_stays_in_the_item():
    result = flat("- a\n\n  ```\n  code\n  ```\n- b")
    assert result.index("<pre>") < result.index("</li>")
    assert result.count("<ul>") == 1


def test_code_right_after_the_first_line_of_an_item_is_a_block():
    result = flat("1. a\n   ```\n   code\n   ```\n2. b")
    assert "<pre><code>code" in result
    assert result.count("<ol>") == 1


def test_two_quotations_with_a_blank_line_between_stay_two():
    assert flat("> one\n\n> two").count("<blockquote>") == 2


def test_a_rule_of_dashes_is_no_list():
    assert "<hr>" in html("a\n\n- - -\n\nb")


def test_indented_code_with_a_dash_is_no_list():
    assert "<ul>" not in html("text\n\n    - code\n")


@pytest.mark.parametrize("label", ["[`Vec<T>`]", "[`Vec<T>`][]", "[see][`Vec<T>`]", "[`vec<t>`]"])
def test_a_label_may_hold_code(label):
    assert '<a href="/vec">' in html(f"{label}\n\n[`Vec<T>`]: /vec")


def test_two_labels_in_a_row_are_two_links():
    result = html("[a] [b]\n\n[a]: /a\n[b]: /b")
    assert '<a href="/a">a</a> <a href="/b">b</a>' in result


def test_the_first_definition_of_a_label_counts():
    assert '<a href="/1">' in html("[a]\n\n[a]: /1\n[a]: /2")


def test_markdown_between_blank_lines_inside_details_is_rendered():
    result = flat("<details>\n<summary>More</summary>\n\n- *a*\n\n</details>\n\nafter")
    assert result == (
        "<details><summary>More</summary><ul><li><em>a</em></li></ul></details><p>after</p>"
    )


def test_a_raw_table_with_blank_lines_stays_whole():
    result = flat("<table>\n<tr><td>a</td></tr>\n\n    <tr><td>b</td></tr>\n</table>")
    assert "<pre>" not in result
    assert result.count("<tr>") == 2


def test_raw_preformatted_text_is_not_read_as_markdown():
    assert "- a\n\n- *b*" in html("<pre>\n- a\n\n- *b*\n</pre>")


def test_an_anchor_of_old_html_can_still_be_linked_to():
    result = html('<a name="here"></a>\n\n[there](#here)')
    assert '<a id="c-here"></a>' in result
    assert 'href="#c-here"' in result
