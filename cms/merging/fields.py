"""Joins two edits of one set of fields: single values, lists of ids, lists of named items."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from cms.merging.diff import is_same


@dataclass(frozen=True, slots=True)
class FieldCollision:
    """A field both changed differently; the merged values hold `mine` for now."""

    name: str
    base: object
    mine: object
    theirs: object


class FieldsMerge(NamedTuple):
    """The joined fields, and those where a person must choose."""

    values: dict[str, object]
    collisions: tuple[FieldCollision, ...]


def merge_fields(
    base: Mapping[str, object], mine: Mapping[str, object], theirs: Mapping[str, object]
) -> FieldsMerge:
    """Joins two edits of one set of fields; lists of ids are joined as ordered sets."""
    values: dict[str, object] = {}
    collisions: list[FieldCollision] = []
    for name in dict.fromkeys([*mine, *theirs, *base]):
        old, own, other = base.get(name), mine.get(name), theirs.get(name)
        if is_same(own, other) or is_same(other, old):
            source, value = mine, own
        elif is_same(own, old):
            source, value = theirs, other
        elif (joined := _merged_list(name, old, own, other)) is not None:
            values[name] = joined.values[name]
            collisions.extend(joined.collisions)
            continue
        else:
            collisions.append(FieldCollision(name, old, own, other))
            source, value = mine, own
        if name in source:
            values[name] = value
    return FieldsMerge(values, tuple(collisions))


def _merged_list(name: str, base: object, mine: object, theirs: object) -> FieldsMerge | None:
    """Three lists of ids, or of items with an `_id`, as one; None when they are something else."""
    sides = [_by_id(side) for side in (base, mine, theirs)]
    if any(side is None for side in sides):
        return None
    old, own, other = (side or {} for side in sides)
    items: list[object] = []
    collisions: list[FieldCollision] = []
    for key in _merged_order(list(old), list(own), list(other)):
        if key not in own or key not in other:
            items.append(own.get(key, other.get(key)))
        elif isinstance(own[key], dict):
            joined = merge_fields(*(_as_fields(side.get(key)) for side in (old, own, other)))
            items.append(joined.values)
            collisions.extend(_under(f"{name}[{key}]", hit) for hit in joined.collisions)
        else:
            items.append(own[key])
    lost = _removed_but_changed(old, own, other)
    collisions.extend(
        FieldCollision(f"{name}[{key}]", old[key], own.get(key), other.get(key)) for key in lost
    )
    items.extend(own.get(key, other.get(key)) for key in lost)
    return FieldsMerge({name: items}, tuple(collisions))


def _merged_order(base: list[object], mine: list[object], theirs: list[object]) -> list[object]:
    """The ids that stand, in the order of whoever changed the order (mine when both did)."""
    known = set(base)
    kept_mine = [key for key in mine if key in known]
    untouched = kept_mine == [key for key in base if key in set(mine)]
    first, second = (theirs, mine) if untouched else (mine, theirs)
    order = [key for key in first if key not in known or key in second]
    for at, key in enumerate(second):
        if key not in known and key not in order:
            before = [other for other in second[:at] if other in order]
            order.insert(order.index(before[-1]) + 1 if before else 0, key)
    return order


def _removed_but_changed(
    base: dict[object, object], mine: dict[object, object], theirs: dict[object, object]
) -> list[object]:
    """Items that one side took away while the other changed them."""
    return [
        key
        for key, old in base.items()
        if ((key in mine) != (key in theirs)) and not is_same(mine.get(key, theirs.get(key)), old)
    ]


def _by_id(value: object) -> dict[object, object] | None:
    """The items of a list by their id; None when they have none or repeat."""
    if value is None:
        return {}
    if not isinstance(value, list | tuple):
        return None
    items: dict[object, object] = {}
    for item in value:
        key = item.get("_id") if isinstance(item, dict) else item
        if not isinstance(key, str | int) or key in items:
            return None
        items[key] = item
    return items


def _as_fields(item: object) -> Mapping[str, object]:
    return item if isinstance(item, dict) else {}


def _under(name: str, collision: FieldCollision) -> FieldCollision:
    return FieldCollision(
        f"{name}.{collision.name}", collision.base, collision.mine, collision.theirs
    )
