"""Nothing a template can write leads out of the views it was given."""

import pytest

from cms.themes.environment import ThemeFailure

OBJECTS = (
    *('"text"', "1", "1.5", "true", "none", "()", "[]", "{}", "{'a': 1}", "range(3)"),
    *("site", "post", "posts", "settings", "theme", "meta", "post.tags", "post.published"),
    *("post.content", "post.fields", "t", "image", "head", "posts", "self", "nowhere", "m"),
    *('"text".upper', "settings.items", "m()", "posts|list", "posts|groupby('kind')"),
)
ATTRIBUTES = (
    *("__class__", "__init__", "__globals__", "__mro__", "__base__", "__subclasses__", "__dict__"),
    *("__getattribute__", "__reduce__", "__reduce_ex__", "__doc__", "__module__", "__slots__"),
    *("__self__", "__func__", "__code__", "__closure__", "__builtins__", "__call__", "__format__"),
    *("__dataclass_fields__", "__html_format__", "_environment", "_context", "_undefined_obj"),
    *("func_globals", "gi_frame", "gi_code", "cr_frame", "f_globals", "f_back", "tb_frame"),
    *("mro", "format", "format_map", "translate", "encode", "expandtabs", "ljust", "zfill"),
    *("environment", "blocks", "parent", "vars", "eval_ctx", "exported_vars", "unescape"),
)
LEAKS = (
    *("__", "<class", "&lt;class", "object at", "function", "built-in", "bound method", "module"),
    *("frame", "mappingproxy", "0x", "site-packages"),
)
MACRO = "{% macro m() %}ok{% endmacro %}"

