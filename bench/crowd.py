"""A crowded site for measuring lists: 100,000 entries, many terms, people, redirects and acts.

Rows are written straight into the tables, past the rooms: what takes hours by the editors' own acts
is here in a minute or two. Only lists of the admin look at such a site; nothing is rendered.
"""

import os
import random
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from cms import db, ids, text
from cms.accounts.models import Account, Grant
from cms.accounts.roles import Role
from cms.addresses.models import Address, RedirectHit
from cms.cli.synthetic import VOCABULARY
from cms.content import listed
from cms.content.checks import CHECKS
from cms.content.models import (
    Entry,
    EntryByline,
    EntryFinding,
    EntryTerm,
    Profile,
    Publication,
    PublicationByline,
    PublicationTerm,
    Revision,
    Term,
)
from cms.history.models import Change, ChangeSet, ChangeSubject, Generation

VERSION = "2"  # of what is written below; another one makes another site
PAGES_SHARE = 0.15  # of all entries
PEOPLE, BYLINES, SHELVES = 3_000, 5_000, 200
TAGS = int(os.environ.get("BENCH_TAGS", "5000"))
LONG_LEVEL = 3_000  # pages beside each other at the top of the tree
BATCH = 2_000  # rows in one statement
WORDS = VOCABULARY.split()
STARTED = datetime(2016, 1, 1, 9, tzinfo=UTC)
STEP = timedelta(minutes=50)  # between two entries
CHILDREN = 12  # pages below a page
SOURCE = ("Slowly the harbour turns to copper and light between the bridges. " * 8 + "\n\n") * 4
HTML = SOURCE.replace("\n\n", "</p>\n<p>")
Row = dict[str, Any]


