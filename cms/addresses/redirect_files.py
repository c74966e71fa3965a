"""Redirects from a table: read whole, tried line by line, and kept all or not at all."""

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cms import db, text
from cms.addresses import book, paths, patterns, redirects, targets, turns
from cms.addresses.models import Address
from cms.addresses.redirects import Redirect
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.i18n import ngettext

NEW, CHANGED, SAME = "new", "changed", "same"
# What a column may be called, in our own table and in those of other systems.
NAMES = {
    "from": ("from", "source", "path", "old", "old url", "request", "source url", "from path"),
    "to": ("to", "target", "location", "new", "new url", "destination", "target url", "to path"),
    "code": ("code", "status", "type", "kind", "http code", "status code"),
}
LONGEST_CELL = 4_000  # characters


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table, by its number in the file."""

    number: int
    path: str
    location: str
    code: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a line does, or why it cannot be done."""

    line: Line
    does: str = ""
    problem: str = ""


def decode(body: bytes) -> str:
    """The letters of a file, whatever spreadsheet wrote it; raises Rejected."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Rejected(_("This file holds no text. Save it as CSV with UTF-8."), field="file")


def read(written: str, *, most: int) -> list[Line]:
    """The lines of a table with a header; raises Rejected when it is none."""
    written = written.removeprefix("\ufeff")
    if text.has_unstorable(written):
        raise Rejected(_("This file holds no text. Save it as CSV with UTF-8."), field="lines")
    rows = _rows(written)
    head = next(rows, None)
    if head is None:
        raise Rejected(_("There is nothing in it."), field="lines")
    places = _places(head[1])
    lines: list[Line] = []
    for number, row in rows:
        cells = {name: row[at].strip() if at < len(row) else "" for name, at in places.items()}
        if any(cells.values()):
            lines.append(Line(number, cells["from"].removeprefix("'"),
                              cells["to"].removeprefix("'"), cells.get("code", "")))  # fmt: skip
        if len(lines) > most:
            words = _("There are more than {most} lines. Part them into several files.", most=most)
            raise Rejected(words, field="lines")
    if not lines:
        raise Rejected(_("There is nothing in it."), field="lines")
    return lines


def run(
    lines: Sequence[Line],
    *,
    by: recording.Actor | None,
    now: datetime,
    lists: Collection[str] = (),
) -> list[Outcome]:
    """Do what the lines say, as one act; whoever calls rolls back where any line has a problem.

    A line that says what stands there already does nothing, so a table may come twice. A line may
    lead to the path of another one, in whatever order they stand.
    """
    turns.take()
    label = ngettext("Imported {n} redirect", "Imported {n} redirects", len(lines))
    outcomes: dict[int, Outcome] = {}
    first_said = _first_said(lines)
    with recording.act(label, by=by, now=now):
        left: Sequence[Line] = lines
        made: list[Address] = []
        for _pass in range(targets.MAX_HOPS):
            again = []
            for line in left:
                try:
                    _ensure_first(line, first_said)
                    does, row = _do(line, by=by, now=now, lists=lists)
                except Rejected as refusal:
                    outcomes[line.number] = Outcome(line, problem=refusal.message)
                    again.append(line)
                    continue
                outcomes[line.number] = Outcome(line, does)
                made += [row] if isinstance(row, Address) else []
            # Those that were refused may lead to what another line has made since.
            if len(again) in (0, len(left)):
                break
            left = again
        redirects.collapse(made)
    return [outcomes[line.number] for line in lines]


def _first_said(lines: Sequence[Line]) -> dict[str, int]:
    """The line that speaks of each path first; a slash at the end makes no other path."""
    first: dict[str, int] = {}
    for line in lines:
        first.setdefault(_bare(line), line.number)
    return first


def _ensure_first(line: Line, first_said: Mapping[str, int]) -> None:
    first = first_said[_bare(line)]
    if first != line.number:
        raise Rejected(_("Line {number} says something of this path already.", number=first))


def _bare(line: Line) -> str:
    return paths.normalise(line.path).rstrip("/")


def _do(
    line: Line, *, by: recording.Actor | None, now: datetime, lists: Collection[str]
) -> tuple[str, Redirect | None]:
    code = _code(line.code)
    source = redirects.read_source(line.path, lists=lists)
    target = redirects.read_target(line.location, source=source, code=code, lists=lists)
    row = _present(source)
    if row is None:
        made = redirects.create(
            source, target, by=by, now=now, code=code, lists=lists, straighten=False
        )
        return NEW, made
    if (targets.of(row), row.code) == (target, code):
        return SAME, None
    changed = redirects.change(
        row, source, target, by=by, now=now, code=code, lists=lists, straighten=False
    )
    return CHANGED, changed


def _present(source: str) -> Redirect | None:
    if patterns.is_pattern(source):
        return next((row for row in book.list_patterns() if row.source == source), None)
    line = book.find(source)
    return line if isinstance(line, Address) and line.state == "former" else None


def _code(written: str) -> int:
    if not written:
        return 301
    if not (written.isascii() and written.isdigit()) or int(written[:6]) not in redirects.CODES:
        raise Rejected(_("A redirect is one of {codes}.",
                         codes=", ".join(map(str, redirects.CODES))))  # fmt: skip
    return int(written)


def _rows(written: str) -> Iterator[tuple[int, list[str]]]:
    first = written.lstrip("\n").split("\n", 1)[0]
    mark = max((";", "\t", ","), key=first.count)
    reader = csv.reader(io.StringIO(written, newline=""), delimiter=mark)
    try:
        for row in reader:
            if any(len(cell) > LONGEST_CELL for cell in row):
                words = _("Line {number} is too long.", number=reader.line_num)
                raise Rejected(words, field="lines")
            if any(cell.strip() for cell in row):
                yield reader.line_num, row
    except csv.Error:
        words = _("Line {number} cannot be read as CSV.", number=reader.line_num)
        raise Rejected(words, field="lines") from None


def _places(head: Sequence[str]) -> dict[str, int]:
    """Which column holds what."""
    named = {cell.strip().casefold().replace("_", " "): at for at, cell in enumerate(head)}
    found = {
        name: next(named[each] for each in known if each in named)
        for name, known in NAMES.items()
        if any(each in named for each in known)
    }
    if "from" not in found or "to" not in found:
        raise Rejected(_("The first line names the columns: from, to and perhaps code."),
                       field="lines")  # fmt: skip
    return found


def forget() -> None:
    """Take back what was only tried."""
    db.session().rollback()
