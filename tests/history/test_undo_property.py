"""Random acts, undone in any allowed order, give back the same rows with the same ids.

UNDO_EXAMPLES says how many stories are told on SQLite (a tenth of them on each server). What was
done is counted and printed at the end with `-s`.
"""

import os
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cms import db
from cms.accounts import closing, granting, people
from cms.accounts.models import Account
from cms.accounts.permissions import OPERATOR, Role
from cms.admin import undoing as door  # noqa: F401 - so that every room puts its rows back
from cms.content import (
    editing,
    joining_terms,
    moving,
    profiles,
    publishing,
    term_places,
    term_removal,
    terms,
    trash,
)
from cms.content.models import Entry, Profile, Term
from cms.content.term_removal import After
from cms.errors import CmsError
from cms.history import recording, steps, undoing
from cms.history.models import ChangeSet
from cms.history.restoring import Blocked
from cms.site import menus
from cms.site import settings as site_settings
from tests import databases
from tests.content.stories import NOW, publish, rewrite, write
from tests.history.sameness import differences, dump

STORIES = int(os.environ.get("UNDO_EXAMPLES", "20"))
LONGEST = 14  # acts in one story
END = NOW + timedelta(days=400)
COUNTED: Counter[str] = Counter()


class Story:
    """A site, a clock, and something that chooses."""

    def __init__(self, choose):
        self.choose = choose
        self.now = NOW

    def pick(self, model, *conditions):
        """One of the rows there are; the story tells another act when there is none."""
        rows = db.session().scalars(sa.select(model).where(*conditions).order_by(model.id)).all()
        if not rows:
            raise LookupError
        return rows[self.choose(st.integers(0, len(rows) - 1))]

    def entry(self, *conditions):
        return self.pick(Entry, *conditions)

    def page(self):
        return self.entry(Entry.type == "page")

    def some_terms(self):
        known = db.session().scalars(sa.select(Term.id).order_by(Term.id)).all()
        return tuple(self.choose(st.lists(st.sampled_from(known), max_size=3, unique=True))
                     if known else ())  # fmt: skip

    def word(self):
        return self.choose(st.sampled_from(["Walk", "River", "Été", "数据库", "Harbour", "🙂"]))


def _by(story):
    return {"by": OPERATOR, "now": story.now}


def edit(story):
    entry = story.entry()
    path = story.choose(st.sampled_from([None, "/a/", "/b/", "/c/d/"]))
    rewrite(entry, now=story.now, title=story.word(), path=path, term_ids=story.some_terms(),
            source=f"About [it](entry:{story.entry().id}) and {story.word()}.")  # fmt: skip


def move(story):
    page, other = story.page(), story.page()
    below = other.id if story.choose(st.booleans()) else None
    position = story.choose(st.sampled_from([None, 0, 1]))
    moving.move(page, parent_id=below, position=position, **_by(story))


def bulk(story):
    with recording.together(label="Many at once", **_by(story)):
        for _ in range(3):
            entry = story.entry(Entry.trashed_at.is_(None))
            if story.choose(st.booleans()):
                trash.trash(entry, **_by(story))
            else:
                rewrite(entry, now=story.now, term_ids=story.some_terms())


def menu(story):
    lines = [menus.Line(story.word(), "entry", target_id=story.entry().id, depth=0),
             menus.Line("Out", "url", url="/out/", depth=story.choose(st.integers(0, 1))),
             menus.Line("", "term", target_id=story.pick(Term).id)]  # fmt: skip
    kept = menus.find_menu("main")
    if kept and story.choose(st.booleans()):
        known = [line.id for line in menus.list_items(kept)]
        lines = [menus.Line(line.label, line.target_kind, line.target_id, line.url, id=row_id)
                 for line, row_id in zip(lines, known, strict=False)]  # fmt: skip
    menus.save_menu("main", story.word(), lines, **_by(story))


def roles(story):
    chosen = story.choose(st.sets(st.sampled_from(list(Role)), max_size=2))
    granting.change_roles(story.pick(Account), chosen, **_by(story))


def suspend(story):
    account = story.pick(Account)
    act = closing.disable if account.state == "active" else closing.enable
    act(account, **_by(story))


def merge_terms(story):
    into = story.pick(Term)
    gone = story.pick(Term, Term.taxonomy == into.taxonomy, Term.id != into.id)
    joining_terms.join(gone, into, **_by(story))


def merge_several(story):
    into = story.pick(Term, Term.taxonomy == "tag")
    gone = db.session().scalars(
        sa.select(Term).where(Term.taxonomy == "tag", Term.id != into.id).order_by(Term.id)
    )
    with recording.together(label="Merged several", **_by(story)):
        for term in gone.all()[:2]:
            joining_terms.join(term, into, **_by(story))


