"""Readable differences for people: of two Markdown texts, and of two sets of fields."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cms.merging import alignment, pairing
from cms.merging.blocks import Block, split_blocks


@dataclass(frozen=True, slots=True)
class Mark:
    """A run of words inside a changed text."""

    kind: Literal["same", "added", "removed"]
    text: str


@dataclass(frozen=True, slots=True)
class DiffBlock:
    """One Markdown block before and after; only a changed one has marks."""

    kind: Literal["same", "added", "removed", "changed"]
    before: str
    after: str
    marks: tuple[Mark, ...] = ()

    @property
    def before_marks(self) -> tuple[Mark, ...]:
        """The words of the old side, for a view with two columns."""
        return tuple(mark for mark in self.marks if mark.kind != "added")

    @property
    def after_marks(self) -> tuple[Mark, ...]:
        """The words of the new side, for a view with two columns."""
        return tuple(mark for mark in self.marks if mark.kind != "removed")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after; texts have marks, lists say what came and what went."""

    name: str
    label: str
    kind: Literal["added", "removed", "changed"]
    before: object
    after: object
    marks: tuple[Mark, ...] = ()
    added: tuple[object, ...] = ()
    removed: tuple[object, ...] = ()


def diff_text(before: str, after: str) -> tuple[DiffBlock, ...]:
    """The blocks of both texts in reading order; those of each side join to its text."""
    return tuple(_diff_blocks(split_blocks(before), split_blocks(after)))


def diff_fields(
    before: Mapping[str, object], after: Mapping[str, object], labels: Mapping[str, str]
) -> tuple[FieldChange, ...]:
    """What differs between two sets of fields, the labelled ones first and in their order."""
    names = dict.fromkeys([*labels, *before, *after])
    changed = [name for name in names if not is_same(before.get(name), after.get(name))]
    return tuple(
        _field_change(name, labels.get(name, name), before.get(name), after.get(name))
        for name in changed
    )


def diff_words(before: str, after: str) -> tuple[Mark, ...]:
    """Marks over two texts: same and removed join to `before`, same and added to `after`."""
    old, new = alignment.split_words(before), alignment.split_words(after)
    marks: list[Mark] = []
    a = b = 0
    for hunk in alignment.word_hunks(old, new):
        marks.extend(_same_marks(old[a : hunk.start], new[b : hunk.new_start]))
        marks.append(Mark("removed", "".join(old[hunk.start : hunk.end])))
        marks.append(Mark("added", "".join(new[hunk.new_start : hunk.new_end])))
        a, b = hunk.end, hunk.new_end
    marks.extend(_same_marks(old[a:], new[b:]))
    return tuple(_joined(mark for mark in marks if mark.text))


def is_same(before: object, after: object) -> bool:
    """Equal as an editor sees it: nothing and missing are one, a tick is not a number."""
    if isinstance(before, list | tuple) and isinstance(after, list | tuple):
        return len(before) == len(after) and all(map(is_same, before, after))
    if isinstance(before, bool) is not isinstance(after, bool):
        return False
    return before == after


def _diff_blocks(before: Sequence[Block], after: Sequence[Block]) -> Iterator[DiffBlock]:
    a = b = 0
    for hunk in pairing.block_hunks(before, after):
        yield from _same_blocks(before[a : hunk.start], after[b : hunk.new_start])
        a, b = hunk.end, hunk.new_end
        old, new = before[hunk.start : a], after[hunk.new_start : b]
        if len(old) == len(new) == 1 and pairing.is_alike(old[0], new[0]):
            marks = diff_words(old[0].whole, new[0].whole)
            yield DiffBlock("changed", old[0].whole, new[0].whole, marks)
        else:
            yield from (DiffBlock("removed", block.whole, "") for block in old)
            yield from (DiffBlock("added", "", block.whole) for block in new)
    yield from _same_blocks(before[a:], after[b:])


def _same_blocks(before: Sequence[Block], after: Sequence[Block]) -> Iterator[DiffBlock]:
    for old, new in zip(before, after, strict=True):
        yield DiffBlock("same", old.whole, new.whole)


def _same_marks(before: Sequence[str], after: Sequence[str]) -> Iterator[Mark]:
    """Equal words; where only the blank space between them changed, both forms are kept."""
    for old, new in zip(before, after, strict=True):
        if old == new:
            yield Mark("same", old)
        else:
            yield from (Mark("removed", old), Mark("added", new))


def _joined(marks: Iterator[Mark]) -> Iterator[Mark]:
    """Neighbours of one kind become one mark, removed before added."""
    texts = {"same": "", "removed": "", "added": ""}
    for mark in marks:
        if (mark.kind == "same") != bool(texts["same"]):
            yield from _flushed(texts)
        texts[mark.kind] += mark.text
    yield from _flushed(texts)


def _flushed(texts: dict[str, str]) -> Iterator[Mark]:
    kinds: tuple[Literal["same", "removed", "added"], ...] = ("same", "removed", "added")
    for kind in kinds:
        if texts[kind]:
            yield Mark(kind, texts[kind])
        texts[kind] = ""


def _field_change(name: str, label: str, before: object, after: object) -> FieldChange:
    kind: Literal["added", "removed", "changed"] = "changed"
    if _is_empty(before):
        kind = "added"
    elif _is_empty(after):
        kind = "removed"
    if isinstance(before, str) and isinstance(after, str):
        marks = diff_words(before, after)
        return FieldChange(name, label, kind, before, after, marks)
    old, new = _as_list(before), _as_list(after)
    added = tuple(value for value in new if value not in old)
    removed = tuple(value for value in old if value not in new)
    return FieldChange(name, label, kind, before, after, (), added, removed)


def _is_empty(value: object) -> bool:
    return value is None or value == "" or value == [] or value == ()


def _as_list(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()
