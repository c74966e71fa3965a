"""Plain text from HTML that is already safe: for search, counts and excerpts."""

import html
import re

from cms.rendering import policy

# Sanitized HTML quotes every attribute with double quotes, so this finds whole tags in one pass.
TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:[^<>"]*(?:"[^"]*"[^<>"]*)*)?)>')
_BLOCKS = policy.words(
    """
    p h2 h3 h4 h5 h6 blockquote pre ul ol li dl dt dd table thead tbody tfoot tr th td
    caption figure figcaption div details summary br hr
    """
)
_NOT_READ = re.compile(
    r'<a class="footnote-backref"[^>]*>[^<]*</a>|<span class="task[^"]*">.</span>'
    r'|<sup id="[^"]*"><a class="footnote-ref"[^>]*>[^<]*</a></sup>'
)
_HEADING = re.compile(r"<h([2-6])[^<>]*>.*?</h\1>", re.DOTALL)
_FOOTNOTES = re.compile(r'<div class="footnotes">.*', re.DOTALL)
_CODE = re.compile(r'<div class="hl">.*?</div>', re.DOTALL)
# Only what is not a single space already.
_SPACES = re.compile(r"[^\S\n]{2,}|[^\S\n ]")
_WORD = re.compile(r"\w+(?:['’\-.]\w+)*")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")


def plain_text(html_text: str) -> str:
    """The words of safe HTML, a line for each block."""
    text = html_text
    if "footnote" in text or '<span class="task' in text:
        text = _NOT_READ.sub("", text)
    text = TAG.sub(lambda tag: "\n" if tag[2] in _BLOCKS else "", text)
    text = _SPACES.sub(" ", html.unescape(text))
    lines = map(str.strip, text.split("\n"))
    return "\n".join(line for line in lines if line)


def count_words(text: str) -> int:
    """How many words a text has; two letters of Chinese, Japanese or Korean count as one."""
    letters = len(_CJK.findall(text))
    return len(_WORD.findall(_CJK.sub(" ", text))) + (letters + 1) // 2


def excerpt_text(html_text: str, words: int) -> str:
    """The first words of safe HTML in one line, with an ellipsis where more follows.

    Headings, code and footnotes are passed over: in one line they would read as part of the text.
    """
    prose = _HEADING.sub(" ", _CODE.sub("", _FOOTNOTES.sub("", html_text)))
    line = plain_text(prose).replace("\n", " ")
    seen = 0
    for match in re.finditer(r"\S+", line):
        seen += max(1, count_words(match[0]))
        if seen >= words and match.end() < len(line):
            return line[: match.end()].rstrip(" ,;:.–—-") + "…"
    return line
