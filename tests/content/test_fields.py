"""Typed fields: every kind, its limits, and what is kept although nobody knows it."""

import pytest

from cms import ids
from cms.content import fields
from cms.content.fields import Choice, Field
from cms.errors import Rejected

ID = "01M7WRQE1WRW55D1FYC35ZQVV9"
COLOURS = (Choice("r", "Red"), Choice("b", "Blue"))


def clean(kind, value, *, complete=False, **values):
    if kind == "choice":
        values.setdefault("choices", COLOURS)
    field = Field("it", kind, "It", **values)
    return fields.clean_all([field], {"it": value}, complete=complete).get("it")


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("text", "  a\nb\x07 ", "a b"),
        ("text", "A\u030a", "Å"),
        ("markdown", "a\r\nb ", "a\nb "),
        ("number", "4", 4),
        ("number", " 4,50 ", 4.5),
        ("number", 4.0, 4),
        ("number", -0.5, -0.5),
        ("number", "9007199254740991", 9007199254740991),
        ("number", "1e3", 1000),
        ("yes_no", "on", True),
        ("yes_no", False, False),
        ("yes_no", "0", False),
        ("choice", "r", "r"),
        ("date", "2026-02-28", "2026-02-28"),
        ("time", "18:30", "18:30"),
        ("time", "18:30:15", "18:30:15"),
        ("colour", " #8A3324 ", "#8a3324"),
        ("colour", "#8a332480", "#8a332480"),
        ("link", "https://example.org/ä?x#y", "https://example.org/ä?x#y"),
        ("link", "/about/", "/about/"),
        ("link", "mailto:a@example.org", "mailto:a@example.org"),
        ("entry", ID, ID),
        ("term", ID, ID),
        ("profile", ID, ID),
        ("media", ID, ID),
        ("table", [["a", "b"], ["c"], ["", ""]], [["a", "b"], ["c", ""]]),
    ],
)
def test_each_kind_is_read_from_what_people_type(kind, value, expected):
    cleaned = clean(kind, value)
    assert (cleaned, type(cleaned)) == (expected, type(expected))
    assert clean(kind, cleaned) == cleaned, "cleaning twice changes nothing"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", "x" * 501),
        ("text", "a\x00"),
        ("text", "\ud800"),
        ("text", ["a"]),
        ("markdown", 5),
        ("number", "four"),
        ("number", "nan"),
        ("number", "1e400"),
        ("number", "inf"),
        ("number", "1_000"),
        ("number", "٣"),
        ("number", "9" * 5000),
        ("number", True),
        ("number", [1]),
        ("yes_no", "perhaps"),
        ("yes_no", ["y"]),
        ("choice", "g"),
        ("choice", ["r"]),
        ("choice", {"r": 1}),
        ("date", "2026-02-30"),
        ("date", "soon"),
        ("time", "25:00"),
        ("time", "18:30+02:00"),
        ("colour", "red"),
        ("colour", "#12"),
        ("link", "javascript:alert(1)"),
        ("link", "//evil.example"),
        ("link", "/\\evil.example"),
        ("link", "https://a b"),
        ("link", "https://" + "x" * 2000),
        ("entry", "about"),
        ("entry", [ID]),
        ("media", {"id": ID}),
        ("table", "a|b"),
        ("table", ["ab"]),
        ("table", [["a"] * 31]),
        ("table", [["a"]] * 201),
        ("table", [[{"x": 1}]]),
    ],
)  # fmt: skip
def test_what_is_of_another_kind_is_refused_by_the_name_of_its_field(kind, value):
    with pytest.raises(Rejected) as refusal:
        clean(kind, value)
    assert refusal.value.field == "fields.it"
    assert refusal.value.message


