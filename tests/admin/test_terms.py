"""Tags and categories: made, renamed, nested, removed."""

import re
from html import unescape
from typing import Any

import pytest

from cms import clock, ids
from cms.accounts.permissions import Person
from cms.addresses import book
from cms.admin import entry_offers, term_bulk, term_form, term_tree
from cms.admin import terms as lists
from cms.content import term_lists, terms
from tests.admin.conftest import Room
from tests.browsing import BASE, Browser


def _make(room: Room, by: Person, name: str, taxonomy: str = "tag", **more: Any) -> str:
    with room.open(write=True):
        return terms.create_term(taxonomy, name, by=by, now=clock.now(), **more).id


def test_a_tag_is_made(browser: Browser, room: Room, eli: Person) -> None:
    browser.sign_in(eli).get("/admin/terms/new")
    browser.submit("Save", name="Green tea", description="Leaves.", internal="y")
    browser.follow()
    assert "Green tea" in browser.text
    assert "/tag/green-tea/" in browser.text


def test_a_category_stands_below_another_but_never_below_itself(
    browser: Browser, room: Room, eli: Person
) -> None:
    above = _make(room, eli, "Drinks", "category")
    browser.sign_in(eli).get("/admin/terms/new?taxonomy=category")
    browser.submit("Save", name="Tea", parent=above)
    browser.follow()
    assert "/category/drinks/tea/" in browser.text
    with room.open():
        below = next(each for each in terms.list_terms("category") if each.name == "Tea").id
    browser.get(f"/admin/terms/{above}")
    for parent in (above, below, ids.new_id(), "nonsense"):
        assert browser.submit("Save", name="Kept", parent=parent).status_code == 422
        assert "Kept" in str(browser.page and browser.page.text)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "Give it a name."),
        ({"name": "x" * 201}, "201" and "longer"),
        ({"name": "Tea", "slug": "taken"}, "taken"),
        ({"name": "Tea", "slug": "!!"}, "letters or digits"),
        ({"name": "Tea", "slug": "page"}, "cannot be used"),
        ({"name": "Tea\x00"}, "control characters"),
    ],
)
def test_what_cannot_be_is_refused(
    browser: Browser, room: Room, eli: Person, fields: dict[str, str], words: str
) -> None:
    _make(room, eli, "Taken")
    browser.sign_in(eli).get("/admin/terms/new")
    typed = {"description": "Kept", **fields}
    assert browser.submit("Save", **typed).status_code == 422
    assert words in browser.text
    assert "Kept" in str(browser.page and browser.page.text)


def test_a_tag_is_renamed_and_deleted_and_comes_back(
    browser: Browser, room: Room, eli: Person
) -> None:
    term_id = _make(room, eli, "Tee")
    entry_id = room.write(eli, term_ids=(term_id,))
    browser.sign_in(eli).get(f"/admin/terms/{term_id}")
    assert browser.submit("Save", name="Tea", slug="tea").status_code == 303
    browser.get(f"/admin/terms/{term_id}")
    assert "1 entry carries it." in browser.text
    browser.get(f"/admin/terms/{term_id}/removal")
    assert "1 entry carries it and stays." in browser.text
    assert browser.submit("Delete").status_code == 303
    browser.follow()
    assert "“Tea” is gone." in browser.text
    assert room.head(entry_id).title == "Tea"
    browser.submit("Undo")
    browser.get(f"/admin/terms/{term_id}")
    assert "1 entry carries it." in browser.text


def test_deleting_shows_the_uses_and_leads_the_address_elsewhere(
    browser: Browser, room: Room, eli: Person
) -> None:
    food = _make(room, eli, "Food", "category")
    soup = _make(room, eli, "Soup", "category", parent_id=food)
    _make(room, eli, "Leek", "category", parent_id=soup)
    other = _make(room, eli, "Other", "category")
    entry_id = room.write(eli, source=f"About [soup](term:{soup}).", term_ids=(soup,))
    browser.sign_in(eli).get(f"/admin/terms/{soup}/removal")
    assert "1 stands below it and moves one step up." in browser.text
    assert "In the text" in browser.text
    for typed in ("", "None such", "Soup", "/category/nothing/"):
        answer = browser.submit("Delete", after="other", target=typed)
        assert answer.status_code == 422
        assert 'value="other" id="after-2" checked' in answer.text, "what was chosen stays"
        assert typed in answer.text
    assert browser.submit("Delete", after="other", target="/category/other/").status_code == 303
    assert f"term:{other}" in room.head(entry_id).source
    with room.open():
        line = book.find("/category/food/soup/")
        assert line is not None
        assert (line.target_id, line.state) == (other, "former")
        assert book.find("/category/food/leek/") is not None


