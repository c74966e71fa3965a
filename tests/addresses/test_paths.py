"""What a path may look like."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms import create_app
from cms.addresses import paths
from cms.errors import Rejected
from tests.content.stories import on_sqlite

GOOD = [
    "/about/",
    "/about",
    "/About/Us",
    "/2026/11/a-walk/",
    "/2017/a-walk.html",
    "/über/東京/",
    "/a.b/c~d/",
    "/می\u200cخواهم/",
    "/100%/",
    "/a+b&c=d/",
    "/" + "x" * 699,
]
BAD = [
    "",
    "/",
    "//",
    "/a//b/",
    "/a//",
    "/../etc/",
    "/a/../b/",
    "/a/..",
    "/./a/",
    "/a\\b/",
    "/a?b",
    "/a#b",
    "/a\nb/",
    "/a\tb/",
    "/a\x00b/",
    "/a\x7fb/",
    "/a\ud800/",
    "/ a/",
    "/a /",
    "/a\u200bb/",
    "/a\u202eb/",
    "/a\u00adb/",
    "/a\u2028b/",
    "/%2e%2e/x/",
    "/%252e%252e/x/",
    "/a%00b/",
    "/a/page/2/",
    "/page/2",
    "/admin/",
    "/Admin/x",
    "/-/media/",
    "/tag/x/",
    "/feed.xml",
    "/blog/feed.xml",
    "/x.md",
    "/robots.txt",
    "/" + "x" * 700,
]


@pytest.mark.parametrize("path", GOOD)
def test_a_path_may_hold_letters_of_any_script(path):
    assert paths.ensure_usable(path) == path


@pytest.mark.parametrize("path", BAD)
def test_what_could_not_be_read_or_means_something_else_is_refused(path):
    with pytest.raises(Rejected) as refusal:
        paths.ensure_usable(path)
    assert refusal.value.field == "path"


def test_a_path_is_decoded_composed_and_begins_with_one_slash():
    assert paths.normalise("///caf%C3%A9/") == "/café/"
    assert paths.normalise("/cafe\u0301/") == "/café/"
    assert paths.normalise("/%2541/") == "/A/"


@given(st.text(max_size=60))
def test_normalising_twice_is_normalising_once(path):
    once = paths.normalise(path)
    if once.count("%") < 2:
        assert paths.normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_a_link_leads_back_to_the_path_it_was_made_from(path):
    path = paths.normalise(path)
    if "%" not in path:
        assert paths.normalise(paths.encode(path)) == path


def test_a_path_of_nothing_but_encoding_costs_little():
    paths.normalise("/%" + "25" * 30_000)


@on_sqlite
def test_every_address_of_the_site_itself_is_reserved(settings):
    app = create_app(settings)
    for rule in app.url_map.iter_rules():
        first = rule.rule.split("<")[0]
        if first.strip("/") and not first.startswith("/-/"):
            assert paths.is_reserved(first) or paths.is_reserved(first.rstrip("/")), rule.rule
