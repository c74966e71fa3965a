"""Whatever is renamed, moved, led elsewhere or deleted: one step at most, and never round.

REDIRECT_STORIES says how many stories are told.
"""

import os
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cms import clock, create_app, db
from cms.accounts.permissions import OPERATOR
from cms.addresses import paths, redirects, tangles
from cms.addresses.models import Address, RedirectPattern
from cms.admin import undoing as door  # noqa: F401 - so that every room puts its rows back
from cms.config import Settings
from cms.content import (
    editing,
    joining_terms,
    loose_ends,
    moving,
    publishing,
    queries,
    removal,
    revisions,
    term_removal,
    terms,
    trash,
)
from cms.content.models import Entry, Publication, Term
from cms.content.removal import Choice
from cms.content.schedule import is_live_at
from cms.content.snapshot import Snapshot
from cms.errors import CmsError
from cms.history import undoing
from cms.history.models import ChangeSet
from cms.web import installation
from tests import databases

STORIES = int(os.environ.get("REDIRECT_STORIES", "6"))
LONGEST = 24  # acts in one story
LISTS = ("/posts/",)
PATHS = ["/a/", "/a", "/b/", "/b", "/c/d/", "/a/b/", "/old/x/", "/tag/t/", "/x.html", "/b.md"]
PATTERNS = ["/old/*", "/a/*", "/*/x/", "/b*", "/tag/*", "/c/*"]
TARGETS = ["/a/", "/b", "/c/d/#part", "/old/x/", "/tag/t/", "/", "https://example.org/x"]
TEMPLATES = ["/*", "/new/*", "/old/*", "/a/*", "/c/*", "https://example.org/*", "/a/", "/b/"]
COUNTED: Counter[str] = Counter()


class Story:
    """A site, a clock, and something that chooses."""

    def __init__(self, app: Flask, chance: Random) -> None:
        self.client, self.chance = app.test_client(), chance
        self.now = clock.now() - timedelta(days=1)
        self.known = set(PATHS)

    def one_of(self, values):
        return self.chance.choice(list(values))

    def pick(self, model, *conditions):
        """One of the rows there are; the story tells another act when there is none."""
        rows = db.session().scalars(sa.select(model).where(*conditions).order_by(model.id)).all()
        if not rows:
            raise LookupError
        return self.one_of(rows)

    def led(self):
        """What leads on, by a line of the book or by a pattern."""
        if self.one_of([True, False]):
            return self.pick(RedirectPattern)
        return self.pick(Address, Address.state == "former")

    @property
    def by(self):
        return {"by": OPERATOR, "now": self.now}


def create(story):
    content = Snapshot(title=story.one_of("ABC"), source="Words.")
    entry = editing.create_entry("page", content, **story.by)
    publishing.publish(entry, **story.by)


def rename(story):
    entry = story.pick(Entry, Entry.trashed_at.is_(None))
    head = revisions.get_head(entry)
    content = replace(Snapshot.of(head), path=story.one_of([None, *PATHS]))
    editing.save(entry, content, based_on=head.id, **story.by)
    if story.one_of([True, False]):
        publishing.publish(entry, **story.by)


def move(story):
    entry, above = story.pick(Entry), story.pick(Entry)
    below = above.id if story.one_of([True, False]) else None
    moving.move(entry, parent_id=below, **story.by)


def remove(story):
    entry, with_ = story.pick(Entry), story.pick(Entry)
    choice = story.one_of(Choice)
    removal.carry_out(entry, choice, with_=with_, for_good=entry.trashed_at is not None, **story.by)


def _led(story):
    """A source, and what a form would make of a target typed for it."""
    source = story.one_of(PATHS + PATTERNS)
    code = story.one_of([301, 302, 410])
    targets = [*TARGETS, *TEMPLATES, *sorted(story.known)]
    typed = story.one_of(targets) if code != 410 else ""
    return source, redirects.read_target(typed, source=source, code=code, lists=LISTS), code


def lead(story):
    source, target, code = _led(story)
    redirects.create(source, target, code=code, lists=LISTS, **story.by)


def lead_elsewhere(story):
    row = story.led()
    source, target, code = _led(story)
    redirects.change(redirects.get(row.id), source, target, code=code, lists=LISTS, **story.by)


def lead_no_more(story):
    row = story.led()
    redirects.remove(redirects.get(row.id), **story.by)


