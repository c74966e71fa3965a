"""Undoing needs what doing it needed, at the time of the undoing."""

import pytest

from cms.accounts import granting, people
from cms.accounts.permissions import Permission, Person, Role
from cms.admin import undoing as door  # noqa: F401 - so that every room puts its rows back
from cms.content import handing_over, term_removal, terms
from cms.content.models import Term
from cms.errors import NotAllowed
from cms.history import recording, undoing
from tests.content.stories import NOW, at, on_sqlite, publish, write

pytestmark = [pytest.mark.usefixtures("unit"), on_sqlite]


def latest() -> str:
    return str(recording.latest())


def demoted(person: Person, role: Role, *, by: Person) -> Person:
    """The same person, with less to say."""
    account = people.get_account(person.id)
    granting.change_roles(account, [role], by=by, now=NOW)
    return people.person_of(account)


def test_entries_that_were_handed_over_are_taken_back_by_who_manages_people(ada, eli, ana, rob):
    entry = write("Walks", by=ana)
    account = people.get_account(ana.id)
    handing_over.hand_over(account, rob.email, bylines=False, by=ada, now=NOW)
    act = latest()
    with pytest.raises(NotAllowed, match=str(Permission.MANAGE_PEOPLE.label)):
        undoing.undo(act, by=eli, now=at(1))
    undoing.undo(act, by=ada, now=at(1))
    assert entry.created_by == ana.id


@pytest.fixture
def tag(ada: Person) -> Term:
    """A tag that a public post carries."""
    made = terms.create_term("tag", "Tea", by=ada, now=NOW)
    publish(write("About tea", term_ids=(made.id,)))
    return made


def test_a_tag_is_not_deleted_by_taking_back_that_it_came_back(ada, eli, tag):
    tag_id = tag.id
    term_removal.delete_term(tag, by=eli, now=NOW)
    back = undoing.undo(latest(), by=eli, now=at(1))
    less = demoted(eli, Role.CONTRIBUTOR, by=ada)
    with pytest.raises(NotAllowed, match=str(Permission.MANAGE_TERMS.label)):
        undoing.undo(back.id, by=less, now=at(2))
    assert tag_id in terms.find_terms([tag_id])


def test_whoever_writes_takes_back_a_tag_of_their_own_as_often_as_they_like(rob):
    made = terms.create_term("tag", "Mine", by=rob, now=NOW)
    tag_id, act = made.id, latest()
    for hours, is_there in ((1, False), (2, True), (3, False)):
        act = undoing.undo(act, by=rob, now=at(hours)).id
        assert bool(terms.find_terms([tag_id])) is is_there
