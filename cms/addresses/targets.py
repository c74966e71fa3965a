"""Where a redirect leads: a thing of the site by identity, an address of the core, or elsewhere.

What a typed address names is found out once, when it is kept. So a rename never makes a chain, and
a redirect to a redirect leads where that one led.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

import sqlalchemy as sa

from cms import db, text
from cms.addresses import book, paths, patterns, urls
from cms.addresses.models import MAX_LOCATION, MAX_SUFFIX, Address, RedirectPattern
from cms.errors import Rejected
from cms.i18n import gettext as _

MAX_HOPS = 10
GONE_CODE = 410
FORMS = ("feed.xml", "rss.xml", "feed.json")  # of a list, behind its path
MARKDOWN = ".md"
# Below these stands what the book knows, and nothing else.
OF_THE_BOOK = frozenset(("tag", "category", "author"))
_PAGE = re.compile(r"(?P<base>/(?:.*/)?)(?P<form>page/[1-9][0-9]{0,6}/?)")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a redirect leads; by default nowhere, for what is gone."""

    kind: str = "redirect"
    id: str | None = None
    location: str | None = ""
    suffix: str = ""


GONE = Target()


def to(kind: str, target_id: str, suffix: str = "") -> Target:
    """A thing of the site by identity, and what is to follow its path."""
    return Target(kind, target_id, None, suffix)


def of(line: Address | RedirectPattern) -> Target:
    """Where a line of the book, or a pattern, leads."""
    return Target(line.target_kind, line.target_id, line.location, line.suffix)


def with_suffix(path: str, suffix: str) -> str:
    """A path with a form, a query or a place in the text behind it; `.md` replaces the slash."""
    return path.rstrip("/") + suffix if suffix.startswith(".") else path + suffix


def read(typed: str, *, source: str, lists: Collection[str] = ()) -> Target:
    """What a typed address names; raises Rejected, also when it leads back to `source`.

    `lists` are the paths of lists that the site keeps without the book.
    """
    location = _tidy(typed)
    if not location.startswith("/"):
        return Target(location=location)
    forms = {source, paths.other_slash(source)}
    for _hop in range(MAX_HOPS):
        path, rest = _parted(location)
        if path in forms:
            raise circle()
        found = _of_book(path, rest) or _of_core(path, rest, lists)
        if found is not None:
            return found
        way = patterns.lead(book.list_patterns(), path)
        if way is None or way[0].code == GONE_CODE:
            raise Rejected(_("Nothing stands at {path}.", path=path), field="location")
        pattern, location = way
        if pattern.target_kind != "redirect":
            return of(pattern)
        if not location.startswith("/"):
            return Target(location=location)
    raise circle()


def read_template(typed: str, *, source: str) -> Target:
    """Where a pattern leads, with stars for what its own stars stand for; raises Rejected."""
    location = _tidy(typed)
    problem = patterns.problem_with_location(location, source)
    if problem:
        raise Rejected(problem, field="location")
    if location.startswith("/"):
        path, rest = _parted(location)
        location = path + rest
    return Target(location=location)


def split_form(path: str) -> tuple[str, str] | None:
    """The path of a list or entry, and the form of it that a path asks for; or None."""
    folder, _slash, last = path.rpartition("/")
    if last in FORMS:
        return folder + "/", last
    if last.endswith(MARKDOWN) and last != MARKDOWN:
        return path.removesuffix(MARKDOWN), MARKDOWN
    page = _PAGE.fullmatch(path)
    return (page["base"], page["form"]) if page else None


def is_of_core(path: str, lists: Collection[str]) -> bool:
    """Whether the core answers this normalised path itself, or a list that is not in the book."""
    first = path.split("/")[1].lower()
    split = split_form(path)
    is_list = path in lists or (split is not None and split[0] in lists)
    return is_list or (paths.is_answered(path) and first not in OF_THE_BOOK)


def circle() -> Rejected:
    """The refusal of a way that comes back to its beginning."""
    return Rejected(_("This redirect would lead back to itself."), field="location")


def _tidy(typed: str) -> str:
    """The address, without the name of the site when it is this one; raises Rejected."""
    location = typed.strip()
    if location.startswith("/") and not location.startswith(("//", "/\\")):
        if _is_writable(location):
            return location
    elif location.lower().startswith(("https://", "http://")) and _is_writable(location):
        return _elsewhere(location)
    raise Rejected(
        _("Write a path that begins with /, or an address that begins with https://."),
        field="location",
    )


def _is_writable(location: str) -> bool:
    if len(location) > MAX_LOCATION or text.has_unstorable(location) or "\\" in location:
        return False
    return not any(letter.isspace() or paths.is_invisible(letter) for letter in location)


def _elsewhere(location: str) -> str:
    try:
        parts, site = urlsplit(location), urlsplit(urls.site_url())
        host, port = (parts.hostname or "").removesuffix("."), parts.port
    except ValueError:
        raise Rejected(_("This web address cannot be read."), field="location") from None
    if not host or "@" in parts.netloc:
        # What stands before an @ looks like a host to people.
        raise Rejected(_("This web address cannot be read."), field="location")
    below = site.path.rstrip("/")
    is_own = host == site.hostname and port == site.port and (
        parts.path == below or parts.path.startswith(below + "/")
    )  # fmt: skip
    if not is_own:
        return location
    path = parts.path.removeprefix(below) or "/"
    query = f"?{parts.query}" if parts.query else ""
    return path + query + (f"#{parts.fragment}" if parts.fragment else "")


def _parted(location: str) -> tuple[str, str]:
    """The normalised path, and what follows it from a ? or # on."""
    cut = min((at for at in map(location.find, "?#") if at >= 0), default=len(location))
    path = paths.normalise(location[:cut])
    if paths.problem_with_form(path):
        raise Rejected(_("Nothing stands at {path}.", path=text.truncate(path, 80)),
                       field="location")  # fmt: skip
    return path, location[cut:]


def _of_book(path: str, rest: str) -> Target | None:
    line, form = book.find(path), ""
    if line is None and (split := split_form(path)):
        line, form = book.find(split[0]), split[1]
        if line is not None and line.by_hand:
            return None
    if line is None:
        return None
    is_gone = line.code == GONE_CODE and line.by_hand
    if is_gone or not _is_there(line.target_kind, line.target_id):
        raise Rejected(_("{path} is gone for good.", path=path), field="location")
    suffix = form + rest
    if not suffix:
        return of(line)
    if line.by_hand:
        raise Rejected(
            _("{path} leads elsewhere itself. Name the place where it leads.", path=path),
            field="location",
        )
    if len(suffix) > MAX_SUFFIX:
        raise Rejected(_("This web address cannot be read."), field="location")
    return to(line.target_kind, str(line.target_id), suffix)


def _is_there(kind: str, target_id: str | None) -> bool:
    """Whether a thing of the site is not deleted; then it is not, before the transaction ends."""
    if target_id is None:
        return True
    # What these are, the rooms above know; that a row has this id is all that counts here.
    table = db.Base.metadata.tables[kind]
    query = sa.select(table.c.id).where(table.c.id == target_id)
    return db.session().scalar(query.with_for_update(read=True, key_share=True)) is not None


def _of_core(path: str, rest: str, lists: Collection[str]) -> Target | None:
    """What the core answers itself: the home page, the archive, files, feeds."""
    if path in ("/archive", "/search/"):
        path = paths.other_slash(path)
    return Target(location=path + rest) if is_of_core(path, lists) else None