def move_term(story):
    term = story.pick(Term, Term.taxonomy == "category")
    others = (Term.taxonomy == "category", Term.id != term.id)
    parent_id = story.pick(Term, *others).id if story.choose(st.booleans()) else None
    before_id = None
    if story.choose(st.booleans()):
        before_id = story.pick(Term, *others, Term.parent_id == parent_id).id
    term_places.move(term, parent_id=parent_id, before_id=before_id, **_by(story))


def delete_term(story):
    term, after = story.pick(Term), story.choose(st.sampled_from(list(After)))
    other = story.pick(Term, Term.id != term.id) if after is After.OTHER else None
    term_removal.delete_term(term, after=after, other=other, **_by(story))


def change_term(story):
    term = story.pick(Term)
    above = story.pick(Term, Term.taxonomy == "category")
    terms.update_term(term, name=story.word(), slug=story.word(), **_by(story),
                      parent_id=above.id if term.taxonomy == "category" else None)  # fmt: skip


def change_profile(story):
    profile = story.pick(Profile)
    profiles.update_profile(profile, name=story.word(), handle=story.word(), **_by(story))


def later(story):
    return story.now + timedelta(hours=story.choose(st.integers(1, 40)))


ACTS = {
    "create": lambda s: write(
        s.word(), kind=s.choose(st.sampled_from(["post", "page"])), now=s.now,
        term_ids=s.some_terms(),
    ),
    "create below": lambda s: write(s.word(), kind="page", parent=s.page(), now=s.now),
    "edit": edit,
    "language": lambda s: editing.set_locale(s.entry(), "de", **_by(s)),
    "publish": lambda s: publish(s.entry(), now=s.now),
    "publish for a while": lambda s: publish(s.entry(), now=s.now, until=later(s)),
    "schedule": lambda s: publish(s.entry(), now=s.now, at=later(s)),
    "unpublish": lambda s: publishing.unpublish(s.entry(), **_by(s)),
    "end later": lambda s: publishing.unpublish(s.entry(), **_by(s), at=later(s)),
    "cancel": lambda s: publishing.cancel_scheduled(s.entry(), **_by(s)),
    "move": move,
    "trash": lambda s: trash.trash(s.entry(), **_by(s)),
    "restore": lambda s: trash.restore(s.entry(), **_by(s)),
    "copy": lambda s: editing.duplicate(s.entry(), **_by(s)),
    "add a term": lambda s: terms.create_term(
        s.choose(st.sampled_from(["tag", "category"])), s.word(), **_by(s)
    ),
    "change a term": change_term,
    "merge terms": merge_terms,
    "merge several terms": merge_several,
    "move a term": move_term,
    "delete a term": delete_term,
    "change a profile": change_profile,
    "menu": menu,
    "setting": lambda s: site_settings.save(
        {"title": s.word(), "feed_size": s.choose(st.integers(1, 9))}, **_by(s)
    ),
    "roles": roles,
    "suspend": suspend,
    "bulk": bulk,
}  # fmt: skip


def furnish() -> None:
    """The site at the beginning of each story."""
    category = terms.create_term("category", "Above", by=OPERATOR, now=NOW)
    below = terms.create_term("category", "Below", parent_id=category.id, by=OPERATOR, now=NOW)
    terms.create_term("category", "Beside", by=OPERATOR, now=NOW)
    tag, other = (terms.create_term("tag", name, by=OPERATOR, now=NOW) for name in ("Tea", "Tee"))
    profile = profiles.create_profile("Ida", by=OPERATOR, now=NOW)
    for title in ("One", "Two"):
        source = f"About [tea](term:{tag.id})."
        kept = write(title, source, term_ids=(tag.id, below.id), byline_ids=(profile.id,))
        publish(kept)
    write("Draft", term_ids=(other.id, category.id))
    above = write("Page", kind="page")
    publish(above)
    write("Inner", kind="page", parent=above)
    for name, role in (("Olga", Role.OWNER), ("Eli", Role.EDITOR)):
        people.create_account(f"{name}@example.org", name, roles=[role], now=NOW,
                              password_hash="x")  # fmt: skip
    db.commit()


