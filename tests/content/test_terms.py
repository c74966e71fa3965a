"""Terms and profiles: what sorts entries, and who signs them."""

import pytest

from cms import db, ids
from cms.accounts.permissions import OPERATOR
from cms.addresses import book
from cms.content import filing, profiles, queries, revisions, term_removal, terms
from cms.content.selection import posts
from cms.content.snapshot import Snapshot
from cms.errors import NotAllowed, NotFound, Rejected
from tests.content.stories import NOW, at, find_published, on_sqlite, publish, rewrite, write

pytestmark = pytest.mark.usefixtures("unit")


def tag(name, **values):
    return terms.create_term("tag", name, by=OPERATOR, now=NOW, **values)


def category(name, parent=None, **values):
    return terms.create_term(
        "category", name, by=OPERATOR, now=NOW, parent_id=parent.id if parent else None, **values
    )


def change(term, **values):
    present = {
        "name": term.name,
        "slug": term.slug,
        "parent_id": term.parent_id,
        "internal": term.internal,
    }
    terms.update_term(term, by=OPERATOR, now=at(1), **{**present, **values})


def profile(name, **values):
    return profiles.create_profile(name, by=OPERATOR, now=NOW, **values)


def shown_tags(entry, hours=0.0):
    publication = find_published(entry.id, now=at(hours))
    return [row.name for row in filing.links_of([publication.id])[publication.id][0]]


def test_a_tag_stands_at_its_slug_in_any_script():
    assert tag("Open Source").path == "/tag/open-source/"
    assert tag("東京 旅行").path == "/tag/東京-旅行/"
    assert tag("!!!").path.startswith("/tag/01")
    assert book.find("/tag/open-source/").target_kind == "term"


def test_categories_are_nested_and_tags_are_not():
    food = category("Food")
    soup = category("Soup", food)
    assert soup.path == "/category/food/soup/"
    with pytest.raises(Rejected) as refusal:
        tag("Soup", parent_id=tag("Food").id)
    assert refusal.value.field == "parent"
    with pytest.raises(Rejected, match="below itself"):
        category("Stray", tag("Other"))


def test_a_slug_that_is_taken_is_refused_in_words_or_numbered():
    tag("One", slug="same")
    with pytest.raises(Rejected, match="already stands") as refusal:
        tag("Two", slug="same")
    assert refusal.value.field == "slug"
    assert tag("Same").path == "/tag/same-2/"
    with pytest.raises(Rejected):
        change(terms.find_by_name("tag", "Same"), slug="same")


@on_sqlite
@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\x00b\ud800"])
def test_a_term_needs_a_name(name):
    with pytest.raises(Rejected) as refusal:
        tag(name)
    assert refusal.value.field == "name"


@on_sqlite
@pytest.mark.parametrize("slug", ["page", "!!!", "../.."])
def test_a_term_needs_a_path(slug):
    if slug == "../..":
        slug = "."
    with pytest.raises(Rejected) as refusal:
        tag("x", slug=slug)
    assert refusal.value.field == "slug"


def test_a_renamed_category_takes_all_below_it_along_and_old_addresses_lead_on():
    food = category("Food")
    soup = category("Soup", food)
    leek = category("Leek", soup)
    change(food, name="Eating", slug="eating")
    assert [each.path for each in (food, soup, leek)] == [
        "/category/eating/",
        "/category/eating/soup/",
        "/category/eating/soup/leek/",
    ]
    for path, term in (("/category/food/", food), ("/category/food/soup/leek/", leek)):
        line = book.find(path)
        assert (line.target_id, line.state) == (term.id, "former")
    change(food, slug="food")
    assert (leek.path, book.find(leek.path).state) == ("/category/food/soup/leek/", "current")


def test_a_category_never_stands_below_itself_nor_too_deep():
    chain = [category("0")]
    for number in range(1, 8):
        chain.append(category(str(number), chain[-1]))
    with pytest.raises(Rejected, match="deep"):
        category("8", chain[-1])
    with pytest.raises(Rejected, match="below itself"):
        change(chain[0], parent_id=chain[3].id)
    tall = category("tall")
    category("child", tall)
    with pytest.raises(Rejected, match="deep"):
        change(tall, parent_id=chain[6].id)
    change(tall, parent_id=chain[5].id)


def test_a_deleted_term_is_gone_and_what_was_below_it_moves_up():
    food = category("Food")
    soup, other = category("Soup", food), category("Soup")
    entry = write(term_ids=(food.id, soup.id))
    publish(entry)
    term_removal.delete_term(food, by=OPERATOR, now=at(1))
    assert soup.path == "/category/soup-2/", "the other soup keeps its place"
    assert other.path == "/category/soup/"
    assert book.find("/category/food/").target_id == food.id, "its address says that it is gone"
    assert book.find("/category/food/soup/").target_id == soup.id
    assert shown_tags(entry) == ["Soup"]
    with pytest.raises(NotFound):
        terms.get_term(food.id)
    assert category("Food").path == "/category/food/", "another one may stand there"


