"""What one rendering may spend: time, loop turns, text and elements made, depth, queries.

A Run lives as long as one page is being rendered. It is found through a context variable, so that
the environment itself can stay unchanged and be shared by all threads.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from jinja2.exceptions import SecurityError

from cms.rendering import policy

if TYPE_CHECKING:
    from cms.themes.catalog import Theme
    from cms.themes.context import PageContext

MAX_SECONDS = 2.0  # of this thread's processor time, so a busy machine fails nobody
MAX_TURNS = 200_000  # loop turns of a page
# Whatever may be published has a page, with room for what a theme puts around it.
MAX_OUTPUT = policy.MAX_HTML_CHARACTERS + 500_000  # characters of a page
MAX_MADE = 4 * MAX_OUTPUT  # characters of all texts made on the way
MAX_STRING = MAX_OUTPUT  # characters of one text
MAX_ELEMENTS = 20_000  # elements of one list, all its inner lists counted
MAX_NESTING = 40  # lists within lists
MAX_SPLIT = 200_000  # characters of a text that is taken apart into a list
MAX_BUILT = 1_000_000  # elements of all lists made on the way
MAX_DEPTH = 60  # macros within macros
MAX_LOADS = 2_000  # templates included, extended and imported
MAX_PARTS = 500_000  # pieces of output that wait to be joined
MAX_QUERIES = 8  # calls that ask the core for content
TICKS_PER_LOOK = 64  # the clock is read once in so many ticks

Text = TypeVar("Text", bound=str)

CONTAINERS = frozenset({list, tuple, dict, set, frozenset, MappingProxyType})


class OverBudget(SecurityError):
    """A template asked for more than a page may cost."""


class Run:
    """The account of one rendering."""

    __slots__ = (
        "_left",
        "_until",
        "built",
        "cache",
        "depth",
        "loads",
        "made",
        "missing",
        "modules",
        "page",
        "parts",
        "queries",
        "refusal",
        "strict",
        "theme",
        "turns",
        "variables",
    )

    def __init__(self, theme: Theme, page: PageContext, *, strict: bool = False) -> None:
        self.theme = theme
        self.page = page
        self.strict = strict
        self.variables: Mapping[str, Any] = {}
        self.turns = self.made = self.built = self.depth = self.loads = self.parts = 0
        self.modules: dict[Any, Any] = {}
        self.cache: dict[Any, Any] = {}
        self.queries: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        self.missing: set[str] = set()
        self.refusal: BaseException | None = None
        self._left = TICKS_PER_LOOK
        self._until = time.thread_time() + MAX_SECONDS

    def tick(self, steps: int = 1) -> None:
        """Count steps; now and then look at the clock."""
        self._left -= steps
        if self._left <= 0:
            self._left = TICKS_PER_LOOK
            if time.thread_time() > self._until:
                raise OverBudget(f"The page takes longer than {MAX_SECONDS:g} seconds to make.")

    def make(self, length: int) -> None:
        """Account for a text of this length before or after it is made."""
        self.made += length
        if length > MAX_STRING or self.made > MAX_MADE:
            raise OverBudget("The page makes too much text.")

    def build(self, elements: int) -> None:
        """Account for a list with so many elements."""
        self.built += elements
        if elements > MAX_ELEMENTS or self.built > MAX_BUILT:
            raise OverBudget("The page makes lists that are too long.")

    def load(self) -> None:
        """Account for one more template."""
        self.loads += 1
        self.tick()
        if self.loads > MAX_LOADS:
            raise OverBudget(f"The page uses more than {MAX_LOADS} templates.")

    def turn(self, turns: int, weight: int) -> None:
        """Account for turns of a loop, each of which puts so many pieces into the output."""
        self.turns += turns
        if self.turns > MAX_TURNS:
            raise OverBudget(f"The page takes more than {MAX_TURNS} loop turns.")
        self.await_parts(turns * weight)
        self.tick(turns)

    def await_parts(self, number: int) -> None:
        """Account for pieces of output: none is large, but each takes room until the end."""
        self.parts += number
        if self.parts > MAX_PARTS:
            raise OverBudget("The page is made of too many pieces.")

    def take(self, parts: list[str]) -> list[str]:
        """Hand on the output of a block or a partial, its pieces counted."""
        self.await_parts(len(parts))
        return parts

    def join(self, parts: list[str]) -> str:
        """One text of all parts, counted before it is made."""
        self.make(sum(map(len, parts)))
        return "".join(parts)


current: ContextVar[Run] = ContextVar("run")


def made(text: Text) -> Text:
    """Hand on a text that has just been made, its length counted."""
    current.get().make(len(text))
    return text


class Counted:
    """An iterable whose every turn is counted; it keeps its length where it has one."""

    __slots__ = ("_inner", "_run", "_weight")

    def __init__(self, inner: Iterable[Any], *, run: Run | None = None, weight: int = 0) -> None:
        self._inner = inner
        self._run = run or current.get()
        self._weight = weight

    def __len__(self) -> int:
        return len(self._inner)  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[Any]:
        turns = 0
        for item in self._inner:
            turns += 1
            if turns == TICKS_PER_LOOK:
                self._run.turn(turns, self._weight)
                turns = 0
            yield item
        self._run.turn(turns, self._weight)


def weigh(value: Any) -> int:
    """How many elements a list has with all its inner lists; stops where it is too many."""
    total = 0
    waiting = [(value, 1)]
    while waiting:
        inner, depth = waiting.pop()
        total += len(inner)
        if total > MAX_ELEMENTS:
            raise OverBudget("The page makes lists that are too long.")
        if depth > MAX_NESTING:
            raise OverBudget("The page nests lists too deeply.")
        members: Iterable[Any] = inner
        if type(inner) in (dict, MappingProxyType):
            members = (*inner.keys(), *inner.values())
        waiting.extend((each, depth + 1) for each in members if type(each) in CONTAINERS)
    return total
