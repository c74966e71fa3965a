"""What themes may call, and the words, dates and pictures they get."""

import json
import re
from datetime import UTC, datetime

import pytest
from markupsafe import Markup

from cms.themes import environment, locales, views
from cms.themes.context import NoSources


class Renditions(NoSources):
    def image_url(self, image, *, width, ratio):
        return f"/-/media/{image.id}-{width}.webp"


PICTURE = views.Image(
    id="M1", url="/-/media/M1.jpg", alt='A "cup"', width=1200, height=800, mime="image/jpeg"
)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ('{{ post.published|date }}', "January 20, 2026"),
        ('{{ post.published|date("short") }}', "1/20/26"),
        ('{{ post.published|date("d MMM") }}', "20 Jan"),
        ('{{ post.published|date("iso") }}', "2026-01-20T13:00:00+01:00"),
        ('{{ post.published|time }}', "1:00\u202fPM"),
        ('{{ post.updated|date }}', ""),
        ('{{ post.published|ago }}', "1 month ago"),
        ("{{ 1234567|number }}", "1,234,567"),
        ("{{ 1536000|filesize }}", "1.5 MB"),
        ("{{ post|reading_time }}", "3"),
        ('{{ "one two three four"|excerpt(2) }}', "one two…"),
        ('{{ post.content|excerpt(9) }}', "Body &amp; soul"),
        ('{{ "**a** *b* `c` <d>"|markdown_inline }}',
         "<strong>a</strong> <em>b</em> <code>c</code> &lt;d&gt;"),
        ('{{ "[a](https://a.b/c_d_e)"|markdown_inline }}', '<a href="https://a.b/c%5Fd%5Fe">a</a>'),
        ('{{ "[a](javascript:x)"|markdown_inline }}', "[a](javascript:x)"),
        ('{{ "/a"|absolute }}', "https://example.org/a"),
        ('{{ "//evil"|absolute }}', "//evil"),
        ('{{ "#ffffff"|contrast_text }}', "#000000"),
        ('{{ "#123"|alpha(0.5) }}', "#11223380"),
        ('{{ ["a", none, "b c", "d"]|classes }}', "a d"),
        ('{{ "Grüße, Welt"|slug }}', "grüße-welt"),
        ('{{ post.subtitle|default("none yet") }}', "none yet"),
        ('{{ "a<b"|replace("a", "c") }}', "c&lt;b"),
        ('{{ ["a<", post.content]|join("–") }}', "a&lt;–<p>Body & soul</p>"),
        ('{{ {"a": "</script>"}|tojson }}', '{"a": "\\u003c/script\\u003e"}'),
        ('{% for y, list in posts|by_year %}{{ y }}:{{ list|length }} {% endfor %}',
         "2026:1 2025:2"),
        ('{% for g in posts|groupby("title") %}{{ g.grouper }},{% endfor %}',
         "Post 1,Post 2,Post 3,"),
        ('{{ posts|map(attribute="title")|join(", ") }}', "Post 1, Post 2, Post 3"),
        ('{{ posts|selectattr("title", "eq", "Post 2")|map(attribute="id")|first }}', "P2"),
        ('{{ posts|sort(attribute="published")|map(attribute="id")|first }}', "P3"),
        ('{% for row in [1,2,3]|batch(2, 0) %}{{ row|join }}/{% endfor %}', "12/30/"),
        ('{% for c in [1,2,3]|slice(2) %}{{ c|join }}/{% endfor %}', "12/3/"),
        ("{{ [1, 2]|sum }} {{ 2.5|round }} {{ '7'|int }} {{ 'x'|int(3) }}", "3 2.0 7 3"),
        ('{{ [3,1]|random == [3,1]|random }}', "True"),
        ("{{ year() }}", "2026"),
        ('{{ posts[:2]|length }}{{ posts[0].id }}{{ posts[9].id }}', "2P1"),
        ("{{ post.fields.mood }}{{ post.fields.none }}", "calm"),
        ('{{ url("home") }}{{ url("search") }}', "//search"),
        ("{{ comments() }}{{ foot() }}", ""),
    ],
)  # fmt: skip
def test_filters_and_functions_show(html, source, shown):
    assert html(source) == shown


