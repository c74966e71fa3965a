"""What a source's entry is in our terms: its snapshot, its moments, its place, its links."""

import posixpath
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cms import text
from cms.accounts.permissions import Person
from cms.addresses import book, paths
from cms.content import editing, profiles, references, revisions, snapshot, terms, types
from cms.content.models import Entry
from cms.content.snapshot import Snapshot
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.site import settings
from cms.transfer import links
from cms.transfer.report import Line, Outcome
from cms.transfer.source_site import SourceSite
from cms.transfer.sources import Note, SourceEntry, SourceSection

__all__ = [
    "Arrival",
    "Outcome",
    "interval",
    "name_of",
    "note_taken_path",
    "written_at",
]


class Arrival:
    """Turns entries of the source into snapshots, making terms and profiles on the way."""

    def __init__(
        self, *, by: Person, now: datetime, find_entry: Callable[[str], str | None]
    ) -> None:
        self.by = by
        self.now = now
        self.find_entry = find_entry
        self.led: dict[str, int] = {}  # links by identity, by source id
        self.own_locale = settings.load().locale
        self.known: dict[tuple[str, str], str | None] = {}

    def snapshot(
        self, found: SourceEntry | SourceSection, line: Line, entry: Entry | None
    ) -> tuple[Snapshot, bool]:
        """The snapshot, and whether some of its links wait for what is still to come."""
        source, is_open = self.lead(found, line)
        given: dict[str, Any] = {
            "title": found.title,
            "source": source,
            "excerpt": found.excerpt or "",
            "path": found.path,
            "fields": dict(found.fields),
        }
        if entry is not None:
            given["path"] = revisions.get_head(entry).path
        if isinstance(found, SourceEntry):
            given |= self._of_entry(found, line)
        elif found.path is None and found.folder == "":
            why = _("The home page is made by this site; this text has a page of its own.")
            line.notes.append(Note("approximated", _("address"), why))
        return Snapshot(**given), is_open

    def lead(
        self, found: SourceEntry | SourceSection, line: Line, *, is_last: bool = False
    ) -> tuple[str, bool]:
        """The text with own links by identity, and whether some are still unknown."""
        folder = posixpath.dirname(found.source_id)
        is_open = False

        def resolve(destination: str, is_image: bool) -> str | None:
            nonlocal is_open
            if links.is_mark(destination):
                target, fragment = links.read_mark(destination)
                part = f"#{fragment}" if fragment else ""
                if entry_id := self.find_entry(target):
                    return f"entry:{entry_id}{part}"
                is_open = is_open or target.lower().endswith((".md", ".markdown"))
                self._note_file(target, line, is_image=is_image, is_last=is_last)
                return posixpath.relpath(target, folder or ".") + part
            if not is_image and _is_unknown_own(destination):
                is_open = True
            return None

        source = references.adopt(links.rewrite(found.source, resolve))
        places = links.find_places(source)
        self.led[found.source_id] = sum(each.destination.startswith("entry:") for each in places)
        return source, is_open

    def keep_aliases(self, found: SourceEntry | SourceSection, line: Line, entry: Entry) -> None:
        """Old addresses lead to the entry, also after it moves."""
        own = revisions.get_head(entry).path
        for alias in found.aliases:
            if own is not None and alias.rstrip("/") == own.rstrip("/"):
                continue
            holder = book.find(alias)
            if holder is not None and (holder.target_kind, holder.target_id) != ("entry", entry.id):
                what = _("old address {path}", path=alias)
                line.notes.append(Note("skipped", what, _("Something else stands there.")))
                continue
            if holder is None:
                book.claim(alias, "entry", entry.id, now=self.now, state="former")
            line.redirects += 1

    def locale(self, found: SourceEntry | SourceSection) -> str:
        """The language of the entry; the site's own where the source is silent or unclear."""
        language = (found.language or "").replace("_", "-")
        is_usable = 2 <= len(language) <= 20 and language.replace("-", "").isalnum()
        return language if is_usable and language.isascii() else self.own_locale

    def parent_id(
        self, found: SourceEntry | SourceSection, section_id: Callable[[str], str | None]
    ) -> str | None:
        """The page of the folder above, for pages and sections."""
        if isinstance(found, SourceEntry):
            folder = found.parent if found.kind == "page" else None
        else:
            folder = posixpath.dirname(found.folder)
        while folder:
            parent = editing.find_entry(section_id(folder) or "")
            if parent is not None and parent.trashed_at is None:
                return parent.id
            folder = posixpath.dirname(folder)
        return None

    def forget(self) -> None:
        """After a failure, terms and profiles made on the way may have been taken back."""
        self.known.clear()

    def _of_entry(self, found: SourceEntry, line: Line) -> dict[str, Any]:
        fields = dict(found.fields)
        if found.image:
            fields.setdefault("image", found.image)
            why = _("Pictures are not imported yet; its address is kept as a field.")
            line.notes.append(Note("kept", "image", why))
        term_ids = self._terms("tag", found.tags, line)
        if "category" in types.get_type(found.kind).taxonomies:
            term_ids = self._terms("category", found.categories, line) + term_ids
        elif found.categories:
            fields.setdefault("categories", list(found.categories))
            why = _("Pages have no categories here; they are kept as a field.")
            line.notes.append(Note("kept", "categories", why))
        byline_ids = [self._profile(name, line) for name in found.authors]
        return {
            "dated_at": found.dated_at,
            "fields": fields,
            "seo": _seo(found),
            "term_ids": tuple(term_ids[: snapshot.MAX_TERMS]),
            "byline_ids": tuple(each for each in byline_ids if each)[: snapshot.MAX_BYLINES],
        }

    def _terms(self, taxonomy: str, names: tuple[str, ...], line: Line) -> list[str]:
        made = [self._made(taxonomy, name, line) for name in names]
        return list(dict.fromkeys(each for each in made if each))

    def _profile(self, name: str, line: Line) -> str | None:
        return self._made("profile", name, line)

    def _made(self, kind: str, name: str, line: Line) -> str | None:
        """The id of a term or profile of this name; asked of the database once."""
        if (kind, name) not in self.known:
            try:
                if kind == "profile":
                    made = profiles.ensure_profile(name, by=self.by, now=self.now).id
                else:
                    found = terms.ensure_terms(kind, [name], by=self.by, now=self.now)
                    made = found[0] if found else ""
            except Rejected as refusal:
                line.notes.append(Note("skipped", name[:100], refusal.message))
                return None
            self.known[kind, name] = made or None
        return self.known[kind, name]

    def _note_file(self, target: str, line: Line, *, is_image: bool, is_last: bool) -> None:
        if target.lower().endswith((".md", ".markdown")):
            if is_last:
                why = _("The file it leads to was not imported.")
                line.notes.append(Note("skipped", _("link to {path}", path=target), why))
            return
        why = _("Only texts are imported yet; this file must be uploaded by hand.")
        what = _("picture {path}", path=target) if is_image else _("file {path}", path=target)
        if not is_last:
            line.notes.append(Note("skipped", what, why))