def tell(story) -> None:
    """Some acts, some of them undone and done again at once, and in the end all undone."""
    furnish()
    before_all = dump(END)
    first = db.session().scalar(sa.select(sa.func.max(ChangeSet.id)))
    for _ in range(story.choose(st.integers(2, LONGEST))):
        story.now += timedelta(hours=story.choose(st.integers(1, 9)))
        before = dump(END)
        name = story.choose(st.sampled_from(sorted(ACTS)))
        newest = db.session().scalar(sa.select(sa.func.max(ChangeSet.id)))
        if not _done(ACTS[name], story):
            COUNTED["refused"] += 1
            continue
        act = _newest_since(newest)
        if act is None:
            continue
        COUNTED[name] += 1
        if story.choose(st.integers(0, 3)) == 0:
            after = dump(END)
            undone = _undo(act.id, story)
            assert differences(before, dump(END)) == [], name
            _undo(undone.id, story)
            assert differences(after, dump(END)) == [], name
    _undo_all(first, story)
    assert differences(before_all, dump(END)) == []


def tell_of(name, story) -> None:
    """One kind of act on the furnished site, undone, done again, and undone."""
    furnish()
    story.now += timedelta(hours=1)
    before = dump(END)
    newest = db.session().scalar(sa.select(sa.func.max(ChangeSet.id)))
    if not _done(ACTS[name], story) or (act := _newest_since(newest)) is None:
        return
    COUNTED[name] += 1
    after = dump(END)
    undone = _undo(act.id, story)
    assert differences(before, dump(END)) == []
    again = _undo(undone.id, story)
    assert differences(after, dump(END)) == []
    _undo(again.id, story)
    assert differences(before, dump(END)) == []


def _done(act, story) -> bool:
    try:
        act(story)
    except (CmsError, LookupError):
        db.session().rollback()
        return False
    db.commit()
    return True


def _newest_since(newest):
    """The act that was just done; None when it came to nothing in the end."""
    query = sa.select(ChangeSet).where(ChangeSet.id > newest).order_by(ChangeSet.id.desc())
    act = db.session().scalars(query).first()
    return act if act and steps.sum_up(steps.list_steps(act.id)) else None


def _undo(act_id, story):
    story.now += timedelta(minutes=1)
    undone = undoing.undo(act_id, by=OPERATOR, now=story.now)
    db.commit()
    COUNTED["undone"] += 1
    return undone


def _undo_all(first, story) -> None:
    """Try the acts in an order that is chosen, until none is left."""
    while True:
        query = sa.select(ChangeSet.id).where(
            ChangeSet.id > first, ChangeSet.state == "applied", ChangeSet.undoes_id.is_(None)
        )
        found = db.session().scalars(query.order_by(ChangeSet.id)).all()
        left = [each for each in found if steps.sum_up(steps.list_steps(each))]
        if not left:
            return
        went, told = False, []
        for act_id in story.choose(st.permutations(left)):
            try:
                _undo(act_id, story)
                went = True
            except Blocked as blocked:
                told.append(blocked.message)
                COUNTED["stood in the way"] += 1
                db.session().rollback()
        assert went, told


@pytest.fixture(scope="module", autouse=True)
def counted():
    yield
    acts = sum(COUNTED[name] for name in ACTS)
    print(f"\n{acts} acts, {COUNTED['undone']} undone; {COUNTED['stood in the way']} times")
    print(f"something stood in the way; {COUNTED['refused']} refused: {dict(COUNTED)}")


@pytest.fixture
def on_new_sites(dialect, tmp_path_factory, sqlite_template, server_urls):
    """Tells so many stories, each on a site of its own."""

    def tell_them(number, story_of):
        @settings(max_examples=number, deadline=None, database=None,
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(st.data())
        def stories(data):
            if dialect == "sqlite":
                folder = tmp_path_factory.mktemp("story")
                database = db.Database(databases.copy_sqlite(sqlite_template, folder))
            else:
                database = db.Database(server_urls(dialect))
            try:
                with db.unit_of_work(database):
                    story_of(Story(data.draw))
            finally:
                database.dispose()
                if dialect != "sqlite":
                    databases.empty_tables(server_urls(dialect))

        stories()

    return tell_them


def test_random_acts_undone_in_any_allowed_order_give_back_the_same_rows(dialect, on_new_sites):
    on_new_sites(STORIES if dialect == "sqlite" else max(2, STORIES // 10), tell)


@pytest.mark.parametrize(
    "name", ["merge terms", "merge several terms", "move a term", "delete a term", "change a term"]
)
def test_what_is_done_to_terms_is_undone_and_done_again(name, dialect, on_new_sites):
    # Among all acts these would be drawn too seldom to say anything.
    on_new_sites(max(4, STORIES // 4) if dialect == "sqlite" else 2, partial(tell_of, name))
    assert COUNTED[name]
