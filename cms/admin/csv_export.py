"""Any list as CSV, with its filters, for a spreadsheet.

A list offers it as `list.csv` below its own address, with the same permission and the same query
(`csv_href=pagination.with_query(url_for("admin.x_csv"), page=None)` for admin/list.html), and
answers `csv_export.answer("posts", (_("Title"), …), rows)`. Give `rows` as a generator that asks
the database in bounded steps: it runs while the answer is on its way, in a unit of work of its own,
so a list of any length takes little memory.
"""

import csv
import io
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextvars import copy_context
from datetime import datetime
from typing import Any

from flask import Response

from cms import db, text
from cms.i18n import gettext as _
from cms.web import display, gate, installation

BYTE_ORDER_MARK = "\ufeff"  # Without it, Excel takes UTF-8 for something else.
ROWS_AT_ONCE = 200


def answer(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """The rows below their column names, sent bit by bit; `name` begins the file's name.

    A cell may be text, a number, yes or no, a moment (shown in the reader's zone), several texts
    or nothing. Text that a spreadsheet would run gets an apostrophe in front.
    """
    day = gate.now().astimezone(display.zone()).date().isoformat()
    response = Response(_Carried(_lines(columns, rows)), mimetype="text/csv")
    response.headers.set(
        "Content-Disposition", "attachment", filename=f"{text.make_slug(name) or 'list'}-{day}.csv"
    )
    return response


def cell(value: Any) -> str | int | float:
    """A value as it stands in a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return value
    if isinstance(value, datetime):
        return value.astimezone(display.zone()).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, list | tuple):
        value = ", ".join(map(str, value))
    return text.without_formula(str(value))


class _Carried:
    """Steps that each see what the request saw, whichever thread of the server asks for them."""

    def __init__(self, steps: Generator[bytes]) -> None:
        self._steps, self._context = steps, copy_context()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return self._context.run(next, self._steps)

    def close(self) -> None:
        """Stop early: the reader went away."""
        self._context.run(self._steps.close)


def _lines(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Generator[bytes]:
    page = io.StringIO()
    writer = csv.writer(page)
    page.write(BYTE_ORDER_MARK)
    writer.writerow([cell(column) for column in columns])
    with db.unit_of_work(installation.current().database, write=False):
        for number, row in enumerate(rows, start=1):
            writer.writerow([cell(value) for value in row])
            if number % ROWS_AT_ONCE == 0:
                yield _taken(page)
    yield _taken(page)


def _taken(page: io.StringIO) -> bytes:
    written = page.getvalue().encode()
    page.seek(0)
    page.truncate()
    return written
