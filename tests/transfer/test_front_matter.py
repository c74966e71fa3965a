"""The facts at the top of a file, however they are broken."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.transfer import front_matter


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("---\ntitle: One\ntags: [a, b]\n---\nText\n", "yaml"),
        ("+++\ntitle = 'One'\ntags = ['a', 'b']\n+++\nText\n", "toml"),
        ('{\n"title": "One", "tags": ["a", "b"]\n}\nText\n', "json"),
        ("\ufeff---\ntitle: One\ntags:\n- a\n- b\n...\nText\n", "yaml"),
    ],
)
def test_each_format_is_read(text: str, kind: str) -> None:
    front = front_matter.read(text)
    assert (front.format, front.problem) == (kind, None)
    assert front.values == {"title": "One", "tags": ["a", "b"]}
    assert front.body == "Text\n"


@pytest.mark.parametrize(
    "text", ["", "Text\n", "---\n\nA rule above\n", "{:toc}\nText", "{{< x >}}"]
)
def test_a_text_without_front_matter_stays_whole(text: str) -> None:
    front = front_matter.read(text)
    assert (front.format, front.values, front.body, front.problem) == (None, {}, text, None)


def test_words_dates_and_codes_stay_words() -> None:
    raw = "a: no\nb: 012\nc: 1:30\nd: 1e3\ne: 2014-02-31\nf: yes\ng: 7\nh: 1.5\ni: true\nj:\n"
    values = front_matter.read(f"---\n{raw}---\n").values
    assert values == {
        "a": "no",
        "b": "012",
        "c": "1:30",
        "d": "1e3",
        "e": "2014-02-31",
        "f": "yes",
        "g": 7,
        "h": 1.5,
        "i": True,
        "j": None,
    }


def test_an_unquoted_colon_is_mended_and_said() -> None:
    front = front_matter.read("---\ntitle: Rust: a tale\nother: @home\ntags:\n- a\n---\nText")
    assert front.values == {"title": "Rust: a tale", "other": "@home", "tags": ["a"]}
    assert [note.what for note in front.notes] == ["title", "other"]


def test_tabs_are_read_as_spaces() -> None:
    front = front_matter.read("---\nextra:\n\ta: 1\n---\n")
    assert front.values == {"extra": {"a": 1}}
    assert front.notes


@pytest.mark.parametrize(
    "text", ["---\na: 1\na: 2\n---\n", '{"a": 1, "a": 2}\n'], ids=["yaml", "json"]
)
def test_a_key_given_twice_is_said(text: str) -> None:
    front = front_matter.read(text)
    assert front.values == {"a": 2}
    assert [(note.kind, note.what) for note in front.notes] == [("changed", "a")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("---\ntitle: One\nlist: [a, b\n---\nText\n", 4),
        ("---\ntitle: One\nother: [x\ny: 1\n---\nText\n", 4),
        ("+++\ntitle = 'One'\nother = \n+++\nText\n", 3),
        ("+++\na = 1\na = 2\n+++\nText\n", 3),
        ('{\n"title": "One",\n"other": }\n}\nText\n', 3),
        ("---\n- a\n- b\n---\nText\n", 2),
        ("---\ntitle: One\n\nText\n", 1),
    ],
)
def test_what_cannot_be_read_is_a_problem_with_its_line(text: str, line: int) -> None:
    front = front_matter.read(text)
    assert front.problem
    assert front.line == line
    assert "Text" in front.body


def bombs() -> list[str]:
    aliases = "a: &a [x, x]\n" + "".join(f"b{n}: [*a, *a, *a]\n" for n in range(9))
    return [
        aliases,
        "a: !!python/object/apply:os.system [ls]\n",
        "a: !!binary AAAA\n",
        "a: " + "[" * 5_000 + "]" * 5_000 + "\n",
        "a: " + "{b: " * 3_000 + "\n",
        "<<: [1]\n? [a]\n: b\n",
        "a: " + "x" * 70_000 + "\n",
        "a" + " " * 60_000 + "\n",
    ]


@pytest.mark.parametrize("raw", bombs(), ids=range(8))
def test_bombs_are_problems_and_take_no_time(raw: str) -> None:
    started = time.perf_counter()
    front = front_matter.read(f"---\n{raw}---\nText")
    assert front.problem
    assert front.body == "Text"
    assert time.perf_counter() - started < 2


def test_deep_toml_and_json_are_problems() -> None:
    assert front_matter.read("+++\na = " + "[" * 9_000 + "\n+++\n").problem
    assert front_matter.read('{"a": ' + "[" * 9_000 + "\n}\n").problem


def test_toml_dates_and_strange_numbers_become_plain() -> None:
    text = "+++\nd = 2020-01-02\nt = 2020-01-02T03:04:05Z\ni = inf\nn = 99999999999999999999\n+++\n"
    assert front_matter.read(text).values == {
        "d": "2020-01-02",
        "t": "2020-01-02T03:04:05+00:00",
        "i": "inf",
        "n": "99999999999999999999",
    }


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["---\n", "+++\n", "{", '{"']),
    st.text(st.sampled_from("ab:[]{}'\"&*!|>-=#?, \n\t0"), max_size=60),
    st.sampled_from(["\n---\n", "\n+++\n", "\n}\n", ""]),
)
def test_nothing_raises(opening: str, raw: str, closing: str) -> None:
    front_matter.read(opening + raw + closing)
