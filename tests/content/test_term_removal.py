"""Terms that are deleted: their uses, their addresses, and the way back."""

import pytest
import sqlalchemy as sa

from cms import db
from cms.accounts.permissions import OPERATOR
from cms.addresses import book, redirects, targets
from cms.admin import undoing as door  # noqa: F401 - so that every room puts its rows back
from cms.content import joining_terms, profiles, reindexing, revisions, search, term_removal, terms
from cms.content.models import EntryTerm, Term
from cms.content.term_removal import After
from cms.errors import Rejected
from cms.history import recording, undoing
from cms.outbox import delivery
from cms.outbox.models import Errand
from cms.site import menus
from cms.site.models import MenuItem
from tests.content.stories import NOW, at, on_sqlite, publish, rewrite, write
from tests.history.sameness import differences, dump

pytestmark = pytest.mark.usefixtures("unit")


def term(name, taxonomy="tag", **values):
    return terms.create_term(taxonomy, name, by=OPERATOR, now=NOW, **values)


def delete(gone, after=After.GONE, other=None):
    with recording.together(by=OPERATOR, now=at(1)):
        term_removal.delete_term(gone, after=after, other=other, by=OPERATOR, now=at(1))
        act = recording.current().id
    db.commit()
    return act


def menu_of(target):
    line = menus.Line("", "term", target_id=target.id)
    menus.save_menu("main", "Main", [line], by=OPERATOR, now=NOW)


def menu_targets():
    return list(db.session().scalars(sa.select(MenuItem.target_id)))


def found(words):
    return search.find(words, now=at(2)).total_capped


def test_all_that_hangs_on_a_term_is_told_before_it_goes():
    food = term("Food", "category")
    soup = term("Soup", "category", parent_id=food.id)
    write(term_ids=(food.id,))
    write("Link", f"About [food](term:{food.id}).")
    menu_of(food)
    redirects.create("/eat/", targets.to("term", food.id), by=OPERATOR, now=NOW)
    redirects.create("/e/*", targets.to("term", food.id), by=OPERATOR, now=NOW)
    plan = term_removal.plan(food, now=NOW)
    assert (plan.entries, plan.trashed) == (1, 0)
    assert [each.id for each in plan.children] == [soup.id]
    assert [(use.place, use.title) for use in plan.uses] == [
        ("text", "Link"), ("redirect", "/e/*"), ("redirect", "/eat/"), ("menu", "Main"),
    ]  # fmt: skip


@pytest.mark.parametrize("after", list(After))
def test_a_deleted_term_comes_back_with_its_entries_links_and_address(after):
    food = term("Food", "category")
    soup = term("Soup", "category", parent_id=food.id, description="Hot", image={"url": "/s.png"})
    leek = term("Leek", "category", parent_id=soup.id)
    other = term("Other", "category")
    entry = write("Bowl", f"All [soups](term:{soup.id}).", term_ids=(soup.id, other.id))
    publish(entry)
    menu_of(soup)
    redirects.create("/soups/", targets.to("term", soup.id), by=OPERATOR, now=NOW)
    redirects.create("/s/*", targets.to("term", soup.id), by=OPERATOR, now=NOW)
    db.commit()
    before = dump(at(9))
    act = delete(soup, after, other if after is After.OTHER else None)
    heir = {After.PARENT: food.id, After.OTHER: other.id}.get(after)
    assert (leek.parent_id, leek.path) == (food.id, "/category/food/leek/")
    line = book.find("/category/food/soup/")
    assert (line.target_id, line.state) == (heir or soup.id, "former")
    by_hand = book.find("/soups/")
    assert (by_hand.target_id, by_hand.code) == ((heir, 301) if heir else (None, 410))
    assert menu_targets() == ([heir] if heir else [])
    source = revisions.get_head(entry).source
    assert source == (f"All [soups](term:{heir})." if heir else "All soups.")
    assert not list(db.session().scalars(sa.select(EntryTerm).where(EntryTerm.term_id == soup.id)))
    undoing.undo(act, by=OPERATOR, now=at(2))
    db.commit()
    assert differences(before, dump(at(9))) == []


