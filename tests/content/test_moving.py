"""The tree of pages: moving, the trash, and the addresses that outlive both."""

import threading

import pytest
import sqlalchemy as sa

from cms import db
from cms.accounts.permissions import OPERATOR
from cms.addresses import book
from cms.content import (
    editing,
    intervals,
    listing,
    moving,
    naming,
    publishing,
    revisions,
    search,
    trash,
    tree,
    working_copies,
)
from cms.content.models import Entry, Reference, Revision, Tombstone, WorkingCopy
from cms.content.snapshot import Snapshot
from cms.content.status import Status
from cms.errors import NotAllowed, Rejected
from tests.content.stories import NOW, at, find_published, on_sqlite, publish, rewrite, spans, write
from tests.content.test_at_once import at_once

pytestmark = pytest.mark.usefixtures("unit")


def page(title, parent=None, *, live=True, by=OPERATOR, **values):
    entry = write(title, kind="page", parent=parent, by=by, **values)
    if live:
        publish(entry)
    return entry


def move(entry, parent=None, position=None, *, by=OPERATOR, now=NOW):
    moving.move(entry, parent_id=parent.id if parent else None, position=position, by=by, now=now)


def live_path(entry, hours=1.0):
    found = find_published(entry.id, now=at(hours))
    return found.path if found else None


def titles(parent=None):
    query = sa.select(Entry).where(Entry.parent_id == (parent.id if parent else None))
    rows = db.session().scalars(query.order_by(Entry.position))
    return [revisions.get_head(row).title for row in rows]


def test_a_page_stands_below_its_parent():
    about = page("About")
    team = page("Team", about)
    assert (live_path(about, 0), live_path(team, 0)) == ("/about/", "/about/team/")


def test_a_moved_subtree_stands_at_its_new_place_at_once_and_old_paths_lead_on():
    about, company = page("About"), page("Company")
    team = page("Team", about)
    ana = page("Ana", team)
    draft = page("Draft", team, live=False, path="/about/team/draft/")
    custom = page("Custom", team, path="/elsewhere/")
    move(team, company, now=at(1))
    assert live_path(team) == "/company/team/"
    assert live_path(ana) == "/company/team/ana/"
    assert live_path(custom) == "/elsewhere/"
    assert revisions.get_head(draft).path == "/company/team/draft/"
    assert (book.find("/about/team/").target_id, book.find("/about/team/").state) == (
        team.id,
        "former",
    )
    assert book.find("/about/team/ana/").state == "former"
    assert book.find("/about/team/draft/") is None, "what never was public leaves no trace"
    assert book.find("/company/team/ana/").state == "current"
    assert spans(ana) == [(0, 1), (1, None)]
    assert intervals.state_of(ana, now=at(1)).status is Status.PUBLISHED


def test_moving_to_the_top_and_back_again_gives_the_old_paths_back():
    about = page("About")
    team = page("Team", about)
    move(team, now=at(1))
    assert live_path(team) == "/team/"
    move(team, about, now=at(2))
    assert live_path(team, 2) == "/about/team/"
    assert book.find("/about/team/").state == "current"
    assert book.find("/team/").state == "former"


def test_moving_takes_along_what_is_scheduled():
    about, company = page("About"), page("Company")
    coming = page("Coming", about, live=False)
    publish(coming, at=at(5))
    changing = page("Changing", about)
    rewrite(changing, path="/about/changed/", title="Changed")
    publish(changing, at=at(5))
    for entry in (coming, changing):
        move(entry, company, now=at(1))
    assert (live_path(coming, 1), live_path(coming, 5)) == (None, "/company/coming/")
    assert (live_path(changing, 1), live_path(changing, 5)) == (
        "/company/changing/",
        "/company/changed/",
    )
    for path in ("/company/coming/", "/company/changing/", "/company/changed/"):
        assert book.find(path).state in ("current", "pending")
    assert intervals.state_of(changing, now=at(1)).status is Status.PUBLISHED


