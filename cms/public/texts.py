"""The text of an entry on its way out: references become addresses, in one question for all."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from cms import db
from cms.addresses import urls
from cms.content import profiles, queries
from cms.rendering import resolver
from cms.rendering.resolver import Resolved
from cms.rendering.safe_html import SafeHtml, stored_html

# In HTML and in Markdown alike; what only looks like a reference is looked up in vain.
_OWN = re.compile(r"\b(entry|term|profile):([0-9A-Z]{26})\b")
_LONGEST_KIND = len("profile")
# What begins with a letter of its own is found twenty times faster than a choice of words.
_ID = re.compile(r":[0-9A-Z]{26}")

Found = Mapping[tuple[str, str], Resolved]


def resolve(html: str, *, now: datetime, feed_url: str = "") -> SafeHtml:
    """Stored HTML for a page, or for a feed whose entry lives at the full `feed_url`."""
    return resolve_with(html, find_targets([html], now=now), feed_url=feed_url)


def resolve_with(html: str, found: Found, *, feed_url: str = "") -> SafeHtml:
    """The same with targets that were looked up before."""
    return resolver.resolve(
        stored_html(html),
        lambda kind, target: found.get((kind, target)),
        target="feed" if feed_url else "web",
        base_url=urls.site_url(),
        page_url=feed_url,
    )


def find_targets(pages: Iterable[str], *, now: datetime) -> Found:
    """Where everything that these texts refer to stands now; at most three queries."""
    wanted: dict[str, set[str]] = {"entry": set(), "term": set(), "profile": set()}
    for page in pages:
        for kind, target in _own_targets(page):
            wanted[kind].add(target)
    found: dict[tuple[str, str], Resolved] = {}
    for entry_id, (path, title) in queries.paths_of(wanted["entry"], now=now).items():
        found["entry", entry_id] = Resolved(urls.local(path), title)
    for term_id, (path, name) in queries.shown_terms(wanted["term"], now=now).items():
        found["term", term_id] = Resolved(urls.local(path), name)
    if wanted["profile"]:
        for row in db.read(profiles.select_standing(wanted["profile"])):
            found["profile", row[0]] = Resolved(urls.local(profiles.path_for(row[1])), row[2])
    return found


def _own_targets(page: str) -> Iterator[tuple[str, str]]:
    """Kind and id of everything of the site that a text names."""
    for place in _ID.finditer(page):
        start = max(0, place.start() - _LONGEST_KIND)
        if found := _OWN.search(page, start, place.end() + 1):
            yield found[1], found[2]
