"""Undoing: the same rows with the same ids, or what stands in the way."""

import pytest
import sqlalchemy as sa

from cms import db
from cms.accounts import granting, people
from cms.accounts.permissions import OPERATOR, Role
from cms.addresses import book
from cms.admin import undoing as door  # noqa: F401 - so that every room puts its rows back
from cms.content import trash
from cms.errors import NotAllowed
from cms.history import restoring, tracking, undoing
from cms.history.models import ChangeSet
from cms.history.restoring import Blocked
from cms.migrating import load_models
from cms.site import settings
from tests.content.stories import at, on_sqlite, publish, rewrite, write
from tests.history.sameness import differences, dump
from tests.history.test_recording import ACTS, things  # noqa: F401

pytestmark = pytest.mark.usefixtures("unit")


def last():
    return db.session().scalars(sa.select(ChangeSet).order_by(ChangeSet.id.desc())).first()


def undo(act, now=None):
    return undoing.undo(act.id, by=OPERATOR, now=now or at(2))


FOR_GOOD = {"purge"}


@on_sqlite
@pytest.mark.parametrize("name", [name for name in ACTS if name not in FOR_GOOD])
def test_every_act_can_be_undone_and_done_again(name, things):  # noqa: F811
    before = dump(at(2))
    ACTS[name](things)
    act = last()
    after = dump(at(2))
    for _ in range(2):
        undone = undo(act)
        assert differences(before, dump(at(2))) == []
        assert act.state == "undone"
        undo(undone)
        assert differences(after, dump(at(2))) == []
        assert (act.state, undone.state) == ("applied", "undone")


def test_a_role_that_was_taken_comes_back_and_the_last_owner_stays(olga, ada, eli):
    granting.change_roles(people.get_account(eli.id), {Role.OWNER}, now=at(1), by=olga)
    made = last()
    granting.change_roles(people.get_account(olga.id), {Role.EDITOR}, now=at(1), by=eli_as_owner())
    gone = last()
    with pytest.raises(NotAllowed):
        undoing.undo(gone.id, by=ada, now=at(2))
    with pytest.raises(Blocked, match="only owner"):
        undoing.undo(made.id, by=OPERATOR, now=at(2))
    undo(gone)
    assert people.roles_of(people.get_account(olga.id)) == {Role.OWNER}
    undo(made)
    assert people.roles_of(people.get_account(eli.id)) == {Role.EDITOR}


def eli_as_owner():
    account = people.find_by_email("eli@example.org")
    assert account is not None
    return people.person_of(account)


@on_sqlite
def test_what_was_public_before_an_undo_still_leads_on():
    entry = write(path="/old/")
    publish(entry)
    undo(last())
    assert trash.is_gone(entry.id, now=at(2)) is False
    rewrite(entry, path="/new/")
    publish(entry, now=at(3))
    line = book.find("/old/")
    assert line is not None
    assert (line.target_id, line.state) == (entry.id, "former")


def front(page):
    settings.save({"front": "page", "front_page": page.id}, by=OPERATOR, now=at(1))
    return last()


def test_a_front_page_comes_back_only_where_its_page_is():
    page = write("Home", kind="page")
    publish(page)
    front(page)
    settings.save({"front": "posts"}, by=OPERATOR, now=at(1))
    away = last()
    trash.trash(page, by=OPERATOR, now=at(2))
    trashed = last()
    with pytest.raises(Blocked, match="Moved “Home” to the trash” came later"):
        undo(away, at(3))
    undo(trashed, at(3))
    undo(away, at(3))
    assert settings.load().front == "page"


def test_a_front_page_that_was_deleted_for_good_never_comes_back():
    page, other = write("Home", kind="page"), write("Hall", kind="page")
    front(page)
    away = front(other)
    trash.trash(page, by=OPERATOR, now=at(2))
    trash.purge(page, by=OPERATOR, now=at(2))
    (obstacle, *_rest) = undoing.find_obstacles(away, now=at(3))
    assert obstacle.is_final
    assert "deleted for good" in obstacle.words


def test_nothing_takes_the_page_from_the_front_of_the_site():
    page = write("Home", kind="page")
    written = last()
    trash.trash(page, by=OPERATOR, now=at(1))
    trash.restore(page, by=OPERATOR, now=at(1))
    restored = last()
    chosen = front(page)
    for act in (restored, written):
        assert chosen in [each.act for each in undoing.find_obstacles(act, now=at(2))]
    undo(chosen)
    undo(restored)


@on_sqlite
def test_every_recorded_table_has_someone_who_puts_its_rows_back():
    load_models()
    for name in db.Base.metadata.tables:
        if tracking.is_tracked(name):
            assert restoring.find_keeper(name) is not None, name