def test_tags_keep_their_order_and_internal_ones_are_not_shown():
    names = ["b", "#secret", "a", "c"]
    entry = write(term_ids=terms.ensure_terms("tag", names, by=OPERATOR, now=NOW))
    publish(entry)
    assert shown_tags(entry) == ["b", "a", "c"]
    secret = terms.find_by_name("tag", "#secret")
    assert (secret.internal, secret.name) == (True, "secret")
    assert filing.find_term("tag", "secret") is None
    assert "secret" not in [row.name for row, _count in filing.list_used_terms("tag", now=NOW)]
    rewrite(entry, term_ids=tuple(reversed(revisions.get_head(entry).term_ids)))
    publish(entry, now=at(1))
    assert shown_tags(entry, 1) == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("there", "typed", "same"),
    [
        ("Open Source", "open source", True),
        ("Open Source", "open-source", True),
        ("Open Source", "OPEN_SOURCE", True),
        ("Ärger", "ÄRGER", True),
        ("C", "C++", False),
        ("C++", "C#", False),
        ("Résumé", "resume", False),
        ("Straße", "strase", False),
        ("a", "a b", False),
        ("東京", "東京", True),
    ],
)
def test_a_typed_name_finds_its_term_alike_on_every_database(there, typed, same):
    term = tag(there)
    found = terms.ensure_terms("tag", [typed], by=OPERATOR, now=NOW)
    assert (found == (term.id,)) is same
    assert terms.ensure_terms("tag", [typed, typed], by=OPERATOR, now=NOW) == found


def test_terms_are_counted_by_what_is_not_in_the_trash():
    one = tag("One")
    write(term_ids=(one.id,))
    write("Other", term_ids=(one.id,))
    assert terms.count_entries("tag") == {one.id: 2}


@on_sqlite
def test_who_writes_may_add_tags_but_only_editors_change_them(eli, ana, zoe):
    term = terms.create_term("tag", "New", by=ana, now=NOW)
    with pytest.raises(NotAllowed):
        terms.create_term("tag", "x", by=zoe, now=NOW)
    for act in (
        lambda by: terms.update_term(term, by=by, now=NOW, name="x", slug="x"),
        lambda by: term_removal.delete_term(term, by=by, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            act(ana)
        act(eli)


@on_sqlite
def test_unknown_terms_are_not_found():
    for wrong in ("", "x", ids.new_id()):
        with pytest.raises(NotFound):
            terms.get_term(wrong)
    with pytest.raises(NotFound):
        terms.create_term("mood", "x", by=OPERATOR, now=NOW)


# --- profiles -------------------------------------------------------------------------------------


def test_a_profile_stands_at_its_handle():
    grace = profile("Grace Hopper", bio="Admiral", links=["https://example.org"])
    assert profiles.path_for(grace.handle) == "/author/grace-hopper/"
    assert profiles.path_for(profile("Grace Hopper").handle) == "/author/grace-hopper-2/"
    assert book.find("/author/grace-hopper").target_id == grace.id


def test_a_handle_that_is_taken_is_refused_in_words():
    profile("Grace", handle="grace")
    other = profile("Ada")
    for act in (
        lambda: profile("Other", handle="grace"),
        lambda: profiles.update_profile(other, by=OPERATOR, now=NOW, name="Ada", handle="grace"),
    ):
        with pytest.raises(Rejected) as refusal:
            act()
        assert refusal.value.field == "handle"


def test_a_renamed_profile_leaves_a_trace():
    grace = profile("Grace")
    profiles.update_profile(grace, by=OPERATOR, now=NOW, name="Grace H.", handle="hopper")
    assert book.find("/author/grace/").state == "former"
    assert book.find("/author/hopper/").state == "current"


def test_names_are_told_apart_alike_on_every_database():
    jose = profile("José Núñez")
    assert profiles.ensure_profile("JOSÉ NÚÑEZ", by=OPERATOR, now=NOW).id == jose.id
    assert profiles.find_by_name("Jose Nunez") is None


def test_bylines_keep_their_order():
    people = [profile(name) for name in ("Zoe", "Ana", "Rob")]
    entry = write(byline_ids=tuple(each.id for each in people))
    publication = publish(entry)
    rows = filing.links_of([publication.id])[publication.id][1]
    assert [row.name for row in rows] == ["Zoe", "Ana", "Rob"]
    cards = queries.list_cards(posts(profile_id=people[1].id), now=NOW, limit=9)
    assert [card.entry_id for card in cards] == [entry.id]


@on_sqlite
def test_people_have_one_profile_of_their_own(ana, eli):
    own = profiles.ensure_own_profile(ana, now=NOW)
    assert profiles.ensure_own_profile(ana, now=NOW).id == own.id
    profiles.update_profile(own, by=ana, now=NOW, name="Ana B.", handle="ana")
    with pytest.raises(NotAllowed):
        profiles.create_profile("Someone", by=ana, now=NOW)
    other = profiles.create_profile("Someone", by=eli, now=NOW)
    with pytest.raises(NotAllowed):
        profiles.update_profile(other, by=ana, now=NOW, name="x", handle="x")
    assert profiles.ensure_own_profile(OPERATOR, now=NOW) is None


@on_sqlite
@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"bio": "x" * 10_001}, "bio"),
        ({"bio": "\x00"}, "bio"),
        ({"links": ["javascript:x"]}, "links"),
        ({"links": ["https://x"] * 21}, "links"),
        ({"links": ["https://x\x00"]}, "links"),
    ],
)
def test_what_a_profile_cannot_hold_is_refused(values, field):
    with pytest.raises(Rejected) as refusal:
        profile(**{"name": "Grace", **values})
    assert refusal.value.field == field


def test_something_typed_into_a_tag_reaches_the_newest_revision_only():
    one = tag("One")
    entry = write(term_ids=(one.id,))
    publish(entry)
    rewrite(entry, term_ids=())
    assert shown_tags(entry) == ["One"]
    assert Snapshot.of(revisions.get_head(entry)).term_ids == ()
    db.session().flush()
    assert terms.count_entries("tag") == {}