WRITTEN = [
    # str.format and its kin
    '{{ "{0.__class__}".format(post) }}',
    '{{ "{a.__class__}".format(a=post) }}',
    '{{ "{0.__class__}".format_map({"a": 1}) }}',
    '{{ ("{0.__class__}"|string).format(1) }}',
    '{% set f = "{0.__class__}".format %}{{ f(1) }}',
    '{{ ["{0.__class__}"]|map("format", post)|list }}',
    '{{ "%s"|format(post) }}',
    '{{ "%(a)s" % {"a": post} }}',
    '{{ "%s" % post }}',
    "{{ post.content.format(post) }}",
    '{{ post.content.__html_format__("") }}',
    "{{ post.content.escape.__func__ }}",
    "{{ post.content.unescape() }}",
    # filters that reach attributes
    '{{ post|attr("__class__") }}',
    '{{ post|attr("title") }}',
    '{{ [post]|map(attribute="__class__")|list }}',
    '{{ [post]|map(attribute="__class__.__mro__")|first }}',
    '{{ [post]|map("attr", "__class__")|list }}',
    '{{ [post]|selectattr("__class__")|list|length }}',
    '{{ [post]|sum(attribute="__class__") }}',
    '{{ [post]|groupby("__class__")|length }}',
    '{{ [post]|sort(attribute="__class__")|length }}',
    '{{ [post]|unique(attribute="__class__")|list|length }}',
    '{{ [post]|join(",", attribute="__class__") }}',
    '{{ [post]|min(attribute="__class__") }}',
    '{{ [post]|map("map", attribute="__class__")|list }}',
    "{{ post|xmlattr }}",
    "{{ {\"onclick='x'\": 1}|xmlattr }}",
    "{{ post|pprint }}",
    # marking text as safe
    '{{ "<script>"|safe }}',
    '{{ "<script>"|forceescape|safe }}',
    '{{ ["<script>"]|map("safe")|join }}',
    '{% autoescape false %}{{ "<script>" }}{% endautoescape %}',
    "{% autoescape true %}x{% endautoescape %}",
    "{% filter safe %}<script>{% endfilter %}",
    "{% filter upper %}x{% endfilter %}",
    '{{ "<script>"|urlize }}',
    '{{ Markup("<script>") }}',
    '{{ "<script>".__html__() }}',
    '{% set x %}{{ "<script>" }}{% endset %}{{ x }}',
    '{{ "<script>" ~ post.content }}',
    '{{ post.content ~ "<script>" }}',
    '{{ ["<script>", post.content]|join }}',
    '{{ "<script>"|replace("<", "<") }}',
    '{{ post.content|replace("Body", "<script>") }}',
    '{{ "<script>"|markdown_inline }}',
    '{{ "[x](javascript:alert)"|markdown_inline }}<script'[:-7],
    '{{ t("<script>") }}',
    '{{ t("x", a=post.content) }}{{ "<script>" }}',
    '{{ "<script>"|title }}{{ "<script>"|upper }}{{ "<script>"|trim }}',
    # names of the machinery
    "{{ cycler.__init__.__globals__ }}",
    "{{ joiner.__init__.__globals__ }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ lipsum.__globals__ }}",
    "{{ config }}{{ request }}{{ session }}{{ g }}{{ url_for }}",
    "{{ get_flashed_messages() }}",
    "{{ url_for.__globals__ }}",
    "{{ environment }}{{ context }}{{ resolve }}{{ missing }}{{ concat }}",
    "{{ function_posts.__globals__ }}",
    "{{ run }}{{ call }}{{ show }}{{ read }}{{ has_title }}{{ t_1 }}{{ undefined }}{{ name }}",
    "{{ run.theme }}{{ call.__self__ }}{{ read.__self__ }}{{ has_title|list }}",
    # letters that Python takes for others
    "{{ post.＿＿class＿＿ }}{{ post.ｔitle.＿＿class＿＿ }}",
    "{{ post.title.＿＿class＿＿.＿＿mro＿＿ }}",
    "{% macro ｍ() %}{{ post.＿id }}{% endmacro %}{{ ｍ() }}{{ m }}",
    "{{ self.__init__ }}",
    "{{ self._TemplateReference__context }}",
    '{{ self["_TemplateReference__context"] }}',
    "{{ self }}",
    "{% block b %}{{ self.b.__call__ }}{% endblock %}",
    "{% block b %}{{ super.__self__ }}{% endblock %}",
    "{{ caller.__globals__ }}",
    "{% for x in posts %}{{ loop.__init__ }}{% endfor %}",
    "{% for x in posts %}{{ loop._iterator }}{% endfor %}",
    "{% for x in posts %}{{ loop._recurse }}{% endfor %}",
    "{% for x in posts %}{{ loop }}{% endfor %}",
    "{{ m }}" + MACRO,
    MACRO + "{{ m.name }}{{ m._func }}",
    MACRO + "{{ m._environment }}",
    MACRO + "{{ m.caller }}{{ m.catch_kwargs }}{{ m.arguments }}",
    # printing what is no text
    "{{ post }}",
    "{{ posts }}",
    "{{ settings }}",
    "{{ [post] }}",
    "{{ {} }}",
    "{{ t }}",
    "{{ range }}",
    "{{ range(3) }}",
    '{{ "x".upper }}',
    '{{ "a" ~ post }}',
    "{{ [[1]]|join }}",
    "{{ post|string }}",
    "{{ post|upper }}",
    "{{ post|tojson }}",
    # changing what is shared
    "{{ settings.update({}) }}",
    "{% set settings.x = 1 %}",
    "{% set post.title = 'x' %}",
    "{{ [].append(1) }}",
    "{{ [1].pop() }}",
    "{{ [1].extend([2]) }}",
    "{{ {}.update({'a': 1}) }}",
    "{{ {'a': 1}.pop('a') }}",
    "{{ {'a': 1}.clear() }}",
    "{{ {}.setdefault('a', 1) }}",
    "{{ {}.fromkeys('a') }}",
    "{% do post.title %}",
    # other templates and files
    '{% include "../../../etc/passwd" %}',
    '{% include "/etc/passwd" %}',
    '{% include "..\\\\theme.toml" %}',
    '{% include "@0/index.html" %}',
    '{% include "core:../theme.toml" %}',
    '{% extends "core:../../../manage.py" %}',
    "{% include post.title %}",
    '{% include "partials/../../theme.toml" %}',
    '{% include "par" ~ "tials/../x.html" %}',
    "{% import post.title as x %}",
    '{% from "x.html" import __class__ %}',
    '{% extends ["a.html"] %}',
    "{% extends none %}",
    '{{ asset("../theme.toml") }}{{ asset("/etc/passwd") }}',
    '{{ asset_inline("../theme.toml") }}',
    '{{ icon("../../theme") }}',
    # asking for what is not meant
    '{{ posts(tag="x\' or 1=1") }}',
    '{{ posts(order="password") }}',
    '{{ posts(author__password="x") }}',
    '{{ terms(order="id; drop") }}',
    '{{ url("home", "//evil.example") }}',
    # calling what is no function
    "{{ 1() }}",
    '{{ "x"() }}',
    "{{ post() }}",
    "{{ post.title() }}",
    "{{ site.feeds() }}",
    "{{ nowhere() }}",
    "{{ [].__len__() }}",
    "{{ ().__class__() }}",
    '{{ t(*[1], **{"_loop_vars": 1}) }}',
    '{{ t("x", **{"_ThemeEnvironment__self": 1}) }}',
    # filters and tests by a computed name
    '{{ [1]|map("nothing")|list }}',
    '{{ [1]|map("call")|list }}',
    '{{ [t]|select("callable")|list|length }}',
    '{{ ["safe"]|map("map", "x")|list }}',
    "{{ 1 is callable }}",
    '{{ "x" is filter }}',
    "{% debug %}",
    "{% trans x=post.__class__ %}{{ x }}{% endtrans %}",
    "{% trans %}{{ post.__class__ }}{% endtrans %}",
    "{% trans %}{{ post }}{% endtrans %}",
    "{% trans %}{% include 'x' %}{% endtrans %}",
    "{% trans x='<script>' %}{{ x }}{% endtrans %}",
    "{{ debug() }}",
    "{% set __x = 1 %}",
]