def test_limits_are_kept_and_named():
    with pytest.raises(Rejected, match="at least 2"):
        clean("number", "1", least=2)
    with pytest.raises(Rejected, match="at most 3"):
        clean("number", "4", most=3)
    with pytest.raises(Rejected, match="4 characters; at most 3"):
        clean("text", "four", most=3)
    with pytest.raises(Rejected, match="needs 3"):
        clean("text", "ab", least=3)
    with pytest.raises(Rejected, match="too many"):
        clean("entry", [ID, ID], several=True, most=1)
    with pytest.raises(Rejected, match="at most 1"):
        clean("list", [{"a": "x"}, {"a": "y"}], of=(Field("a", "text", "A"),), most=1)


def test_a_draft_may_leave_blank_what_publishing_needs():
    for kind, blank in (("text", ""), ("number", None), ("table", []), ("text", "  ")):
        assert clean(kind, blank, required=True) is None
        with pytest.raises(Rejected, match="“It” is needed"):
            clean(kind, blank, required=True, complete=True)
    assert clean("yes_no", False, required=True, complete=True) is False
    assert clean("number", 0, required=True, complete=True) == 0


def test_what_is_needed_deep_inside_is_named_by_its_place():
    inner = Field("url", "link", "Address", required=True)
    field = Field("shops", "list", "Shops", of=(Field("at", "group", "At", of=(inner,)),
                                               Field("name", "text", "Name")))  # fmt: skip
    values = {"shops": [{"name": "a", "at": {"url": "/a/"}}, {"name": "b"}]}
    assert fields.clean_all([field], values, complete=False)
    with pytest.raises(Rejected) as refusal:
        fields.clean_all([field], {"shops": [{"name": "b", "at": {"url": "x y"}}]}, complete=False)
    assert refusal.value.field == "fields.shops.0.at.url"


def test_a_default_stands_where_nothing_was_given():
    field = Field("it", "text", "It", default="as ever")
    assert fields.clean_all([field], {}, complete=False) == {"it": "as ever"}
    assert fields.clean_all([field], {"it": "new"}, complete=False) == {"it": "new"}


def test_parts_of_a_list_keep_their_ids_when_they_move():
    of = (Field("a", "text", "A"),)
    made = clean("list", [{"a": "one"}, {"a": "two"}, {"a": ""}, {}], of=of)
    assert [part["a"] for part in made] == ["one", "two"]
    assert all(ids.is_id(part["_id"]) for part in made)
    assert clean("list", made[::-1], of=of) == made[::-1]
    forged = clean("list", [{"a": "one", "_id": "x"}, {"a": "two", "_id": 5}], of=of)
    assert all(ids.is_id(part["_id"]) for part in forged)


def test_what_nobody_knows_any_more_is_kept():
    of = (Field("a", "text", "A"),)
    values = {
        "gone": {"deep": [1, None]},
        "group": {"a": "x", "gone": 1},
        "list": [{"_id": ID, "a": "x", "gone": [2]}],
    }
    declared = [Field("group", "group", "G", of=of), Field("list", "list", "L", of=of)]
    assert fields.clean_all(declared, values, complete=True) == values


def test_all_words_in_fields_are_found():
    of = (Field("a", "text", "A"), Field("n", "number", "N"))
    declared = [
        Field("title", "text", "T"),
        Field("rows", "table", "R"),
        Field("group", "group", "G", of=of),
        Field("list", "list", "L", of=of),
    ]
    values = {
        "title": "one",
        "rows": [["two", "three"]],
        "group": {"a": "four", "n": 4},
        "list": [{"a": "five"}, {"n": 6}],
    }
    words = fields.plain_text(declared, values).split()
    assert words == ["one", "two", "three", "four", "five"]


@pytest.mark.parametrize(
    "declare",
    [
        lambda: Field("It", "text", "x"),
        lambda: Field("_id", "text", "x"),
        lambda: Field("x" * 41, "text", "x"),
        lambda: Field("x", "group", "x"),
        lambda: Field("x", "list", "x"),
        lambda: Field("x", "choice", "x"),
    ],
)
def test_an_impossible_declaration_fails_at_once(declare):
    with pytest.raises(ValueError, match=r"\w"):
        declare()
