"""Only proofs of ownership and links to oneself come into the head."""

import pytest

from cms.errors import Rejected
from cms.site import head_tags

GOOD = (
    '<meta name="google-site-verification" content="a&amp;b">\n'
    '<link rel="me" href="https://example.social/@olga" />'
)


def test_what_may_stand_there_is_read_and_written_back():
    tags = head_tags.parse(GOOD)
    assert tags == (
        ("meta", "google-site-verification", "a&b"),
        ("link", "me", "https://example.social/@olga"),
    )
    assert head_tags.parse(head_tags.write(tags)) == tags
    assert head_tags.parse('<META NAME="msvalidate.01" CONTENT="x">')[0].value == "x"
    assert head_tags.parse(GOOD + GOOD) == tags
    assert head_tags.parse(" \n ") == ()
    nasty = head_tags.HeadTag("meta", "yandex-verification", '"><script>&quot;')
    assert head_tags.parse(head_tags.write((nasty,))) == (nasty,)


@pytest.mark.parametrize(
    "typed",
    ["<script>alert(1)</script>", "<script src=//evil></script>", "<style>x</style>", "words",
     '<meta http-equiv="refresh" content="0;url=//evil">', '<meta name="robots" content="noindex">',
     '<meta name="google-site-verification" content="x" http-equiv="refresh">',
     '<meta name="google-site-verification">', '<meta name="viewport" content="x">',
     '<link rel="stylesheet" href="https://evil.example/">', '<link rel="me" href="javascript:x">',
     '<link rel="me stylesheet" href="https://a.example">', '<link rel="license" href="//a.be">',
     '<link rel="me" href="https://a.example" onload="x">', '<link rel="icon" href="https://a.b">',
     '<link rel="webmention" href="mailto:a@b.c">', "<!-- x -->", "<!doctype html>", "<?php ?>",
     "</head>", '<meta name="google-site-verification" content="' + "x" * 301 + '">',
     '<link rel="me" href="https://[">', '<meta name="me" content="x">', "<base href=/evil/>"],
)  # fmt: skip
def test_anything_else_is_refused(typed):
    with pytest.raises(Rejected) as refusal:
        head_tags.parse(typed)
    assert refusal.value.field == "head_tags"
    assert refusal.value.message


def test_there_are_not_endlessly_many():
    tags = (f'<meta name="google-site-verification" content="{n}">' for n in range(21))
    with pytest.raises(Rejected):
        head_tags.parse("".join(tags))
