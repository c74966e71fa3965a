"""`python -m bench.admin_lists`: how long the admin's lists take with 100,000 entries, by role.

Every page of the admin that needs no id is asked, and the lists of entries in many ways; each a few
times warm, and a few times right after a change of the content, when nothing that was remembered
holds any more. The table says p50 and p95 of the whole answer in milliseconds.

BENCH_ENTRIES, BENCH_ROUNDS, BENCH_CPU, BENCH_ONLY (a pattern of addresses) and DATABASE_URL (an
empty database; otherwise SQLite in instance/bench/) change what is measured.
"""

import hashlib
import os
import re
import sys
import time
from collections.abc import Iterator

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from bench import crowd
from cms import clock, create_app, db, migrating
from cms.accounts import people, sessions
from cms.accounts.models import Account, Grant
from cms.accounts.roles import Role
from cms.config import ROOT, Settings
from cms.content.models import Entry, EntryByline, EntryTerm
from cms.history.models import Generation
from cms.web import installation

ENTRIES = int(os.environ.get("BENCH_ENTRIES", "100000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "6"))
ONLY = os.environ.get("BENCH_ONLY", "")
# On a busy machine only the time of the processor says anything, and only of SQLite.
CLOCK = time.process_time if os.environ.get("BENCH_CPU") else time.perf_counter
AIM = 200  # milliseconds, for 95 of 100 answers
BASE = "http://127.0.0.1"
LIST = "/admin/entries/"
# Whole lists as files, and forms that list nothing.
LEFT_OUT = re.compile(r"csv|new$")

# What people do with the lists of entries.
ASKED = (
    "", "page=2", "page=50", "page=3000", "state=draft", "state=scheduled", "state=published",
    "state=changed", "state=changed&page=20", "state=published&sort=-date", "sort=title",
    "sort=-title&page=900", "sort=date", "sort=-date&page=100", "state=draft&sort=title",
    "q=harbour", "q=harbour+4711", "q=nowhere", "tag={tag}", "tag={rare}", "author={author}",
    "tag={tag}&state=draft&sort=title",
)  # fmt: skip

Times = dict[tuple[str, str], list[float]]


def main() -> int:
    """Fill the site if need be, ask every list as every role, print the table."""
    app = _site()
    database = installation.of(app).database
    print(
        f"{ENTRIES:,} entries on {database.dialect}; {ROUNDS} rounds warm, {ROUNDS} after a change"
    )
    times: Times = {}
    queries: dict[str, int] = {}
    with db.unit_of_work(database, write=False):
        addresses = list(_addresses(app))
        cast = {role: _who(role) for role in Role}
    addresses = [address for address in addresses if re.search(ONLY, address)]
    for role, account_id in cast.items():
        client = _signed_in(app, account_id)
        for address in addresses:
            if client.get(address, base_url=BASE).status_code != 200:
                continue
            queries[address] = max(queries.get(address, 0), _count_queries(app, client, address))
            times[address, role] = [*_ask(app, client, address)]
        print(f"\r{role.label} done" + " " * 20, end="", file=sys.stderr)
    print(file=sys.stderr)
    return show(times, queries)


def show(times: Times, queries: dict[str, int]) -> int:
    """One line to a list; how many of them miss the aim in some role."""
    print(f"\n| list | queries | {' | '.join(Role)} |")
    print(f"| --- | ---: | {' | '.join('---:' for _ in Role)} |")
    slow = []
    for address in queries:
        cells = []
        for role in Role:
            taken = sorted(times.get((address, role), ()))
            if not taken:
                cells.append("-")
                continue
            p95 = taken[-1 - len(taken) // 20]
            cells.append(f"{taken[len(taken) // 2]:.0f} / {p95:.0f}")
            if p95 > AIM:
                slow.append(f"{address} as {role}: {p95:.0f} ms")
        print(f"| {address.removeprefix('/admin')} | {queries[address]} | {' | '.join(cells)} |")
    print("\nms: p50 / p95, warm and after a change together.")
    print(f"Above {AIM} ms:\n- " + "\n- ".join(slow) if slow else f"All below {AIM} ms.")
    return len(slow)


def _site() -> Flask:
    """The crowded site as an app; made once in instance/bench/ and used again."""
    migrating.load_models()
    columns = [str(column) for table in db.Base.metadata.sorted_tables for column in table.columns]
    # A site of other tables is another site.
    shape = hashlib.sha256("".join(columns).encode()).hexdigest()[:8]
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


def _addresses(app: Flask) -> Iterator[str]:
    used = sa.func.count()
    tags = db.session().scalars(
        sa.select(EntryTerm.term_id).group_by(EntryTerm.term_id).order_by(used.desc())
    ).all()  # fmt: skip
    author = db.session().scalar(
        sa.select(EntryByline.profile_id).group_by(EntryByline.profile_id).order_by(used.desc())
    )
    named = {"tag": tags[0], "rare": tags[-1], "author": author}
    for kind in ("post", "page"):
        for query in ASKED:
            yield f"{LIST}?kind={kind}" + (f"&{query.format(**named)}" if query else "")
    for rule in app.url_map.iter_rules():
        plain = not rule.arguments and "GET" in (rule.methods or ())
        if plain and rule.endpoint.startswith("admin.") and not LEFT_OUT.search(rule.rule):
            yield rule.rule


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


def _signed_in(app: Flask, account_id: str) -> FlaskClient:
    with db.unit_of_work(installation.of(app).database):
        secret = sessions.start(people.get_account(account_id), now=clock.now())
    client = app.test_client()
    client.set_cookie("sid", secret, domain="127.0.0.1")
    return client


def _ask(app: Flask, client: FlaskClient, address: str) -> Iterator[float]:
    for turn in range(ROUNDS * 2):
        if turn >= ROUNDS:
            _change(app)
        begun = CLOCK()
        client.get(address, base_url=BASE, buffered=True)
        yield (CLOCK() - begun) * 1000


def _change(app: Flask) -> None:
    """What every save does: nothing that was remembered holds any more."""
    with installation.of(app).database.engine.begin() as connection:
        connection.execute(sa.update(Generation).values(number=Generation.number + 1))


def _count_queries(app: Flask, client: FlaskClient, address: str) -> int:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    engine = installation.of(app).database.engine
    _change(app)
    event.listen(engine, "before_cursor_execute", note)
    try:
        client.get(address, base_url=BASE, buffered=True)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


if __name__ == "__main__":
    sys.exit(min(main(), 1))
