"""Rendering, what it reports, and the fallback theme that stands in."""

import dataclasses
import logging
import threading
from types import MappingProxyType

import pytest

from cms.themes import catalog, environment, views
from cms.themes.circuit import FAILURES, Circuit
from cms.themes.context import NoSources, find_strangers, variables
from cms.themes.environment import ThemeFailure

NAMES = ("post.html", "index.html")


@pytest.fixture
def fallback(bundled):
    return catalog.Catalog(bundled).fallback


@pytest.fixture(autouse=True)
def quiet_log(caplog):
    caplog.set_level(logging.CRITICAL, logger="cms.themes")


def test_all_text_is_escaped_and_trusted_html_is_not(html):
    assert html("{{ site.title }} {{ post.content }}") == "Tea &amp; Co <p>Body & soul</p>"


def test_nothing_is_shown_for_what_is_none_or_missing(render):
    rendered = render("[{{ post.subtitle }}{{ post.titel }}{{ nowhere.at.all }}]")
    assert rendered.html == "[]"
    assert any("titel" in each for each in rendered.missing)


def test_checks_do_not_overlook_what_is_missing(render):
    with pytest.raises(ThemeFailure, match="titel"):
        render("{{ post.titel }}", strict=True)


def test_a_failure_names_theme_version_template_and_line(make_theme, page):
    theme = make_theme(
        {
            "templates/post.html": '\n{% include "partials/card.html" %}',
            "templates/partials/card.html": "\n\n{{ 1 // 0 }}",
        }
    )
    with pytest.raises(ThemeFailure) as caught:
        environment.render(theme, ("post.html",), page())
    failure = caught.value
    assert (failure.theme, failure.version) == ("aurora", "1.4.0")
    assert (failure.template, failure.line) == ("partials/card.html", 3)


@pytest.mark.parametrize("source", ["{% if %}", "{{ 1 // 0 }}", "{{ ''|nothing }}", "{{ gone() }}"])
def test_the_fallback_theme_shows_the_same_page(make_theme, page, fallback, source):
    theme = make_theme({"templates/post.html": source})
    told = []
    rendered = environment.render_with_fallback(
        theme,
        fallback,
        ("post.html", "index.html"),
        page(),
        circuit=Circuit(),
        on_failure=told.append,
    )
    assert "<p>Body & soul</p>" in rendered.html
    assert rendered.theme == "fallback"
    assert rendered.failure is told[0]
    assert told[0].template == "post.html"


def test_a_theme_that_works_needs_no_fallback(make_theme, page, fallback):
    theme = make_theme({"templates/post.html": "fine"})
    rendered = environment.render_with_fallback(
        theme, fallback, ("post.html",), page(), circuit=Circuit()
    )
    assert (rendered.html, rendered.failure) == ("fine", None)


def test_a_missing_theme_leaves_the_site_standing(page, fallback):
    rendered = environment.render_with_fallback(None, fallback, NAMES, page(), circuit=Circuit())
    assert "Body & soul" in rendered.html
    assert rendered.failure is not None


def test_a_theme_whose_folder_is_deleted_leaves_the_site_standing(make_theme, page, fallback):
    theme = make_theme({"templates/post.html": "fine"})
    (theme.folder / "templates/post.html").unlink()
    rendered = environment.render_with_fallback(theme, fallback, NAMES, page(), circuit=Circuit())
    assert "Body & soul" in rendered.html


def test_a_template_that_keeps_failing_is_left_alone_for_a_minute(make_theme, page, fallback):
    now = [0.0]
    circuit, told = Circuit(clock=lambda: now[0]), []
    theme = make_theme({"templates/post.html": "{{ 1 // 0 }}"})

    def visit():
        environment.render_with_fallback(
            theme,
            fallback,
            ("post.html", "index.html"),
            page(),
            circuit=circuit,
            on_failure=told.append,
        )

    for _ in range(FAILURES + 3):
        visit()
    assert len(told) == FAILURES
    now[0] = 61.0
    visit()
    assert len(told) == FAILURES + 1


def test_a_few_failures_in_a_long_time_open_no_circuit():
    now = [0.0]
    circuit = Circuit(clock=lambda: now[0])
    for _ in range(FAILURES * 3):
        circuit.note_failure("key")
        now[0] += 30
    assert not circuit.is_open("key")


