"""Checks: what of an entry is worth a second look. PURE; nothing of it stands in the way.

A check looks at plain values and gives findings by their code; the table of codes says how much
each matters, and in words what it is and how it is mended.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from cms import text
from cms.errors import Rejected
from cms.i18n import LazyText
from cms.i18n import lazy_gettext as _
from cms.rendering import excerpt, pipeline

LONGEST_TITLE = 70  # characters that search engines and feeds show of a title
LONGEST_DESCRIPTION = 170
LONGEST_PATH = 120
MAX_SAMPLE = 120  # characters of the place that are shown


class Severity(IntEnum):
    """How much a finding matters."""

    HINT = 1
    WARNING = 2
    FAULT = 3


@dataclass(frozen=True, slots=True)
class Check:
    """What can be found, and what is said of it."""

    severity: Severity
    label: LazyText
    mend: LazyText


_F, _W, _H = Severity.FAULT, Severity.WARNING, Severity.HINT
CHECKS: Mapping[str, Check] = {
    "link-broken": Check(
        _F, _("A link leads to something that is gone"),
        _("Lead it elsewhere, or take it out of the text.")),
    "link-hidden": Check(
        _W, _("A link leads to a draft, or into the trash"),
        _("Visitors read its words only. Publish the other page, or lead the link elsewhere.")),
    "link-empty": Check(
        _F, _("A link without words"),
        _("Write what it leads to; a screen reader has nothing to say otherwise.")),
    "title-missing": Check(
        _F, _("The title is missing"), _("Lists, tabs and search engines name it by it.")),
    "text-unshowable": Check(
        _F, _("The text cannot be shown"), _("The publish page says what the renderer met.")),
    "title-same": Check(
        _W, _("Another entry has the same title"),
        _("Say in the title how they differ, so that people find the right one.")),
    "heading-first": Check(
        _W, _("The text has a title of its own"),
        _("The title of the page is its only first-level heading: begin with ## in the text.")),
    "heading-skipped": Check(
        _W, _("A heading skips a level"),
        _("Let each heading be one level below the one above it; the order is read aloud.")),
    "link-words": Check(
        _W, _("A link says “here”"),
        _("Let the words say where it leads; they are also read without those around them.")),
    "image-alt": Check(
        _W, _("A picture without a description"),
        _("Describe it between the brackets: ![a red boat](…). Decoration may do without.")),
    "noindex": Check(
        _W, _("Search engines leave it out, yet it stands in lists"),
        _("If nobody is to find it, take it out of lists too; else let search engines in.")),
    "title-long": Check(
        _H, _("The title is long"),
        _("Search engines cut it off; a shorter one can be set for them alone.")),
    "description-missing": Check(
        _H, _("No description and no excerpt"),
        _("Write one or two sentences; search engines and previews show them.")),
    "description-long": Check(
        _H, _("The description is long"), _("Search engines cut it off at about 160 characters.")),
    "link-bare": Check(
        _H, _("A link shows its bare address"),
        _("Give it words: [the harbour map](https://…).")),
    "path-long": Check(
        _H, _("The address is very long"), _("A short one is easier to read out and to send.")),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was found, how often, and the first place as a sample."""

    code: str
    place: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Draft:
    """What is looked at: an entry's values, and what is known of others around it."""

    source: str = ""
    title: str | None = None
    excerpt: str = ""
    path: str | None = None
    seo: Mapping[str, Any] = field(default_factory=dict)
    listed: bool = True
    titled: bool = True
    public: bool = True
    # Titles of other entries that read the same, and of targets that visitors do not see.
    same_titles: Sequence[str] = ()
    hidden_targets: Sequence[str] = ()
    broken_targets: int = 0


def check(draft: Draft) -> tuple[Finding, ...]:
    """Everything worth a second look, each code once, the worst first; never raises."""
    found: dict[str, Finding] = {}
    for finding in _all(draft):
        known = found.get(finding.code)
        count = finding.count + (known.count if known else 0)
        place = known.place if known else text.truncate(_plain(finding.place), MAX_SAMPLE)
        found[finding.code] = Finding(finding.code, place, count)
    return tuple(sorted(found.values(), key=lambda each: _ORDER[each.code]))


