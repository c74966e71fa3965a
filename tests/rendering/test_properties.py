"""What holds for any text."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cms.errors import Rejected
from cms.rendering import excerpt, pipeline, policy, resolver, sanitizer

PIECES = st.sampled_from(
    [
        "<b>", "</b>", "<p>", "</p>", "<a href='javascript:x'>", "</a>", "<table>", "<td>", "<svg>",
        "<style>", "</style>", "<!--", "-->", "<math>", "<script>", "</script>", '"', "'", ">",
        "<", "&", "&lt;", "&#60;", "\n", "\n\n", "    ", "- ", "1. ", "> ", "# ", "## ", "*", "**",
        "_", "~~", "==", "^", "`", "```\n", "[", "](", ")", "![", "[^1]", "[^1]: ", "| ", "|\n",
        "|---|\n", "/// note\n", "/// x | y\n", "///\n", "///", "https://a.b/c", "text", "é", "数",
        "\x02", "\x00", "<details>", "</details>", "<h1>", "</h1>", "id=x", "<div id=a class=hl>",
        ":   ", "[ ] ", "<!-- more -->", "\\", "\u202e",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=30).map("".join)


def rendering_of(source: str) -> pipeline.Rendering | Rejected:
    try:
        return pipeline.render(source)
    except Rejected as refusal:
        return refusal


class Free:
    def tick(self):
        """There is no end to the time of a test."""


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
def test_any_text_is_rendered_within_the_policy_or_refused(source):
    rendering = rendering_of(source)
    if isinstance(rendering, Rejected):
        assert rendering.__cause__ is None
        return
    for html in (rendering.html, rendering.lead_html or ""):
        assert sanitizer.clean(html, Free()) == html
        for tag in excerpt.TAG.finditer(html):
            assert tag[2] in policy.TAGS
    assert "\x02" not in rendering.html
    resolver.resolve(rendering.html, lambda kind, thing_id: None)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
def test_cleaning_twice_changes_nothing(unsafe_html):
    once = sanitizer.clean(unsafe_html, Free())
    assert sanitizer.clean(once, Free()) == once


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_text_without_marks_is_shown_as_it_was_typed(text):
    plain = "".join(letter for letter in text if letter.isalnum() or letter == " ")
    rendering = pipeline.render(plain)
    assert rendering.text.split() == plain.split()


@pytest.mark.parametrize("wrapped", ["<u1><u2>{}</u2></u1>", "<x-y>{}", "<unknown {}>", "<{}>"])
def test_what_is_inside_unknown_elements_is_cleaned(wrapped):
    html = sanitizer.clean(wrapped.format("<img src=x onerror=alert(1)>"), Free())
    assert "onerror=" not in html.replace("onerror=alert(1)&gt;", "")