def test_moving_shows_no_word_that_was_not_published():
    about, company = page("About"), page("Company")
    team = page("Team", about)
    rewrite(team, title="Secret", source="secret")
    move(team, company, now=at(1))
    live = find_published(team.id, now=at(1))
    assert (live.title, "secret" in live.html) == ("Team", False)
    assert intervals.state_of(team, now=at(1)).status is Status.CHANGED
    assert revisions.get_head(team).title == "Secret"


def test_a_page_keeps_its_end_when_it_is_moved():
    about, company = page("About"), page("Company")
    team = page("Team", about, live=False)
    publish(team, until=at(9))
    move(team, company, now=at(1))
    assert spans(team) == [(0, 1), (1, 9)]


def test_a_page_in_the_trash_stands_in_nobodys_way_and_keeps_its_address():
    about, company = page("About"), page("Company")
    team = page("Team", about)
    gone = page("Gone", team)
    trash.trash(gone, by=OPERATOR, now=NOW)
    move(team, company, now=at(1))
    trash.restore(gone, by=OPERATOR, now=at(2))
    assert live_path(gone, 2) == "/about/team/gone/"


def test_a_page_never_stands_below_itself_nor_too_deep():
    pages = [page("0", live=False)]
    for number in range(1, 12):
        pages.append(page(str(number), pages[-1], live=False))
    with pytest.raises(Rejected, match="deep"):
        page("too deep", pages[-1], live=False)
    with pytest.raises(Rejected, match="below itself"):
        move(pages[0], pages[3])
    with pytest.raises(Rejected, match="below itself"):
        move(pages[0], pages[0])
    shallow = page("shallow", live=False)
    page("child", shallow, live=False)
    with pytest.raises(Rejected, match="deep"):
        move(shallow, pages[-2])
    move(shallow, pages[-3])


@on_sqlite
def test_only_pages_stand_below_pages():
    parent, post = page("Parent"), write("Post")
    with pytest.raises(Rejected, match="below another page"):
        move(post, parent)
    with pytest.raises(Rejected, match="below another page"):
        write("Post", parent=parent)
    with pytest.raises(Rejected, match="below another page"):
        page("Page", post, live=False)
    gone = page("Gone")
    trash.trash(gone, by=OPERATOR, now=NOW)
    for wrong in (gone.id, "nonsense", post.id[:-1] + "Z"):
        with pytest.raises(Rejected):
            moving.move(parent, parent_id=wrong, position=None, by=OPERATOR, now=NOW)


def test_a_place_that_is_taken_refuses_the_move():
    about = page("About")
    page("Team", about)
    other = page("Team")
    with pytest.raises(Rejected, match="already stands at /about/team/"):
        move(other, about, now=at(1))


def test_siblings_stand_in_the_order_made_by_hand():
    parent = page("Parent", live=False)
    pages = [page(name, parent, live=False) for name in "ABC"]
    assert titles(parent) == ["A", "B", "C"]
    move(pages[2], parent, 0)
    assert titles(parent) == ["C", "A", "B"]
    move(pages[2], parent, 99)
    assert titles(parent) == ["A", "B", "C"]
    move(pages[0], None, 0)
    assert titles() == ["A", "Parent"]
    tree_lines = listing.list_tree("page", now=NOW)
    assert [(depth, line.title) for depth, line in tree_lines] == [
        (0, "A"), (0, "Parent"), (1, "B"), (1, "C"),
    ]  # fmt: skip


@on_sqlite
def test_what_is_public_is_moved_only_by_who_may_publish(eli, rob):
    about = page("About")
    draft = page("Draft", live=False, by=rob, path="/draft/")
    move(draft, about, by=rob)
    public = page("Public", live=False, by=rob)
    publish(public, by=eli)
    with pytest.raises(NotAllowed):
        move(public, about, by=rob)
    move(public, about, by=eli)


@on_sqlite
def test_a_circle_in_the_tree_hangs_nothing():
    one, two = page("One", live=False), page("Two", live=False)
    one.parent_id, two.parent_id = two.id, one.id
    db.session().flush()
    assert {each.id for each in tree.descendants(one)} <= {one.id, two.id}
    assert len(tree.ancestors(one)) < 100
    listing.list_tree("page", now=NOW)


