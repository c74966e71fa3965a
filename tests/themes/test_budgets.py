"""What costs too much ends early, with a reason, and takes neither time nor memory with it."""

import time

import pytest

from cms.themes import budget, environment
from cms.themes.environment import ThemeFailure

DOUBLING = "{% set a = 'xxxxxxxx' %}" + "{% set a = a ~ a %}" * 30
CAPTURING = "{% set a %}xxxxxxxx{% endset %}" + "{% set a %}{{ a }}{{ a }}{% endset %}" * 30
ADDING = "{% set a = 'xxxxxxxx' %}" + "{% set a = a + a %}" * 30
NESTING = "{% set a = [1] %}" + "{% set a = [a, a] %}" * 40
NESTING_TUPLES = "{% set a = (1,) %}" + "{% set a = (a, a) %}" * 40
NESTING_DICTS = "{% set a = {'a': 1} %}" + "{% set a = {'a': a, 'b': a} %}" * 40
DEEP = "{% set a = (1,) %}" + "{% set a = (a,) %}" * 2000 + "{% set b = {a: 1} %}"
GROWING = "{% set a = 9999999999 %}" + "{% set a = a * a %}" * 40

TOO_MUCH = [
    # memory
    DOUBLING,
    CAPTURING,
    ADDING,
    NESTING,
    NESTING_TUPLES,
    NESTING_DICTS,
    DEEP,
    GROWING + "{{ a }}",
    "{{ 'a' * 200000000 }}",
    "{{ 200000000 * 'a' }}",
    "{{ [1] * 200000000 }}",
    "{{ (1,) * 200000000 }}",
    "{{ '%300000000d' % 1 }}",
    "{{ '%0300000000d'|format(1) }}",
    "{{ '{:300000000}'.format(1) }}",
    "{{ 'a'.ljust(300000000) }}",
    "{{ 'a'.rjust(300000000) }}",
    "{{ 'a'.center(300000000) }}",
    "{{ 'a'.zfill(300000000) }}",
    "{{ '\t'.expandtabs(300000000) }}",
    "{{ 'a'|center(300000000) }}",
    "{{ 'a'|indent(300000000) }}",
    "{{ {'a': 1}|tojson(300000000) }}",
    "{{ 'a'|wordwrap(1, false, 'x' * 10000) }}",
    "{% set a = 'a' * 10000 %}{% set b = a|replace('a', a) %}",
    "{% set a = 'a' * 10000 %}{{ range(10000)|map('default')|join(a) }}",
    "{{ [1]|batch(1000000000, 'x')|length + range(10001)|length }}",
    "{{ [1]|batch(1000, 'a')|map('list')|map('batch', 1000, [1]|batch(1000, 1)|list)|list }}",
    "{{ 2 ** 1000000000 }}",
    "{{ 9 ** 9 ** 9 ** 9 }}",
    "{{ 1 ** -99999999999999999999 }}" + GROWING,
    "{{ range(1000000) }}{{ range(10 ** 12) }}",
    "{{ range(10 ** 12)|list }}",
    "{{ 1|round(1000000000, 'ceil') }}{{ range(10001) }}",
    "{% for i in range(10000) %}" + "<p>" * 200 + "{% endfor %}",
    "{% for i in range(10000) %}{{ 'x' * 10000 }}{% endfor %}",
    "{% set a = 'x' * 10000 %}" + "{% set a = a ~ a ~ a ~ a %}" * 4 + "{% set b = a[1:] %}" * 200,
    "{% set a = 'x ' * 5000 %}" + "{% set a = a ~ a ~ a ~ a ~ a %}" * 2 + "{{ a.split() }}",
    "{% set a = 'x ' * 5000 %}{% for i in range(9999) %}{% set b = a|striptags %}{% endfor %}",
    "{% set a = '<' * 9999 %}{% for i in range(9999) %}{% set b = a|escape %}{% endfor %}",
    "{% set a = '<' * 9999 %}{% for i in range(9999) %}{{ a }}{% endfor %}",
    "{% set a = 'x' * 9999 %}{% for i in range(9999) %}{{ _('{a}{a}{a}', a=a) }}{% endfor %}",
    "{% set n = 2 ** 1000 %}{% for i in range(200) %}{% for j in range(900) %}{{ n }}"
    "{% endfor %}{% endfor %}",
    # pieces of output, each of them small
    "{% for i in range(9999) %}" + "{{ i }}{{ '' }}" * 60 + "{% endfor %}",
    "{% for x in [1] recursive %}" + "{{ x }}{{ '' }}" * 9000 + "{{ loop([1] * 2) }}{% endfor %}",
    "{% block b %}" + "{{ 1 }}{{ posts }}" * 9000 + "{% endblock %}",
    "{% block b %}" + "{{ site.title }}" * 900 + "{% endblock %}"
    "{% for i in range(2000) %}{{ self.b() }}{% endfor %}",
    # time
    "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}",
    "{% for i in range(9999) if range(9999)|select('odd')|list %}{% endfor %}",
    "{{ range(9999)|map('range')|list }}",
    "{% for i in range(9999) %}{% set x = range(9999)|list %}{% endfor %}",
    "{% for i in range(9999) %}{% set x = range(9999)|sum %}{% endfor %}",
    "{% for i in range(9999) %}{% set x = range(9999)|sort|join %}{% endfor %}",
    # recursion
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% macro m(n) %}{{ m(n + 1) }}{{ m(n + 1) }}{% endmacro %}{{ m(1) }}",
    "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(50) }}",
    "{% macro m() %}{{ m(varargs, varargs) }}{% endmacro %}{{ m(1) }}",
    "{% macro m() %}{{ m(a=kwargs, b=kwargs) }}{% endmacro %}{{ m(a=1) }}",
    "{% block a %}{{ self.a() }}{% endblock %}",
    "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{% for x in [1] recursive %}{{ loop([1, 1, 1]) }}{% endfor %}",
    '{% include "index.html" %}',
    '{% extends "index.html" %}',
    '{% import "index.html" as x %}{{ x.a }}',
    '{% for i in range(9999) %}{% include "partials/none.html" ignore missing %}{% endfor %}',
    # questions
    "{% for i in range(20) %}{{ posts(tag='t' ~ i)|length }}{% endfor %}",
    "{% for i in range(20) %}{{ menu('m' ~ i)|length }}{% endfor %}",
    # size of the source
    "{{ 1 }}" * 25000,
    "{{ " + "(" * 500 + "1" + ")" * 500 + " }}",
    "{% for a in posts %}" * 8 + "{% endfor %}" * 8,
    "{{ " + "9" * 5000 + " }}",
]


