"""The small ground that everything stands on: ids, text, words of the interface."""

from hypothesis import given
from hypothesis import strategies as st

from cms import clock, i18n, ids, text


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
