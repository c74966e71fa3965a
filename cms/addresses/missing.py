"""Paths that visitors asked for and nothing answers: bounded, and telling nothing of who asked."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from cms import db
from cms.addresses import paths
from cms.addresses.models import MissingPath
from cms.addresses.tally import Count, Tally
from cms.errors import NotFound
from cms.i18n import gettext as _

MOST_KEPT = 5_000
CHUNK = 500  # paths named in one statement
FRESH_A_MINUTE = 60  # different paths that one process takes note of; a flood brings no more
LONGEST = 300  # characters; what is longer was made by a machine
MINUTE = timedelta(minutes=1)
_MISSING = db.Ticks.metadata.tables[MissingPath.__tablename__]
# What may be somebody's secret or name: long letters and digits mixed, hexadecimal, mail, numbers.
_SECRET = re.compile(r"[0-9a-fA-F-]{16,}|[0-9]{8,}|[^/]*@[^/]*|[^/]*%[^/]*|[^/]*=[^/]*")
_MIXED = re.compile(r"(?=[^/-]*[0-9])(?=[^/-]*[A-Za-z])[A-Za-z0-9_.~]{20,}")
# Robots ask every site for these.
_PROBES = re.compile(
    r"/\.|wp-(login|admin|includes|content|json)|xmlrpc|phpmyadmin|/cgi-bin|\.(asp|cgi)"
)


class Notes:
    """What one process notes of missing paths, never more than so many different ones a minute."""

    def __init__(self, database: db.Database) -> None:
        """Nothing noted yet."""
        self.tally: Tally[str] = Tally(partial(_write, database), most=FRESH_A_MINUTE * 2)
        self._minute: datetime | None = None
        self._fresh: set[str] = set()

    def add(self, path: str, *, referrer: str, site_url: str, now: datetime) -> None:
        """Note that nothing stands at this normalised path; costs no question."""
        if not is_worth_noting(path):
            return
        if self._minute is None or now - self._minute >= MINUTE or now < self._minute:
            self._minute, self._fresh = now, set()
        fresh = self._fresh
        if path not in fresh and len(fresh) >= FRESH_A_MINUTE:
            return
        fresh.add(path)
        self.tally.add(path, now=now, note=read_referrer(referrer, site_url))


def is_worth_noting(path: str) -> bool:
    """Whether a missing path may be somebody's mistake; tokens and robots' guesses are not kept."""
    if len(path) > LONGEST or paths.problem_with_letters(path) or _PROBES.search(path.lower()):
        return False
    parts = path.split("/")
    return not any(_SECRET.fullmatch(part) or _MIXED.search(part) for part in parts)


def read_referrer(referrer: str, site_url: str) -> str:
    """The path of an own page, or the name of another site; never what stood behind it."""
    try:
        parts, own = urlsplit(referrer), urlsplit(site_url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https"):
        return ""
    if parts.netloc != own.netloc:
        return host[:LONGEST]
    path = paths.normalise(parts.path.removeprefix(own.path.rstrip("/")))
    return path if is_worth_noting(path) else ""


def list_missing(
    *, words: str = "", dismissed: bool = False, newest: bool = False, limit: int, offset: int = 0
) -> Sequence[MissingPath]:
    """The paths most asked for, or those asked for last."""
    order = (MissingPath.last_at if newest else MissingPath.hits).desc()
    query = _narrowed(sa.select(MissingPath), words, dismissed)
    query = query.order_by(order, MissingPath.path).limit(limit).offset(offset)
    with db.database().ticking(write=False) as ticks:
        return ticks.scalars(query).all()


def count_missing(*, words: str = "", dismissed: bool = False) -> int:
    """How many such paths are kept."""
    counted = sa.select(sa.func.count()).select_from(MissingPath)
    query = _narrowed(counted, words, dismissed)
    with db.database().ticking(write=False) as ticks:
        return ticks.scalar(query) or 0


def dismiss(path: str, *, dismissed: bool = True) -> None:
    """Hide a path from the list, or show it again; raises NotFound."""
    query = sa.update(MissingPath).where(MissingPath.path == path).values(dismissed=dismissed)
    with db.database().ticking() as ticks:
        # MariaDB counts only rows that changed, so what is there is asked for.
        known = ticks.get(MissingPath, path) is not None
        ticks.execute(query.execution_options(synchronize_session=False))
    if not known:
        raise NotFound(_("This path is not in the list."))


def forget(*found: str) -> None:
    """Something stands at these paths now: the list need not name them any more."""
    forms = [form for path in found for form in (path, paths.other_slash(path))]
    with db.database().ticking() as ticks:
        for first in range(0, len(forms), CHUNK):
            some = MissingPath.path.in_(forms[first : first + CHUNK])
            ticks.execute(sa.delete(MissingPath).where(some))


def forget_all() -> None:
    """Begin with an empty list."""
    with db.database().ticking() as ticks:
        ticks.execute(sa.delete(MissingPath))


def _narrowed(query: sa.Select[Any], words: str, dismissed: bool) -> sa.Select[Any]:
    query = query.where(MissingPath.dismissed == sa.literal(dismissed))
    if words:
        query = query.where(MissingPath.path.contains(words, autoescape=True))
    return query


def _write(database: db.Database, counts: Mapping[str, Count]) -> None:
    statement = db.upsert(
        database.dialect,
        _MISSING,
        lambda new: {
            "hits": _MISSING.c.hits + new.hits,
            "last_at": new.last_at,
            "referrer": new.referrer,
        },
    )
    # In one order everywhere, so that two processes never wait for each other in a circle.
    rows = [
        {"path": path, "hits": count.hits, "first_at": count.first_at, "last_at": count.last_at,
         "referrer": count.note, "dismissed": False}
        for path, count in sorted(counts.items())
    ]  # fmt: skip

    def write() -> None:
        with database.ticking() as ticks:
            ticks.execute(statement, rows)
            count = ticks.scalar(sa.select(sa.func.count()).select_from(MissingPath)) or 0
            if count > MOST_KEPT:
                oldest = sa.select(MissingPath.path).order_by(MissingPath.last_at)
                gone = list(ticks.scalars(oldest.limit(count - MOST_KEPT)))
                ticks.execute(sa.delete(MissingPath).where(MissingPath.path.in_(gone)))

    db.retrying(write)
