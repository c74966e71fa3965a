"""Walks a folder of files that strangers made: nothing followed, nothing opened that is no file.

Reads the disk and knows nothing of what the files say.
"""

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cms.i18n import gettext as _
from cms.transfer.sources import Note, Problem

MAX_FILE_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 30
MARKDOWN = (".md", ".markdown", ".mkd", ".mdown", ".mkdn")
OTHER_TEXTS = (".html", ".htm", ".rst", ".adoc", ".asciidoc", ".org", ".textile", ".mdx", ".ipynb")
# Made by tools and never by writers; hidden folders are passed over as well.
IGNORED = frozenset(("node_modules", "_site", "__pycache__"))
# C0 controls but tab and newline, DEL and C1 controls but NEL.
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


@dataclass(slots=True)
class Listing:
    """All files of a folder by their path within it, and what was passed over."""

    root: Path
    files: dict[str, int] = field(default_factory=dict)  # path → size in bytes
    problems: list[Problem] = field(default_factory=list)

    def markdown(self) -> Iterator[str]:
        """The Markdown files, folder by folder, `_index.md` before the rest."""
        return (path for path in self.files if path.lower().endswith(MARKDOWN))


@dataclass(frozen=True, slots=True)
class TextFile:
    """One file as text with LF newlines, and what had to be changed for that."""

    source_id: str
    text: str
    digest: str
    notes: tuple[Note, ...]


def list_files(root: Path) -> Listing:
    """Everything beneath the folder, sorted; links and special files are passed over and said."""
    listing = Listing(root)
    _walk(root, "", 0, listing)
    _note_case_twins(listing)
    return listing


def read_file(root: Path, source_id: str) -> TextFile | Problem:
    """The text of one listed file; never raises."""
    try:
        with open(root / source_id, "rb", opener=_open_no_follow) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return Problem(source_id, _("This is no regular file."))
            data = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        return Problem(source_id, _("The file cannot be read: {why}.", why=_reason(error)))
    if len(data) > MAX_FILE_BYTES:
        return Problem(source_id, too_large(MAX_FILE_BYTES))
    notes: list[Note] = []
    text = _tidy(_decode(data, notes), notes)
    return TextFile(source_id, text, hashlib.sha256(data).hexdigest(), tuple(notes))


def too_large(limit: int) -> str:
    """The words for a file above the limit."""
    return _("The file is larger than {limit} MB.", limit=limit // 1024 // 1024)


def _walk(folder: Path, inside: str, depth: int, listing: Listing) -> None:
    try:
        with os.scandir(folder) as entries:
            found = sorted(
                entries, key=lambda entry: (not entry.name.startswith("_index"), entry.name)
            )
    except OSError as error:
        why = _("The folder cannot be read: {why}.", why=_reason(error))
        listing.problems.append(Problem(inside or ".", why))
        return
    folders = []
    for entry in found:
        name = inside + entry.name
        if not _is_printable(entry.name):
            shown = name.encode("utf-8", "backslashreplace").decode()
            why = _("The file name is not UTF-8 or holds control characters.")
            listing.problems.append(Problem(CONTROLS.sub("?", shown), why))
        elif entry.is_symlink():
            why = _("Symbolic links are not followed.")
            listing.problems.append(Problem(name, why))
        elif entry.is_dir(follow_symlinks=False):
            if entry.name not in IGNORED and not entry.name.startswith("."):
                folders.append(entry)
        else:
            _add_file(entry, name, listing)
    if depth >= MAX_DEPTH and folders:
        listing.problems.append(Problem(inside, _("The folders are nested too deeply.")))
        return
    for entry in folders:
        _walk(folder / entry.name, f"{inside}{entry.name}/", depth + 1, listing)


def _add_file(entry: os.DirEntry[str], name: str, listing: Listing) -> None:
    try:
        info = entry.stat(follow_symlinks=False)
    except OSError as error:
        why = _("The file cannot be read: {why}.", why=_reason(error))
        listing.problems.append(Problem(name, why))
        return
    is_text = name.lower().endswith(MARKDOWN)
    if not stat.S_ISREG(info.st_mode):
        listing.problems.append(Problem(name, _("This is no regular file.")))
    elif is_text and info.st_size > MAX_FILE_BYTES:
        listing.problems.append(Problem(name, too_large(MAX_FILE_BYTES)))
    elif not entry.name.startswith("."):
        listing.files[name] = info.st_size


def _note_case_twins(listing: Listing) -> None:
    seen: dict[str, str] = {}
    for path in listing.files:
        twin = seen.setdefault(path.casefold(), path)
        if twin != path and path.lower().endswith(MARKDOWN):
            why = _("The name differs from {twin} only in its case; both are read.", twin=twin)
            listing.problems.append(Problem(path, why))


def _is_printable(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return not any(ord(letter) < 32 or ord(letter) == 127 for letter in name)


def _open_no_follow(path: str, flags: int) -> int:
    # A pipe put there since the listing must not hold up the import, hence NONBLOCK.
    more = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    return os.open(path, flags | more)


def _decode(data: bytes, notes: list[Note]) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        notes.append(Note("changed", _("encoding"), _("The file was UTF-16.")))
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        why = _("The file is not UTF-8; it was read as Windows-1252.")
        notes.append(Note("approximated", _("encoding"), why))
        return data.decode("cp1252", "replace")


def _tidy(text: str, notes: list[Note]) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        notes.append(Note("changed", _("line ends"), _("They are kept as LF.")))
    text, count = CONTROLS.subn("", text)
    if count:
        why = _("Control characters taken out: {count}.", count=count)
        notes.append(Note("changed", _("text"), why))
    return text


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