def name_of(path: Path, site: SourceSite) -> str:
    """What to call a source: its host, or the folder it came in."""
    if host := urlsplit(site.addresses.site_url).netloc:
        return host.rpartition("@")[2].lower()
    path = path.resolve()
    return path.parent.name if path.name in ("content", "docs", "_posts") else path.name


def written_at(found: SourceEntry | SourceSection, now: datetime) -> datetime:
    """When the text was last changed at its old home, as far as it says so."""
    moments = (found.updated_at, found.dated_at) if isinstance(found, SourceEntry) else ()
    return min(next((each for each in moments if each), now), now)


def interval(found: SourceEntry | SourceSection, now: datetime) -> tuple[datetime, datetime | None]:
    """Since when, and until when, it is public."""
    if not isinstance(found, SourceEntry):
        return now, None
    return found.publishes_at or found.dated_at or now, found.expires_at


def note_taken_path(found: SourceEntry | SourceSection, line: Line, entry: Entry | None) -> None:
    """For a rehearsal: say which addresses belong to something else."""
    wanted = [(found.path, _("address {path}"))] if found.path and entry is None else []
    for path, words in [*wanted, *((alias, _("old address {path}")) for alias in found.aliases)]:
        if book.is_taken(path, "entry", entry.id if entry else None):
            note = Note("skipped", words.format(path=path), _("Something else stands there."))
            line.notes.append(note)


def _seo(found: SourceEntry) -> dict[str, str]:
    values = {"title": found.seo_title, "description": found.seo_description}
    return {
        name: text.truncate(value, snapshot.SEO_KEYS[name])
        for name, value in values.items()
        if value
    }


def _is_unknown_own(destination: str) -> bool:
    """Whether this is an address of our own at which nothing stands yet."""
    if not destination.startswith("/") or destination.startswith("//"):
        return False
    path = paths.normalise(destination.split("#")[0].split("?")[0])
    return path != "/" and paths.problem_with(path) is None and book.find(path) is None
