"""Markdown cut into blocks, and joined again."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cms.merging.blocks import split_blocks

MARKDOWN_LINES = st.sampled_from(
    [
        "one two",
        "# Head",
        "```",
        "~~~~",
        "- a",
        "  b",
        "1. x",
        "",
        "  ",
        "/// note T",
        "///",
        "---",
        "> q",
        "    code",
        "\x0b",
        "tail\r",
        "a\u2028b",
    ]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(MARKDOWN_LINES).map("\n".join))
def test_blocks_join_to_the_same_text(source: str) -> None:
    assert "".join(block.whole for block in split_blocks(source)) == source


def kinds(source: str) -> list[str]:
    return [block.kind for block in split_blocks(source)]


def test_each_kind_of_block_is_found() -> None:
    source = "# Head\nText\nmore\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- x\n\n  y\n- z\n\nEnd\n"
    assert kinds(source) == ["heading", "prose", "table", "list", "prose"]


def test_a_fence_keeps_its_blank_lines_and_marks() -> None:
    assert kinds("```py\n# no head\n\n- no list\n```\nText") == ["fence", "prose"]


def test_an_unclosed_fence_runs_to_the_end() -> None:
    assert kinds("Text\n\n~~~\na\n\nb") == ["prose", "fence"]


def test_a_nested_block_closes_with_its_own_mark() -> None:
    assert kinds("/// note | A\n\n/// tip\nx\n///\n\ny\n///\n\nEnd") == ["directive", "prose"]
