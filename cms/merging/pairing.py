"""Pairs the blocks of two texts: equal ones, and changed ones that are still much the same."""

from collections import Counter
from collections.abc import Sequence

from cms.merging import alignment
from cms.merging.alignment import Hunk
from cms.merging.blocks import Block

# Below this share of common words a block was replaced rather than changed.
ENOUGH_ALIKE = 0.4
# Comparing every block with every other is quadratic; past this only near neighbours are compared.
MAX_COMPARISONS = 20_000


def block_hunks(before: Sequence[Block], after: Sequence[Block]) -> list[Hunk]:
    """What changed between two lists of blocks; a changed block is a hunk of one for one."""
    keys, new_keys = [block.text for block in before], [block.text for block in after]
    pairs = alignment.match(keys, new_keys)
    found: list[Hunk] = []
    for hunk in alignment.hunks(pairs, len(before), len(after)):
        found.extend(_refined(hunk, before, after))
    return found


def _refined(hunk: Hunk, before: Sequence[Block], after: Sequence[Block]) -> list[Hunk]:
    """Splits a replaced run into changed pairs and what was added or removed between them."""
    if hunk.start == hunk.end or hunk.new_start == hunk.new_end:
        return [hunk]
    pairs = _alike_pairs(before[hunk.start : hunk.end], after[hunk.new_start : hunk.new_end])
    found: list[Hunk] = []
    a, b = hunk.start, hunk.new_start
    for i, j in [*pairs, (hunk.end - hunk.start, hunk.new_end - hunk.new_start)]:
        a_next, b_next = hunk.start + i, hunk.new_start + j
        if a_next > a or b_next > b:
            found.append(Hunk(a, a_next, b, b_next))
        if a_next < hunk.end and b_next < hunk.new_end:
            found.append(Hunk(a_next, a_next + 1, b_next, b_next + 1))
        a, b = a_next + 1, b_next + 1
    return found


def _alike_pairs(before: Sequence[Block], after: Sequence[Block]) -> list[tuple[int, int]]:
    """The order-keeping pairs of blocks that are most alike in sum."""
    if len(before) == len(after) == 1:
        return [(0, 0)] if is_alike(before[0], after[0]) else []
    reach = max(MAX_COMPARISONS // (2 * len(before)), abs(len(before) - len(after)) // 8, 1)
    best = [0.0] * (len(after) + 1)
    steps: list[bytearray] = []
    counts = [_words(block.text) for block in after]
    for i, block in enumerate(before):
        centre = i * len(after) // len(before)
        own, row, step = _words(block.text), [0.0], bytearray(len(after) + 1)
        for j in range(len(after)):
            value, how = max((best[j + 1], 1), (row[j], 2))
            if abs(j - centre) <= reach and block.kind == after[j].kind:
                alike = alignment.likeness(own, counts[j])
                if alike >= ENOUGH_ALIKE and best[j] + alike > value:
                    value, how = best[j] + alike, 3
            row.append(value)
            step[j + 1] = how
        best = row
        steps.append(step)
    return _walk_back(steps, len(after))


def _walk_back(steps: list[bytearray], columns: int) -> list[tuple[int, int]]:
    pairs = []
    i, j = len(steps), columns
    while i and j:
        how = steps[i - 1][j]
        i, j = i - (how != 2), j - (how != 1)
        if how == 3:
            pairs.append((i, j))
    return pairs[::-1]


def is_alike(before: Block, after: Block) -> bool:
    """Whether one block is the other, changed, and not another in its place."""
    return alignment.likeness(_words(before.text), _words(after.text)) >= ENOUGH_ALIKE


def _words(text: str) -> Counter[str]:
    return Counter(text.split())