def test_two_moves_at_once_make_no_circle(database):
    one, two = page("One", live=False), page("Two", live=False)
    db.commit()
    together = threading.Barrier(2, timeout=20)
    failed = []

    def put(entry_id, parent_id):
        def work():
            with db.unit_of_work(database):
                entry = editing.get_entry(entry_id)
                moving.move(entry, parent_id=parent_id, position=None, by=OPERATOR, now=NOW)
                db.commit()

        together.wait()
        try:
            db.retrying(work)
        except Rejected as refusal:
            failed.append(refusal)

    threads = [
        threading.Thread(target=put, args=pair) for pair in ((one.id, two.id), (two.id, one.id))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(failed) == 1


def test_people_who_drag_siblings_and_those_above_at_once_lose_nothing(database):
    """A, B and C at the top, D and E below A; every mover means another place than the others."""
    top = [page(name, live=False) for name in "ABC"]
    below = [page(name, top[0], live=False) for name in "DE"]
    (a, b, c), (d, e) = ([each.id for each in level] for level in (top, below))
    db.commit()

    def put(entry_id, parent_id, before_id):
        def work():
            try:
                entry = editing.get_entry(entry_id)
                to = {"parent_id": parent_id, "before_id": before_id}
                place = None if before_id else 1_000
                moving.move(entry, **to, position=place, by=OPERATOR, now=NOW)
            except Rejected:
                db.session().rollback()
                return "refused"
            return "moved"

        return work

    drags = [(c, None, a), (a, None, b), (b, None, a), (d, a, e), (e, None, b), (a, b, None),
             (b, d, None), (c, a, d), (d, None, c), (a, c, None)]  # fmt: skip
    for first in range(0, len(drags), 5):
        came = at_once(database, *(put(*each) for each in drags[first : first + 5]))
        assert set(came) <= {"moved", "refused"}, came
        assert "moved" in came
    with db.unit_of_work(database, write=False):
        assert {line.id for _depth, line in listing.list_tree("page", now=NOW)} == {a, b, c, d, e}
        for entry_id in (a, b, c, d, e):
            entry = editing.get_entry(entry_id)
            assert entry_id not in [each.id for each in tree.ancestors(entry)]
            places = [each.position for each in (entry, *tree.siblings_of(entry))]
            assert len(set(places)) == len(places), "two stand at one place"


# --- the trash ------------------------------------------------------------------------------------


def test_what_is_trashed_is_out_of_sight_with_all_below_it():
    about = page("About")
    team = page("Team", about)
    draft = page("Draft", about, live=False)
    gone = trash.trash(about, by=OPERATOR, now=at(1))
    assert {each.id for each in gone} == {about.id, team.id, draft.id}
    for entry in (about, team):
        assert find_published(entry.id, now=at(1)) is None
        assert trash.is_gone(entry.id, now=at(1))
        assert book.find(naming.present_path(entry)).state == "current", "the address stays kept"
    assert not trash.is_gone(draft.id, now=at(1))
    assert [each.id for each in trash.list_trashed(limit=9)] == [about.id]
    with pytest.raises(Rejected, match="already stands"):
        page("Team", live=False, path="/about/team/")


def test_what_is_restored_is_as_it_was():
    about = page("About")
    team = page("Team", about)
    draft = page("Draft", about, live=False)
    before = [(each.id, naming.present_path(each)) for each in (about, team, draft)]
    trash.trash(about, by=OPERATOR, now=at(1))
    trash.restore(about, by=OPERATOR, now=at(2))
    assert before == [(each.id, naming.present_path(each)) for each in (about, team, draft)]
    assert (live_path(about, 2), live_path(team, 2)) == ("/about/", "/about/team/")
    assert live_path(draft, 2) is None
    assert not trash.is_gone(about.id, now=at(2))
    assert spans(about) == [(0, 1), (2, None)]


def test_what_was_trashed_before_stays_in_the_trash():
    about = page("About")
    team = page("Team", about)
    trash.trash(team, by=OPERATOR, now=at(1))
    trash.trash(about, by=OPERATOR, now=at(2))
    with pytest.raises(Rejected, match="page above"):
        trash.restore(team, by=OPERATOR, now=at(3))
    back = trash.restore(about, by=OPERATOR, now=at(3))
    assert [each.id for each in back] == [about.id]
    trash.restore(team, by=OPERATOR, now=at(4))
    assert live_path(team, 4) == "/about/team/"


def test_what_was_to_end_still_ends_after_the_trash():
    entry, over = write("One"), write("Two")
    publish(entry, until=at(9))
    publish(over, until=at(2))
    for each in (entry, over):
        trash.trash(each, by=OPERATOR, now=at(1))
        trash.restore(each, by=OPERATOR, now=at(3))
    assert spans(entry) == [(0, 1), (3, 9)]
    assert spans(over) == [(0, 1)]


def test_a_live_entry_with_a_scheduled_change_comes_back_live():
    entry = write()
    publish(entry)
    rewrite(entry, title="New")
    publish(entry, at=at(5))
    trash.trash(entry, by=OPERATOR, now=at(1))
    trash.restore(entry, by=OPERATOR, now=at(2))
    assert spans(entry) == [(0, 1), (2, None)]


def test_what_was_unpublished_does_not_come_back_to_life():
    entry = write()
    publish(entry)
    publishing.unpublish(entry, by=OPERATOR, now=at(1))
    trash.trash(entry, by=OPERATOR, now=at(2))
    trash.restore(entry, by=OPERATOR, now=at(3))
    assert find_published(entry.id, now=at(3)) is None


def test_publishing_and_trashing_in_the_same_instant_is_undone_by_restoring():
    entry = write()
    publish(entry)
    trash.trash(entry, by=OPERATOR, now=NOW)
    trash.restore(entry, by=OPERATOR, now=NOW)
    assert find_published(entry.id, now=at(1)) is not None


@on_sqlite
def test_nothing_is_done_to_what_is_in_the_trash():
    entry = write(kind="page")
    trash.trash(entry, by=OPERATOR, now=NOW)
    for act in (
        lambda: rewrite(entry, title="x"),
        lambda: publish(entry),
        lambda: move(entry, None, 0),
        lambda: trash.trash(entry, by=OPERATOR, now=NOW),
    ):
        with pytest.raises(Rejected, match="out of the trash"):
            act()
    trash.restore(entry, by=OPERATOR, now=NOW)
    with pytest.raises(Rejected, match="not in the trash"):
        trash.restore(entry, by=OPERATOR, now=NOW)
    with pytest.raises(Rejected, match="not in the trash"):
        trash.purge(entry, by=OPERATOR, now=NOW)


@on_sqlite
def test_people_trash_what_is_theirs(ada, eli, ana, rob):
    about = page("About", by=ana, live=False)
    page("Team", about, by=rob, live=False)
    with pytest.raises(NotAllowed):
        trash.trash(about, by=ana, now=NOW)
    trash.trash(about, by=eli, now=NOW)
    with pytest.raises(NotAllowed):
        trash.purge(about, by=eli, now=NOW)
    trash.purge(about, by=ada, now=NOW)


def test_what_is_purged_leaves_a_stone_and_nothing_else():
    about = page("About", source="[Team](/about/team/) heron")
    team = page("Team", about)
    draft = page("Draft", about, live=False, path="/about/draft/")
    working_copies.keep(team, Snapshot(title="x"), by=OPERATOR, now=NOW, base_id=None, tab="1")
    rewrite(about, title="About us", source="[Team](/about/team/)")
    trash.trash(about, by=OPERATOR, now=at(1))
    gone = [each.id for each in (about, team, draft)]
    trash.purge(about, by=OPERATOR, now=at(2))
    db.commit()
    for model in (Entry, Revision, Reference, WorkingCopy):
        assert db.session().scalar(sa.select(sa.func.count()).select_from(model)) == 0
    assert search.find("heron", now=at(0)).hits == ()
    assert [trash.is_gone(each, now=at(2)) for each in gone] == [True, True, False]
    assert db.session().get(Tombstone, gone[0]).purged_at == at(2)
    assert book.find("/about/team/").target_id == gone[1], "its address says that it is gone"
    assert book.find("/about/draft/") is None
    draft = page("Team", live=False, path="/about/team/")
    assert book.find("/about/team/").target_id == gone[1], "a draft takes nothing yet"
    publish(draft, now=at(3))
    assert book.find("/about/team/").target_id == draft.id


def test_the_pages_below_go_along_when_a_path_is_changed_by_hand():
    about = page("About")
    team = page("Team", about)
    ana = page("Ana", team)
    draft = page("Draft", team, live=False, path="/about/team/draft/")
    custom = page("Custom", team, path="/elsewhere/")
    rewrite(about, path="/company/", now=at(1))
    assert live_path(ana) == "/about/team/ana/", "what visitors see moves with the publication"
    publish(about, now=at(2))
    assert live_path(ana, 2) == "/company/team/ana/"
    assert live_path(custom, 2) == "/elsewhere/"
    assert revisions.get_head(draft).path == "/company/team/draft/"
    former = book.find("/about/team/ana/")
    assert (former.state, former.target_id) == ("former", ana.id)
    assert book.find("/about/team/draft/") is None


def test_the_pages_below_a_draft_go_along_at_once():
    about = page("About", live=False, path="/about/")
    team = page("Team", about, path="/about/team/")
    rewrite(about, path="/company", now=at(1))
    assert live_path(team) == "/company/team/"
    assert book.find("/about/team/").state == "former"


def test_a_path_is_changed_by_who_may_publish_when_public_pages_stand_below(eli, rob):
    about = page("About", live=False, path="/about/", by=rob)
    team = page("Team", about, path="/about/team/", live=False, by=rob)
    publish(team, by=eli)
    with pytest.raises(Rejected, match="only who may publish") as refusal:
        rewrite(about, path="/company/", by=rob, now=at(1))
    assert refusal.value.field == "path"
    assert live_path(team) == "/about/team/"
    rewrite(about, path="/company/", by=eli, now=at(2))
    assert live_path(team, 2) == "/company/team/"


@on_sqlite
def test_nobody_takes_others_pages_along_without_the_right_to_each(ana, eli, rob):
    staff = page("Staff", access="staff")
    mine = page("Mine", staff, by=ana, live=False)
    publish(mine, by=ana)
    theirs = page("Theirs", mine)
    with pytest.raises(Rejected, match="only who may publish them"):
        move(mine, None, by=ana)
    rewrite(mine, path="/mine/", by=ana, now=at(1))
    with pytest.raises(Rejected, match="only who may publish them"):
        publish(mine, by=ana, now=at(1))
    assert live_path(theirs, 1) == "/staff/mine/theirs/"
    own = page("Own", by=rob, live=False)
    page("A draft", own, live=False, by=eli)
    with pytest.raises(Rejected, match="are of others"):
        move(own, staff, by=rob)
    move(own, staff, by=eli)


@on_sqlite
def test_the_order_that_visitors_see_is_changed_only_by_who_may_publish(eli, rob):
    page("First")
    last = page("Last", live=False, by=rob)
    moving.move(last, parent_id=None, position=0, by=rob, now=NOW)
    publish(last, by=eli)
    with pytest.raises(NotAllowed):
        moving.move(last, parent_id=None, position=1, by=rob, now=NOW)
    moving.move(last, parent_id=None, position=1, by=eli, now=NOW)


@on_sqlite
def test_whoever_restores_brings_back_only_what_they_may(ana, eli):
    mine = page("Mine", live=False, by=ana)
    publish(mine, by=ana)
    theirs = page("Theirs", mine)
    own = page("Below theirs", theirs, live=False, by=ana)
    publish(own, by=ana)
    trash.trash(mine, by=eli, now=at(1))
    assert trash.restore(mine, by=ana, now=at(2)) == [mine]
    assert (live_path(mine, 2), live_path(theirs, 2), live_path(own, 2)) == ("/mine/", None, None)
    assert trash.restore(theirs, by=eli, now=at(3)) == [theirs, own]
    assert live_path(theirs, 3) == "/mine/theirs/"
