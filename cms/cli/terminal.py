"""How commands speak and open the site: plain text, colour only where a person looks on."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click

from cms import db
from cms.config import Settings


@contextmanager
def opened(settings: Settings | None = None, *, write: bool = True) -> Iterator[Settings]:
    """A unit of work on the site's database for this block; the command commits it."""
    settings = settings or Settings.from_environment()
    database = db.Database(settings.database_url, site_url=settings.site_url)
    try:
        with db.unit_of_work(database, write=write):
            yield settings
    finally:
        database.dispose()


def say(words: str = "") -> None:
    """A line of what was done."""
    click.echo(words)


def warn(words: str) -> None:
    """A line about what is not as it should be."""
    click.secho(words, fg="yellow", err=True)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as what stands in them, with no frame, so that other programs can read it."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    click.secho(_line(head, widths), bold=True)
    for row in rows:
        click.echo(_line(row, widths))


@contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar for someone who watches, a line every tenth for a log; yields a "how many more"."""
    if sys.stderr.isatty():
        with _bar(label, total) as advance:
            yield advance
    else:
        yield _lines(label, total)


@contextmanager
def _bar(label: str, total: int) -> Iterator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Remaining())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(label, total=total)
        yield lambda more: bar.advance(task, more)


def _lines(label: str, total: int) -> Callable[[int], None]:
    done = 0

    def advance(more: int) -> None:
        nonlocal done
        before, done = done, done + more
        if total and before * 10 // total != done * 10 // total:
            click.echo(f"{label}: {done} of {total}", err=True)

    return advance


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    pairs = zip(cells, widths, strict=True)
    return "  ".join(cell.ljust(width) for cell, width in pairs).rstrip()
