"""Two terms become one: entries, what is public, what is to come, addresses and all."""

import pytest

from cms import db
from cms.accounts.permissions import OPERATOR
from cms.addresses import book
from cms.content import filing, intervals, joining_terms, revisions, terms, trash
from cms.errors import NotAllowed, NotFound, Rejected
from tests.content.stories import NOW, at, on_sqlite, publish, rewrite, write

pytestmark = pytest.mark.usefixtures("unit")


def tag(name, taxonomy="tag", **values):
    return terms.create_term(taxonomy, name, by=OPERATOR, now=NOW, **values)


def join(gone, into):
    return joining_terms.join(gone, into, by=OPERATOR, now=at(1))


def shown(entry, hours=2.0):
    publication = intervals.find_live(entry, now=at(hours))
    return [row.name for row in filing.links_of([publication.id])[publication.id][0]]


def test_what_carried_one_carries_the_other_in_the_same_place():
    tee, tea, other = tag("Tee"), tag("Tea"), tag("Other")
    entry = write(term_ids=(tee.id, other.id))
    publish(entry)
    both = write("Both", term_ids=(other.id, tea.id, tee.id))
    publish(both)
    draft = write("Draft", term_ids=(other.id, tee.id))
    changed = write("Changed", term_ids=(tee.id,))
    publish(changed)
    rewrite(changed, title="Newer", term_ids=(other.id,))
    assert join(tee, tea) == 4
    assert shown(entry) == ["Tea", "Other"]
    assert shown(both) == ["Other", "Tea"]
    assert shown(changed) == ["Tea"]
    assert revisions.get_head(draft).term_ids == [other.id, tea.id]
    assert revisions.get_head(changed).title == "Newer"
    assert terms.count_entries("tag") == {tea.id: 3, other.id: 4}
    live = intervals.find_live(entry, now=at(2))
    assert live.revision_id == entry.head_id, "nothing is left to publish"
    with pytest.raises(NotFound):
        terms.get_term(tee.id)


def test_what_lies_in_the_trash_comes_back_with_the_term_that_stayed():
    tee, tea = tag("Tee"), tag("Tea")
    entry = write(term_ids=(tee.id,))
    publish(entry)
    trash.trash(entry, by=OPERATOR, now=at(0.5))
    join(tee, tea)
    trash.restore(entry, by=OPERATOR, now=at(2))
    assert shown(entry, 3) == ["Tea"]
    assert revisions.get_head(entry).term_ids == [tea.id]


def test_every_address_of_the_one_leads_to_the_other():
    tee, tea = tag("Tee"), tag("Tea")
    terms.update_term(tee, by=OPERATOR, now=NOW, name="Teh", slug="teh")
    join(tee, tea)
    for path in ("/tag/tee/", "/tag/teh/"):
        line = book.find(path)
        assert (line.target_id, line.state) == (tea.id, "former")
    assert tag("Teh").path == "/tag/teh/", "another one may stand there"


def test_what_stood_below_stands_below_the_other():
    food, dishes = tag("Food", "category"), tag("Dishes", "category")
    soup = tag("Soup", "category", parent_id=food.id)
    join(food, dishes)
    assert (soup.parent_id, soup.path) == (dishes.id, "/category/dishes/soup/")
    assert book.find("/category/food/soup/").target_id == soup.id
    with pytest.raises(Rejected, match="stands below"):
        join(dishes, soup)


@on_sqlite
def test_what_cannot_be_joined(ana):
    tee, tea = tag("Tee"), tag("Tea", "category")
    for gone, into in ((tee, tee), (tee, tea)):
        with pytest.raises(Rejected):
            join(gone, into)
    with pytest.raises(NotAllowed):
        joining_terms.join(tee, tag("Other"), by=ana, now=NOW)
    db.session().flush()
