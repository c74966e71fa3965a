"""Joins two edits of running text by words; where words collide, whole sentences are asked about.

A sentence is the smallest thing that a person can choose between and still read.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cms.merging import alignment, regions

# Fewer unchanged words between two people's changes, and neither may have meant the sum of both.
WORDS_APART = 2

_FULL_STOP = re.compile(r"[.!?…]+")
_CLOSING = re.compile(r"[\"'”’»)\]*_]+")
_WIDE_STOP = re.compile(r"[。！？]+")
_GLUED = re.compile(rf"[^\W{alignment.CJK}]{{2}}")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True, slots=True)
class Clash:
    """Sentences that both changed differently, with what stood there before."""

    base: str
    mine: str
    theirs: str


@dataclass(slots=True)
class _Stretch:
    """A run of the base's words with what each side has there; `joined` is None in a collision."""

    start: int  # in words of the base
    end: int
    base: str
    mine: str
    theirs: str
    joined: str | None


def merge_running(base: str, mine: str, theirs: str) -> list[str | Clash]:
    """The joined text in pieces: texts that stand, and sentences that collide."""
    words = alignment.split_words(base)
    ends = _sentence_ends(words)
    stretches = list(_stretches(words, mine, theirs, ends))
    torn = _torn_sentences(stretches, ends)
    pieces: list[str | Clash] = []
    run: list[_Stretch] = []
    for number, stretch in enumerate(stretches):
        if run and (number not in torn or stretch.start in ends):
            pieces.append(_clash(run))
            run = []
        if number in torn:
            run.append(stretch)
        else:
            pieces.append(stretch.joined or "")
    if run:
        pieces.append(_clash(run))
    return list(_kept_apart(pieces))


def _kept_apart(pieces: Iterable[str | Clash]) -> Iterator[str | Clash]:
    """With a space where one side took the blank away beside which the other put a word."""
    end = ""
    for piece in pieces:
        sides = (piece,) if isinstance(piece, str) else (piece.mine, piece.theirs)
        if any(_GLUED.fullmatch(end + side[:1]) for side in sides):
            yield " "
        yield piece
        end = sides[0][-1:] or end


def _clash(run: Sequence[_Stretch]) -> Clash:
    return Clash(
        "".join(each.base for each in run),
        "".join(each.mine for each in run),
        "".join(each.theirs for each in run),
    )


def _torn_sentences(stretches: Sequence[_Stretch], ends: set[int]) -> set[int]:
    """Numbers of the stretches that collide, and of those that share a sentence with them."""
    torn: set[int] = set()
    for number, stretch in enumerate(stretches):
        if stretch.joined is not None:
            continue
        first = last = number
        while first and stretches[first].start not in ends:
            first -= 1
        while last + 1 < len(stretches) and stretches[last].end not in ends:
            last += 1
        torn.update(range(first, last + 1))
    return torn


def _stretches(words: Sequence[str], mine: str, theirs: str, ends: set[int]) -> Iterator[_Stretch]:
    """The base from start to end: changes as they are, what nobody changed cut at its sentences."""
    own, other = alignment.split_words(mine), alignment.split_words(theirs)
    hunks = alignment.word_hunks(words, own), alignment.word_hunks(words, other)
    for region in regions.walk(*hunks, len(words), apart=WORDS_APART):
        start, end = region.base
        old = words[start:end]
        left, right = own[slice(*region.mine)], other[slice(*region.theirs)]
        if not region.changed_by:
            cuts = [start, *(at for at in range(start + 1, end) if at in ends), end]
            for a, b in pairwise(cuts):
                here = slice(a - start, b - start)
                yield _unchanged(a, b, old[here], left[here], right[here])
            continue
        before, left_text, right_text = "".join(old), "".join(left), "".join(right)
        joined: str | None = None
        if region.changed_by == {"mine"} or left == right:
            joined = left_text
        elif region.changed_by == {"theirs"}:
            joined = right_text
        yield _Stretch(start, end, before, left_text, right_text, joined)


def _unchanged(
    start: int, end: int, base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]
) -> _Stretch:
    """The same words for everybody; only the blank space around them may differ."""
    joined = "".join(pick(*three) for three in zip(base, mine, theirs, strict=True))
    return _Stretch(start, end, "".join(base), "".join(mine), "".join(theirs), joined)


def _sentence_ends(words: Sequence[str]) -> set[int]:
    """The places after the last word of each sentence, heading and paragraph, and the start."""
    ends = {0, len(words)}
    is_closing = False
    for number, word in enumerate(words):
        mark = word.strip()
        is_closing = bool(_FULL_STOP.fullmatch(mark) or (is_closing and _CLOSING.fullmatch(mark)))
        is_spaced = word[-1].isspace()
        if (is_closing and is_spaced) or _WIDE_STOP.fullmatch(mark) or _BLANK_LINE.search(word):
            ends.add(number + 1)
    return ends


def pick(base: str, mine: str, theirs: str) -> str:
    """Mine when I changed it, else theirs."""
    return theirs if mine == base else mine
