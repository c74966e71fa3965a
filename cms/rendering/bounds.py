"""The time bound of one rendering: a tick at every step, which stops when the time is up.

Work is measured in the processor time of this thread, so that a busy machine refuses nothing
that an idle one would accept; a caller may add a moment of the monotonic clock.
"""

import time
from collections.abc import Callable
from typing import Protocol

from cms.i18n import gettext as _
from cms.rendering import policy

Tick = Callable[[], None]


class OutOfBounds(Exception):
    """The text asks for more than a rendering may spend; the words are for the person."""


class Budget(Protocol):
    """What the parsers ask at every step."""

    def tick(self) -> None: ...


class TimeBudget:
    """A number of seconds of work, and perhaps a moment at which all must be over."""

    def __init__(self, seconds: float, *, deadline: float | None = None) -> None:
        self._until = time.thread_time() + seconds
        self._deadline = deadline

    def tick(self) -> None:
        """Raise `OutOfBounds` when the time is up."""
        if time.thread_time() > self._until:
            raise OutOfBounds(too_complex())
        if self._deadline is not None and time.monotonic() > self._deadline:
            raise OutOfBounds(too_complex())


def seconds_for(size: int) -> float:
    """How many seconds a source of so many bytes may take."""
    small = size <= policy.SMALL_SOURCE_BYTES
    return policy.SECONDS_FOR_SMALL if small else policy.SECONDS_FOR_LARGE


def too_complex() -> str:
    """The words for a text that would take too long."""
    return _(
        "This text is too complex to show: it holds too many nested or unfinished marks. "
        "Please simplify it, or split it into several pages."
    )


def too_deep() -> str:
    """The words for a text with too many things inside each other."""
    return _("This text has too many lists, quotes or elements inside each other.")
