"""`manage.py redirects`: redirects from a table and into one, and what is wrong with them."""

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

import click

from cms import clock, db, text
from cms.accounts.permissions import OPERATOR
from cms.addresses import leads, missing, redirect_files
from cms.addresses.redirect_files import Outcome
from cms.cli import check, terminal
from cms.content import aiming
from cms.errors import CmsError
from cms.site import settings

MOST_LINES = 20_000  # of one table, so that nobody waits for long
LARGEST = 20_000_000  # bytes
COLUMNS = ("from", "to", "code", "used", "last used")
WORDS = {
    redirect_files.NEW: "new",
    redirect_files.CHANGED: "changed",
    redirect_files.SAME: "stands there already",
}


@click.group
def command() -> None:
    """Take redirects in from a table, give them away, look for faults."""


@command.command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--dry-run", is_flag=True, help="Only say what each line would do.")
def import_(path: str, dry_run: bool) -> None:
    """Keep the redirects of a CSV table with the columns from, to and perhaps code.

    All of them are kept, as one act that can be undone, or none when a line cannot be done. A table
    may come twice. PATH may be - for standard input.
    """
    written = redirect_files.decode(_read(path))
    with terminal.opened():
        lines = redirect_files.read(written, most=MOST_LINES)
        lists = (settings.load().posts_path,)
        outcomes = redirect_files.run(lines, by=OPERATOR, now=clock.now(), lists=lists)
        problems = [each for each in outcomes if each.problem]
        if problems or dry_run:
            redirect_files.forget()
        else:
            db.commit()
            missing.forget(*(each.line.path for each in outcomes))
    if problems:
        for each in problems:
            terminal.warn(f"line {each.line.number}: {_named(each)}: {each.problem}")
        raise CmsError(f"Nothing was kept. Lines that cannot be done: {len(problems)}")
    if dry_run:
        rows = [_row(each) for each in outcomes]
        terminal.table(["line", "from", "to", "does"], rows)
    counted = ", ".join(
        f"{sum(each.does == does for each in outcomes)} {words}" for does, words in WORDS.items()
    )
    terminal.say(f"Only tried: {counted}." if dry_run else f"Kept: {counted}.")


@command.command("export")
@click.argument("path", type=click.Path(dir_okay=False, allow_dash=True), default="-")
def export(path: str) -> None:
    """Write all redirects to PATH (by default to standard output), as a CSV table."""
    with terminal.opened(write=False):
        rows = aiming.list_rows(leads.Filter())
        if path == "-":
            _write(sys.stdout, rows)
            return
        with Path(path).open("w", encoding="utf-8", newline="") as file:
            count = _write(file, rows)
    terminal.say(f"Wrote {count} redirects to {path}.")


@command.command("check")
def check_() -> None:
    """Look for redirects that lead in a circle, on, or to something that is gone."""
    with terminal.opened(write=False):
        found = [*check.tangled_redirects(), *check.redirects_to_nothing()]
    for words in found:
        terminal.warn(words)
    if found:
        raise CmsError(f"To mend: {len(found)}")
    terminal.say("Every redirect leads somewhere.")


def _read(path: str) -> bytes:
    with click.open_file(path, "rb") as file:
        body: bytes = file.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise CmsError(f"This file is larger than {LARGEST // 1_000_000} megabytes.")
    return body


def _write(file: TextIO, rows: Iterable[aiming.Row]) -> int:
    writer, count = csv.writer(file), 0
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(list(_cells(row)))
        count += 1
    return count


def _cells(row: aiming.Row) -> Iterator[str | int]:
    for value in row[:-1]:
        yield text.without_formula(value) if isinstance(value, str) else value
    yield row.last_at.isoformat() if row.last_at else ""


def _named(outcome: Outcome) -> str:
    return f"{outcome.line.path} → {outcome.line.location}".strip()


def _row(outcome: Outcome) -> Sequence[str]:
    line = outcome.line
    return [str(line.number), line.path, line.location or "(gone)", WORDS[outcome.does]]
