"""Where a text leads, and how it is led elsewhere."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from cms.transfer import links


def destinations(source: str) -> list[tuple[str, bool]]:
    return [(place.destination, place.is_image) for place in links.find_places(source)]


def test_links_pictures_definitions_and_attributes_are_found() -> None:
    source = (
        "[a](one.md) ![b](two.png 'T') [c](<three four.md>) [![d](five.png)](six.md)\n"
        '[e]: seven.md\n<a href="eight.md">x</a> <img src="nine.png">\n[f](ten_(x).md)\n'
    )
    assert destinations(source) == [
        ("one.md", False),
        ("two.png", True),
        ("three four.md", False),
        ("five.png", True),
        ("six.md", False),
        ("seven.md", False),
        ("eight.md", False),
        ("nine.png", True),
        ("ten_(x).md", False),
    ]


def test_code_leads_nowhere() -> None:
    source = "`[a](x.md)` and ``[b](`y.md)``\n\n```\n[c](z.md)\n```\n\n    [d](w.md)\n\n[e](v.md)\n"
    assert destinations(source) == [("v.md", False)]


def test_an_indented_line_of_a_list_is_no_code() -> None:
    assert destinations("- one\n\n    [a](x.md)\n") == [("x.md", False)]


def test_only_destinations_change() -> None:
    source = "x.md [x.md](x.md) `[x](x.md)` ![](x.md)\n"
    led = links.rewrite(source, lambda target, image: None if image else "a b")
    assert led == "x.md [x.md](a%20b) `[x](x.md)` ![](x.md)\n"


def test_marks_come_back_as_they_were() -> None:
    mark = links.mark("folder/a b (1).md", "part")
    assert links.is_mark(mark)
    assert links.read_mark(mark) == ("folder/a b (1).md", "part")
    assert destinations(f"[x]({mark})") == [(mark, False)]
    assert not links.is_mark("file:///etc/passwd")


def test_relative_destinations_stay_inside() -> None:
    assert links.locate("../b.md#x", "a") == "b.md"
    assert links.locate("./c.md?q", "a") == "a/c.md"
    for destination in ("../../x.md", "/x.md", "https://example.org/x.md", "#x", "http://[", ""):
        assert links.locate(destination, "a") is None


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("[]()<>`~\"' \n!a.:#\\")))
def test_a_text_led_nowhere_is_the_same(source: str) -> None:
    assert links.rewrite(source, lambda target, image: None) == source
    for place in links.find_places(source):
        assert source[place.start : place.end] == place.destination


def test_hostile_texts_take_no_time() -> None:
    for piece in ("](", "`", "[", '<img src="', "](a(", "](<", "    a\n", "`` ` "):
        started = time.perf_counter()
        list(links.find_places(piece * (400_000 // len(piece))))
        assert time.perf_counter() - started < 3, piece
