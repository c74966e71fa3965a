"""What a process remembers between requests: bounded, and never of another moment."""

from datetime import UTC, datetime, timedelta

import pytest

from cms.history import generation
from cms.history.generation import Memory

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_what_is_used_stays_and_what_is_not_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generation, "MAX_REMEMBERED", 3)
    memory = Memory()
    memory.keep(1, "settings", "kept", since=NOW, until=None)
    for number in range(50):
        memory.keep(1, number, number, since=NOW, until=None)
        assert memory.find(1, "settings", NOW) == ("kept",)
    assert memory.find(1, 0, NOW) is None
    assert memory.find(1, 49, NOW) == (49,)


def test_another_generation_knows_nothing_of_the_last() -> None:
    memory = Memory()
    memory.keep(1, "a", "old", since=NOW, until=None)
    memory.keep(2, "b", "new", since=NOW, until=None)
    assert memory.find(2, "a", NOW) is None
    assert memory.find(1, "a", NOW) is None
    memory.keep(1, "a", "too late", since=NOW, until=None)
    assert memory.find(2, "b", NOW) == ("new",)


def test_a_value_holds_from_its_instant_until_its_boundary() -> None:
    memory = Memory()
    memory.keep(1, "a", "x", since=NOW, until=NOW + SECOND)
    assert memory.find(1, "a", NOW - SECOND) is None
    assert memory.find(1, "a", NOW) == ("x",)
    assert memory.find(1, "a", NOW + SECOND) is None


def test_large_values_have_a_room_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generation, "MAX_LARGE", 1_000)
    memory = Memory()
    memory.keep(1, "settings", "small", since=NOW, until=None)
    for number in range(50):
        memory.keep(1, number, number, since=NOW, until=None, size=400)
    assert memory.find(1, "settings", NOW) == ("small",)
    assert [number for number in range(50) if memory.find(1, number, NOW)] == [48, 49]
    memory.keep(1, 49, "again", since=NOW, until=None, size=400)
    assert memory.find(1, 48, NOW) == (48,)
    memory.keep(1, "huge", "larger than the room", since=NOW, until=None, size=2_000)
    assert memory.find(1, "huge", NOW) is None
    assert memory.find(1, 49, NOW) == ("again",)
