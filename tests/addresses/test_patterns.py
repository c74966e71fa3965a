"""Patterns of paths: what they fit, where they lead, and that none takes long."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.addresses import patterns


@dataclass(frozen=True)
class Rule:
    source: str
    location: str | None


@pytest.mark.parametrize(
    ("source", "path", "found"),
    [
        ("/blog/*", "/blog/a/b/", ("a/b/",)),
        ("/blog/*", "/blog/", ("",)),
        ("/blog/*", "/blog", ("",)),
        ("/blog/*", "/blogs/", None),
        ("/*.html", "/a/b.html", ("a/b",)),
        ("/*.html", "/.html", ("",)),
        ("/*/old-*/", "/x/old-y/", ("x", "y")),
        ("/*/old-*/", "/x/old-y", None),
        ("/*-*-*/", "/a-b-c-d/", ("a", "b", "c-d")),
        ("/a*a", "/a", None),
        ("/a*a", "/aa", ("",)),
        ("/*", "/", ("",)),
        ("/東京/*", "/東京/旅行/", ("旅行/",)),
        ("/BLOG/*", "/blog/x", None),
        ("/x/*", "/x/../admin", None),
        ("/x/*", "/x/a?b", None),
        ("/x/*", "/x/a\\b", None),
    ],
)
def test_what_a_pattern_fits(source, path, found):
    assert patterns.match(source, path) == found


@pytest.mark.parametrize(
    ("location", "found", "filled"),
    [
        ("/posts/*", ("a/b/",), "/posts/a/b/"),
        ("/posts/", ("a",), "/posts/"),
        ("/*", ("/evil.example/",), "/evil.example/"),
        ("/*-*/", ("a", "b"), "/a-b/"),
        ("/*/", ("a", "b"), "/a/"),
        ("https://example.org/*", ("ü b",), "https://example.org/%C3%BC%20b"),
        ("https://example.org/?q=*", ("a&b#c",), "https://example.org/?q=a&b%23c"),
    ],
)
def test_where_it_leads(location, found, filled):
    assert patterns.fill(location, found) == filled


@pytest.mark.parametrize("location", ["https://*", "https://*/x", "https://example.org*", "http:*",
                                      "https://*.example.org/"])  # fmt: skip
def test_a_star_never_stands_for_a_part_of_a_sites_name(location):
    assert patterns.problem_with_location(location, "/x/*")


def test_too_many_stars_are_refused():
    assert patterns.problem_with("/*/*/*/*/*/*")
    assert patterns.problem_with("/**")
    assert patterns.problem_with("/*/*/*/*/*") is None
    assert patterns.problem_with_location("/*/*", "/x/*")


def test_the_first_that_fits_leads():
    rules = [Rule("/a/b/*", "/one/*"), Rule("/a/*", "/two/*")]
    assert patterns.lead(rules, "/a/b/c") == (rules[0], "/one/c")
    assert patterns.lead(rules, "/a/c") == (rules[1], "/two/c")
    assert patterns.lead(rules, "/c") is None


@pytest.mark.parametrize(
    ("rules", "circle"),
    [
        ([("/a/*", "/a/*")], True),
        ([("/a/*", "/a/b/*")], True),
        ([("/a/*", "/b/*"), ("/b/*", "/a/*")], True),
        ([("/a/*", "/b/*"), ("/b/*", "/c/*"), ("/c/*", "/a/x-*")], True),
        ([("/a/*", "/b/*"), ("/b/*", "/c/*")], False),
        ([("/a/*", "/*")], False),
        ([("/*", "/x/*")], True),
        ([("/*", "https://example.org/*")], False),
        ([("/a/*", None)], False),
    ],
)
def test_a_circle_is_seen_from_each_of_its_patterns(rules, circle):
    made = [Rule(*rule) for rule in rules]
    assert all(patterns.has_circle(made, rule) is circle for rule in made)


letters = st.text("ab/*", max_size=12)


@given(letters, st.text("ab/", max_size=40))
def test_what_was_found_put_in_again_gives_the_path(source, path):
    source, path = "/" + source.replace("**", "*"), "/" + path
    found = patterns.match(source, path) if "*" in source and "**" not in source else None
    if found is not None and path + "/" != source.rstrip("*"):
        first, *rest = source.split("*")
        assert first + "".join(a + b for a, b in zip(found, rest, strict=True)) == path


def test_no_pattern_takes_long():
    # A regular expression with these stars would still be trying next year.
    assert patterns.match("/*a*a*a*a*b", "/" + "a" * 100_000) is None
    assert patterns.match("/*a*a*a*a", "/" + "a" * 100_000) is not None
