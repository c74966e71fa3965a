"""What holds for every merge, tried on prose that people wrote and on edits that people make."""

import os
import random
import re
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.merging.alignment import split_words
from cms.merging.blocks import split_blocks
from cms.merging.merge import Merge, merge_text, resolve

CASES = int(os.environ.get("MERGE_EXAMPLES", "150"))
BLOG = Path(__file__).parents[3] / "shared" / "data" / "rust-blog" / "content"
UNITS = ("fence", "table", "list", "directive")

SAMPLES = (
    """# On pouring slowly

There is a difference between filling a page and having something to say. The first takes an
afternoon. "The second," she wrote, "takes as long as it takes!" Nobody knows why.

- a kettle
- a filter
    - paper, or *cloth*
- patience

Water first[^1], then nothing for half a minute… Then the rest; slowly. Is that all? It is.

```python
def pour(water):

    return water  # all of it
```

| grams | water |
|-------|-------|
| 15    | 250   |
| 30    | 500   |

/// note | Mind the heat
Boiling water burns the grounds. Wait a minute.
///

## What is left

One cup. Two cups, if you share it. A [link](/about/), and `code` at the end.

[^1]: As hot as you dare. Not hotter.
""",
    """قهوة الصباح لا تُصنع على عجل. اغلِ الماء أولًا، ثم انتظر نصف دقيقة. هل هذا كل شيء؟ نعم.

咖啡要慢慢地倒。先烧水。然后等半分钟！就是这样。

Ein Satz ohne Ende, der weiterläuft und weiterläuft, bis jemand einen Punkt setzt. Noch einer.
""",
)


@cache
def prose() -> tuple[str, ...]:
    """Our samples, and some of the blog's posts where it lies beside us."""
    if not BLOG.is_dir():
        return SAMPLES
    files = [path for path in sorted(BLOG.rglob("*.md")) if path.stat().st_size < 6_000]
    chosen = random.Random(11).sample(files, min(30, len(files)))
    return (*SAMPLES, *(path.read_text(encoding="utf-8") for path in chosen))


@st.composite
def edited(draw: st.DrawFn, base: str, sign: str) -> str:
    """The text as somebody left it: words and sentences put in, taken out, moved, rewritten."""
    pieces = re.split(r"(?<=[.!?。！？])(?=\s)|(\s+)", base)
    pieces = [piece for piece in pieces if piece]
    for number in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, max(0, len(pieces) - 1)))
        word = f"{sign}{number}new"
        act = draw(st.sampled_from(["word", "sentence", "paragraph", "replace", "cut", "run"]))
        if act == "replace":
            pieces[at : at + 1] = [word]
        elif act == "cut":
            del pieces[at : at + 1]
        elif act == "run":
            del pieces[at : at + draw(st.integers(1, 12))]
        else:
            added = {"word": f" {word} ", "sentence": f" Then {word} came. "}
            pieces.insert(at, added.get(act, f"\n\nA {word} paragraph, whole.\n\n"))
    return "".join(pieces)


@st.composite
def tidily_edited(draw: st.DrawFn, base: str, sign: str) -> str:
    """The text as somebody left it who knows where a list ends: blocks and their lines changed."""
    blocks = [block.whole.rstrip("\n") for block in split_blocks(base)]
    for number in range(draw(st.integers(0, 5))):
        if not blocks:
            break
        at = draw(st.integers(0, len(blocks) - 1))
        word = f"{sign}{number}new"
        act = draw(st.sampled_from(["line", "words", "block", "list", "cut", "swap"]))
        if act == "line":
            blocks[at] = blocks[at].replace("a", word, 1)
        elif act == "words":
            blocks[at] = blocks[at].replace(" ", f" {word} ", draw(st.integers(1, 3)))
        elif act == "block":
            blocks.insert(at, f"A {word} paragraph, whole.")
        elif act == "list":
            blocks.insert(at, f"## Some {word}\n\n- {word}\n- more\n\n```\n{word}\n```")
        elif act == "cut":
            del blocks[at]
        else:
            blocks.append(blocks.pop(at))
    return "\n\n".join(blocks) + "\n"


@st.composite
def situations(draw: st.DrawFn) -> tuple[str, str, str]:
    """A text, and what two people made of it."""
    base = draw(st.sampled_from(prose()))
    return base, draw(edited(base, "m")), draw(edited(base, "t"))


