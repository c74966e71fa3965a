"""Which entries an act on many is about: chosen by hand, or all that a list's filter finds."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from flask import request, url_for
from werkzeug.datastructures import MultiDict

from cms import ids, text
from cms.accounts.permissions import Person
from cms.admin import entry_filters
from cms.content import listing, types
from cms.content.listing import Filter
from cms.content.types import ContentType
from cms.web import gate, pagination

SORTS = ("title", "date", "updated")
MOST_CHOSEN = 500  # by hand
MAX_QUERY = 2_000  # characters


@dataclass(frozen=True, slots=True)
class Selection:
    """Entries of a list; `query` is the list's, as it stands in its address."""

    query: str
    ids: tuple[str, ...]
    is_all: bool

    @property
    def kind(self) -> ContentType:
        """What the list shows; raises NotFound."""
        return types.get_type(parsed(self.query).get("kind", "post"))

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What a form sends along to name the same selection again."""
        chosen = [("all", "1")] if self.is_all else [("id", each) for each in self.ids]
        return [("list", self.query), *chosen]

    def find(self, person: Person) -> list[str]:
        """The ids, in the order of the list; of all only those that the person may see."""
        if not self.is_all:
            return list(self.ids)
        return listing.list_ids(self.filter(person), now=gate.now())

    def filter(self, person: Person) -> Filter:
        """The filter that the list's query stands for."""
        query, kind = parsed(self.query), self.kind
        sort = pagination.sort_of(query.get("sort", ""), SORTS, "-updated")
        form = entry_filters.of_request(kind, query)
        return entry_filters.read(form, kind, sort, person)

    def list_href(self) -> str:
        """Back to the list, just as it was."""
        address = url_for("admin.entries_index")
        return f"{address}?{self.query}" if self.query else address


def of_request() -> Selection:
    """The selection that a form or an address names; what is no id is left out."""
    given = request.values
    chosen = dict.fromkeys(each for each in given.getlist("id") if ids.is_id(each))
    query = tidy_query(given.get("list", ""))
    return Selection(query, tuple(chosen)[:MOST_CHOSEN], bool(given.get("all")))


def tidy_query(query: str) -> str:
    """A list's query without what is empty, and without letters that no address holds."""
    given = parsed(text.without_controls(query)[:MAX_QUERY]).items(multi=True)
    pairs = [(name, value) for name, value in given if value]
    while len(urlencode(pairs)) > MAX_QUERY:
        pairs.pop()
    return urlencode(pairs)


def parsed(query: str) -> MultiDict[str, str]:
    """A list's query by its names."""
    return MultiDict(parse_qsl(query, max_num_fields=100))
