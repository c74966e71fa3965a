"""Joins what two people made of the same text or the same fields.

A change on one side is taken whole, equal changes count once, and where both changed the same
place differently nothing is guessed: the merged text holds one side and the collision both.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cms.merging import pairing, regions
from cms.merging.blocks import Block, split_blocks
from cms.merging.fields import FieldCollision, FieldsMerge, merge_fields
from cms.merging.regions import Region
from cms.merging.running import Clash, merge_running, pick

__all__ = [
    "Collision",
    "FieldCollision",
    "FieldsMerge",
    "Merge",
    "merge_fields",
    "merge_text",
    "resolve",
]


@dataclass(frozen=True, slots=True)
class Collision:
    """A place both changed differently; `text[start:end]` of the merge holds `mine` for now."""

    base: str
    mine: str
    theirs: str
    start: int
    end: int
    # Sentences within running text; otherwise whole blocks.
    is_inline: bool = False

    @property
    def both(self) -> str:
        """Mine and then theirs: as paragraphs, or as sentences of one paragraph."""
        if not self.mine or not self.theirs:
            return self.mine or self.theirs
        if self.is_inline:
            return self.mine + ("" if self.mine[-1].isspace() else " ") + self.theirs
        return self.mine.rstrip("\n") + "\n\n" + self.theirs


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
        elif isinstance(piece, list):
            writer.add_running(piece)
        else:
            writer.collide(*piece)
    return writer.finish(pick(*ends))


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

    def add_running(self, pieces: Sequence[str | Clash]) -> None:
        if self.open_end:
            self._write("\n\n")
        for piece in pieces:
            start = self.size
            self._write(piece if isinstance(piece, str) else piece.mine)
            if isinstance(piece, Clash):
                sides = (piece.base, piece.mine, piece.theirs)
                self.collisions.append(Collision(*sides, start, self.size, is_inline=True))
        self.open_end = not self.parts[-1].endswith("\n")

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
) -> Iterator[Block | list[str | Clash] | tuple[Sequence[Block], Sequence[Block], Sequence[Block]]]:
    """Blocks that stand, joined running text, and triples of blocks that collide."""
    own, other = pairing.block_hunks(base, mine), pairing.block_hunks(base, theirs)
    # What one side alone put here just before; the other may have added the same beside it.
    beside: tuple[Sequence[Block], Region] | None = None
    for region in regions.walk(own, other, len(base), apart=0):
        old = base[slice(*region.base)]
        left, right = mine[slice(*region.mine)], theirs[slice(*region.theirs)]
        before, beside = beside, None
        if not region.changed_by and not old:
            beside = before
        elif not region.changed_by:
            for three in zip(old, left, right, strict=True):
                yield Block(three[1].text, pick(*(block.tail for block in three)), "prose")
        elif len(region.changed_by) == 1 or _texts(left) == _texts(right):
            taken = right if region.changed_by == {"theirs"} else left
            yield from taken[_repeated(before, taken, region) :]
            beside = taken, region
        elif old and left and right and all(b.is_prose for b in (*old, *left, *right)):
            yield merge_running(_text(old), _text(left), _text(right))
        else:
            yield old, left, right


def _repeated(
    before: tuple[Sequence[Block], Region] | None, taken: Sequence[Block], region: Region
) -> int:
    """How many blocks at this place the other side has just put there as well."""
    if before is None or before[1].changed_by == region.changed_by:
        return 0
    # Two changed neighbours may well be alike; only what was added counts as the same.
    if not (before[1].is_insertion or region.is_insertion):
        return 0
    texts, earlier = _texts(taken), _texts(before[0])
    sizes = range(min(len(texts), len(earlier)), 0, -1)
    return next((size for size in sizes if earlier[-size:] == texts[:size]), 0)


def _text(blocks: Sequence[Block]) -> str:
    return "".join(block.whole for block in blocks)


def _texts(blocks: Sequence[Block]) -> list[str]:
    return [block.text for block in blocks]
