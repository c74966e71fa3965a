"""The small ground that everything stands on: ids, text, words of the interface."""

import ast
import sys
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms import clock, i18n, ids, text
from cms.accounts import passwords, people
from cms.addresses import paths
from cms.config import ROOT
from cms.content import words
from cms.errors import Rejected

ENDLESS_MARKS = ("a" + "\u0301" * 25_000 + "\u0323" * 25_000, "a" + "\u0f73" * 50_000)


def test_ids_sort_in_the_order_they_were_made() -> None:
    made = [ids.new_id() for _ in range(1000)]
    assert made == sorted(made)
    assert len(set(made)) == 1000
    assert all(ids.is_id(each) for each in made)


def test_what_only_looks_like_an_id_is_none() -> None:
    good = ids.new_id()
    for bad in ("", good[:-1], good + "0", good.lower(), "U" + good[1:], "8" + good[1:], "1 or 1"):
        assert not ids.is_id(bad)


def test_the_clock_is_aware() -> None:
    assert clock.now().utcoffset() is not None


def test_slugs_keep_letters_of_any_script() -> None:
    assert text.make_slug("Ein schöner Tag!") == "ein-schöner-tag"
    assert text.make_slug("数据库 入门") == "数据库-入门"
    assert text.make_slug("مرحبا بالعالم") == "مرحبا-بالعالم"
    assert text.make_slug("!!!") == ""


@given(st.text())
def test_a_slug_never_holds_what_a_path_cannot(title: str) -> None:
    slug = text.make_slug(title)
    assert not set(slug) & set("/\\?#% \n\t\x00")
    assert slug not in (".", "..")
    assert len(slug) <= text.MAX_SLUG


@given(st.text(), st.integers(2, 40))
def test_truncated_text_is_never_longer_than_asked(words: str, length: int) -> None:
    assert len(text.truncate(words, length)) <= max(length, 1)


def test_text_that_no_database_keeps_is_known() -> None:
    assert text.has_unstorable("a\x00b")
    assert text.has_unstorable("a\ud800b")
    assert not text.has_unstorable("a\nb 😀")


@given(st.text())
def test_cleaned_lines_hold_no_controls(typed: str) -> None:
    line = text.clean_line(typed)
    assert "\n" not in line
    assert not text.has_controls(line)


def test_sources_change_in_their_line_ends_only() -> None:
    assert text.clean_source("a\r\nb\rc\td ") == "a\nb\nc\td "


def test_a_message_without_a_translation_stays_itself() -> None:
    with i18n.language("de"):
        assert i18n.gettext("No such words {here}", here="x") == "No such words x"
        assert i18n.ngettext("one", "{n} many", 3) == "3 many"


def test_a_label_made_at_import_is_read_when_it_is_shown() -> None:
    label = i18n.lazy_gettext("Draft <b>")
    assert str(label) == "Draft <b>"
    assert label.__html__() == "Draft &lt;b&gt;"
    assert f"{label}" == "Draft <b>"


@given(st.text())
def test_text_that_people_write_is_normalised_as_unicode_says(typed: str) -> None:
    for form in ("NFC", "NFKC", "NFD"):
        assert text.normalise(typed, form) == unicodedata.normalize(form, typed)


def test_no_letter_comes_apart_into_marks_that_are_not_counted() -> None:
    for number in range(sys.maxunicode + 1):
        parted = unicodedata.normalize("NFKD", chr(number))
        if unicodedata.combining(parted[0]):
            assert text.has_endless_marks(chr(number) * 31)


def test_thirty_marks_are_put_in_order_and_more_are_left_alone() -> None:
    assert text.normalise("a" + "\u0323\u0301" * 15).startswith("\u1ea1")
    endless = "a" + "\u0301" * 31
    assert text.normalise(endless) == endless


@pytest.mark.parametrize("endless", ENDLESS_MARKS)
def test_endless_marks_on_a_letter_cost_no_time(endless: str) -> None:
    began = time.process_time()
    text.normalise(endless)
    text.clean_line(endless)
    text.make_slug(endless)
    paths.normalise("/" + endless)
    people.email_key(endless)
    words.fold(endless)
    with pytest.raises(Rejected):
        people.read_email(endless + "@example.org")
    with pytest.raises(Rejected):
        passwords.ensure_acceptable(endless)
    assert time.process_time() - began < 1


def test_only_one_place_normalises_text() -> None:
    callers = {path.name for path in (ROOT / "cms").rglob("*.py") if _normalises(path)}
    assert callers == {"text.py"}


def _normalises(path: Path) -> bool:
    tree = ast.walk(ast.parse(path.read_text("utf-8")))
    return any(
        (isinstance(part, ast.Attribute) and part.attr in ("normalize", "is_normalized"))
        or (isinstance(part, ast.ImportFrom) and part.module == "unicodedata")
        for part in tree
    )
