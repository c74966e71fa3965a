"""How much work a list is: the number of questions, and the indexes they are answered from."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from cms import db, ids
from cms.accounts.permissions import OPERATOR
from cms.content import filing, listing, profiles, queries, surroundings, terms
from cms.content.models import Entry, Publication, PublicationByline, PublicationTerm, Revision
from cms.content.selection import in_period, posts
from tests.content.stories import NOW, publish, write

SIZE = 3_000


@contextmanager
def counted(database: db.Database) -> Iterator[list[str]]:
    """The statements that a block sends."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        sent.append(statement)

    event.listen(database.reading_engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.reading_engine, "before_cursor_execute", note)


@pytest.fixture
def journal(database):
    """A dozen posts with tags and names; returns a tag, a profile and a post."""
    with db.unit_of_work(database):
        tags = terms.ensure_terms("tag", ["a", "b"], by=OPERATOR, now=NOW)
        ana = profiles.create_profile("Ana", by=OPERATOR, now=NOW)
        for number in range(12):
            entry = write(f"Post {number}", term_ids=tags, byline_ids=(ana.id,), pinned=number == 3)
            publish(entry)
        db.commit()
        return tags[0], ana.id, entry.id


def test_lists_ask_as_often_as_they_say(database, journal):
    tag, profile, entry_id = journal
    zone = ZoneInfo("UTC")
    asked = {
        2: [
            lambda: queries.list_cards(posts(), now=NOW, limit=10),
            lambda: queries.list_cards(posts(term_ids=(tag,)), now=NOW, limit=10),
            lambda: queries.list_cards(posts(profile_id=profile), now=NOW, limit=10),
            lambda: queries.list_home(now=NOW, limit=10),
        ],
        0: [
            lambda: queries.count(posts(), now=NOW),
            lambda: queries.list_pinned(now=NOW),
            lambda: filing.list_used_terms("tag", now=NOW),
            lambda: queries.periods(zone, now=NOW),
        ],
        4: [lambda: listing.list_entries(listing.Filter(type="post"), now=NOW, limit=10)],
    }
    with db.unit_of_work(database, write=False):
        for group in asked.values():
            for ask in group:
                ask()  # What is remembered while nothing changes is made here.
    for most, group in asked.items():
        for number, ask in enumerate(group):
            with db.unit_of_work(database, write=False), counted(database) as sent:
                ask()
            # And one for the generation, in each unit of work.
            assert len(sent) <= most + 1, (most, number, sent)
    with db.unit_of_work(database, write=False), counted(database) as sent:
        live = queries.find_whole(entry_id, now=NOW)
        surroundings.neighbours(live, now=NOW)
    assert len(sent) <= 4


