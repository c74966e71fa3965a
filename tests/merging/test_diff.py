"""Differences that people can read."""

import itertools
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from cms.merging import alignment
from cms.merging.diff import Mark, diff_fields, diff_text, diff_words

WORDS = st.sampled_from(["the", "quick", "brown", "fox", "dog", "runs", "**bold**", "字", "語"])
TEXTS = st.lists(st.lists(WORDS, max_size=8).map(" ".join), max_size=6).map("\n\n".join)


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS)
def test_the_sides_of_a_diff_are_the_two_texts(before: str, after: str) -> None:
    blocks = diff_text(before, after)
    assert "".join(block.before for block in blocks) == before
    assert "".join(block.after for block in blocks) == after
    for block in blocks:
        if block.kind == "changed":
            assert "".join(mark.text for mark in block.before_marks) == block.before
            assert "".join(mark.text for mark in block.after_marks) == block.after


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from("abc"), max_size=14), st.lists(st.sampled_from("abc"), max_size=14))
def test_matched_tokens_are_equal_and_rise(before: list[str], after: list[str]) -> None:
    pairs = alignment.match(before, after)
    assert all(before[a] == after[b] for a, b in pairs)
    assert all(p[0] < q[0] and p[1] < q[1] for p, q in itertools.pairwise(pairs))
    assert len(pairs) >= 1 or not set(before) & set(after)


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_equal_texts_have_no_change(text: str) -> None:
    assert {block.kind for block in diff_text(text, text)} <= {"same"}


def test_a_changed_word_is_marked_inside_its_paragraph() -> None:
    blocks = diff_text(
        "One.\n\nThe quick brown fox\n", "One.\n\nThe quick red fox\n\nNew words here\n"
    )
    assert [block.kind for block in blocks] == ["same", "changed", "added"]
    marks = diff_words("The quick brown fox", "The quick red fox")
    assert marks == (
        Mark("same", "The quick "),
        Mark("removed", "brown "),
        Mark("added", "red "),
        Mark("same", "fox"),
    )


def test_a_rewritten_paragraph_is_replaced_and_not_marked_to_pieces() -> None:
    blocks = diff_text("Cats sleep all day long.\n", "Nobody expects other things, the end.\n")
    assert [block.kind for block in blocks] == ["removed", "added"]


def test_a_moved_neighbour_does_not_hide_a_changed_block() -> None:
    before = "Alpha beta gamma delta.\n\nOne two three four.\n"
    after = "A whole new paragraph came.\n\nAlpha beta gamma epsilon.\n\nOne two three five.\n"
    assert [block.kind for block in diff_text(before, after)] == ["added", "changed", "changed"]


def test_fields_are_listed_with_their_labels() -> None:
    before = {"title": "Old", "tags": ["a", "b"], "pinned": False, "x": 1}
    after = {"title": "New", "tags": ["b", "c"], "pinned": True, "x": 1, "excerpt": "Hi"}
    changes = diff_fields(before, after, {"title": "Title", "pinned": "Pinned"})
    assert [(c.name, c.label, c.kind) for c in changes] == [
        ("title", "Title", "changed"),
        ("pinned", "Pinned", "changed"),
        ("tags", "tags", "changed"),
        ("excerpt", "excerpt", "added"),
    ]
    assert (changes[2].added, changes[2].removed) == (("c",), ("a",))


def test_a_tick_is_not_the_number_one() -> None:
    assert len(diff_fields({"a": True}, {"a": 1}, {})) == 1


def test_ten_thousand_equal_words_are_compared_at_once() -> None:
    before, after = "la " * 10_000, "la " * 5_000 + "lo " + "la " * 5_000 + "li"
    started = time.perf_counter()
    diff_words("x " + before, after)
    assert time.perf_counter() - started < 1
