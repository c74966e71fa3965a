"""A partial that is written in place shows what it would show if it were included."""

import re

import pytest

from cms.themes import environment, inlining, sandbox
from cms.themes.environment import ThemeFailure

CARD = "<li>{{ post.title }}{{ level|default(2) }}{{ pieces.mark(post) }}</li>"
PIECES = "{% macro mark(post) %}*{{ post.id }}{% endmacro %}{% set word = 'w' %}"
BASE = "<{% block main %}base{% endblock %}>@foot@"

# The text of index.html, and of partials beside it by name; @a@ includes the partial a.
PAGES: list[tuple[str, dict[str, str]]] = [
    ("@a@", {"a": "{{ post.title }}"}),
    ("{% for post in posts %}@card@{% endfor %}", {"card": CARD}),
    (
        "{% import 'partials/pieces.html' as pieces with context %}{% set level = 3 %}"
        "{% for post in posts %}@card@{% endfor %}{{ post.title }}",
        {"card": CARD, "pieces": PIECES},
    ),
    # what is set where
    ("@a@{{ x }}", {"a": "{% set x = 1 %}{{ x }}"}),
    ("{% set x = 1 %}@a@{{ x }}", {"a": "{{ x }}{% set x = 2 %}{{ x }}"}),
    ("@a@{% set post = 1 %}{{ post }}", {"a": "{{ post.title }}"}),
    (
        "{% block b %}@a@{% set post = 1 %}{{ post }}{% endblock %}",
        {"a": "{{ post.title }}"},
    ),
    (
        "{% block b %}{% if 0 %}{% set post = 1 %}{% endif %}"
        "@a@{% endblock %}",
        {"a": "{{ post.title }}"},
    ),
    (
        "{% set x = 'out' %}{% for y in [1, 2] %}@a@{% endfor %}{{ x }}",
        {"a": "{{ x }}{{ y }}{% if y == 1 %}{% set x = 'in' %}{% endif %}{{ x }}"},
    ),
    (
        "{% block b %}{% set x = 'out' %}@a@{{ x }}{% endblock %}",
        {"a": "{% for x in [1] %}{{ x }}{% endfor %}{{ x }}{% with x = 5 %}{{ x }}{% endwith %}"},
    ),
    ("{% macro m(x) %}@a@{% endmacro %}{{ m(7) }}{{ m() }}",
     {"a": "{{ x }}{{ site.title }}"}),
    ("@a@{{ f() }}", {"a": "{% macro f() %}{{ x }}{% endmacro %}{% set x = 1 %}{{ f() }}"}),
    ("{% set x %}@a@{% endset %}[{{ x }}]", {"a": "<b>{{ site.title }}"}),
    ("{% macro w() %}{{ caller() }}{% endmacro %}{% call w() %}@a@{% endcall %}",
     {"a": "{{ post.title }}{{ caller }}"}),
    # loops of the one and of the other
    ("{% for x in [1, 2] %}{{ loop.index }}@a@{% endfor %}",
     {"a": "{{ loop.index }}"}),
    ("{% for x in [1, 2] %}@a@{% endfor %}", {"a": "{{ loop.index }}"}),
    ("{% for x in [1, 2] %}@a@{% endfor %}",
     {"a": "{% for y in [3, 4] %}{{ x }}{{ y }}{{ loop.last }}{% else %}{{ loop }}{% endfor %}"}),
    ("{% for x in [] %}{% else %}@a@{% endfor %}", {"a": "{{ x }}none"}),
    # blocks and templates that extend
    ("{% extends 'base.html' %}{% block main %}@a@{% endblock %}",
     {"a": "{{ super }}{{ post.title }}", "foot": "{{ site.title }}"}),
    ("{% extends 'base.html' %}@a@", {"a": "before", "foot": ""}),
    ("@a@{% extends 'base.html' %}", {"a": "before", "foot": ""}),
    ("{% if 1 %}{% extends 'base.html' %}{% endif %}@a@", {"a": "x", "foot": "f"}),
    ("@a@", {"a": "{% block x %}own{{ self.x is defined }}{% endblock %}"}),
    ("{% block x %}mine{% endblock %}@a@", {"a": "{{ self.x() }}"}),
    # partials within partials
    ("@a@", {"a": "{% set x = 1 %}@b@", "b": "{{ x }}"}),
    ("{% for x in [1, 2] %}@a@{% endfor %}",
     {"a": "@b@@b@", "b": "{{ x }}{% set x = 9 %}{{ x }}"}),
    ("{% include 'partials/' ~ 'a.html' %}", {"a": "@b@", "b": "{{ post.title }}"}),
    ("{% include ['partials/none.html', 'partials/a.html'] %}", {"a": "{{ post.title }}"}),
    ("{% include 'partials/none.html' ignore missing %}x", {}),
    ("{% include 'partials/a.html' without context %}", {"a": "{{ post.title }}{{ site.title }}"}),
    ("{% if 0 %}@none@{% endif %}x", {}),
    ("{% if 0 %}@a@{% endif %}x", {"a": "{{ x|nothing }}"}),
    # names that are a function here and a value there
    ("@a@", {"a": "{{ posts|length }}{{ posts()|length }}{{ breadcrumbs() }}"}),
    ("{% set show = 1 %}{% set run = 2 %}@a@", {"a": "{{ show }}{{ run }}{{ call }}"}),
]  # fmt: skip