_ORDER = {code: place for place, code in enumerate(CHECKS)}


def _all(draft: Draft) -> Iterator[Finding]:
    yield from _title(draft)
    if draft.public:
        yield from _description(draft)
        if len(draft.path or "") > LONGEST_PATH:
            yield Finding("path-long", draft.path or "")
        if draft.seo.get("noindex") and draft.listed:
            yield Finding("noindex")
    for title in draft.hidden_targets:
        yield Finding("link-hidden", title)
    if draft.broken_targets:
        yield Finding("link-broken", count=draft.broken_targets)
    try:
        rendered = pipeline.render(draft.source)
    except Rejected as refusal:
        yield Finding("text-unshowable", refusal.message)
        return
    if rendered.has_title:
        yield Finding("heading-first")
    yield from _headings(rendered.html, rendered.has_title)
    yield from _links(rendered.html)
    yield from _images(rendered.html)


def _title(draft: Draft) -> Iterator[Finding]:
    title = (draft.title or "").strip()
    if not draft.titled:
        return
    if not title:
        yield Finding("title-missing")
    shown = str(draft.seo.get("title") or title)
    if draft.public and len(shown) > LONGEST_TITLE:
        yield Finding("title-long", shown)
    if title and draft.same_titles:
        yield Finding("title-same", draft.same_titles[0])


def _description(draft: Draft) -> Iterator[Finding]:
    description = str(draft.seo.get("description") or "").strip()
    if not description and not draft.excerpt.strip():
        yield Finding("description-missing")
    if len(description) > LONGEST_DESCRIPTION:
        yield Finding("description-long", description)


# Values of attributes may hold what else ends a tag.
_INNER = r"""((?:[^<>"]*(?:"[^"]*"[^<>"]*)*)?)"""
_HEADING = re.compile(rf"<h([2-6])\b{_INNER}>(.*?)</h\1>", re.DOTALL)
_LINK = re.compile(rf"<a\b{_INNER}>(.*?)</a>", re.DOTALL)
_IMAGE = re.compile(rf"<img\b{_INNER}>")
_ALT = re.compile(r'\salt="([^"]*)"')
_ADDRESS = re.compile(r'\shref="([^"]*)"')
_PART = re.compile(r'\sclass="[^"]*(?:footnote|embed-link|heading-link)[^"]*"')
_BARE = re.compile(r"(?:https?://|www\.)\S+")
# What says nothing about where a link leads, in the languages that the bundled themes speak.
_EMPTY_WORDS = frozenset(
    ("here", "click here", "this", "this link", "link", "more", "read more", "hier",
     "hier klicken", "mehr", "weiterlesen", "هنا", "اضغط هنا", "المزيد", "اقرأ المزيد")
)  # fmt: skip


def _headings(safe_html: str, has_title: bool) -> Iterator[Finding]:
    # Where the text has a title of its own, all its headings were moved down by one.
    above = 2 if has_title else 1
    for mark in _HEADING.finditer(safe_html):
        level = int(mark[1])
        if level > above + 1:
            yield Finding("heading-skipped", mark[3])
        above = level


def _links(safe_html: str) -> Iterator[Finding]:
    for mark in _LINK.finditer(safe_html):
        address = _ADDRESS.search(mark[1])
        if address is None or address[1].startswith("#") or _PART.search(mark[1]):
            continue
        words = _plain(mark[2])
        if not words and not any(alt.strip() for alt in _ALT.findall(mark[2])):
            yield Finding("link-empty", html.unescape(address[1]))
        elif words.casefold().strip(" .…!»›→>") in _EMPTY_WORDS:
            yield Finding("link-words", words)
        elif _BARE.fullmatch(words):
            yield Finding("link-bare", words)


def _images(safe_html: str) -> Iterator[Finding]:
    for mark in _IMAGE.finditer(safe_html):
        alt = _ALT.search(mark[1])
        if alt is None or not alt[1].strip():
            source = re.search(r'\ssrc="([^"]*)"', mark[1])
            yield Finding("image-alt", html.unescape(source[1]) if source else "")


def _plain(words: str) -> str:
    return " ".join(html.unescape(excerpt.TAG.sub("", words)).split())