@st.composite
def tidy_situations(draw: st.DrawFn) -> tuple[str, str, str]:
    """The same, with whole blocks and lines changed."""
    base = draw(st.sampled_from(prose()))
    return base, draw(tidily_edited(base, "m")), draw(tidily_edited(base, "t"))


laws = settings(max_examples=CASES, deadline=None)


def new_words(text: str) -> set[str]:
    return set(re.findall(r"[mt]\dnew", text))


def words_of(text: str) -> Counter[str]:
    return Counter(word.strip() for word in split_words(text))


def held(merge: Merge) -> str:
    sides = (f"{each.mine} {each.theirs}" for each in merge.collisions)
    return " ".join((merge.text, *sides))


@laws
@given(situations() | tidy_situations())
def test_no_new_word_is_lost_from_either_side(three: tuple[str, str, str]) -> None:
    _base, mine, theirs = three
    assert new_words(mine + theirs) <= new_words(held(merge_text(*three)))


@laws
@given(situations())
def test_a_change_of_one_side_is_taken_whole(three: tuple[str, str, str]) -> None:
    base, mine, theirs = three
    assert merge_text(base, mine, base) == (mine, ())
    assert merge_text(base, base, theirs) == (theirs, ())


@laws
@given(tidy_situations())
def test_what_both_did_alike_counts_once(three: tuple[str, str, str]) -> None:
    base, mine, theirs = three
    assert merge_text(base, mine, mine) == (mine, ())
    last, end = "\n\nWhat nobody touches.", "\n\nThe end of both.\n"
    three = (base.rstrip() + last, mine.rstrip() + last + end, theirs.rstrip() + last + end)
    merge = merge_text(*three)
    for choice in ("mine", "theirs"):
        text = resolve(merge, [getattr(each, choice) for each in merge.collisions])
        assert text.count("The end of both.") == 1


@laws
@given(situations())
def test_merging_again_changes_nothing(three: tuple[str, str, str]) -> None:
    base, mine, theirs = three
    merge = merge_text(base, mine, theirs)
    if merge.collisions:
        return
    assert merge_text(theirs, merge.text, theirs) == (merge.text, ())
    again = merge_text(base, merge.text, theirs)
    for word in new_words(merge.text):
        assert held(again).count(word) >= 1
    if not again.collisions:
        assert words_of(again.text) == words_of(merge.text)


@laws
@given(situations() | tidy_situations())
def test_both_orders_give_the_same_words_and_the_same_questions(
    three: tuple[str, str, str],
) -> None:
    base, mine, theirs = three
    one, two = merge_text(base, mine, theirs), merge_text(base, theirs, mine)
    assert [(each.mine, each.theirs) for each in one.collisions] == [
        (each.theirs, each.mine) for each in two.collisions
    ]
    mines = resolve(one, [each.mine for each in one.collisions])
    same = resolve(two, [each.theirs for each in two.collisions])
    assert words_of(mines) == words_of(same)


@laws
@given(tidy_situations())
def test_no_fence_table_list_or_block_is_torn(three: tuple[str, str, str]) -> None:
    merge = merge_text(*three)
    known = {
        block.text.strip() for text in three for block in split_blocks(text) if block.kind in UNITS
    }
    for choice in ("mine", "theirs"):
        text = resolve(merge, [getattr(each, choice) for each in merge.collisions])
        for block in split_blocks(text):
            if block.kind in UNITS:
                assert is_made_of(block.text.strip(), known)


def is_made_of(text: str, known: set[str]) -> bool:
    """Whether a unit is one of those known, or lists that met when what was between went."""
    whole = sorted((each for each in known if text.startswith(each)), key=len, reverse=True)
    return not text or any(is_made_of(text[len(each) :].strip(), known) for each in whole)


@laws
@given(situations())
def test_a_question_is_answered_in_its_place(three: tuple[str, str, str]) -> None:
    merge = merge_text(*three)
    for each in merge.collisions:
        assert merge.text[each.start : each.end].strip() == each.mine.strip()
    places = [(each.start, each.end) for each in merge.collisions]
    assert places == sorted(places)
    assert all(a[1] <= b[0] for a, b in pairwise(places))
    both = resolve(merge, [each.both for each in merge.collisions])
    assert new_words(three[1] + three[2]) <= new_words(both)


@pytest.mark.parametrize("name", ["rust-blog"])
def test_real_prose_is_among_the_texts(name: str) -> None:
    if not BLOG.is_dir():
        pytest.skip(f"the texts of {name} are not here")
    assert len(prose()) > len(SAMPLES)