def fill(database: db.Database, size: int) -> None:
    """Fill an empty database; half a million rows take about a minute on SQLite."""
    chance = random.Random(1)
    people = [_account(number) for number in range(PEOPLE)]
    profiles = [_profile(number, person) for number, person in enumerate(people)]
    profiles += [_profile(number, None) for number in range(PEOPLE, BYLINES)]
    tags = [_term("tag", number, None) for number in range(TAGS)]
    shelves = [_term("category", number, None) for number in range(12)]
    shelves += [_term("category", number, shelves[number % 12]) for number in range(12, SHELVES)]
    redirects = [_redirect(number) for number in range(size // 5)]
    with database.engine.begin() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        _write(connection, Account, people)
        roles = [Role.ADMINISTRATOR, Role.EDITOR, Role.AUTHOR, Role.AUTHOR, Role.CONTRIBUTOR]
        grants = [
            {"id": ids.new_id(), "account_id": person["id"], "scope": "site",
             "role": Role.OWNER if number == 0 else roles[number % 5]}
            for number, person in enumerate(people)
        ]  # fmt: skip
        _write(connection, Grant, grants)
        _write(connection, Profile, profiles)
        _write(connection, Term, [*tags, *shelves])
        _write_entries(connection, size, chance, people, profiles, tags, shelves)
        _write(connection, Address, redirects)
        _write_acts(connection, size, people)
        connection.execute(sa.update(Generation).values(number=Generation.number + 1))
    with database.ticking() as ticks:
        hits = [
            {"redirect_id": row["id"], "hits": int(chance.paretovariate(0.7)), "last_at": STARTED}
            for row in redirects[::3]
        ]
        _write(ticks.connection(), RedirectHit, hits)


def _write_entries(
    connection: sa.Connection,
    size: int,
    chance: random.Random,
    people: list[Row],
    profiles: list[Row],
    tags: list[Row],
    shelves: list[Row],
) -> None:
    pages: list[str] = []
    for first in range(0, size, BATCH):
        made: dict[type[db.Base], list[Row]] = {}
        for number in range(first, min(size, first + BATCH)):
            is_page = chance.random() < PAGES_SHARE
            # The first people write the most, as everywhere.
            author = people[int(chance.paretovariate(0.7)) % len(people)]
            kind = "page" if is_page else "post"
            beyond = len(pages) - min(LONG_LEVEL, size // 20)
            parent = pages[beyond // CHILDREN] if beyond >= 0 else None
            entry = _entry(number, kind, author, parent if is_page else None, len(pages))
            if is_page:
                pages.append(entry["id"])
            bylines = [profiles[int(chance.paretovariate(0.7)) % len(profiles)]["id"]]
            filed = {tags[int(chance.paretovariate(0.5)) % len(tags)]["id"] for _ in range(3)}
            terms = [*filed, *([] if is_page else [chance.choice(shelves)["id"]])]
            rows = _content(number, entry, author["id"], terms, bylines, chance)
            for table, lines in rows.items():
                made.setdefault(table, []).extend(lines)
        made[EntryFinding] = [*_findings(made[Entry], made[Revision])]
        for table in (Entry, EntryFinding, Revision, Publication, EntryTerm, EntryByline,
                      PublicationTerm, PublicationByline, Address):  # fmt: skip
            _write(connection, table, made.get(table, ()))
        print(f"\r{min(size, first + BATCH)} of {size} entries", end="", file=sys.stderr)
    print(file=sys.stderr)


def _findings(entries: list[Row], revisions: list[Row]) -> Iterator[Row]:
    """What checks would have found in most of these entries."""
    heads = {row["id"]: row for row in revisions}
    for number, entry in enumerate(entries):
        head = heads[entry["head_id"]]
        wanted = {
            "image-alt": number % 2 == 0,
            "link-hidden": number % 40 == 0,
            "description-missing": not (head["excerpt"] or head["seo"]),
            "title-missing": not head["title"],
        }
        for code in (code for code, is_so in wanted.items() if is_so):
            yield {
                "entry_id": entry["id"], "code": code, "type": entry["type"],
                "severity": int(CHECKS[code].severity), "is_ignored": number % 100 == 0,
                "count": 1, "place": "harbour.png",
            }  # fmt: skip


def _entry(number: int, kind: str, author: Row, parent_id: str | None, place: int) -> Row:
    moment = STARTED + STEP * number
    entry_id = _id(number, 0)
    return {
        "id": entry_id, "type": kind, "parent_id": parent_id, "position": place,
        "locale": "en" if number % 7 else "de", "translation_group": entry_id,
        "guid": None, "created_at": moment, "created_by": author["id"], "head_id": None,
        "trashed_at": None,
    }  # fmt: skip


def _content(
    number: int,
    entry: Row,
    author_id: str,
    term_ids: list[str],
    byline_ids: list[str],
    chance: random.Random,
) -> dict[type[db.Base], list[Row]]:
    """The revisions, publications and links of an entry, by what they are."""
    moment, lot = entry["created_at"], chance.random()
    title = " ".join(chance.choices(WORDS, k=5)).capitalize() + f" {number}"
    path = f"/{entry['type']}/{text.make_slug(title)}/"
    revisions = [
        _revision(number, turn, entry, moment + timedelta(days=turn), author_id, title, path,
                  term_ids, byline_ids)
        for turn in range(2 if lot < 0.3 else 1)
    ]  # fmt: skip
    entry["head_id"] = revisions[-1]["id"]
    entry["name_key"] = listed.name_key(revisions[-1]["title"], path)
    entry["sort_at"], entry["marks"] = moment, listed.marks(SimpleNamespace(**revisions[-1]))
    published: list[Row] = []
    if lot < 0.02:
        entry["trashed_at"] = moment + timedelta(days=3)
        published.append(_publication(number, revisions[0], entry, entry["trashed_at"]))
    elif lot < 0.05:  # changed since it went out
        published.append(_publication(number, revisions[0], entry, None))
    elif lot < 0.95:
        published.append(_publication(number, revisions[-1], entry, None))
    elif lot < 0.96:
        coming = _publication(number, revisions[-1], entry, None)
        coming["from_at"] = datetime(2099, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
        published.append(coming)
    return {
        Entry: [entry],
        Revision: revisions,
        Publication: published,
        EntryTerm: [
            {"entry_id": entry["id"], "term_id": each, "position": place}
            for place, each in enumerate(term_ids)
        ],
        EntryByline: [
            {"entry_id": entry["id"], "profile_id": each, "position": place}
            for place, each in enumerate(byline_ids)
        ],
        PublicationTerm: [
            {"publication_id": one["id"], "term_id": each, "position": place, "dated_at": moment}
            for one in published
            for place, each in enumerate(term_ids)
        ],
        PublicationByline: [
            {"publication_id": one["id"], "profile_id": each, "position": place, "dated_at": moment}
            for one in published
            for place, each in enumerate(byline_ids)
        ],
        Address: [
            {"id": _id(number, 8), "path": path, "target_kind": "entry", "target_id": entry["id"],
             "state": "current" if published else "pending", "location": None, "code": 301,
             "created_at": moment}
        ],
    }  # fmt: skip


def _revision(number: int, turn: int, entry: Row, moment: datetime, author_id: str, title: str,
              path: str, term_ids: list[str], byline_ids: list[str]) -> Row:  # fmt: skip
    return {
        "id": _id(number, 2 + turn), "entry_id": entry["id"], "base_id": None, "merged_id": None,
        "author_id": author_id, "created_at": moment, "note": "", "content_hash": "0" * 64,
        "title": title if number % 500 else None, "path": path,
        "dated_at": entry["created_at"] if entry["type"] == "post" else None,
        "excerpt": "Between the bridges." if number % 3 else "", "template": "", "direction": "",
        "pinned": number % 9_000 == 0, "featured": number % 50 == 0, "listed": True,
        "access": "inherit", "password_hash": None, "image": None,
        "seo": {"description": "Light on the water."} if number % 4 else {}, "fields": {},
        "term_ids": term_ids, "byline_ids": byline_ids, "source": SOURCE,
    }  # fmt: skip


def _publication(number: int, revision: Row, entry: Row, until: datetime | None) -> Row:
    copied = ("title", "path", "direction", "featured", "listed", "access", "password_hash",
              "template", "image", "seo", "fields", "excerpt")  # fmt: skip
    return {
        **{name: revision[name] for name in copied},
        "id": _id(number, 7), "entry_id": entry["id"], "revision_id": revision["id"],
        "from_at": entry["created_at"] + timedelta(hours=1), "until_at": until,
        "type": entry["type"], "locale": entry["locale"], "guid": None,
        "dated_at": entry["created_at"], "updated_at": revision["created_at"],
        "pinned_at": entry["created_at"] if revision["pinned"] else None, "words": 400,
        "headings": [], "renderer": 0, "html": HTML,
    }  # fmt: skip


def _account(number: int) -> Row:
    email = f"person{number}@example.org"
    return {
        "id": ids.new_id(), "email": email, "email_key": email, "display_name": _name(number),
        "password_hash": None, "state": "active", "language": "en", "timezone": "",
        "theme": "auto", "session_epoch": 0, "created_at": STARTED, "updated_at": STARTED,
    }  # fmt: skip


def _profile(number: int, person: Row | None) -> Row:
    return {
        "id": ids.new_id(), "handle": f"writer-{number}", "name": _name(number), "bio": "",
        "links": [], "image": None, "account_id": person["id"] if person else None,
        "created_at": STARTED,
    }  # fmt: skip


def _name(number: int) -> str:
    first, second = WORDS[number % len(WORDS)], WORDS[number * 7 % len(WORDS)]
    return f"{first.capitalize()} {second.capitalize()} {number}"


def _term(taxonomy: str, number: int, above: Row | None) -> Row:
    name = f"{WORDS[number % len(WORDS)]} {number}"
    slug = text.make_slug(name)
    path = f"{above['path'] if above else f'/{taxonomy}/'}{slug}/"
    return {
        "id": ids.new_id(), "taxonomy": taxonomy, "parent_id": above["id"] if above else None,
        "position": 0, "locale": "", "name": name, "name_key": text.fold(name),
        "slug": slug, "path": path, "description": "",
        "internal": number % 40 == 0, "seo": {}, "created_at": STARTED,
    }  # fmt: skip


def _redirect(number: int) -> Row:
    return {
        "id": ids.new_id(), "path": f"/old/{number}/{WORDS[number % len(WORDS)]}/",
        "target_kind": "redirect", "target_id": None, "state": "former",
        "by_hand": number % 2 == 0, "location": f"/post/{number}/", "code": 301,
        "created_at": STARTED + STEP * number,
    }  # fmt: skip


def _write_acts(connection: sa.Connection, size: int, people: list[Row]) -> None:
    acts = (
        {"id": _id(number, 9), "label": f"Edited “{_name(number)}”", "actor": "person",
         "account_id": people[number % 60]["id"], "on_behalf_of": None, "via": "admin",
         "state": "applied", "created_at": STARTED + STEP * number}
        for number in range(size)
    )  # fmt: skip
    _write(connection, ChangeSet, acts)
    subjects = (
        {"change_set_id": _id(number, 9), "kind": "entry" if number % 20 else "term",
         "subject_id": _id(number, 0), "created_at": STARTED + STEP * number}
        for number in range(size)
    )  # fmt: skip
    _write(connection, ChangeSubject, subjects)
    changes = (
        {"id": _id(number, 10 + turn), "change_set_id": _id(number, 9), "row_table": "entry",
         "row_id": _id(number, 0), "operation": "update",
         "before": {"head_id": _id(number, 2)}, "after": {"head_id": _id(number, 3)}}
        for number in range(size)
        for turn in range(2)
    )  # fmt: skip
    _write(connection, Change, changes)


def _write(connection: sa.Connection, model: type[db.Base], rows: Iterable[Row]) -> None:
    table: Any = model.__table__
    for batch in _batches(rows):
        connection.execute(table.insert(), batch)


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        yield batch


def _id(number: int, kind: int) -> str:
    """An id that sorts by time as real ones do, and that other rows can name beforehand."""
    moment = STARTED + STEP * number + (timedelta(days=kind - 2) if kind in (2, 3) else timedelta())
    value = int(moment.timestamp() * 1000) << 80 | kind << 60 | number
    letters = []
    for _ in range(ids.LENGTH):
        letters.append(ids.ALPHABET[value & 31])
        value >>= 5
    return "".join(reversed(letters))
