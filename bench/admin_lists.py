"""`python -m bench.admin_lists`: how long the admin's lists take with 100,000 entries, by role.

Every list is asked for through HTTP, as the people of four roles who wrote the most: plain,
filtered, searched, far behind, and sorted by each of its columns. Each is asked a few times warm,
and a few times right after a change of the content, when nothing that was remembered holds any
more. The table says the 95th percentile of the whole answer in milliseconds, and how many queries
the answer took at most.

BENCH_ENTRIES, BENCH_TAGS, BENCH_ROUNDS, BENCH_ONLY (a pattern of addresses) and DATABASE_URL (an
empty database, or one filled by an earlier run; otherwise SQLite in instance/bench/) change what is
measured. BENCH_CPU=1 counts the processor's time of this process alone. BENCH_EXPLAIN=1 prints the
statements of each list and how the database goes about them, instead of times.
"""

import hashlib
import http.client
import os
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event
from werkzeug.serving import WSGIRequestHandler, make_server

from bench import crowd
from cms import clock, create_app, db, migrating
from cms.accounts import people, sessions
from cms.accounts.models import Account, Grant
from cms.accounts.roles import Role
from cms.config import ROOT, Settings
from cms.content.models import Entry, EntryByline, EntryTerm, Term
from cms.history.models import Change, ChangeSet, Generation
from cms.web import installation