def test_all_that_a_term_says_is_kept_and_shown(browser: Browser, room: Room, eli: Person) -> None:
    typed = {
        "name": "Tea", "description": "Leaves & water.", "image": "https://example.org/t.jpg",
        "image_alt": "A cup", "locale": "en-GB", "seo_title": "All about tea",
        "seo_description": "Leaves.",
    }  # fmt: skip
    browser.sign_in(eli).get("/admin/terms/new")
    for wrong in ({"image": "http://example.org/t.jpg"}, {"image": "javascript:x"},
                  {"locale": "English"}, {"seo_title": "x" * 301}):  # fmt: skip
        answer = browser.submit("Save", **{**typed, **wrong})
        assert answer.status_code == 422
        assert "A cup" in answer.text
        assert next(iter(wrong.values())) in answer.text
    assert browser.submit("Save", **typed).status_code == 303
    with room.open():
        (term,) = terms.list_terms("tag")
    room.publish(room.write(eli, term_ids=(term.id,)), eli)
    page = browser.get(f"/admin/terms/{term.id}").text
    for each in ("A cup", "en-GB", "All about tea", "View on the site", "History"):
        assert each in page
    public = browser.get("/tag/tea/").text
    assert "<title>All about tea" in public
    assert '<meta name="description" content="Leaves.">' in public
    assert '<meta property="og:image" content="https://example.org/t.jpg">' in public
    assert '<meta property="og:image:alt" content="A cup">' in public
    assert '<html lang="en-GB"' in public
    assert 'alt="A cup"' in public
    assert '"@type": "DefinedTerm"' in public
    assert "<h1>Tea</h1>" in public


def test_a_deleted_tag_says_that_it_is_gone(browser: Browser, room: Room, eli: Person) -> None:
    tea, quiet = _make(room, eli, "Tea"), _make(room, eli, "Quiet")
    room.write(eli, term_ids=(quiet,))
    room.publish(room.write(eli, term_ids=(tea,)), eli)
    assert browser.get("/tag/tea/").status_code == 200
    browser.sign_in(eli)
    for term_id in (tea, quiet):
        browser.get(f"/admin/terms/{term_id}/removal")
        browser.submit("Delete")
    assert browser.get("/tag/tea/").status_code == 410
    assert browser.get("/tag/quiet/").status_code == 404


def test_categories_are_a_tree_that_moves_without_scripts(
    browser: Browser, room: Room, eli: Person
) -> None:
    food = _make(room, eli, "Food", "category")
    soup = _make(room, eli, "Soup", "category", parent_id=food)
    drinks = _make(room, eli, "Drinks", "category")
    browser.sign_in(eli).get("/admin/terms/?taxonomy=category")
    assert "/category/food/soup/" in browser.text
    sent = {"id": food, "before": drinks, "parent": ""}
    assert browser.send("/admin/terms/moves", sent).status_code == 303
    with room.open():
        assert [each.name for each in terms.list_terms("category") if not each.parent_id] == [
            "Food", "Drinks",
        ]  # fmt: skip
    browser.send("/admin/terms/moves", {"id": soup, "parent": drinks})
    browser.follow()
    assert "Moved “Soup”." in browser.text
    assert "/category/drinks/soup/" in browser.text
    browser.send("/admin/terms/moves", {"id": drinks, "parent": soup})
    browser.follow()
    assert "It cannot stand below itself." in browser.text
    assert browser.send("/admin/terms/moves", {"id": "nonsense"}).status_code == 404


