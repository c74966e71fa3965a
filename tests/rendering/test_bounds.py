"""Bounds: text that would take too long is refused in words, and nothing else ever happens."""

import contextlib
import threading

import pytest

from cms.errors import Rejected
from cms.rendering import bounds, highlighting, markdown, pipeline, policy, sanitizer

SIZE = 30_000


class Counting:
    """A budget of steps instead of time, so that no test depends on the machine."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def tick(self):
        self.left -= 1
        if self.left < 0:
            raise bounds.OutOfBounds("enough")


def refusal_of(source: str) -> Rejected | None:
    """Why a text is not rendered; None when it is. Any other exception fails the test."""
    try:
        pipeline.render(source)
    except Rejected as refusal:
        return refusal
    return None


PATHOLOGICAL = {
    "brackets": "[" * SIZE,
    "pictures": "![" * (SIZE // 2),
    "links": "[a](" * (SIZE // 4),
    "links with a bracket": "[a](<b" * (SIZE // 6),
    "nested links": "[" * 5000 + "a" + "](b)" * 5000,
    "open tags": "<a " * (SIZE // 3),
    "open brackets": "<" * SIZE,
    "comments": "<!-- >" * (SIZE // 6),
    "comment of dashes": "<!--" + "-" * SIZE,
    "character data": "<![CDATA[ >" * (SIZE // 10),
    "instructions": "<? >\n" * (SIZE // 5),
    "declarations": "<!x>" * (SIZE // 4),
    "elements": "<div>" * (SIZE // 5),
    "wrong ends": "<b></i>" * (SIZE // 7),
    "formatting": "<b><i><u>" * 30 + "<p>x" * (SIZE // 4),
    "adoption": "<i><b><p></i>" * (SIZE // 13),
    "quotes": ">" * SIZE,
    "quotes apart": "> " * (SIZE // 2),
    "quotes and lists": "> - " * (SIZE // 4),
    "stars": "*" * SIZE,
    "stars and words": "*a **b " * (SIZE // 7),
    "mixed marks": "*a _b ~c ^d ==e " * (SIZE // 16),
    "superscripts": "^a^" * (SIZE // 3),
    "backticks": "`" * SIZE + "x" + "`" * (SIZE - 1),
    "growing backticks": "".join("`" * n + "a" for n in range(1, 240)),
    "backslashes": "\\" * SIZE + "`",
    "ampersands": "&" * SIZE,
    "a long entity": "&#" + "1" * SIZE + ";",
    "a long entity in an address": "[x](http://a/&#" + "1" * SIZE + ";)",
    "a long entity in a heading": "# &#" + "1" * SIZE + ";\n\n[&#" + "1" * SIZE + ";]",
    "a long entity in an id": '<p id="&#' + "1" * SIZE + ';">x</p>',
    "a long attribute": '<a title="> ' + "&" * SIZE + '">x</a>',
    "a long attribute name": "<a " + "1" * SIZE + ">",
    "a long tag": "<a" + "1" * SIZE + ">",
    "a long address": "[x](http://a/" + "&" * SIZE + ")",
    "a long heading": "# " + "#" * SIZE + "x",
    "escapes in a heading": "# " + "\\#" * (SIZE // 2) + "x",
    "rules": "* " * (SIZE // 2) + "x",
    "a wide table": "|" + "a|" * 300 + "\n|" + "-|" * 300 + "\n" + "|x\n" * (SIZE // 3),
    "code in a table": "|a|\n|-|\n" + "`|" * (SIZE // 2),
    "tables": "|a|b|\n|-|-|\n" * (SIZE // 13),
    "a deep list": "".join(" " * (2 * n) + "- a\n" for n in range(170)),
    "a long list": "- a\n" * (SIZE // 4),
    "footnotes": "".join(f"[^{n}]: [^{n + 1}]\n" for n in range(SIZE // 16)) + "[^0]",
    "definitions": "".join(f"[{n}]: /u\n" for n in range(SIZE // 10)),
    "an open title": '[a]: b "' + "a" * SIZE,
    "blocks": "/// note\n" * (SIZE // 9),
    "closed blocks": "/// note\na\n///\n" * (SIZE // 15),
    "slashes": "/" * SIZE + " note",
    "a block's title": "/// a |" + " " * SIZE + "x",
    "options": "/// note\n" + "    a: [[[[[[\n" * (SIZE // 14) + "///",
    "fences": "```\n" * (SIZE // 4),
    "filled fences": "```a\nb\n```\n" * (SIZE // 11),
    "a fence's words": "```a " + 'b="' * (SIZE // 3) + "\nx\n```\n",
    "addresses": "http://a.b/" + ")" * SIZE,
    "many addresses": "http://a.b/ " * (SIZE // 12),
    "mail": "<a@" * (SIZE // 3),
    "headings": "## a\n" * (SIZE // 5),
    "raw headings": "<h2>" * (SIZE // 4),
    "frames": '<iframe src="' * (SIZE // 13),
    "scripts": "<script></style>" * (SIZE // 16),
    "raw tables": "<table>a" * (SIZE // 8),
    "raw tables apart": "<table>\n\n" * (SIZE // 9),
    "the parser's own marks": "\x02klzzwxh:0000\x03\x02wzxhzdk:0\x03" * (SIZE // 28),
    "control characters": "\x00\x01\x0b\x1f" * (SIZE // 4),
    "combining letters": "a" + "\u0301" * SIZE,
    "spaces": " " * SIZE + "x",
    "tabs": "\t" * SIZE + "x",
    "carriage returns": "\r" * SIZE,
    "many paragraphs": "a\n\n" * (SIZE // 3),
    "code": "```python\n" + "(" * SIZE + "\n```",
    "html in code": "```html\n" + ("<a " * 1000 + "\n") * (SIZE // 3000) + "```",
}


@pytest.mark.parametrize("source", PATHOLOGICAL.values(), ids=PATHOLOGICAL.keys())
def test_a_pathological_text_is_rendered_or_refused_in_words(source):
    refusal = refusal_of(source)
    if refusal is not None:
        assert refusal.message
        assert refusal.__cause__ is None, repr(refusal.__cause__)


@pytest.mark.parametrize("source", PATHOLOGICAL.values(), ids=PATHOLOGICAL.keys())
def test_the_converter_asks_for_the_time_while_it_works(source):
    # What is not stopped must have been little work: one tick costs at most one pass.
    try:
        markdown.convert(source, Counting(50))
    except (bounds.OutOfBounds, RecursionError):
        return
    assert len(source) < 10 * SIZE


def test_a_deadline_that_has_passed_refuses_at_once():
    with pytest.raises(Rejected) as refusal:
        pipeline.render("**x** not seen before", deadline=0.0)
    assert "too complex" in refusal.value.message


def test_what_was_rendered_before_needs_no_time():
    pipeline.render("remembered text")
    assert pipeline.render("remembered text", deadline=0.0).text == "remembered text"


def test_only_the_last_renderings_are_remembered():
    first = pipeline.render("the first")
    assert pipeline.render("the first") is first
    for number in range(40):
        pipeline.render(f"number {number}")
    assert pipeline.render("the first") is not first


def test_a_refused_text_does_not_spoil_the_next():
    with pytest.raises(Rejected):
        pipeline.render("/// note\n- a\n> b *c " * 50, deadline=0.0)
    assert pipeline.render("- plain\n").html == "<ul>\n<li>plain</li>\n</ul>"


def test_a_stopped_converter_is_not_used_again():
    for steps in range(0, 120, 7):
        with contextlib.suppress(bounds.OutOfBounds):
            markdown.convert("/// note\n- *a* [b](c)\n///\n\n> x[^1]\n\n[^1]: y", Counting(steps))
        assert markdown.convert("a *b*", Counting(1000)) == "<p>a <em>b</em></p>"


def test_a_stopped_sanitizer_can_be_used_again():
    for steps in range(3):
        with pytest.raises(bounds.OutOfBounds):
            sanitizer.clean("<p>abc</p>" * 500, Counting(steps))
        assert sanitizer.clean("<p>a</p>", Counting(10)) == "<p>a</p>"


def test_a_text_that_is_too_long_is_refused_with_the_limit():
    with pytest.raises(Rejected) as refusal:
        pipeline.render("é" * (policy.MAX_SOURCE_BYTES // 2 + 1))
    assert "1 MB" in refusal.value.message


@pytest.mark.parametrize("source", ["\ud800", "a\udfffb"])
def test_half_a_character_is_refused(source):
    with pytest.raises(Rejected):
        pipeline.render(source)


def test_whatever_a_parser_trips_over_becomes_a_refusal(monkeypatch):
    def fail(*_):
        raise AssertionError("a bug of theirs")

    monkeypatch.setattr(markdown, "convert", fail)
    with pytest.raises(Rejected) as refusal:
        pipeline.render("some text that nobody rendered yet")
    assert "bug" not in refusal.value.message


@pytest.mark.parametrize(("size", "seconds"), [(1, 1.0), (250_000, 1.0), (250_001, 5.0)])
def test_larger_texts_may_take_longer(size, seconds):
    assert bounds.seconds_for(size) == seconds


def test_very_long_code_is_not_coloured():
    assert "<span" not in highlighting.code_html("x = 1\n" * 20_000, "python", lambda: None)
    assert "<span" not in highlighting.code_html("x" * 6000, "python", lambda: None)


def test_threads_render_at_the_same_time_without_mixing():
    results: dict[int, str] = {}

    def work(number: int) -> None:
        for turn in range(15):
            source = f"## T{number}.{turn}\n\n- *a{number}*[^1]\n\n[^1]: n{number}"
            results[number] = str(pipeline.render(source).html)
            assert f"<em>a{number}</em>" in results[number]
            assert f"n{number}" in results[number]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6