@pytest.fixture(autouse=True)
def little_patience(monkeypatch):
    monkeypatch.setattr(budget, "MAX_SECONDS", 0.5)


@pytest.mark.parametrize("source", TOO_MUCH, ids=range(len(TOO_MUCH)))
def test_what_costs_too_much_is_stopped(html, source):
    started = time.thread_time()
    with pytest.raises(ThemeFailure):
        html(source)
    assert time.thread_time() - started < 4


def test_a_loop_knows_its_length_although_it_is_counted(html):
    source = (
        "{% for x in posts %}{{ loop.index }}/{{ loop.length }}{{ '.' if loop.last }} {% endfor %}"
    )
    assert html(source) == "1/3 2/3 3/3."


def test_a_recursive_loop_walks_a_tree(html, page, card):
    from cms.themes import views

    leaf = views.MenuItem(label="c", url="/c")
    tree = (views.MenuItem(label="a", url="/a", children=(leaf,)), leaf)
    source = "{% for i in tree recursive %}{{ i.label }}({{ loop(i.children) }}){% endfor %}"
    assert html(source, page=page(extra={"tree": tree})) == "a(c())c()"


def test_a_text_of_the_theme_cannot_be_filled_without_end(make_theme, page):
    theme = make_theme(
        {
            "templates/index.html": "{% set a = 'x' * 9999 %}{{ t('long', a=a) }}",
            "locales/en.toml": f'long = "{"{a}" * 9999}"',
        }
    )
    with pytest.raises(ThemeFailure, match="too much text"):
        environment.render(theme, ("index.html",), page())


def test_the_same_question_is_asked_once(html):
    assert html("{% for i in range(100) %}{{ posts()|length }}{% endfor %}") == "0" * 100


def test_small_sums_and_repetitions_are_fine(html):
    assert html("{{ '–' * 3 }}{{ 2 ** 10 }}{{ 7 % 4 }}") == "–––10243"
    assert html("{{ ([1] + [2])|join('+') }}") == "1+2"
    assert html("{{ (posts + post.tags)|length }}") == "4"
