"""The way of a text from Markdown to safe HTML, with all that is known about it on the way."""

import hashlib
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass

from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.rendering import bounds, embeds, excerpt, headings, policy, references
from cms.rendering.headings import Heading
from cms.rendering.references import Reference
from cms.rendering.safe_html import SafeHtml

# Stored with the HTML. Raise it when the same source would give other HTML: old rows are then
# rendered again.
RENDERER = 1

_REMEMBERED = 32


@dataclass(frozen=True)
class Rendering:
    """What became of a source."""

    html: SafeHtml
    headings: tuple[Heading, ...]
    references: tuple[Reference, ...]
    text: str
    words: int
    has_code: bool
    has_footnotes: bool
    # Whether the writer used a first-level heading, which is the page's title alone.
    has_title: bool
    lead_html: SafeHtml | None
    renderer: int = RENDERER

    @property
    def has_cut(self) -> bool:
        """Whether the writer marked where a list stops and says “read more”."""
        return self.lead_html is not None


_remembered: OrderedDict[str, Rendering] = OrderedDict()
_lock = threading.Lock()


def render(source: str, *, deadline: float | None = None) -> Rendering:
    """Render Markdown, at the latest by `deadline` (monotonic seconds); raises `Rejected`.

    The last few renderings are remembered: a door may render before it opens a transaction,
    and whoever asks again inside it gets the answer at once.
    """
    key = _key(source)
    with _lock:
        if known := _remembered.get(key):
            _remembered.move_to_end(key)
            return known
    rendering = _render_bounded(source, deadline)
    with _lock:
        _remembered[key] = rendering
        while len(_remembered) > _REMEMBERED:
            _remembered.popitem(last=False)
    return rendering


def load() -> None:
    """Load the parsers before the first text asks for them."""
    render("")


def forget() -> None:
    """Forget what was rendered before."""
    with _lock:
        _remembered.clear()


def _key(source: str) -> str:
    """What a source is remembered by; raises `Rejected` for what cannot be kept at all."""
    try:
        encoded = source.encode()
    except UnicodeEncodeError:
        raise Rejected(_("This text holds characters that cannot be stored.")) from None
    if len(encoded) > policy.MAX_SOURCE_BYTES:
        raise Rejected(
            _("This text is too long to show. Please split it into several pages of up to 1 MB.")
        )
    return hashlib.sha256(encoded).hexdigest()


def _render_bounded(source: str, deadline: float | None) -> Rendering:
    # The parsers take half a second to load: a process that only shows pages never needs them,
    # and no text is to blame for the time.
    from cms.rendering import markdown, sanitizer  # noqa: F401

    size = len(source.encode())
    budget = bounds.TimeBudget(bounds.seconds_for(size), deadline=deadline)
    try:
        return _render(source, budget)
    except bounds.OutOfBounds as refusal:
        raise Rejected(str(refusal)) from None
    except RecursionError:
        raise Rejected(bounds.too_deep()) from None
    except Exception as failure:
        # The parsers are not ours: whatever they trip over is a text we cannot show, not a crash.
        raise Rejected(_("This text cannot be shown: the renderer failed on it.")) from failure


_CUT = re.compile(r"<!--\s*more\b[^<>]*?-->", re.IGNORECASE)


def _render(source: str, budget: bounds.Budget) -> Rendering:
    from cms.rendering import markdown, sanitizer

    converted = markdown.convert(source.replace("\r\n", "\n").replace("\r", "\n"), budget)
    if len(converted) > policy.MAX_HTML_CHARACTERS:
        raise bounds.OutOfBounds(bounds.too_complex())
    unsafe_html = embeds.replace_frames(converted)
    unsafe_html, contents = headings.number(headings.prefix_ids(unsafe_html))
    unsafe_html = headings.mend_links(unsafe_html, contents)
    safe_html = sanitizer.clean(unsafe_html, budget)
    text = excerpt.plain_text(safe_html)
    return Rendering(
        html=safe_html,
        headings=contents,
        references=references.find_references(safe_html),
        text=text,
        words=excerpt.count_words(text),
        has_code="<pre>" in safe_html,
        has_footnotes='<div class="footnotes">' in safe_html,
        has_title=headings.has_first_level(converted),
        lead_html=_lead(unsafe_html, budget),
    )


def _lead(unsafe_html: str, budget: bounds.Budget) -> SafeHtml | None:
    """What stands before the cut, without ids: several leads may share a page."""
    cut = _CUT.search(unsafe_html)
    if cut is None:
        return None
    from cms.rendering import sanitizer

    before = headings.without_footnote_marks(unsafe_html[: cut.start()]).rstrip()
    return sanitizer.clean(before, budget, ids=False)