ENTRIES = int(os.environ.get("BENCH_ENTRIES", "100000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "6"))
ONLY = os.environ.get("BENCH_ONLY", "")
# On a busy machine only the time of the processor says anything, and only of SQLite.
CLOCK = time.process_time if os.environ.get("BENCH_CPU") else time.perf_counter
AIM = 200  # milliseconds, for 95 of 100 answers
ROLES = (Role.OWNER, Role.EDITOR, Role.AUTHOR, Role.CONTRIBUTOR)
OWN_AFFAIRS = ("PRAGMA", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
MOST_SHOWN = 4_000  # characters of a statement

# What people do with each list; names in braces stand for things of the site.
ENTRIES_ASKED = (
    "", "page=50", "page={far}", "state=draft", "state=scheduled", "state=published",
    "state=changed", "state=changed&page=20", "state=trashed", "sort=title", "sort=-title",
    "sort=date", "sort=-date", "sort=updated", "sort=-title&page={far}", "sort=date&page={far}",
    "state=published&sort=-date&page=100", "state=draft&sort=title",
    "q=harbour", "q=harbour+4711", "q=nowhere", "q=harbour&sort=title", "tag={tag}", "tag={rare}",
    "category={shelf}", "author={author}", "locale=de", "locale=de&sort=-title&page={far}",
    "only=mine", "only=featured", "only=planned", "only=pinned", "only=undescribed",
    "only=review", "since=2018-01-01&until=2018-12-31", "tag={tag}&state=draft&sort=title",
)  # fmt: skip
ASKED = {
    "/admin/entries/?kind=post": ENTRIES_ASKED,
    "/admin/entries/?kind=page": ENTRIES_ASKED,
    "/admin/tree/": ("", "page=30", "below={page}", "q=harbour", "q=nowhere"),
    "/admin/terms/?taxonomy=tag": ("", "q=harbour", "q=nowhere", "sort=newest", "sort=used",
                                   "only=unused", "only=internal", "sort=used&q=harbour",
                                   "after={rare}harbour"),
    "/admin/terms/?taxonomy=category": ("", "sort=name", "sort=used", "q=harbour"),
    "/admin/terms/{tag}": ("",),
    "/admin/terms/{tag}/removal": ("",),
    "/admin/choices/terms": ("q=ha", "q=nowhere", "taxonomy=category&q=ha"),
    "/admin/authors/": ("", "page=60", "q=harbour", "q=nowhere"),
    "/admin/redirects/": ("", "kind=hand", "kind=left", "kind=pattern", "q=harbour", "q=nowhere",
                          "sort=newest", "sort=used", "after=/old/6&sort=path"),
    "/admin/redirects/missing/": ("", "sort=newest"),
    "/admin/people/": ("", "page=40", "q=harbour", "q=nowhere", "role=author", "state=active",
                       "role=author&q=12"),
    "/admin/activity/": ("", "before={act}", "who={account}", "kind=entry", "kind=term",
                         "kind=menu", "thing=entry:{entry}", "q=harbour", "q=nowhere",
                         "state=undone", "state=undoing", "via=import",
                         "since=2018-01-01&until=2018-01-31", "who={account}&q=nowhere"),
    "/admin/": ("",),
    "/admin/trash/": ("", "page=20"),
    "/admin/entries/{page}": ("",),
    "/admin/find/": ("q=harbour&part=results",),
    "/admin/activity/{act}": ("",),
}  # fmt: skip

# Sites of another number of tags are others.
_TAGS = [os.environ["BENCH_TAGS"]] if os.environ.get("BENCH_TAGS") else []

Times = dict[tuple[str, Role], list[float]]
Seen = list[tuple[str, Any]]


def main() -> int:
    """Fill the site if need be, ask every list as every role, print the table."""
    app = _site()
    database = installation.of(app).database
    seen = _listen(database)
    with db.unit_of_work(database, write=False):
        addresses = [each for each in _addresses() if re.search(ONLY, each)]
        cast = {role: _who(role) for role in ROLES}
    times: Times = {}
    queries: dict[str, int] = {}
    with _served(app) as port:
        for role, account_id in cast.items():
            ask = _Asking(port, _sign_in(app, account_id))
            for number, address in enumerate(addresses):
                print(f"\r{role.label}: {number} of {len(addresses)}   ", end="", file=sys.stderr)
                if not ask(address):
                    continue
                _change(app)
                seen.clear()
                ask(address)
                queries[address] = max(queries.get(address, 0), len(seen))
                if os.environ.get("BENCH_EXPLAIN"):
                    _explain(database, f"{address} as {role}", seen)
                else:
                    times[address, role] = [*_timed(app, ask, address)]
    print(file=sys.stderr)
    if not times:
        return 0
    print(
        f"{ENTRIES:,} entries on {database.dialect}; {ROUNDS} rounds warm, {ROUNDS} after a change"
    )
    return show(times, queries)


def show(times: Times, queries: dict[str, int]) -> int:
    """One line to a list, in Markdown; returns how many of them miss the aim in some role."""
    print(f"\n| list | queries | {' | '.join(role.label for role in ROLES)} |")
    print(f"| --- | ---: | {' | '.join('---:' for _ in ROLES)} |")
    slow, worst = [], 0.0
    for address in queries:
        cells = []
        for role in ROLES:
            taken = sorted(times.get((address, role), ()))
            if not taken:
                cells.append("–")
                continue
            p95 = taken[-1 - len(taken) // 20]
            cells.append(f"{p95:.0f}")
            worst = max(worst, p95)
            if p95 > AIM:
                slow.append(f"{address} as {role}: {p95:.0f} ms")
        print(f"| {address.removeprefix('/admin')} | {queries[address]} | {' | '.join(cells)} |")
    print(
        f"\nms at the 95th percentile, warm and after a change together; the slowest {worst:.0f}."
    )
    print(f"Above {AIM} ms:\n- " + "\n- ".join(slow) if slow else f"All below {AIM} ms.")
    return len(slow)


def _site() -> Flask:
    """The crowded site as an app; made once in instance/bench/ and used again."""
    migrating.load_models()
    columns = [str(column) for table in db.Base.metadata.sorted_tables for column in table.columns]
    # A site of other tables is another site.
    shape = hashlib.sha256("".join([*columns, crowd.VERSION, *_TAGS]).encode()).hexdigest()[:8]
    folder = ROOT / "instance" / "bench" / f"crowd-{ENTRIES}-{shape}"
    environment = {**os.environ, "INSTANCE_PATH": str(folder), "LOG_LEVEL": "WARNING"}
    app = create_app(Settings.from_environment(environment))
    database = installation.of(app).database
    migrating.upgrade(database)
    with db.unit_of_work(database, write=False):
        is_empty = db.session().scalar(sa.select(Entry.id).limit(1)) is None
    if is_empty:
        begun = time.perf_counter()
        crowd.fill(database, ENTRIES)
        print(f"filled in {time.perf_counter() - begun:.0f} s", file=sys.stderr)
    return app


def _addresses() -> Iterator[str]:
    session, used = db.session(), sa.func.count()
    by_use = sa.select(EntryTerm.term_id).group_by(EntryTerm.term_id).order_by(used.desc())
    tags = session.scalars(
        by_use.join(Term, Term.id == EntryTerm.term_id).where(Term.taxonomy == "tag")
    ).all()
    signed = sa.select(EntryByline.profile_id).group_by(EntryByline.profile_id)
    below = sa.select(Entry.parent_id).where(Entry.parent_id.is_not(None))
    acts = sa.select(ChangeSet.id).order_by(ChangeSet.created_at)
    owned = sa.select(Entry.created_by).group_by(Entry.created_by).order_by(used.desc())
    named = {
        "tag": tags[0],
        "rare": tags[-1],
        "shelf": session.scalar(sa.select(Term.id).where(Term.taxonomy == "category").limit(1)),
        "author": session.scalar(signed.order_by(used.desc()).limit(1)),
        "page": session.scalar(below.order_by(Entry.position).limit(1)),
        "act": session.scalar(acts.offset(ENTRIES // 10).limit(1)),
        "account": session.scalar(owned.limit(1)),
        "entry": session.scalar(sa.select(Change.row_id).limit(1)),
        "far": ENTRIES // 50,
    }
    for address, queries in ASKED.items():
        for query in queries:
            between = "&" if "?" in address else "?"
            yield (address + (between + query if query else "")).format(**named)


def _who(role: Role) -> str:
    """The person of a role who wrote the most."""
    query = (
        sa.select(Account.id)
        .join(Grant, Grant.account_id == Account.id)
        .outerjoin(Entry, Entry.created_by == Account.id)
        .where(Grant.role == role)
        .group_by(Account.id)
        .order_by(sa.func.count(Entry.id).desc())
    )
    return str(db.session().execute(query.limit(1)).scalar_one())


class _Handler(WSGIRequestHandler):
    """One connection for many requests, without words on the terminal."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing: the table says it all."""


@contextmanager
def _served(app: Flask) -> Iterator[int]:
    """The site behind a plain server in a thread of this process, so that queries are seen."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()


class _Asking:
    """Someone signed in who asks for addresses over one connection."""

    def __init__(self, port: int, secret: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._headers = {"Cookie": f"sid={secret}", "Accept": "text/html"}

    def __call__(self, address: str) -> bool:
        """Whether the whole answer is a page; a list that is not theirs is none."""
        self._connection.request("GET", address, headers=self._headers)
        answer = self._connection.getresponse()
        answer.read()
        if answer.status >= 500:
            raise RuntimeError(f"{address} answered {answer.status}")
        return answer.status == 200


def _sign_in(app: Flask, account_id: str) -> str:
    with db.unit_of_work(installation.of(app).database):
        return sessions.start(people.get_account(account_id), now=clock.now())


def _timed(app: Flask, ask: _Asking, address: str) -> Iterator[float]:
    for turn in range(ROUNDS * 2):
        if turn >= ROUNDS:
            _change(app)
        begun = CLOCK()
        ask(address)
        yield (CLOCK() - begun) * 1000


def _change(app: Flask) -> None:
    """What every save does: nothing that was remembered holds any more."""
    with installation.of(app).database.engine.begin() as connection:
        connection.execute(sa.update(Generation).values(number=Generation.number + 1))


def _listen(database: db.Database) -> Seen:
    """Every statement from now on, with its values; also those of readers that stay open."""
    seen: Seen = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        if not statement.lstrip().upper().startswith(OWN_AFFAIRS):
            seen.append((statement, values))

    event.listen(database.reading_engine, "before_cursor_execute", note)
    return seen


def _explain(database: db.Database, name: str, seen: Seen) -> None:
    asked, seen[:] = list(seen), []
    word = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    print(f"\n## {name}: {len(asked)} queries")
    with database.reading_engine.connect() as connection:
        for statement, values in asked:
            if not statement.lstrip().upper().startswith(("SELECT", "WITH")):
                continue
            begun = time.perf_counter()
            connection.exec_driver_sql(statement, values).fetchall()
            taken = (time.perf_counter() - begun) * 1000
            print(f"\n{taken:.1f} ms: {' '.join(statement.split())[:MOST_SHOWN]}")
            for row in connection.exec_driver_sql(f"{word} {statement}", values):
                print("   ", *row)
    seen.clear()


if __name__ == "__main__":
    sys.exit(min(main(), 1))
