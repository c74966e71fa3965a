"""How rows are put back: what every room tells of its tables, and what stands in the way.

The log knows rows and nothing else. What hangs on them beside rows (an index of words, HTML that
is made from a text, sessions that must end) and what must hold between them (intervals that never
overlap, a tree without circles) is known to the rooms, which register a keeper for their tables.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cms.errors import Rejected
from cms.history.models import ChangeSet
from cms.history.steps import Key, Net
from cms.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why an act cannot be undone now: an act that came later, or something in words.

    A final one stays for ever.
    """

    words: str = ""
    act: ChangeSet | None = None
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A row that stands in the way; the later act that touched it is looked up in the log."""

    table: str
    row_id: str
    columns: frozenset[str] = frozenset()
    # What to say when the log knows no such act.
    words: str = ""


class Blocked(Rejected):
    """An act cannot be undone as things stand."""

    def __init__(self, message: str, obstacles: tuple[Obstacle, ...]) -> None:
        super().__init__(message)
        self.obstacles = obstacles


@dataclass(frozen=True)
class Plan:
    """An act that is to be undone, and what it did to each row."""

    act: ChangeSet
    nets: Mapping[Key, Net]

    def of(self, *tables: str) -> Iterator[Net]:
        """What the act did to rows of these tables."""
        return (net for net in self.nets.values() if net.table in tables)

    def deletes(self, table: str, row_id: str) -> bool:
        """Whether undoing takes this row away."""
        net = self.nets.get((table, row_id))
        return net is not None and net.is_insert

    def brings_back(self, table: str, row_id: str) -> bool:
        """Whether undoing makes this row again."""
        net = self.nets.get((table, row_id))
        return net is not None and net.is_delete

    def value(self, table: str, row_id: str, column: str, present: Any) -> Any:
        """What a column will hold when the act is undone, where it holds `present` now."""
        net = self.nets.get((table, row_id))
        if net is None or net.before is None or column not in net.before:
            return present
        return net.before[column]


class Keeper:
    """What a room knows of its tables that the log does not; each part may stay as it is."""

    tables: tuple[str, ...] = ()

    def ensure_may(self, plan: Plan, by: Any) -> None:
        """Raises NotAllowed when the person may not undo what was done to these tables."""
        raise NotImplementedError

    def hold(self, plan: Plan) -> None:
        """Hold the rows that this room's own acts hold first."""

    def find_obstacles(self, plan: Plan, *, now: datetime) -> Iterable[Obstacle | Standing]:
        """What would not be true any more, or cannot be made again; nothing is changed."""
        return ()

    def prepare(self, plan: Plan, *, now: datetime) -> None:
        """Do what must come before the rows change."""

    def is_lost(self, table: str, row_id: str) -> bool:
        """Whether a row that is not there can never be made again."""
        return False

    def fill_in(self, row: Any) -> None:
        """Give a row that is made again what the log does not keep."""

    def settle(self, plan: Plan, *, now: datetime) -> None:
        """Make anew what follows from the rows, once they are back."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """A column that names rows of another table without a foreign key.

    With `kind_column` it says in that column which table it is.
    """

    table: str
    column: str
    to: str
    kind_column: str | None = None


Look = Callable[[Plan], Iterable[Obstacle | Standing]]

_keepers: dict[str, Keeper] = {}
_pointers: list[Pointer] = []
_looks: list[Look] = []
_words: dict[str, object] = {}


def register(keeper: Keeper) -> Keeper:
    """Let a room put back the rows of its tables."""
    for table in keeper.tables:
        _keepers[table] = keeper
    return keeper


def find_keeper(table: str) -> Keeper | None:
    """Who puts back the rows of this table; None when they cannot be."""
    return _keepers.get(table)


def keepers_of(plan: Plan) -> tuple[Keeper, ...]:
    """Everyone whose rows are in the plan, each once."""
    found = (find_keeper(net.table) for net in plan.nets.values())
    return tuple(dict.fromkeys(keeper for keeper in found if keeper is not None))


def look(find: Look) -> Look:
    """Let a room say what stands in the way of any act, whoever keeps the rows that it touched."""
    _looks.append(find)
    return find


def looks() -> tuple[Look, ...]:
    """What the rooms look at beside their own rows."""
    return tuple(_looks)


def point(table: str, column: str, *to: str, kind_column: str | None = None) -> None:
    """Say that a column names rows of other tables, so that undoing leaves none leading nowhere."""
    _pointers.extend(Pointer(table, column, each, kind_column) for each in to)


def pointers() -> tuple[Pointer, ...]:
    """All columns that name rows without a foreign key."""
    return tuple(_pointers)


def say(table: str, words: object) -> None:
    """What to tell when rows of a table, which the log does not know, would be left behind."""
    _words[table] = words


def words_for(table: str) -> str:
    """What is told of rows of this table that would be left behind."""
    return str(_words.get(table) or _("Something else belongs to it by now."))
