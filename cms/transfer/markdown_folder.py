"""Reads a folder of Markdown files, file by file, whichever generator it was written for."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from cms.i18n import gettext as _
from cms.transfer import folder, source_site
from cms.transfer.conventions import hugo, jekyll, plain, zola
from cms.transfer.folder import TextFile
from cms.transfer.old_addresses import Objection
from cms.transfer.source_site import Convention, SourceSite
from cms.transfer.sources import Found, Note, Problem, SourceEntry, SourceSection

READERS: Mapping[Convention, Callable[[TextFile, SourceSite], list[Found]]] = {
    "zola": zola.read,
    "jekyll": jekyll.read,
    "hugo": hugo.read,
    "plain": plain.read,
}


def open_folder(
    path: Path,
    *,
    convention: Convention | None = None,
    site_url: str = "",
    objection: Objection = lambda path: None,
) -> SourceSite:
    """Lists the folder and finds out its convention; raises NotADirectoryError.

    `objection` tells, in words, why a path cannot be used on this site, or None.
    """
    if not path.is_dir():
        raise NotADirectoryError(path)
    return source_site.open_site(
        path, convention=convention, site_url=site_url, objection=objection
    )


def count_files(site: SourceSite) -> int:
    """How many files `read` will look at, for a progress bar."""
    return sum(1 for _path in site.listing.markdown())


def read(site: SourceSite) -> Iterator[Found]:
    """Everything in the folder, one file at a time; never raises for what a file holds."""
    yield from site.problems
    yield from site.listing.problems
    yield from _unread(site)
    seen: dict[str, str] = {}
    for source_id in site.listing.markdown():
        for found in read_one(site, source_id):
            yield found if isinstance(found, Problem) else _without_taken_path(found, seen)


def read_one(site: SourceSite, source_id: str) -> list[Found]:
    """What one file of the folder holds."""
    file = folder.read_file(site.listing.root, source_id)
    return [file] if isinstance(file, Problem) else READERS[site.convention](file, site)


def read_folder(
    path: Path,
    *,
    convention: Convention | None = None,
    site_url: str = "",
    objection: Objection = lambda path: None,
) -> Iterator[Found]:
    """`open_folder` and `read` in one."""
    yield from read(
        open_folder(path, convention=convention, site_url=site_url, objection=objection)
    )


def _unread(site: SourceSite) -> Iterator[Problem]:
    """Texts in other markups are said, not passed over in silence."""
    why = _("Only Markdown files are read.")
    for source_id in site.listing.files:
        if source_id.lower().endswith(folder.OTHER_TEXTS):
            yield Problem(source_id, why)


def _without_taken_path(
    found: SourceEntry | SourceSection, seen: dict[str, str]
) -> SourceEntry | SourceSection:
    """Two files with one address: the first keeps it."""
    if found.path is None:
        return found
    first = seen.setdefault(found.path.rstrip("/") or "/", found.source_id)
    if first == found.source_id:
        return found
    what = _("address {path}", path=found.path)
    note = Note("skipped", what, _("{other} has the same address.", other=first))
    return replace(found, path=None, notes=(*found.notes, note))