def add_term(story):
    term = terms.create_term("tag", story.one_of("tuv"), **story.by)
    content = Snapshot(title="D", source="Words.", term_ids=(term.id,))
    post = editing.create_entry("post", content, **story.by)
    publishing.publish(post, **story.by)


def undo(story):
    query = sa.select(ChangeSet.id).order_by(ChangeSet.id.desc()).limit(8)
    undoing.undo(story.one_of(db.session().scalars(query)), **story.by)


def name_term(story):
    slug = story.one_of(["t", "u", "v"])
    term = story.pick(Term)
    terms.update_term(term, name=slug, slug=slug, **story.by)


ACTS = {
    "create": create,
    "rename": rename,
    "move": move,
    "remove": remove,
    "restore": lambda s: trash.restore(s.pick(Entry, Entry.trashed_at.is_not(None)), **s.by),
    "unpublish": lambda s: publishing.unpublish(s.pick(Entry), **s.by),
    "lead": lead,
    "lead more": lead,
    "lead elsewhere": lead_elsewhere,
    "lead no more": lead_no_more,
    "undo": undo,
    "undo again": undo,
    "put in order": lambda s: redirects.move(s.pick(RedirectPattern), step=1, **s.by),
    "add a term": add_term,
    "name a term": name_term,
    "join terms": lambda s: joining_terms.join(s.pick(Term), s.pick(Term), **s.by),
    "delete a term": lambda s: term_removal.delete_term(s.pick(Term), **s.by),
}


def tell(story) -> None:
    """Some acts, each of which leaves every address that was ever known well."""
    for _ in range(3):
        create(story)
        add_term(story)
    db.commit()
    for _ in range(LONGEST):
        story.now += timedelta(minutes=1)
        name = story.one_of(sorted(ACTS))
        try:
            ACTS[name](story)
        except (CmsError, LookupError):
            db.session().rollback()
            COUNTED["refused"] += 1
            continue
        db.commit()
        COUNTED[name] += 1
        story.known |= set(_live())
        circles = [each for each in tangles.find(LISTS) if each.fault == "circle"]
        assert [*circles, *loose_ends.in_redirects()] == [], name
    walk(story)


def _live():
    """Where something stands, and the words that visitors read there."""
    live = sa.select(Publication.path, Publication.title).where(is_live_at(clock.now()))
    found = {row[0]: row[1] for row in db.session().execute(live)}
    ids = db.session().scalars(sa.select(Term.id)).all()
    return found | dict(queries.shown_terms(ids, now=clock.now()).values())


def walk(story) -> None:
    """Ask for every address that was ever known, in both forms."""
    live = _live()
    for path in sorted(story.known | set(live)):
        for asked in {path, paths.other_slash(path)}:
            status, location = _ask(story, asked)
            COUNTED[str(status)] += 1
            if path in live and asked == path:
                assert status == 200, f"{path} is live and answers {status} {location}"
            if status in (404, 410) or status == 200:
                continue
            assert status in (301, 302, 307, 308), (asked, status)
            if location.startswith("https://example.org/"):
                continue
            second, further = _ask(story, urlsplit(location).path)
            assert second == 200, f"{asked} → {location} → {second} {further}"


def _ask(story, path):
    answer = story.client.get(paths.encode(path))
    try:
        return answer.status_code, answer.headers.get("Location", "")
    finally:
        answer.close()


@pytest.fixture(scope="module", autouse=True)
def counted():
    yield
    print(f"\n{dict(COUNTED)}")


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_every_address_answers_in_one_step_or_ends(
    dialect, tmp_path_factory, sqlite_template, compiled_templates
):
    @settings(max_examples=STORIES, deadline=None, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(st.integers(0, 2**32))
    def stories(seed):
        folder = tmp_path_factory.mktemp("story")
        url = databases.copy_sqlite(sqlite_template, folder)
        environment = {"INSTANCE_PATH": str(folder), "DATABASE_URL": url, "SECRET_KEY": "x" * 40}
        app = create_app(Settings.from_environment(environment))
        app.testing = True
        app.jinja_env.bytecode_cache = compiled_templates
        database = installation.of(app).database
        try:
            with db.unit_of_work(database):
                tell(Story(app, Random(seed)))
        finally:
            database.dispose()

    stories()