def test_many_threads_may_share_a_circuit_and_an_environment(make_theme, page):
    theme = make_theme({"templates/post.html": "{% for p in posts %}{{ post.title }}{% endfor %}"})
    circuit, seen = Circuit(), []

    def work(number):
        one = page()
        mine = dataclasses.replace(one.extra["post"], title=f"[{number}]")
        one = dataclasses.replace(one, extra={**one.extra, "post": mine})
        for _ in range(20):
            circuit.note_failure(number)
            html = environment.render(theme, ("post.html",), one).html
            seen.append(html == f"[{number}]" * 3)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 160
    assert all(seen)


def test_an_error_of_the_core_is_not_blamed_on_the_theme(make_theme, page):
    class Broken(NoSources):
        def posts(self, **wanted):
            raise ConnectionError("The database is gone.")

    theme = make_theme({"templates/post.html": "{{ posts()|length }}"})
    with pytest.raises(ConnectionError):
        environment.render(theme, ("post.html",), page(sources=Broken()))


def test_a_page_reports_every_view_it_was_given(render):
    facts = list(render("{{ post.title }}").facts)
    found = {(fact.kind, fact.id, fact.view) for fact in facts}
    assert ("entry", "P1", "PostView") in found
    assert ("entry", "P2", "PostCard") in found
    assert ("term", "T1", "TermRef") in found
    assert ("profile", "A1", "AuthorRef") in found


def test_a_page_reports_what_its_theme_asked(render, page, card):
    class Three(NoSources):
        def posts(self, **wanted):
            assert wanted["tag"] == "news"
            return (card(7), card(8))

    rendered = render("{{ posts(tag='news')|length }}", page=page(sources=Three()))
    kinds = {(fact.kind, fact.id) for fact in rendered.facts}
    assert ("entry", "P7") in kinds
    assert any(kind == "query" and "news" in id for kind, id in kinds)


def test_a_fingerprint_changes_only_with_the_values_shown(render, page, post, card):
    def prints(changed):
        facts = render("x", page=page(extra={"post": changed})).facts
        return {(fact.id, fact.view): fact.fingerprint for fact in facts}

    before, after = prints(post(1)), prints(post(1, title="Another title"))
    assert before["P1", "PostView"] != after["P1", "PostView"]
    assert before["P1", "PostCard"] == after["P1", "PostCard"]


def test_views_can_neither_change_nor_grow():
    for view_class in views.VIEW_CLASSES:
        assert view_class.__dataclass_params__.frozen, view_class
        assert "__dict__" not in dir(view_class), view_class
    with pytest.raises(dataclasses.FrozenInstanceError):
        views.Crumb(label="a", url="b").label = "c"


def test_the_context_holds_nothing_but_views_and_plain_values(make_theme, page):
    theme = make_theme({"templates/post.html": ""})
    assert list(find_strangers(MappingProxyType(variables(theme, page())))) == []


@pytest.mark.parametrize("stranger", [object(), [1], {"a": 1}, len, int, logging, b"x"])
def test_a_stranger_in_the_context_is_found(make_theme, page, stranger):
    theme = make_theme({"templates/post.html": ""})
    made = page(extra={"post": views.PostView(id="1", kind="post", url="", title=stranger)})
    found = list(find_strangers(MappingProxyType(variables(theme, made))))
    assert len(found) == 1
    assert "title" in found[0]


def test_where_a_name_is_a_value_and_a_function_both_work(html, page, card):
    class Two(NoSources):
        def posts(self, **wanted):
            return (card(1), card(2))

    source = "{{ posts|length }} {{ posts()|length }} {{ posts.total }} {{ breadcrumbs|length }}"
    assert html(source, page=page(sources=Two())) == "3 2 3 2"
    assert "Breadcrumbs" in html("{{ breadcrumbs() }}")


def test_always_present_values_cannot_be_replaced_by_a_page(html, page):
    assert html("{{ theme.id }}", page=page(extra={"theme": "mine"})) == "aurora"


@pytest.mark.parametrize(("lang", "direction"), [("en", "ltr"), ("ar", "rtl"), ("he-IL", "rtl")])
def test_the_direction_follows_the_language(html, page, lang, direction):
    assert html("{{ lang }} {{ dir }}", page=page(lang=lang)) == f"{lang} {direction}"


def test_a_watched_theme_shows_changes_at_once(make_theme, page):
    theme = make_theme({"templates/post.html": "one"})
    environment.watch(theme)
    assert environment.render(theme, ("post.html",), page()).html == "one"
    (theme.folder / "templates/post.html").write_text("two and more")
    assert environment.render(theme, ("post.html",), page()).html == "two and more"