def test_dates_follow_the_language_and_the_zone_of_the_site(html, page):
    site = views.SiteView(title="Tee", url="https://e.org/", locale="de", lang="de",
                          timezone="Pacific/Kiritimati")  # fmt: skip
    late = views.PostView(
        id="1", kind="post", url="/", title="", published=datetime(2026, 5, 1, 23, tzinfo=UTC)
    )
    made = page(site=site, extra={"post": late})
    assert html("{{ post.published|date }}", page=made) == "2. Mai 2026"


def test_a_picture_is_sized_described_and_lazy(html, page):
    drawn = html("{{ image(post.image) }}", page=page(extra={"post": picture_post()}))
    assert 'alt="A &#34;cup&#34;"' in drawn
    assert 'width="1200" height="800"' in drawn
    assert 'loading="lazy"' in drawn
    assert "style" not in drawn


def picture_post(**changes):
    return views.PostView(id="1", kind="post", url="/", title="T", image=PICTURE, **changes)


def test_a_picture_offers_no_width_above_its_own(make_theme, page):
    sizes = '[images.sizes]\ncard = { ratio = "3:2", sizes = "50vw" }\nface = { width = 96 }'
    source = (
        '{{ image(post.image, size="card", priority=true, class_="big") }}|'
        '{{ image(post.image, size="face", alt="") }}|{{ image(none) }}|'
        "{{ image_url(post.image, 640) }}"
    )
    theme = make_theme({"templates/index.html": source}, settings=sizes)
    made = page(extra={"post": picture_post()}, sources=Renditions())
    card, face, nothing, address = environment.render(theme, ("index.html",), made).html.split("|")
    assert "960w" in card
    assert "1280w" not in card
    assert 'sizes="50vw"' in card
    assert 'fetchpriority="high"' in card
    assert "loading" not in card
    assert 'class="big"' in card
    assert 'alt=""' in face
    assert 'width="96" height="64"' in face
    assert nothing == ""
    assert address == "/-/media/M1-640.webp"


def test_the_point_to_keep_in_view_becomes_classes(html, page):
    from dataclasses import replace

    post = replace(picture_post(), image=replace(PICTURE, focal=(0.31, 0.9)))
    assert "focal-x-3 focal-y-9" in html("{{ image(post.image) }}", page=page(extra={"post": post}))


def test_the_head_tells_who_and_what_the_page_is(html, page):
    site = views.SiteView(
        title="Tea & Co",
        url="https://example.org/",
        locale="en",
        feeds=(views.Link(label="Posts", url="/feed.xml", mime="application/atom+xml"),),
    )
    meta = views.MetaView(
        title="A </title><script>",
        description='Say "hi"',
        canonical="https://example.org/a/",
        robots="noindex",
        markdown_url="/a.md",
        type="article",
        image=PICTURE,
        alternates=(views.Lang(code="de", name="Deutsch", url="https://example.org/de/a/"),),
    )
    head = html("{{ head() }}", page=page(site=site, meta=meta))
    assert "<title>A &lt;/title&gt;&lt;script&gt; – Tea &amp; Co</title>" in head
    for expected in (
        'name="description" content="Say &#34;hi&#34;"',
        'rel="canonical" href="https://example.org/a/"',
        'name="robots" content="noindex"',
        'type="application/atom+xml" title="Posts" href="/feed.xml"',
        'type="text/markdown" href="/a.md"',
        'hreflang="de"',
        'property="og:image" content="https://example.org/-/media/M1.jpg"',
        'property="og:type" content="article"',
        "/core/content.css",
    ):
        assert expected in head, expected
    assert not re.search(r"<style|\sstyle=|<script(?! type=\"application/ld\+json\")", head)


def test_structured_data_is_json_and_cannot_break_out(html, page, post):
    made = page(extra={"post": post(1, title="</script><b>")})
    head = html("{{ head() }}", page=made)
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', head, re.S)
    graph = json.loads(block)["@graph"]
    assert graph[0]["headline"] == "</script><b>"
    assert graph[1]["@type"] == "BreadcrumbList"


