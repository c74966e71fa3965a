"""Where words stand in a text, and putting others in their place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.content.occurrences import CONTEXT, Wanted, count_hits, list_hits, replaced
from cms.content.snapshot import Snapshot

words = st.text(st.sampled_from("aAbÉéß .*[\\ \nمχ"), min_size=1, max_size=4)
texts = st.text(st.sampled_from("aAbÉéß .*[\\ \nمχ"), max_size=60)


def snapshot(source: str = "", **more: object) -> Snapshot:
    return Snapshot(source=source, **more)  # type: ignore[arg-type]


def test_each_place_is_shown_with_its_line_and_what_surrounds_it():
    hits = list_hits(snapshot("One tea.\nMore Tea, more.", title="Tea"), Wanted("tea"))
    assert [(hit.key, hit.line, hit.before, hit.found, hit.after) for hit in hits] == [
        ("title:0", 1, "", "Tea", ""),
        ("source:0", 1, "One ", "tea", "."),
        ("source:1", 2, "More ", "Tea", ", more."),
    ]


def test_long_lines_are_cut_around_the_place():
    (hit,) = list_hits(snapshot("x" * 500 + "tea" + "y" * 500), Wanted("tea"))
    assert len(hit.before) == len(hit.after) == 61


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted("tea", "T"), "T Ts T."),
        (Wanted("tea", "T", match_case=True), "T Teas T."),
        (Wanted("tea", "T", whole_words=True), "T Teas T."),
        (Wanted("te", "X", whole_words=True), "tea Teas tea."),
        (Wanted("tea", "", match_case=True), " Teas ."),
    ],
)
def test_case_and_whole_words_are_respected(wanted, expected):
    content = snapshot("tea Teas tea.")
    assert replaced(content, wanted).get("source", content.source) == expected


def test_only_chosen_places_change():
    changed = replaced(snapshot("tea tea tea", title="tea"), Wanted("tea", "cup"), {"source:1"})
    assert changed == {"source": "tea cup tea"}


def test_words_for_search_engines_change_and_the_rest_of_them_stays():
    content = snapshot(seo={"title": "Tea", "noindex": True})
    assert replaced(content, Wanted("tea", "Cup")) == {"seo": {"title": "Cup", "noindex": True}}


def test_links_by_identity_are_never_torn():
    source = "[01](entry:01J00000000000000000000000) entry 01"
    changed = replaced(snapshot(source), Wanted("01", "2"))
    assert changed["source"] == "[2](entry:01J00000000000000000000000) entry 2"
    assert replaced(snapshot(source), Wanted("entry:01J", "x")) == {}


@given(texts, words, words)
def test_replacing_all_is_what_replacing_one_by_one_gives(source, word, other):
    content, wanted = snapshot(source), Wanted(word, other)
    hits = list_hits(content, wanted)
    assert replaced(content, wanted, set()) == {}
    whole = replaced(content, wanted).get("source", source)
    assert whole == replaced(content, wanted, {hit.key for hit in hits}).get("source", source)
    if word == other:
        return
    present = source
    for hit in reversed(hits):
        changed = replaced(snapshot(present), wanted, {hit.key})
        present = changed.get("source", present)
    assert present == whole


@given(texts, words)
def test_replacing_by_the_same_words_changes_nothing_when_case_matters(source, word):
    assert replaced(snapshot(source), Wanted(word, word, match_case=True)) == {}


@given(texts.map(lambda text: text * 5), words)
def test_lines_and_surroundings_are_what_counting_from_the_beginning_gives(source, word):
    for hit, match in zip(
        list_hits(snapshot(source), Wanted(word)),
        Wanted(word).pattern.finditer(source),
        strict=True,
    ):
        before = source[: match.start()].split("\n")
        after = source[match.end() :].split("\n")[0]
        assert hit.line == len(before)
        assert hit.before.removeprefix("…") == before[-1][-CONTEXT:]
        assert hit.after.removesuffix("…") == after[:CONTEXT]


def test_a_text_of_one_letter_is_counted_and_only_the_first_places_are_shown():
    content = snapshot("e" * 300_000 + " entry:01J00000000000000000000000" * 5_000)
    assert count_hits(content, Wanted("e")) == 300_000
    assert [hit.number for hit in list_hits(content, Wanted("e"), most=3)] == [0, 1, 2]