def test_a_tree_of_very_many_opens_level_by_level(
    browser: Browser, room: Room, eli: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(term_tree, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(term_form, "MOST_CHOICES", 2)
    food = _make(room, eli, "Food", "category")
    soup = _make(room, eli, "Soup", "category", parent_id=food)
    _make(room, eli, "Leek", "category", parent_id=soup)
    page = browser.sign_in(eli).get("/admin/terms/?taxonomy=category").text
    assert "1 below" in page
    assert "/category/food/soup/" not in page
    browser.get(f"/admin/terms/{food}/branch")
    browser.follow()
    assert "/category/food/soup/" in browser.text
    part = browser.client.get(
        f"/admin/terms/{food}/branch", base_url=BASE, headers={"HX-Request": "true"}
    ).text
    assert "<html" not in part
    assert "/category/food/soup/" in part
    browser.get(f"/admin/terms/{soup}")
    assert browser.submit("Save", parent_name="Nowhere").status_code == 422
    assert "There is none of this name." in browser.text
    assert browser.submit("Save", parent_name="").status_code == 303
    with room.open():
        assert terms.get_term(soup).path == "/category/soup/"


def test_tags_are_found_by_their_names(browser: Browser, room: Room, eli: Person) -> None:
    _make(room, eli, "Tea")
    _make(room, eli, "Milk")
    browser.sign_in(eli).get("/admin/terms/?q=MIL%00")
    assert "Milk" in browser.text
    assert "/tag/tea/" not in browser.text
    browser.get("/admin/terms/?q=zzz")
    assert "Nothing fits this search." in browser.text


def test_nobody_without_the_role_comes_near(
    browser: Browser, room: Room, ana: Person, eli: Person
) -> None:
    term_id = _make(room, eli, "Tea")
    browser.sign_in(ana)
    assert browser.get(f"/admin/terms/{term_id}").status_code == 403
    assert browser.send(f"/admin/terms/{term_id}", {"name": "x"}).status_code == 403
    assert browser.send(f"/admin/terms/{term_id}/removal").status_code == 403


def test_a_tag_is_merged_into_another(browser: Browser, room: Room, eli: Person) -> None:
    tee, tea = _make(room, eli, "Tee"), _make(room, eli, "Tea")
    entry_id = room.write(eli, term_ids=(tee,))
    browser.sign_in(eli).get(f"/admin/terms/{tee}/merging")
    assert "1 entry is filed anew" in browser.text
    for name in ("", "None such", "Tee", "/tag/tee/"):
        assert browser.submit("Merge", into=name).status_code == 422
        assert browser.page is not None
        assert name in browser.page.text
    assert browser.submit("Merge", into="tea").status_code == 303
    browser.follow()
    assert "“Tee” is merged into “Tea”." in browser.text
    assert room.head(entry_id).term_ids == [tea]
    assert browser.get(f"/admin/terms/{tee}/merging").status_code == 404
    assert browser.send(f"/admin/terms/{tee}/merging", {"into": "Tea"}).status_code == 404


def test_only_editors_merge(browser: Browser, room: Room, ana: Person, eli: Person) -> None:
    tee = _make(room, eli, "Tee")
    browser.sign_in(ana)
    assert browser.get(f"/admin/terms/{tee}/merging").status_code == 403
    assert browser.send(f"/admin/terms/{tee}/merging", {"into": "x"}).status_code == 403


def test_several_are_merged_in_one_act_with_one_undo(
    browser: Browser, room: Room, eli: Person
) -> None:
    made = [_make(room, eli, name) for name in ("Tea", "Tee", "Thé")]
    entry_id = room.write(eli, term_ids=tuple(made[1:]))
    browser.sign_in(eli)
    sent = {"list": "taxonomy=tag", "id": made, "act": "merge"}
    browser.send("/admin/terms/bulk", sent)
    browser.follow()
    assert "This is about 3:" in browser.text
    assert browser.submit("Merge into one", target="").status_code == 422
    assert browser.submit("Merge into one", target="Tea").status_code == 303
    browser.follow()
    assert "Merged 2 into another." in browser.text
    assert room.head(entry_id).term_ids == [made[0]]
    browser.submit("Undo")
    assert room.head(entry_id).term_ids == made[1:]
    with room.open():
        assert len(terms.list_terms("tag")) == 3


def test_several_are_moved_and_deleted_and_what_cannot_be_is_told(
    browser: Browser, room: Room, eli: Person
) -> None:
    food, soup = (_make(room, eli, name, "category") for name in ("Food", "Soup"))
    inner = _make(room, eli, "Inner", "category", parent_id=soup)
    query = {"list": "taxonomy=category"}
    browser.sign_in(eli)
    answer = browser.send(
        "/admin/terms/bulk/move", {**query, "id": [food, soup], "target": "Inner"}
    )
    assert answer.status_code == 200
    assert "It cannot stand below itself." in answer.text
    with room.open():
        assert terms.get_term(food).path == "/category/soup/inner/food/"
    sent = {**query, "id": [soup, inner], "after": "parent"}
    assert browser.send("/admin/terms/bulk/delete", sent).status_code == 303
    with room.open():
        assert [each.path for each in terms.list_terms("category")] == ["/category/food/"]
    assert browser.send("/admin/terms/bulk", {**query, "act": "delete"}).status_code == 303
    assert browser.send("/admin/terms/bulk/nothing", query).status_code == 404


def test_many_are_deleted_beside_the_request_once_their_number_is_typed(
    browser: Browser, room: Room, eli: Person
) -> None:
    for number in range(22):
        _make(room, eli, f"Tag {number}")
    _make(room, eli, "Other")
    browser.sign_in(eli)
    sent = {"list": "taxonomy=tag&q=tag", "all": "1", "after": "gone"}
    assert browser.send("/admin/terms/bulk/delete", sent).status_code == 422
    assert browser.send("/admin/terms/bulk/delete", {**sent, "count": "22"}).status_code == 303
    browser.follow()
    with room.open():
        assert [each.name for each in terms.list_terms("tag")] == ["Other"]
    assert "Deleted 22." in browser.text
    browser.submit("Undo")
    with room.open():
        assert len(terms.list_terms("tag")) == 23


def test_a_merge_of_very_many_entries_is_a_job_and_one_act(
    browser: Browser, room: Room, eli: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(term_bulk, "MOST_CARRIERS", 1)
    tee, tea = _make(room, eli, "Tee"), _make(room, eli, "Tea")
    entries = [room.write(eli, f"Cup {n}", term_ids=(tee,)) for n in range(3)]
    browser.sign_in(eli).get(f"/admin/terms/{tee}/merging")
    assert browser.submit("Merge", into="Tea").status_code == 303
    browser.follow()
    assert [room.head(each).term_ids for each in entries] == [[tea]] * 3
    browser.submit("Undo")
    assert [room.head(each).term_ids for each in entries] == [[tee]] * 3


def test_a_list_goes_on_behind_its_last_line_in_every_order(
    browser: Browser, room: Room, eli: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "SIZE", 2)
    made = {name: _make(room, eli, name) for name in ("apple", "Bread", "cake", "Date", "egg")}
    for number, name in enumerate(("cake", "cake", "egg", "apple")):
        room.write(eli, f"Entry {number}", term_ids=(made[name],))
    browser.sign_in(eli)
    for sort, wanted in (
        ("name", ["apple", "Bread", "cake", "Date", "egg"]),
        ("newest", ["egg", "Date", "cake", "Bread", "apple"]),
        ("used", ["cake", "apple", "egg"]),
    ):
        seen: list[str] = []
        address: str | None = f"/admin/terms/?sort={sort}"
        while address:
            page = browser.get(address)
            seen += re.findall(r'class="entry-title"[^>]*><bdi>([^<]*)', page.text)
            found = re.search(r'rel="next" href="([^"]*)"', page.text)
            address = unescape(found[1]) if found else None
        assert seen == wanted, sort
    browser.get("/admin/terms/?only=unused")
    assert "/tag/bread/" in browser.text
    assert "/tag/cake/" not in browser.text
    for odd in ("/admin/terms/?after=x&sort=used", "/admin/terms/?after=%00&sort=name",
                "/admin/terms/?sort=x&only=x"):  # fmt: skip
        assert browser.get(odd).status_code == 200


@pytest.mark.parametrize("most", [0, 100])
def test_a_list_is_given_to_a_spreadsheet_without_formulas(
    browser: Browser, room: Room, eli: Person, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(term_lists, "MOST_LOOKED_AT", most)
    tea = _make(room, eli, "Tea", description="=1+1")
    _make(room, eli, "Milk")
    room.publish(room.write(eli, term_ids=(tea,)), eli)
    room.write(eli, "Draft", term_ids=(tea,))
    body = browser.sign_in(eli).get("/admin/terms/list.csv?q=tea").data.decode("utf-8-sig")
    assert body.splitlines()[1] == "Tea,/tag/tea/,1,0,1,no,,'=1+1"
    assert "Milk" not in body


def test_of_very_many_categories_the_form_of_an_entry_takes_names(
    browser: Browser, room: Room, eli: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry_offers, "MOST_CATEGORIES", 1)
    food = _make(room, eli, "Food", "category")
    soup = _make(room, eli, "Soup", "category", parent_id=food)
    other = _make(room, eli, "Soup", "category")
    entry_id = room.write(eli, term_ids=(soup,))
    page = browser.sign_in(eli).get(f"/admin/entries/{entry_id}").text
    assert "Further categories" in page
    assert f'value="{soup}" checked' in page, "what is chosen is shown, with those above it"
    assert other not in page
    assert browser.submit("Save", more_categories="Soup").status_code == 422
    assert "Several are called so. Give the address." in browser.text
    assert browser.submit("Save", more_categories="/category/soup/").status_code == 303
    assert room.head(entry_id).term_ids == [soup, other]


def test_names_are_offered_while_one_types(browser: Browser, room: Room, eli: Person) -> None:
    for name in ("Tea", "Ice tea", "Thé", "Milk"):
        _make(room, eli, name)
    _make(room, eli, "Tea", "category", parent_id=_make(room, eli, "Hot", "category"))
    browser.sign_in(eli)

    def offered(query: str) -> Any:
        return browser.client.get(f"/admin/choices/terms?{query}", base_url=BASE).json

    assert offered("q=TE") == ["Tea", "Ice tea"]
    assert offered("q=the") == ["Thé"]
    assert offered("taxonomy=category&q=tea") == ["/category/hot/tea/"]
    assert offered("q=%25") == []
