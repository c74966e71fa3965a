"""How often each redirect has led someone on, kept beside the content: reading writes nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import sqlalchemy as sa

from cms import db
from cms.addresses.models import RedirectHit
from cms.addresses.tally import Count, Tally


@dataclass(frozen=True, slots=True)
class Hits:
    """How often a redirect was used, and when it last was."""

    count: int = 0
    last_at: datetime | None = None


NONE = Hits()
CHUNK = 1_000  # redirects asked for at once
_COLUMNS = (RedirectHit.redirect_id, RedirectHit.hits, RedirectHit.last_at)
_HIT = db.Ticks.metadata.tables[RedirectHit.__tablename__]


def make_tally(database: db.Database) -> Tally[str]:
    """What counts the redirects of a site in this process, by their ids."""
    return Tally(partial(_write, database))


def of(redirect_ids: Iterable[str]) -> dict[str, Hits]:
    """The hits of those of these redirects that were ever used."""
    wanted = list(redirect_ids)
    if not wanted:
        return {}
    found: dict[str, Hits] = {}
    with db.database().ticking(write=False) as ticks:
        for first in range(0, len(wanted), CHUNK):
            some = RedirectHit.redirect_id.in_(wanted[first : first + CHUNK])
            for row in ticks.execute(sa.select(*_COLUMNS).where(some)):
                found[row.redirect_id] = Hits(row.hits, row.last_at)
    return found


def most_used(*, limit: int, after: tuple[int, str] | None = None) -> list[tuple[str, Hits]]:
    """The redirects that were used most, after the one with this count and id."""
    query = sa.select(RedirectHit)
    if after is not None:
        hits, redirect_id = after
        query = query.where(
            sa.or_(
                RedirectHit.hits < hits,
                sa.and_(RedirectHit.hits == hits, RedirectHit.redirect_id < redirect_id),
            )
        )
    query = query.order_by(RedirectHit.hits.desc(), RedirectHit.redirect_id.desc()).limit(limit)
    with db.database().ticking(write=False) as ticks:
        return [(row.redirect_id, Hits(row.hits, row.last_at)) for row in ticks.scalars(query)]


def _write(database: db.Database, counts: Mapping[str, Count]) -> None:
    statement = db.upsert(
        database.dialect,
        _HIT,
        lambda new: {"hits": _HIT.c.hits + new.hits, "last_at": new.last_at},
    )
    # In one order everywhere, so that two processes never wait for each other in a circle.
    rows = [
        {"redirect_id": key, "hits": count.hits, "last_at": count.last_at}
        for key, count in sorted(counts.items())
    ]

    def write() -> None:
        with database.ticking() as ticks:
            ticks.execute(statement, rows)

    db.retrying(write)
