"""Pages of a list: which one is asked for, and where its neighbours are."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from flask import request
from werkzeug.datastructures import MultiDict

from cms.errors import NotFound

LARGEST_PAGE = 1_000_000


@dataclass(frozen=True, slots=True)
class Pages:
    """One page of a list of `total`, as templates show it."""

    number: int
    size: int
    total: int
    href: Callable[[int], str]

    @property
    def last(self) -> int:
        """The number of the last page; an empty list has one."""
        return max(1, -(-self.total // self.size))

    @property
    def first_item(self) -> int:
        """The place of the page's first row in the list, from 1."""
        return min(self.total, self.offset + 1)

    @property
    def last_item(self) -> int:
        """The place of the page's last row in the list."""
        return min(self.total, self.number * self.size)

    @property
    def offset(self) -> int:
        """How many rows stand before this page."""
        return (self.number - 1) * self.size

    def ensure_exists(self) -> None:
        """Pass, or raise NotFound when the list ends before this page."""
        if self.number > self.last:
            raise NotFound


@dataclass(frozen=True, slots=True)
class Sort:
    """How a list is sorted, and the addresses that sort it otherwise."""

    key: str
    descending: bool

    def href(self, key: str) -> str:
        """The address of this list sorted by `key`; the present key turns round."""
        turned = key == self.key and not self.descending
        return with_query(sort=f"-{key}" if turned else key, page=None)


def page_number(name: str = "page") -> int:
    """The page that the address asks for; what is no number is the first."""
    text = request.args.get(name, "1")
    if not (text.isascii() and text.isdigit()):
        return 1
    return min(max(1, int(text[:9])), LARGEST_PAGE)


def of_request(total: int, size: int) -> Pages:
    """The page asked for by `?page=`, keeping the rest of the address."""
    return Pages(page_number(), size, total, lambda number: with_query(page=number))


def sort_of_request(keys: tuple[str, ...], default: str) -> Sort:
    """The order asked for by `?sort=key` or `?sort=-key`, one of `keys`."""
    return sort_of(request.args.get("sort", ""), keys, default)


def sort_of(text: str, keys: tuple[str, ...], default: str) -> Sort:
    """The order that `key` or `-key` asks for, one of `keys`."""
    if text.removeprefix("-") not in keys:
        text = default
    return Sort(text.removeprefix("-"), text.startswith("-"))


def with_query(path: str = "", /, **changes: str | int | None) -> str:
    """This address, or another path, with some of the query changed; None takes a part out."""
    query: MultiDict[str, str] = MultiDict(request.args)
    for name, value in changes.items():
        query.poplist(name)
        if value is not None and (name, value) != ("page", 1):
            query.add(name, str(value))
    text = urlencode(list(query.items(multi=True)))
    return (path or request.script_root + quote(request.path)) + (f"?{text}" if text else "")