@pytest.fixture
def large(database):
    """Thousands of publications, written straight into the tables; returns a tag and a name."""
    chance = random.Random(7)
    rows = {name: [] for name in ("entry", "revision", "publication", "term", "byline")}
    with db.unit_of_work(database):
        tags = terms.ensure_terms("tag", [f"tag {n}" for n in range(50)], by=OPERATOR, now=NOW)
        people = [profiles.create_profile(f"P {n}", by=OPERATOR, now=NOW).id for n in range(20)]
        db.commit()
    for number in range(SIZE):
        entry_id, revision_id, publication_id = ids.new_id(), ids.new_id(), ids.new_id()
        dated_at = NOW - timedelta(hours=chance.randrange(90_000))
        path = f"/{number}/"
        shared = {"created_at": NOW, "title": f"Post {number}", "path": path}
        empty = {"seo": {}, "fields": {}, "featured": False, "listed": True, "excerpt": ""}
        rows["entry"].append(
            {"id": entry_id, "type": "post", "position": 0, "locale": "en", "created_at": NOW,
             "translation_group": entry_id, "head_id": revision_id}
        )  # fmt: skip
        rows["revision"].append(
            {"id": revision_id, "entry_id": entry_id, "note": "", "content_hash": "x" * 64,
             "template": "", "direction": "", "pinned": False, "access": "inherit",
             "term_ids": [], "byline_ids": [], "source": "words", **shared, **empty}
        )  # fmt: skip
        rows["publication"].append(
            {"id": publication_id, "entry_id": entry_id, "revision_id": revision_id,
             "from_at": NOW, "type": "post" if number % 10 else "page", "locale": "en",
             "direction": "", "title": f"Post {number}", "path": path, "dated_at": dated_at,
             "updated_at": NOW, "access": "inherit", "template": "", "words": 1, "headings": [],
             "renderer": 1, "html": "<p>words</p>" * 50, **empty}
        )  # fmt: skip
        link = {"publication_id": publication_id, "position": 0, "dated_at": dated_at}
        rows["term"].append({"term_id": chance.choice(tags), **link})
        rows["byline"].append({"profile_id": chance.choice(people), **link})
    models = (Entry, Revision, Publication, PublicationTerm, PublicationByline)
    with database.engine.begin() as connection:
        for model, values in zip(models, rows.values(), strict=True):
            connection.execute(sa.insert(model.__table__), values)
    analyse = {
        "sqlite": "ANALYZE",
        "postgresql": "ANALYZE",
        "mariadb": "ANALYZE TABLE publication, publication_term, publication_byline",
    }
    with database.engine.connect() as connection:
        connection.exec_driver_sql(analyse[database.dialect])
        connection.commit()
    return tags[0], people[0]


def plan_of(database, ask) -> str:
    """How the database means to answer a question, as one text; the largest one of several."""
    sent: list[tuple[str, object]] = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        if "publication" in statement and "JOIN profile" not in statement:
            sent.append((statement, parameters))

    with db.unit_of_work(database, write=False):
        ask()  # So that the second time only the list itself is asked for.
    event.listen(database.reading_engine, "before_cursor_execute", note)
    try:
        with db.unit_of_work(database, write=False):
            ask()
    finally:
        event.remove(database.reading_engine, "before_cursor_execute", note)
    prefix = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    statement, parameters = sent[-1]
    with database.engine.connect() as connection:
        result = connection.exec_driver_sql(prefix + statement, parameters)
        return "\n".join(" ".join(str(part) for part in row) for row in result)


def reads_all(database, plan) -> bool:
    """Whether the plan reads the publications one by one, or sorts them."""
    if database.is_sqlite:
        return "TEMP B-TREE" in plan or any(
            line.split(" ", 3)[3].startswith("SCAN publication") for line in plan.splitlines()
        )
    if database.dialect == "postgresql":
        return "Seq Scan on publication" in plan
    return any((" ALL " in line and "<" not in line) or "filesort" in line.lower()
               for line in plan.splitlines())  # fmt: skip


def test_the_lists_of_a_large_site_are_read_from_an_index(database, large):
    tag, profile = large
    zone = ZoneInfo("UTC")
    with db.unit_of_work(database, write=False):
        middle = queries.list_cards(posts(), now=NOW, limit=1, offset=SIZE // 2)[0]
    lists = {
        "home": lambda: queries.list_home(now=NOW, limit=10),
        "posts": lambda: queries.list_cards(posts(), now=NOW, limit=10),
        "tag": lambda: queries.list_cards(posts(term_ids=(tag,)), now=NOW, limit=10),
        "author": lambda: queries.list_cards(posts(profile_id=profile), now=NOW, limit=10),
        "month": lambda: queries.list_cards(in_period(2026, 10, zone), now=NOW, limit=10),
        "neighbours": lambda: surroundings.neighbours(middle, now=NOW),
        "entry": lambda: queries.find_whole(middle.entry_id, now=NOW),
        "path": lambda: queries.find_place([middle.path], now=NOW),
    }
    for name, ask in lists.items():
        plan = plan_of(database, ask)
        assert not reads_all(database, plan), f"{name}: {plan}"
    if database.dialect == "mariadb":
        assert "const,const" not in plan_of(database, lists["neighbours"]), "walks from the newest"