def spelled(source: str) -> str:
    return re.sub(r"@(\w+)@", r"{% include 'partials/\1.html' %}", source)


def shown(make_theme, page, source, partials):
    files = {"templates/index.html": source, "templates/base.html": BASE}
    files |= {f"templates/partials/{name}.html": text for name, text in partials.items()}
    theme = make_theme({name: spelled(text) for name, text in files.items()})
    return environment.render(theme, ("index.html",), page()).html


def outcome(*given):
    try:
        return shown(*given)
    except ThemeFailure as failure:
        return str(failure)


@pytest.mark.parametrize(("source", "partials"), PAGES, ids=range(len(PAGES)))
def test_the_page_is_the_same(make_theme, page, monkeypatch, source, partials):
    written = outcome(make_theme, page, source, partials)
    monkeypatch.setattr(inlining, "MAX_PARTIALS", 0)
    assert outcome(make_theme, page, source, partials) == written


def test_a_plain_partial_is_written_in_place(make_theme, page, monkeypatch):
    loaded = []
    real = sandbox.ThemeEnvironment.get_template
    monkeypatch.setattr(
        sandbox.ThemeEnvironment,
        "get_template",
        lambda self, name, *rest: loaded.append(name) or real(self, name, *rest),
    )
    source = "{% for post in posts %}@card@{% endfor %}"
    shown(make_theme, page, source, {"card": "{{ post.title }}"})
    assert loaded == ["index.html"]


def test_what_is_wrong_with_a_partial_shows_when_it_is_asked_for(make_theme, page):
    with pytest.raises(ThemeFailure) as caught:
        shown(make_theme, page, "\n\n@a@", {"a": "\n{{ x|nothing }}"})
    assert (caught.value.template, caught.value.line) == ("partials/a.html", 2)


@pytest.mark.parametrize("deep", ["{{ 1 // 0 }}", "{% for x in [1] %}\n{{ 1 // 0 }}{% endfor %}"])
def test_a_failure_within_partials_tells_the_file_and_the_line(make_theme, page, deep):
    partials = {
        "a": "\n\n{{ site.title }}\n@b@\n",
        "b": f"{{{{ site.title }}}}\n{deep}\n",
        "c": "\n",
    }
    source = "@c@\n@a@\n{{ site.url }}"
    with pytest.raises(ThemeFailure) as caught:
        shown(make_theme, page, source, partials)
    line = 2 + deep.count("\n")
    assert (caught.value.template, caught.value.line) == ("partials/b.html", line)


def test_a_failure_after_a_partial_tells_the_page_itself(make_theme, page):
    source = "@a@\n\n{{ 1 // 0 }}"
    with pytest.raises(ThemeFailure) as caught:
        shown(make_theme, page, source, {"a": "\n\n\n\n"})
    assert (caught.value.template, caught.value.line) == ("index.html", 3)


def test_a_watched_theme_shows_a_changed_partial_at_once(make_theme, page):
    files = {
        "templates/index.html": spelled("@a@"),
        "templates/partials/a.html": "1",
    }
    theme = make_theme(files)
    environment.watch(theme)
    assert environment.render(theme, ("index.html",), page()).html == "1"
    (theme.folder / "templates" / "partials" / "a.html").write_text("second", "utf-8")
    assert environment.render(theme, ("index.html",), page()).html == "second"


@pytest.mark.parametrize(
    "partials",
    [
        # twice as much at each step
        {name: f"@{after}@" * 2 for name, after in
         zip("abcdefghijklmnop", "bcdefghijklmnopq", strict=True)} | {"q": "x"},
        {"a": "@a@"},
        {"a": "@b@", "b": "@a@"},
        {"a": "{% for x in posts %}@b@{% endfor %}",
         "b": "{% for y in posts %}{% for z in range(900) %}@a@"
              "{% endfor %}{% endfor %}"},
        {"a": "{% if 1 %}" * 90 + "x@a@" + "{% endif %}" * 90},
    ],
)  # fmt: skip
def test_partials_without_end_end_early(make_theme, page, partials):
    with pytest.raises(ThemeFailure):
        shown(make_theme, page, "@a@", partials)


def test_many_loops_within_partials_still_work(make_theme, page):
    """Python allows twenty blocks within one another; a theme does not know of that."""
    partials = {
        name: f"{{% for x{name} in [1] %}}" * 5 + f"@{after}@"
        + "{% endfor %}" * 5
        for name, after in zip("abcde", "bcdef", strict=True)
    } | {"f": "{{ xe }}"}  # fmt: skip
    assert shown(make_theme, page, "@a@", partials) == "1"
