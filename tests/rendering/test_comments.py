"""What writers note for each other in the source does not go out with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.rendering.source_links import without_comments


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("One <!-- not sure --> two", "One  two"),
        ("One\n\n<!-- ask Jo\nagain -->\n\nTwo", "One\n\n\nTwo"),
        ("<!-- first -->\nText", "Text"),
        ("`<!-- kept -->`", "`<!-- kept -->`"),
        ("```html\n<!-- kept -->\n```\n<!-- gone -->", "```html\n<!-- kept -->\n```\n"),
        ("Text\n\n    <!-- kept -->\n", "Text\n\n    <!-- kept -->\n"),
        ("never <!-- ends", "never <!-- ends"),
        ("\\<!-- shown -->", "\\<!-- shown -->"),
        ("a<!-- b -->c<!-- d -->e", "ace"),
        ("", ""),
    ],
)
def test_comments_stay_behind_and_code_keeps_what_it_quotes(source, shown):
    assert without_comments(source) == shown


@given(st.text(st.sampled_from("<!->`\\\n a~ "), max_size=80))
def test_nothing_but_comments_goes(source):
    shown = without_comments(source)
    remaining = iter(source)
    assert all(letter in remaining for letter in shown)
    if "-->" not in source:
        assert shown == source
