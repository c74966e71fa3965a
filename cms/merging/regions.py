"""Walks one base along two sets of changes and finds what each side made of each stretch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cms.merging.alignment import Hunk


@dataclass(frozen=True, slots=True)
class Region:
    """One stretch of the base with what each side has in its place; None where nothing changed."""

    base: tuple[int, int]
    mine: tuple[int, int]
    theirs: tuple[int, int]
    changed_by: frozenset[str]

    @property
    def is_insertion(self) -> bool:
        """Whether something was added where the base had nothing."""
        return self.base[0] == self.base[1]


def walk(
    mine: Sequence[Hunk], theirs: Sequence[Hunk], size: int, *, apart: int
) -> Iterator[Region]:
    """Walks the base once: unchanged stretches and stretches that one side or both changed."""
    at, shift_mine, shift_theirs = 0, 0, 0
    i = j = 0
    while i < len(mine) or j < len(theirs):
        group_mine, group_theirs, i, j = _group(mine, theirs, i, j, apart)
        hunks = [*group_mine, *group_theirs]
        start, end = min(hunk.start for hunk in hunks), max(hunk.end for hunk in hunks)
        yield Region(
            (at, start),
            (at + shift_mine, start + shift_mine),
            (at + shift_theirs, start + shift_theirs),
            frozenset(),
        )
        grown_mine = sum(_growth(hunk) for hunk in group_mine)
        grown_theirs = sum(_growth(hunk) for hunk in group_theirs)
        changed = {
            name for name, group in (("mine", group_mine), ("theirs", group_theirs)) if group
        }
        yield Region(
            (start, end),
            (start + shift_mine, end + shift_mine + grown_mine),
            (start + shift_theirs, end + shift_theirs + grown_theirs),
            frozenset(changed),
        )
        at, shift_mine, shift_theirs = end, shift_mine + grown_mine, shift_theirs + grown_theirs
    yield Region(
        (at, size),
        (at + shift_mine, size + shift_mine),
        (at + shift_theirs, size + shift_theirs),
        frozenset(),
    )


def _group(
    mine: Sequence[Hunk], theirs: Sequence[Hunk], i: int, j: int, apart: int
) -> tuple[list[Hunk], list[Hunk], int, int]:
    """The next hunk with all hunks of the other side that meet it, and those that meet these."""
    group_mine: list[Hunk] = []
    group_theirs: list[Hunk] = []
    if j >= len(theirs) or (i < len(mine) and _comes_first(mine[i], theirs[j])):
        group_mine.append(mine[i])
        i += 1
    else:
        group_theirs.append(theirs[j])
        j += 1
    while True:
        if i < len(mine) and any(_meet(mine[i], hunk, apart) for hunk in group_theirs):
            group_mine.append(mine[i])
            i += 1
        elif j < len(theirs) and any(_meet(theirs[j], hunk, apart) for hunk in group_mine):
            group_theirs.append(theirs[j])
            j += 1
        else:
            return group_mine, group_theirs, i, j


def _comes_first(one: Hunk, other: Hunk) -> bool:
    return (one.start, one.end) <= (other.start, other.end)


def _meet(one: Hunk, other: Hunk, apart: int) -> bool:
    """Whether two people's changes touch the same place, or stand too close to be joined."""
    first, second = (one, other) if _comes_first(one, other) else (other, one)
    if apart:
        return second.start - first.end < apart
    if second.start < first.end:
        return True
    # Changed neighbours are two places. Two insertions at one point have no order, so they meet;
    # so does an insertion beside a change that itself added something there.
    return second.start == first.end and first.grows and second.grows


def _growth(hunk: Hunk) -> int:
    return (hunk.new_end - hunk.new_start) - (hunk.end - hunk.start)
