"""Counts gathered in memory: who writes them down, and when."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from cms import clock
from cms.addresses import tally
from cms.addresses.tally import Count, Tally


@pytest.fixture
def at_exit(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """What would be called when the process ends."""
    called: list[Callable[[], None]] = []
    monkeypatch.setattr(tally.atexit, "register", called.append)
    monkeypatch.setattr(tally.util, "Finalize", lambda *given, **named: None)
    return called


def test_the_end_of_the_process_writes_what_a_thread_would_have_written(
    at_exit: list[Callable[[], None]],
) -> None:
    written: list[Mapping[str, Count]] = []
    counts: Tally[str] = Tally(written.append)
    for key in ("a", "b", "a"):
        counts.add(key, now=clock.now())
    assert len(at_exit) == 1
    at_exit[0]()
    assert {key: count.hits for key, count in written[0].items()} == {"a": 2, "b": 1}


def test_where_no_thread_writes_the_end_of_the_process_writes_nothing(
    at_exit: list[Callable[[], None]],
) -> None:
    written: list[Any] = []
    counts: Tally[str] = Tally(written.append)
    counts.in_background = False
    counts.add("a", now=clock.now())
    assert at_exit == []
    counts.flush()
    assert len(written) == 1