def test_what_never_was_public_leaves_no_trace():
    draft, internal, shown = term("Draft"), term("Internal", internal=True), term("Shown")
    write(term_ids=(draft.id,))
    publish(write(term_ids=(internal.id, shown.id)))
    for each in (draft, internal, shown):
        delete(each)
    assert book.find("/tag/draft/") is None
    assert book.find("/tag/internal/") is None
    assert book.find("/tag/shown/").state == "former"


def test_an_entry_that_was_filed_anew_meanwhile_stays_so_when_the_term_comes_back():
    tea = term("Tea")
    kept, left = write("Kept", term_ids=(tea.id,)), write("Left", term_ids=(tea.id,))
    act = delete(tea)
    rewrite(left, now=at(2), title="Other", term_ids=())
    db.commit()
    undoing.undo(act, by=OPERATOR, now=at(3))
    carried = db.session().scalars(sa.select(EntryTerm.entry_id))
    assert list(carried) == [kept.id]


def test_the_heir_must_be_there_and_another_one():
    tea = term("Tea")
    for after, other, field in (
        (After.PARENT, None, "after"), (After.OTHER, None, "other"), (After.OTHER, tea, "other"),
    ):  # fmt: skip
        with pytest.raises(Rejected) as refusal:
            term_removal.delete_term(tea, after=after, other=other, by=OPERATOR, now=NOW)
        assert refusal.value.field == field


def test_entries_are_found_by_the_names_that_their_terms_and_authors_have_now():
    tea = term("Tea")
    ida = profiles.create_profile("Ida", by=OPERATOR, now=NOW)
    publish(write("Cup", "Hot.", term_ids=(tea.id,), byline_ids=(ida.id,)))
    db.commit()
    with recording.together(by=OPERATOR, now=at(1)):
        terms.update_term(tea, name="Oolong", slug="tea", by=OPERATOR, now=at(1))
        profiles.update_profile(ida, name="Olga", handle="ida", by=OPERATOR, now=at(1))
        act = recording.current().id
    db.commit()
    assert [found(each) for each in ("oolong", "tea", "olga", "ida")] == [1, 0, 1, 0]
    undoing.undo(act, by=OPERATOR, now=at(2))
    db.commit()
    assert [found(each) for each in ("oolong", "tea", "olga", "ida")] == [0, 1, 0, 1]
    delete(tea)
    assert found("tea") == 0


@on_sqlite
def test_of_very_many_entries_most_are_indexed_after_the_commit(monkeypatch, settings):
    monkeypatch.setattr(reindexing, "AT_ONCE", 1)
    tea = term("Tea")
    for number in range(3):
        publish(write(f"Cup {number}", "Hot.", term_ids=(tea.id,)))
    terms.update_term(tea, name="Oolong", slug="tea", by=OPERATOR, now=at(1))
    db.commit()
    assert found("oolong") == 1
    for errand in db.session().scalars(sa.select(Errand)).all():
        task = delivery.Task(errand.id, errand.kind, errand.payload, 1, settings, at(2))
        reindexing.run(task)
    assert found("oolong") == 3


def test_a_merge_leads_links_menus_and_patterns_and_is_undone_whole():
    tee, tea = term("Tee"), term("Tea")
    publish(write("Cup", f"A [cup](term:{tee.id}).", term_ids=(tee.id,)))
    menu_of(tee)
    redirects.create("/t/*", targets.to("term", tee.id), by=OPERATOR, now=NOW)
    db.commit()
    before = dump(at(9))
    with recording.together(by=OPERATOR, now=at(1)):
        joining_terms.join(tee, tea, by=OPERATOR, now=at(1))
        act = recording.current().id
    db.commit()
    assert menu_targets() == [tea.id]
    assert [each.target_id for each in book.list_patterns()] == [tea.id]
    assert db.session().get(Term, tee.id) is None
    undoing.undo(act, by=OPERATOR, now=at(2))
    db.commit()
    assert differences(before, dump(at(9))) == []
