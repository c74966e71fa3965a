"""Categories are moved and put in order; nothing is lost on the way."""

import pytest

from cms import db
from cms.accounts.permissions import OPERATOR
from cms.addresses import book
from cms.admin import undoing as door  # noqa: F401 - so that every room puts its rows back
from cms.content import term_places, terms
from cms.errors import NotAllowed, Rejected
from cms.history import recording, undoing
from tests.content.stories import NOW, at, on_sqlite

pytestmark = pytest.mark.usefixtures("unit")


def category(name, parent=None):
    return terms.create_term(
        "category", name, by=OPERATOR, now=NOW, parent_id=parent.id if parent else None
    )


def move(term, parent=None, before=None, *, by=OPERATOR):
    term_places.move(
        term,
        parent_id=parent.id if parent else None,
        before_id=before.id if before else None,
        by=by,
        now=at(1),
    )


def names(parent=None):
    return [
        each.name for each in terms.list_terms("category")
        if each.parent_id == (parent.id if parent else None)
    ]  # fmt: skip


def test_a_level_stands_by_name_until_it_is_put_in_order_by_hand():
    cake, apple, bread = category("Cake"), category("apple"), category("Bread")
    assert names() == ["apple", "Bread", "Cake"]
    move(cake, before=apple)
    assert names() == ["Cake", "apple", "Bread"]
    move(cake)
    assert names() == ["apple", "Bread", "Cake"]
    move(bread, before=apple)
    category("Aal")
    assert names() == ["Bread", "apple", "Cake", "Aal"], "what is new stands last"


def test_a_subtree_moves_as_one_and_every_old_address_leads_on():
    food, drinks = category("Food"), category("Drinks")
    soup = category("Soup", food)
    leek = category("Leek", soup)
    act = None
    with recording.together(by=OPERATOR, now=at(1), label="Moved"):
        move(soup, drinks)
        act = recording.current().id
    assert leek.path == "/category/drinks/soup/leek/"
    for path, term in (("/category/food/soup/", soup), ("/category/food/soup/leek/", leek)):
        line = book.find(path)
        assert (line.target_id, line.state) == (term.id, "former")
    db.commit()
    undoing.undo(act, by=OPERATOR, now=at(2))
    assert (soup.parent_id, leek.path) == (food.id, "/category/food/soup/leek/")
    assert book.find("/category/drinks/soup/") is None


def test_nothing_stands_below_itself_nor_below_what_is_gone():
    food = category("Food")
    soup = category("Soup", food)
    for parent in (soup, food):
        with pytest.raises(Rejected, match="below itself"):
            move(food, parent)
    with pytest.raises(Rejected, match="not there any more"):
        term_places.move(soup, parent_id="01J00000000000000000000000", by=OPERATOR, now=NOW)
    with pytest.raises(Rejected, match="order has changed"):
        move(food, before=soup)
    tag = terms.create_term("tag", "Tea", by=OPERATOR, now=NOW)
    with pytest.raises(Rejected, match="beside each other"):
        move(tag, food)
    with pytest.raises(Rejected, match="below itself"):
        move(food, tag)


def test_what_comes_to_a_taken_path_gets_a_number():
    food = category("Food")
    category("Soup")
    inner = category("Soup", food)
    move(inner)
    assert inner.path == "/category/soup-2/"


@on_sqlite
def test_a_level_of_very_many_stands_by_name(monkeypatch):
    monkeypatch.setattr(term_places, "MOST_ORDERED", 2)
    apple, bread, cake = category("Apple"), category("Bread"), category("Cake")
    with pytest.raises(Rejected, match="stand by name"):
        move(cake, before=apple)
    move(cake, bread)
    assert cake.parent_id == bread.id


@on_sqlite
def test_only_who_manages_terms_moves_them(ana, eli):
    food, soup = category("Food"), category("Soup")
    with pytest.raises(NotAllowed):
        move(soup, food, by=ana)
    move(soup, food, by=eli)
