"""Joins what two people made of the same text or the same fields.

A change on one side is taken whole, equal changes count once, and where both changed the same
place differently nothing is guessed: the merged text holds one side and the collision both.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cms.merging import alignment, pairing, regions
from cms.merging.blocks import Block, split_blocks
from cms.merging.fields import FieldCollision, FieldsMerge, merge_fields

__all__ = [
    "Collision",
    "FieldCollision",
    "FieldsMerge",
    "Merge",
    "merge_fields",
    "merge_text",
    "resolve",
]

# Fewer unchanged words between two people's changes, and neither may have meant the sum of both.
WORDS_APART = 2


@dataclass(frozen=True, slots=True)
class Collision:
    """A place both changed differently; `text[start:end]` of the merge holds `mine` for now."""

    base: str
    mine: str
    theirs: str
    start: int
    end: int


class Merge(NamedTuple):
    """The joined text, and the places where a person must choose."""

    text: str
    collisions: tuple[Collision, ...]


def merge_text(base: str, mine: str, theirs: str) -> Merge:
    """Joins two edits of one Markdown text, by blocks and, inside running text, by words."""
    if mine == theirs or theirs == base:
        return Merge(mine, ())
    if mine == base:
        return Merge(theirs, ())
    ends = [text[len(text.rstrip("\n")) :] for text in (base, mine, theirs)]
    texts = [split_blocks(text.rstrip("\n")) for text in (base, mine, theirs)]
    writer = _Writer()
    for piece in _merged_blocks(*texts):
        if isinstance(piece, Block):
            writer.add(piece)
        else:
            writer.collide(*piece)
    return writer.finish(_pick(*ends))


def resolve(merge: Merge, choices: Sequence[str]) -> str:
    """The merged text with one chosen text in the place of each collision."""
    text = merge.text
    for collision, choice in reversed(list(zip(merge.collisions, choices, strict=True))):
        text = text[: collision.start] + choice + text[collision.end :]
    return text


class _Writer:
    """Puts blocks one after the other and keeps a blank line between those that met anew."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.size = 0
        self.open_end = False
        self.collisions: list[Collision] = []

    def add(self, block: Block) -> None:
        if self.open_end and block.whole:
            self._write("\n\n")
        self._write(block.whole)
        if block.whole:
            self.open_end = not block.whole.endswith("\n")

    def collide(
        self, base: Sequence[Block], mine: Sequence[Block], theirs: Sequence[Block]
    ) -> None:
        before = self.size + (2 if self.open_end and mine else 0)
        for block in mine:
            self.add(block)
        start = min(before, self.size)
        self.collisions.append(Collision(_text(base), _text(mine), _text(theirs), start, self.size))

    def finish(self, end: str) -> Merge:
        text = "".join(self.parts)
        body = text.rstrip("\n")
        held = max((collision.end for collision in self.collisions), default=0)
        if len(body) < held:
            return Merge(text, tuple(self.collisions))
        return Merge(body + end, tuple(self.collisions))

    def _write(self, text: str) -> None:
        self.parts.append(text)
        self.size += len(text)


def _merged_blocks(
    base: Sequence[Block], mine: Sequence[Block], theirs: Sequence[Block]
) -> Iterator[Block | tuple[Sequence[Block], Sequence[Block], Sequence[Block]]]:
    """Blocks that stand, and triples of blocks that collide."""
    own, other = pairing.block_hunks(base, mine), pairing.block_hunks(base, theirs)
    for region in regions.walk(own, other, len(base), apart=0):
        old = base[slice(*region.base)]
        left, right = mine[slice(*region.mine)], theirs[slice(*region.theirs)]
        if not region.changed_by:
            for three in zip(old, left, right, strict=True):
                yield Block(three[1].text, _pick(*(block.tail for block in three)), "prose")
        elif region.changed_by == {"mine"} or _texts(left) == _texts(right):
            yield from left
        elif region.changed_by == {"theirs"}:
            yield from right
        elif (joined := _merged_words(old, left, right)) is not None:
            yield Block(joined, "", "prose")
        else:
            yield old, left, right


def _merged_words(
    base: Sequence[Block], mine: Sequence[Block], theirs: Sequence[Block]
) -> str | None:
    """The joined running text, or None when a unit is involved or the words collide."""
    if not (base and mine and theirs) or not all(b.is_prose for b in (*base, *mine, *theirs)):
        return None
    old, own, other = (alignment.split_words(_text(side)) for side in (base, mine, theirs))
    hunks_mine, hunks_theirs = alignment.word_hunks(old, own), alignment.word_hunks(old, other)
    words: list[str] = []
    for region in regions.walk(hunks_mine, hunks_theirs, len(old), apart=WORDS_APART):
        left, right = own[slice(*region.mine)], other[slice(*region.theirs)]
        if not region.changed_by:
            words.extend(
                _pick(*three) for three in zip(old[slice(*region.base)], left, right, strict=True)
            )
        elif region.changed_by == {"mine"} or left == right:
            words.extend(left)
        elif region.changed_by == {"theirs"}:
            words.extend(right)
        else:
            return None
    return "".join(words)


def _pick(base: str, mine: str, theirs: str) -> str:
    """Mine when I changed it, else theirs."""
    return theirs if mine == base else mine


def _text(blocks: Sequence[Block]) -> str:
    return "".join(block.whole for block in blocks)


def _texts(blocks: Sequence[Block]) -> list[str]:
    return [block.text for block in blocks]
