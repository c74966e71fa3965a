"""Which template answers, child before parent, and where names may lead."""

import pytest

from cms.themes import environment, lookup
from cms.themes.environment import ThemeFailure


@pytest.mark.parametrize(
    ("kind", "options", "names"),
    [
        ("home", {}, "home index"),
        ("index", {}, "index home"),
        ("front", {}, "front page singular index"),
        ("post", {"slug": "tea"}, "post--tea post singular index"),
        (
            "post",
            {"slug": "tea", "custom": "custom/wide.html"},
            "custom/wide post--tea post singular",
        ),
        ("page", {"slug": "about"}, "page--about page singular index"),
        ("tag", {"slug": "news"}, "tag--news tag archive index"),
        ("category", {"slug": "a"}, "category--a category archive index"),
        ("author", {"slug": "ana"}, "author--ana author archive index"),
        ("archive", {}, "archive index"),
        ("search", {}, "search index"),
        ("private", {}, "private"),
        ("error", {"code": 404}, "404 error"),
        ("error", {"code": 410}, "404 error"),
        ("error", {"code": 503}, "503 error"),
    ],
)
def test_each_kind_of_page_has_its_names(kind, options, names):
    found = lookup.names_for(kind, **options)
    assert found[: len(names.split())] == tuple(f"{name}.html" for name in names.split())
    assert len(found) <= lookup.MAX_NAMES


@pytest.mark.parametrize("custom", ["../x.html", "/etc/passwd", "custom/x.py", "a\\b.html", "x"])
def test_a_custom_template_that_is_no_name_is_left_out(custom):
    assert lookup.names_for("post", custom=custom) == ("post.html", "singular.html", "index.html")


@pytest.mark.parametrize("slug", ["../x", "a/b", "a.b", "x" * 200])
def test_a_slug_never_leads_elsewhere(slug):
    assert lookup.names_for("tag", slug=slug)[0] == "tag.html"


def test_the_child_comes_before_its_parent_and_names_before_themes(make_theme, page):
    parent = make_theme(
        {"templates/post.html": "parent's post", "templates/index.html": "parent's index"},
        id="old-theme",
    )
    child = make_theme({"templates/index.html": "child's index"}, parents=(parent,))
    rendered = environment.render(child, ("post.html", "index.html"), page())
    assert rendered.html == "parent's post"
    assert environment.render(child, ("index.html",), page()).html == "child's index"


def test_a_child_extends_its_parents_template_of_the_same_name(make_theme, page):
    grand = make_theme(
        {"templates/post.html": "<{% block a %}grand{% endblock %}>"}, id="grand-theme"
    )
    parent = make_theme(
        {
            "templates/post.html": '{% extends "parent:post.html" %}'
            "{% block a %}parent {{ super() }}{% endblock %}"
        },
        id="old-theme",
        parents=(grand,),
    )
    child = make_theme(
        {
            "templates/post.html": '{% extends "parent:post.html" %}'
            "{% block a %}child {{ super() }}{% endblock %}"
        },
        parents=(parent, grand),
    )
    assert environment.render(child, ("post.html",), page()).html == "<child parent grand>"


def test_the_library_is_reached_by_its_prefix(html, page):
    source = '{% include "core:search-form.html" %}'
    assert 'role="search"' in html(source)


def test_a_partial_may_be_chosen_by_a_value(make_theme, page):
    theme = make_theme(
        {
            "templates/index.html": '{% include "partials/" ~ post.format ~ ".html" %}',
            "templates/partials/standard.html": "standard",
        }
    )
    assert environment.render(theme, ("index.html",), page()).html == "standard"


def test_no_template_at_all_is_a_failure_with_the_names(make_theme, page):
    theme = make_theme({"templates/index.html": ""})
    with pytest.raises(ThemeFailure, match=r"post\.html"):
        environment.render(theme, ("post.html", "singular.html"), page())


def test_a_link_that_leads_out_of_the_theme_is_not_followed(make_theme, page, tmp_path):
    theme = make_theme({"templates/index.html": '{% include "partials/x.html" %}'})
    secret = tmp_path / "secret.html"
    secret.write_text("secret")
    (theme.folder / "templates/partials").mkdir()
    (theme.folder / "templates/partials/x.html").symlink_to(secret)
    with pytest.raises(ThemeFailure):
        environment.render(theme, ("index.html",), page())
