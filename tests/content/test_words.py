"""The tokenizer that all databases share."""

import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cms.content import words
from cms.content.words import Term

TOKEN = re.compile(r"z[wuc][0-9a-z]{1,82}")


def matches(text: str, query: str) -> bool:
    """Whether a text holds what a query asks for, as every database understands it."""
    tokens = words.tokens(text)
    return all(holds(tokens, term) for term in words.terms(query))


def holds(tokens: list[str], term: Term) -> bool:
    if term.prefix:
        return any(token.startswith(term.tokens[0]) for token in tokens)
    size = len(term.tokens)
    starts = range(len(tokens) - size + 1)
    return any(tuple(tokens[at : at + size]) == term.tokens for at in starts)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("The Café is OPEN", "cafe"),
        ("The cafe is open", "CAFÉ"),
        ("cafe\u0301", "café"),
        ("Straße nach Łódź", "strasse lodz"),
        ("İstanbul'da", "istanbul"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
        ("Пётр и ёлка", "петр елка"),
        ("full\u00adwidth Ｗｏｒｄ", "fullwidth word"),
        ("to be or not to be", "to be or not"),
        ("C is a language", "c"),
        ("version 3.11", "3.11"),
        ("snake_case_name", "case"),
        ("don’t stop", "don't"),
        ("关于数据库的文章", "数据库"),
        ("关于数据库的文章", "章"),
        ("关于数据库的文章", "数"),
        ("Python入门指南", "入门 python"),
        ("ﾃﾞｰﾀﾍﾞｰｽ", "データベース"),
        ("데이터베이스를 씁니다", "데이터베이스"),
        ("ฐานข้อมูลขนาดใหญ่", "ข้อมูล"),
        ("हिन्दी में लेख", "हिन्दी"),
        ("programming", "programm"),
        ("a red house on a hill", '"red house"'),
        ("关于数据库的文章", '"数据库的"'),
        ("das 数据库 Python", '"数据库 Python"'),
        ("x" * 500, "x" * 500),
        ("ж" * 500, "ж" * 500),
        ("one half: ½", "½"),
    ],
)
def test_what_a_reader_would_expect_is_found(text, query):
    assert words.terms(query)
    assert matches(text, query)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("a red brick house", '"red house"'),
        ("the art", "ar"),
        ("数字和据说", "数据"),
        ("cart", "art"),
        ("programming", "programm and"),
    ],
)
def test_what_is_not_there_is_not_found(text, query):
    assert not matches(text, query)


def test_nothing_is_asked_by_marks_alone():
    for query in ("", "   ", '"', '""', "*", "-", "()", "&|!:*", "'; --", "___", "\u0301"):
        assert all(holds([], term) is False for term in words.terms(query))
        assert matches("anything", query) == (not words.terms(query))


@given(st.text(max_size=300))
@example("*:()\"'&|!<->+-~@%_\\ NEAR AND OR NOT")
@settings(max_examples=100)
def test_tokens_are_plain_ascii_of_a_fair_length(text):
    for token in words.tokens(text):
        assert TOKEN.fullmatch(token)
    for term in words.terms(text):
        assert all(TOKEN.fullmatch(token) for token in term.tokens)
        assert len(term.tokens) == 1 or not term.prefix
    assert len(words.terms(text)) <= words.MOST_TERMS


word = st.text(
    st.characters(
        codec="utf-8", categories=["L", "Nd", "Mn"], include_characters="数据库的いろはサ한국어éßжن"
    ),
    min_size=1,
    max_size=12,
)


@given(st.lists(word, min_size=1, max_size=20), st.data())
@settings(max_examples=100)
def test_a_query_of_words_of_the_text_finds_it(text, data):
    chosen = data.draw(st.lists(st.sampled_from(text), min_size=1, max_size=5))
    assert matches(" ".join(text), " ".join(chosen))


@given(st.text(max_size=400), st.text(max_size=30))
@settings(max_examples=100)
def test_a_snippet_is_a_passage_of_the_text(text, query):
    pieces = words.snippet(text, query, length=60)
    assert all(piece for piece, _ in pieces)
    shown = "".join(piece for piece, _ in pieces)
    assert shown.removeprefix("… ").removesuffix(" …") in " ".join(text.split())
    assert len(shown) <= 60 + 4


def test_a_snippet_marks_what_was_found():
    text = "word " * 100 + "here is the Café of the old town, " + "more " * 100
    pieces = words.snippet(text, "cafe town", length=80)
    assert [piece for piece, marked in pieces if marked] == ["Café", "town"]
    assert pieces[0] == ("… ", False)
    assert pieces[-1] == (" …", False)


def test_a_snippet_marks_characters_in_running_text():
    text = "很久以前" * 50 + "有人写了关于数据库的文章" + "很久以后" * 50
    pieces = words.snippet(text, "数据库", length=40)
    assert [piece for piece, marked in pieces if marked] == ["数据库"]
    assert len("".join(piece for piece, _ in pieces)) < 50
    assert ("章", True) in words.snippet("文章", "章")


def test_a_snippet_of_the_start_of_a_word_marks_the_word():
    assert words.snippet("We love programming.", "programm") == [
        ("We love ", False),
        ("programming", True),
        (".", False),
    ]


def test_a_snippet_without_a_match_is_the_beginning():
    assert words.snippet("Short.", "absent") == [("Short.", False)]
    pieces = words.snippet("word " * 100, "absent", length=50)
    assert pieces[0][0].startswith("word word")
    assert pieces[-1] == (" …", False)
    assert words.snippet("", "x") == []


def test_a_long_text_is_taken_apart_in_good_time():
    started = time.process_time()
    words.tokens("naïve 数据库 words in a row, " * 20_000)
    words.snippet("naïve 数据库 words in a row, " * 20_000, "数据 row")
    assert time.process_time() - started < 5
