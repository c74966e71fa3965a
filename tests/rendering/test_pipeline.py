"""What is known about a text once it is rendered."""

import pytest

from cms.rendering import embeds, excerpt, pipeline
from cms.rendering.safe_html import SafeHtml

SOURCE = """## Tea[^1]

First *cup* of tea.

<!-- more -->

Second cup.

```python
print("x")
```

[^1]: Green.
"""


def test_a_rendering_knows_its_text_words_and_parts():
    rendering = pipeline.render(SOURCE)
    assert isinstance(rendering.html, SafeHtml)
    assert rendering.text.startswith("Tea\nFirst cup of tea.\nSecond cup.")
    assert rendering.has_code
    assert rendering.has_footnotes
    assert rendering.words == 10
    assert not pipeline.render("plain").has_code


@pytest.mark.parametrize("mark", ["<!--more-->", "<!-- more -->", "<!-- MORE read on -->"])
def test_what_stands_before_the_cut_is_the_lead(mark):
    rendering = pipeline.render(f"# H[^1]\n\nBefore *x*\n\n{mark}\n\nAfter\n\n[^1]: n")
    assert rendering.has_cut
    assert rendering.lead_html == "<h2>H</h2>\n<p>Before <em>x</em></p>"
    assert "more" not in rendering.html.lower()
    assert "After" in rendering.html


def test_a_cut_inside_something_closes_it_in_the_lead():
    rendering = pipeline.render("- a <!-- more --> b\n- c")
    assert rendering.lead_html == "<ul>\n<li>a</li></ul>"


def test_a_cut_in_code_is_no_cut():
    rendering = pipeline.render("```\n<!-- more -->\n```")
    assert not rendering.has_cut
    assert rendering.lead_html is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("one two", 2),
        ("it's a well-known 3.5", 4),
        ("数据库 is", 3),
        ("— … !", 0),
    ],
)
def test_words_are_counted_in_every_script(text, words):
    assert excerpt.count_words(text) == words


def test_an_excerpt_ends_at_a_word_and_passes_over_code_and_notes():
    html = pipeline.render("One two[^1], three.\n\n```\ncode\n```\n\nfour five\n\n[^1]: note").html
    assert excerpt.excerpt_text(html, 3) == "One two, three…"
    assert excerpt.excerpt_text(html, 50) == "One two, three. four five"
    assert excerpt.excerpt_text(html, 4) == "One two, three. four…"


def test_an_excerpt_is_plain_text():
    html = pipeline.render("a &lt;b&gt; *c* & `d`").html
    assert excerpt.excerpt_text(html, 10) == "a <b> c & d"


def test_the_text_of_a_table_keeps_its_cells_apart():
    assert pipeline.render("| a | b |\n|---|---|\n| c | d |").text.split() == ["a", "b", "c", "d"]


def test_a_page_may_open_only_the_frames_of_known_providers():
    assert "https://www.youtube-nocookie.com" in embeds.frame_hosts()
    assert all(
        host.startswith("https://") and host.count("/") == 2 for host in embeds.frame_hosts()
    )
