"""Finds what two sequences have in common, fast whatever they hold.

Unique tokens that both share are anchors; between anchors an exact longest common subsequence is
found with integers as bit rows, so ten thousand equal words cost milliseconds, not minutes.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

# One bit per pair of tokens: 200 million bits are 25 MB. Beyond it the run counts as replaced.
MAX_CELLS = 200_000_000

CJK = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
WORD = re.compile(rf"\s*(?:[{CJK}]|[^\W{CJK}]+|([^\w\s])\1*)\s*")


@dataclass(frozen=True, slots=True)
class Hunk:
    """`before[start:end]` was replaced by `after[new_start:new_end]`."""

    start: int
    end: int
    new_start: int
    new_end: int

    @property
    def grows(self) -> bool:
        return self.new_end - self.new_start > self.end - self.start


def split_words(text: str) -> list[str]:
    """Words and marks, each with the blank space around it; joined again they are the text."""
    words: list[str] = []
    at = 0
    while found := WORD.match(text, at):
        words.append(found.group())
        at = found.end()
    if at < len(text):
        words.append(text[at:])
    return words


def match(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Pairs of positions that hold equal tokens, both rising."""
    pairs: list[tuple[int, int]] = []
    todo = [(0, len(before), 0, len(after))]
    while todo:
        a, a_end, b, b_end = todo.pop()
        while a < a_end and b < b_end and before[a] == after[b]:
            pairs.append((a, b))
            a, b = a + 1, b + 1
        while a < a_end and b < b_end and before[a_end - 1] == after[b_end - 1]:
            a_end, b_end = a_end - 1, b_end - 1
            pairs.append((a_end, b_end))
        if a == a_end or b == b_end:
            continue
        anchors = _anchors(before, after, a, a_end, b, b_end)
        if not anchors:
            pairs.extend(_longest_common(before, after, a, a_end, b, b_end))
            continue
        for a_next, b_next in [*anchors, (a_end, b_end)]:
            todo.append((a, a_next, b, b_next))
            a, b = a_next, b_next
    pairs.sort()
    return pairs


def hunks(pairs: list[tuple[int, int]], before_size: int, after_size: int) -> list[Hunk]:
    """The gaps between matched pairs."""
    found = []
    a = b = 0
    for a_next, b_next in [*pairs, (before_size, after_size)]:
        if a_next > a or b_next > b:
            found.append(Hunk(a, a_next, b, b_next))
        a, b = a_next + 1, b_next + 1
    return found


def join_close(found: list[Hunk]) -> list[Hunk]:
    """Joins hunks when the equal run between them is no longer than both: a stray “the” shared by
    two rewritten sentences is chance, not agreement."""
    joined: list[Hunk] = []
    for hunk in found:
        while joined:
            last = joined[-1]
            gap = hunk.start - last.end
            if gap > min(_size(last), _size(hunk)):
                break
            joined.pop()
            hunk = Hunk(last.start, hunk.end, last.new_start, hunk.new_end)
        joined.append(hunk)
    return joined


def word_hunks(before: Sequence[str], after: Sequence[str]) -> list[Hunk]:
    """What changed between two lists of words; the blank space around a word does not count."""
    keys, new_keys = [word.strip() for word in before], [word.strip() for word in after]
    return join_close(hunks(match(keys, new_keys), len(before), len(after)))


def likeness(before: Counter[str], after: Counter[str]) -> float:
    """How many words two texts share, from 0 to 1."""
    total = before.total() + after.total()
    return 2 * (before & after).total() / total if total else 1.0


def _size(hunk: Hunk) -> int:
    return max(hunk.end - hunk.start, hunk.new_end - hunk.new_start)


def _anchors(
    before: Sequence[Hashable], after: Sequence[Hashable], a: int, a_end: int, b: int, b_end: int
) -> list[tuple[int, int]]:
    """Tokens that occur once on either side, in an order that both sides keep."""
    once = {token for token, count in Counter(before[a:a_end]).items() if count == 1}
    once &= {token for token, count in Counter(after[b:b_end]).items() if count == 1}
    if not once:
        return []
    places = {after[at]: at for at in range(b, b_end) if after[at] in once}
    return _rising([(at, places[before[at]]) for at in range(a, a_end) if before[at] in once])


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs whose second number rises too."""
    tops: list[int] = []
    top_index: list[int] = []
    previous: list[int] = []
    for index, (_, place) in enumerate(pairs):
        depth = bisect_left(tops, place)
        previous.append(top_index[depth - 1] if depth else -1)
        tops[depth : depth + 1] = [place]
        top_index[depth : depth + 1] = [index]
    kept = []
    at = top_index[-1] if top_index else -1
    while at >= 0:
        kept.append(pairs[at])
        at = previous[at]
    return kept[::-1]


def _longest_common(
    before: Sequence[Hashable], after: Sequence[Hashable], a: int, a_end: int, b: int, b_end: int
) -> list[tuple[int, int]]:
    """The longest common subsequence; row `i` has bit `j` clear where taking `after[j]` gains."""
    rows, columns = a_end - a, b_end - b
    if rows * columns > MAX_CELLS:
        return []
    places: dict[Hashable, int] = {}
    for j in range(columns):
        places[after[b + j]] = places.get(after[b + j], 0) | 1 << j
    full = (1 << columns) - 1
    row = full
    table = [row]
    for i in range(rows):
        hit = row & places.get(before[a + i], 0)
        row = ((row + hit) | (row - hit)) & full
        table.append(row)
    return _walk_back(table, rows, columns, a, b)


def _walk_back(table: list[int], rows: int, columns: int, a: int, b: int) -> list[tuple[int, int]]:
    pairs = []
    i, j = rows, columns
    while i and j:
        gains = not table[i] >> (j - 1) & 1
        if not gains:
            j -= 1
        elif not table[i - 1] >> (j - 1) & 1:
            i -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((a + i, b + j))
    return pairs
