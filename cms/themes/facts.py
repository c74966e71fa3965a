"""What a page was made from, so that a change spoils exactly the pages that show it.

While a page renders only references are kept; fingerprints are computed when they are asked for.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cms.themes import views

_KINDS: dict[type, str] = {
    views.TermView: "term",
    views.TermRef: "term",
    views.AuthorView: "profile",
    views.AuthorRef: "profile",
    views.Image: "media",
    views.SiteView: "site",
    views.PostCard: "entry",
    views.PostView: "entry",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a page shows: what it is, as which view, and a fingerprint of the values."""

    kind: str
    id: str
    view: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Facts:
    """The views handed to a page, and the answers to what its theme asked."""

    roots: tuple[Any, ...] = ()
    queries: Mapping[tuple[Any, ...], tuple[Any, ...]] = dataclasses.field(default_factory=dict)

    def __iter__(self) -> Iterator[Fact]:
        seen: set[tuple[str, str, str]] = set()
        for view in self._identified((*self.roots, *self.queries.values())):
            key = (_KINDS[type(view)], getattr(view, "id", ""), type(view).__name__)
            if key not in seen:
                seen.add(key)
                yield Fact(*key, fingerprint(view))
        for question, answer in self.queries.items():
            ids = [getattr(each, "id", "") or repr(each) for each in answer]
            yield Fact("query", repr(question), "", fingerprint(ids))

    def _identified(self, value: Any) -> Iterator[Any]:
        if type(value) in _KINDS and (type(value) is views.SiteView or value.id):
            yield value
        if type(value) in views.VIEW_CLASSES:
            for each in dataclasses.fields(value):
                yield from self._identified(getattr(value, each.name))
        elif isinstance(value, tuple | Mapping):
            for item in value.values() if isinstance(value, Mapping) else value:
                yield from self._identified(item)


def fingerprint(value: Any) -> str:
    """A short hash of all values of a view; equal values give equal hashes in every process."""
    return hashlib.blake2b(repr(_plain(value)).encode(), digest_size=12).hexdigest()


def _plain(value: Any) -> Any:
    if type(value) in views.VIEW_CLASSES:
        return [
            (each.name, _plain(getattr(value, each.name))) for each in dataclasses.fields(value)
        ]
    if isinstance(value, frozenset):
        return sorted(map(repr, value))
    if isinstance(value, Mapping):
        return sorted((str(key), _plain(item)) for key, item in value.items())
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return str(value)
