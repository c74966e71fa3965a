"""Ids of headings, the contents made of them, and the page's only first-level heading."""

import pytest

from cms.rendering import headings, pipeline


def test_headings_get_prefixed_ids_and_make_a_tree():
    rendering = pipeline.render("## One\n\n### A & *b*\n\n### C\n\n## Two")
    one, two = rendering.headings
    assert (one.id, one.level, one.text) == ("c-one", 2, "One")
    assert [child.text for child in one.children] == ["A & b", "C"]
    assert two.children == ()
    for name in ("c-one", "c-a-b", "c-c", "c-two"):
        assert f'id="{name}"' in rendering.html


def test_equal_headings_get_different_ids():
    rendering = pipeline.render("## A\n\n## A\n\n## A-2\n\n## A")
    ids = [heading.id for heading in rendering.headings]
    assert len(set(ids)) == 4


def test_a_first_level_heading_moves_all_headings_down():
    rendering = pipeline.render("# T\n\n## U\n\n<h1>Raw</h1>")
    assert "<h1" not in rendering.html
    assert '<h2 id="c-t">T</h2>' in rendering.html
    assert '<h3 id="c-u">U</h3>' in rendering.html
    assert [heading.text for heading in rendering.headings] == ["T", "Raw"]


def test_without_a_first_level_heading_levels_stay():
    assert '<h2 id="c-u">U</h2>' in pipeline.render("## U").html


def test_raw_headings_are_in_the_contents_and_keep_their_id():
    rendering = pipeline.render('<h2 id="own">Raw</h2>\n\n[x](#own)')
    assert rendering.headings[0].id == "c-own"
    assert 'href="#c-own"' in rendering.html


def test_letters_of_any_script_make_ids():
    assert pipeline.render("## 数据库 Überblick").headings[0].id == "c-数据库-überblick"


def test_a_heading_of_signs_has_an_id_too():
    assert pipeline.render("## !!!").headings[0].id == "c-section"


def test_a_footnote_mark_is_no_part_of_the_heading():
    rendering = pipeline.render("## Head[^1]\n\n[^1]: x")
    assert rendering.headings[0].text == "Head"


def test_an_id_of_the_text_cannot_be_one_of_the_page():
    result = pipeline.render('<div id="main">x</div>').html
    assert 'id="c-main"' in result


def test_prefixing_twice_changes_nothing():
    once = headings.prefix_ids('<p id="a"><a href="#a">x</a><a href="entry:1#b">y</a></p>')
    assert headings.prefix_ids(once) == once


def test_a_link_to_a_place_is_decoded():
    assert 'href="#c-über"' in pipeline.render("[x](#%C3%BCber)").html


def test_skipped_levels_still_make_a_tree():
    rendering = pipeline.render("### A\n\n## B\n\n#### C")
    assert [heading.text for heading in rendering.headings] == ["A", "B"]
    assert rendering.headings[1].children[0].text == "C"


@pytest.mark.parametrize("name", ["whats-new-in-10", "what-s-new-in-1-0", "what-s_new_in-1.0-"])
def test_a_link_finds_its_heading_by_the_id_of_another_program(name):
    result = pipeline.render(f"[x](#{name})\n\n## What's new in 1.0?").html
    assert 'href="#c-what-s-new-in-1-0"' in result


def test_a_link_to_a_place_that_exists_is_not_mended():
    result = pipeline.render('[x](#ab)\n\n<span id="ab"></span>\n\n## A b\n\n[y](#a-b)').html
    assert 'href="#c-ab"' in result
    assert 'href="#c-a-b"' in result