def test_the_owners_settings_are_linked_once(make_theme, page):
    text = '\n[[settings]]\nid = "m"\ntype = "number"\ndefault = 1\ncss = "--m"'
    theme = make_theme({"templates/index.html": "{{ head() }}{{ setting_css() }}"}, settings=text)
    html = environment.render(theme, ("index.html",), page(settings={"m": 2, "odd": 3})).html
    assert html.count("settings.css") == 1
    assert "settings.css" not in environment.render(theme, ("index.html",), page()).html


def test_pieces_of_the_library_are_rendered(html, page):
    posts = views.PageOf(
        pages=2,
        total=20,
        next_url="/page/2/",
        window=(views.PageLink(number=1, url="/", current=True),
                views.PageLink(number=2, url="/page/2/")),
    )  # fmt: skip
    made = page(extra={"posts": posts})
    assert 'aria-current="page"' in html("{{ pagination(posts) }}", page=made)
    assert 'href="#one"' in html("{{ toc(post) }}")
    assert 'href="/"' in html("{{ breadcrumbs() }}")
    assert 'name="q"' in html('{{ search_form(label="Find") }}')


LOCALE = """
"hello" = "Hello {name}, {nothing}"
"only.english" = "English"
[minutes]
one = "{n} minute"
other = "{n} minutes"
"""
GERMAN = '"hello" = "Hallo {name}"\n[minutes]\none = "{n} Minute"\nother = "{n} Minuten"'
ARABIC = '[minutes]\nzero = "z"\none = "o"\ntwo = "t"\nfew = "f"\nmany = "m"\nother = "x"'


@pytest.fixture
def speaking(make_theme):
    return make_theme(
        {
            "templates/index.html": '{{ t("hello", name=site.title) }}|{{ t("only.english") }}|'
            '{{ t("no.key") }}|{{ tn("minutes", 1) }}|{{ tn("minutes", 4) }}|{{ _("Next") }}',
            "locales/en.toml": LOCALE,
            "locales/de.toml": GERMAN,
            "locales/ar.toml": ARABIC,
            "locales/fr.toml": "not toml at all",
        }
    )


@pytest.mark.parametrize(
    ("lang", "shown"),
    [
        ("en", "Hello Tea &amp; Co, {nothing}|English|no.key|1 minute|4 minutes|Next"),
        ("de-AT", "Hallo Tea &amp; Co|English|no.key|1 Minute|4 Minuten|Weiter"),
        ("fr", "Hello Tea &amp; Co, {nothing}|English|no.key|1 minute|4 minutes|Next"),
    ],
)
def test_words_come_in_the_language_of_the_page(speaking, page, lang, shown):
    rendered = environment.render(speaking, ("index.html",), page(lang=lang))
    assert rendered.html == shown
    assert "text no.key" in rendered.missing


def test_plurals_follow_the_language():
    forms = [locales.plural_form("ar", number) for number in (0, 1, 2, 3, 11, 100)]
    assert forms == ["zero", "one", "two", "few", "many", "other"]


def test_a_childs_words_come_before_its_parents(make_theme, page, speaking):
    child = make_theme(
        {"templates/x.html": "", "locales/en.toml": '"only.english" = "Child"'},
        id="child-theme",
        parents=(speaking,),
    )
    html = environment.render(child, ("index.html",), page()).html
    assert "|Child|" in html


def test_a_trusted_value_in_a_text_stays_trusted_and_the_rest_is_escaped(make_theme, page):
    theme = make_theme(
        {
            "templates/index.html": '{{ t("x", a=post.content, b="<b>") }}',
            "locales/en.toml": '"x" = "{a} {b}"',
        }
    )
    html = environment.render(theme, ("index.html",), page()).html
    assert html == Markup("<p>Body & soul</p> &lt;b&gt;")


def test_the_trans_tag_asks_for_its_own_text(make_theme, page):
    theme = make_theme(
        {
            "templates/index.html": "{% trans who=site.title, lang %}Hi {{ who }}, {{ lang }}"
            "{% endtrans %}|{% trans %}Two\n  lines{% endtrans %}",
            "locales/de.toml": '"Hi {who}, {lang}" = "Hallo {who} ({lang})"',
        }
    )
    german = environment.render(theme, ("index.html",), page(lang="de")).html
    assert german == "Hallo Tea &amp; Co (de)|Two lines"
    english = environment.render(theme, ("index.html",), page(lang="en"))
    assert english.html == "Hi Tea &amp; Co, en|Two lines"
