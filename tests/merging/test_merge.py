"""Two people's edits of one text, joined."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from cms.merging.merge import merge_fields, merge_text, resolve

BASE = (
    "# Title\n\nThe quick brown fox jumps over the lazy dog.\n\n- one\n- two\n\nLast words here.\n"
)

LINES = st.sampled_from(
    [
        "the quick brown fox",
        "one two three four",
        "# Head",
        "```\ncode\n```",
        "- a\n- b",
        "| a |\n|--|",
    ]
)
BASES = st.lists(LINES, max_size=6).map("\n\n".join)


@st.composite
def edits(draw: st.DrawFn, sign: str) -> list[tuple[float, str, str]]:
    """Places (as a share of the text), what to do there, and a word that nobody else has."""
    size = draw(st.integers(0, 4))
    act = st.sampled_from(["insert", "delete", "replace", "paragraph"])
    places = st.floats(0, 1)
    return [(draw(places), draw(act), f"{sign}{number}new") for number in range(size)]


def edited(base: str, changes: list[tuple[float, str, str]]) -> str:
    words = re.split(r"( |\n+)", base)
    for place, act, word in changes:
        at = min(int(place * len(words)), len(words) - 1)
        if act == "insert":
            words.insert(at, f" {word} ")
        elif act == "paragraph":
            words.insert(at, f"\n\n{word} and more\n\n")
        elif act == "replace":
            words[at] = f" {word} "
        else:
            words[at] = ""
    return "".join(words)


@settings(max_examples=100, deadline=None)
@given(BASES, edits("m"), edits("t"))
def test_no_inserted_word_is_ever_lost(base: str, own: list, other: list) -> None:
    mine, theirs = edited(base, own), edited(base, other)
    merge = merge_text(base, mine, theirs)
    held = merge.text + " ".join(c.mine + " " + c.theirs for c in merge.collisions)
    for word in set(re.findall(r"[mt]\dnew", mine + theirs)):
        assert word in held
    for collision in merge.collisions:
        assert merge.text[collision.start : collision.end].strip() == collision.mine.strip()


@settings(max_examples=60, deadline=None)
@given(BASES, edits("m"), edits("t"))
def test_whoever_changed_nothing_gets_the_other_text(base: str, own: list, other: list) -> None:
    mine, theirs = edited(base, own), edited(base, other)
    assert merge_text(base, mine, base) == (mine, ())
    assert merge_text(base, base, theirs) == (theirs, ())
    assert merge_text(base, mine, mine) == (mine, ())


@settings(max_examples=60, deadline=None)
@given(BASES, edits("m"), edits("t"))
def test_both_orders_collide_alike(base: str, own: list, other: list) -> None:
    mine, theirs = edited(base, own), edited(base, other)
    one, two = merge_text(base, mine, theirs), merge_text(base, theirs, mine)
    assert len(one.collisions) == len(two.collisions)
    if not one.collisions:
        assert one.text.split() == two.text.split()


def test_changes_of_different_blocks_are_joined() -> None:
    mine = BASE.replace("Title", "Better title")
    theirs = BASE.replace("- two", "- two\n- three")
    assert merge_text(BASE, mine, theirs) == (
        BASE.replace("Title", "Better title").replace("- two", "- two\n- three"),
        (),
    )


def test_changes_of_neighbouring_blocks_are_joined() -> None:
    mine = "One two three, mine.\n\nFour five six.\n"
    theirs = "One two three.\n\nFour five six, theirs.\n"
    merge = merge_text("One two three.\n\nFour five six.\n", mine, theirs)
    assert merge == ("One two three, mine.\n\nFour five six, theirs.\n", ())


def test_changes_of_different_words_in_a_paragraph_are_joined() -> None:
    mine, theirs = BASE.replace("quick", "slow"), BASE.replace("lazy", "sleepy")
    assert merge_text(BASE, mine, theirs) == (mine.replace("lazy", "sleepy"), ())


def test_the_same_word_changed_twice_collides_and_holds_both() -> None:
    mine, theirs = BASE.replace("quick", "slow"), BASE.replace("quick", "fast")
    merge = merge_text(BASE, mine, theirs)
    (collision,) = merge.collisions
    assert merge.text == mine
    assert "slow" in collision.mine
    assert "fast" in collision.theirs
    assert "quick" in collision.base
    assert resolve(merge, [collision.theirs]) == theirs


def test_equal_changes_count_once() -> None:
    both = BASE.replace("quick", "slow")
    mine, theirs = both + "\nMine is an end.\n", both.replace("# Title", "# Other")
    assert merge_text(BASE, mine, theirs) == (mine.replace("# Title", "# Other"), ())


def test_a_fence_changed_by_both_is_one_collision() -> None:
    base = "Intro.\n\n```\na\nb\nc\nd\ne\n```\n\nEnd.\n"
    merge = merge_text(base, base.replace("a\n", "A\n"), base.replace("e\n", "E\n"))
    assert len(merge.collisions) == 1
    assert "A" in merge.collisions[0].mine
    assert "E" in merge.collisions[0].theirs


def test_a_deleted_paragraph_that_the_other_changed_collides() -> None:
    mine = BASE.replace("Last words here.\n", "")
    theirs = BASE.replace("Last words", "Final good words")
    merge = merge_text(BASE, mine, theirs)
    assert [c.mine for c in merge.collisions] == [""]
    assert "Final good words" in resolve(merge, [merge.collisions[0].theirs])


def test_an_edit_of_the_end_and_a_new_end_are_joined() -> None:
    mine = BASE.replace("Last words here.", "Last good words here.")
    merge = merge_text(BASE, mine, BASE + "\nA new paragraph.\n")
    assert merge == (mine + "\nA new paragraph.\n", ())


def test_two_different_new_ends_collide() -> None:
    merge = merge_text(BASE, BASE + "\nAna was here.\n", BASE + "\nEli was here.\n")
    assert len(merge.collisions) == 1


def test_paragraphs_never_run_together() -> None:
    merge = merge_text("a b c", "New one.\n\na b c", "a b c\n\nNew two.")
    assert merge == ("New one.\n\na b c\n\nNew two.", ())


def test_scalars_that_both_changed_collide() -> None:
    base = {"title": "A", "excerpt": "x", "pinned": False}
    mine, theirs = {**base, "title": "B"}, {**base, "title": "C", "excerpt": "y"}
    values, collisions = merge_fields(base, mine, theirs)
    assert values == {"title": "B", "excerpt": "y", "pinned": False}
    assert [(c.name, c.base, c.mine, c.theirs) for c in collisions] == [("title", "A", "B", "C")]


def test_lists_of_ids_merge_as_ordered_sets() -> None:
    values, collisions = merge_fields(
        {"tags": ["a", "b", "c"]}, {"tags": ["a", "x", "b"]}, {"tags": ["b", "a", "c", "y"]}
    )
    assert collisions == ()
    assert values["tags"] == ["b", "a", "x", "y"]


def test_items_with_ids_merge_inside() -> None:
    one, two = {"_id": "1", "name": "A", "role": "x"}, {"_id": "2", "name": "B", "role": "y"}
    values, collisions = merge_fields(
        {"team": [one, two]},
        {"team": [{**one, "name": "Ana"}, two]},
        {"team": [{**one, "role": "z"}, {**two, "role": "w"}]},
    )
    assert collisions == ()
    assert values["team"] == [{"_id": "1", "name": "Ana", "role": "z"}, {**two, "role": "w"}]


def test_an_item_removed_by_one_and_changed_by_the_other_is_kept_and_collides() -> None:
    one = {"_id": "1", "name": "A"}
    values, collisions = merge_fields(
        {"team": [one]}, {"team": []}, {"team": [{**one, "name": "Ana"}]}
    )
    assert values["team"] == [{"_id": "1", "name": "Ana"}]
    assert [c.name for c in collisions] == ["team[1]"]


def test_a_field_removed_by_one_side_is_gone() -> None:
    assert merge_fields({"a": 1, "b": 2}, {"b": 2}, {"a": 1, "b": 3}).values == {"b": 3}


@settings(max_examples=100, deadline=None)
@given(*[st.lists(st.sampled_from("abcdef"), unique=True)] * 3)
def test_no_added_id_is_lost_and_no_removed_id_returns(
    base: list, mine: list, theirs: list
) -> None:
    values, collisions = merge_fields({"tags": base}, {"tags": mine}, {"tags": theirs})
    assert collisions == ()
    kept = set(base) & set(mine) & set(theirs)
    assert set(values["tags"]) == kept | (set(mine) | set(theirs)) - set(base)
    assert len(values["tags"]) == len(set(values["tags"]))


PROSE = 'It rains. The fox jumps over the dog. "So it does," she said. 咖啡要慢慢地倒。先烧水。\n'


def test_only_the_sentence_that_both_changed_is_asked_about() -> None:
    mine = PROSE.replace("It rains", "It rains hard").replace("jumps", "leaps")
    theirs = PROSE.replace("jumps", "hops").replace("烧水", "烧热水")
    merge = merge_text(PROSE, mine, theirs)
    (collision,) = merge.collisions
    assert collision.mine == "The fox leaps over the dog. "
    assert collision.theirs == "The fox hops over the dog. "
    assert merge.text == mine.replace("烧水", "烧热水")
    assert resolve(merge, [collision.theirs]) == theirs.replace("It rains", "It rains hard")


def test_two_sentences_of_a_paragraph_are_two_questions() -> None:
    mine = PROSE.replace("rains", "pours").replace("said", "sang")
    theirs = PROSE.replace("rains", "snows").replace("said", "wrote")
    merge = merge_text(PROSE, mine, theirs)
    assert [collision.theirs for collision in merge.collisions] == [
        "It snows. ",
        '"So it does," she wrote. ',
    ]


def test_both_sentences_can_be_kept_in_their_paragraph() -> None:
    merge = merge_text(PROSE, PROSE.replace("jumps", "leaps"), PROSE.replace("jumps", "hops"))
    kept = resolve(merge, [merge.collisions[0].both])
    assert kept.startswith("It rains. The fox leaps over the dog. The fox hops over the dog. ")


def test_a_word_put_where_the_other_took_the_blank_stays_a_word() -> None:
    merge = merge_text("in the `tool` now", "in the new `tool` now", "in the`tool` now")
    assert merge.collisions == ()
    assert merge.text.split()[:3] == ["in", "the", "new"]