def leaks(output: str) -> list[str]:
    body = output.replace("text", "")
    found = [each for each in LEAKS if each in body.lower()]
    return found + [each for each in ("<script>", "root:x:", 'id = "') if each in output]


@pytest.mark.parametrize("source", WRITTEN)
def test_a_written_escape_fails_or_shows_nothing(html, source):
    try:
        output = html(source)
    except ThemeFailure:
        return
    assert not leaks(output), output


@pytest.mark.parametrize("thing", OBJECTS)
def test_no_attribute_behind_the_curtain_can_be_read(html, thing):
    for attribute in ATTRIBUTES:
        if (thing, attribute) == ("post", "format"):
            continue  # A post's own format, not the method of a text.
        read = f'({thing})["{attribute}"]'
        for source in (f"{{{{ {read} }}}}", f"{{{{ {read}() }}}}"):
            try:
                output = html(MACRO + source)
            except ThemeFailure:
                continue
            assert output == "", (source, output)


def test_a_refusal_names_the_file_the_line_and_what_to_do(html):
    with pytest.raises(ThemeFailure) as caught:
        html("<p>\n\n{{ '<b>'|safe }}")
    assert (caught.value.template, caught.value.line) == ("index.html", 3)
    assert "“safe” does not exist" in caught.value.message


def test_what_a_template_asks_of_an_import_is_made_anew_for_each_page(make_theme, page):
    from cms.themes import environment

    theme = make_theme(
        {
            "templates/index.html": '{% import "partials/m.html" as m %}{{ m.seen }}',
            "templates/partials/m.html": "{% set seen = post.title %}",
        }
    )
    titles = []
    for title in ("First", "Second"):
        card = make_page_with(page, title)
        titles.append(environment.render(theme, ("index.html",), card).html)
    assert titles == ["First", "Second"]


def make_page_with(page, title):
    from dataclasses import replace

    made = page()
    return replace(made, extra={**made.extra, "post": replace(made.extra["post"], title=title)})
