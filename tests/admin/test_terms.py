"""Tags and categories: made, renamed, nested, removed."""

from typing import Any

import pytest

from cms import clock, ids
from cms.accounts.permissions import Person
from cms.content import terms
from tests.admin.conftest import Room
from tests.browsing import Browser


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


def test_a_tag_is_renamed_and_removed(browser: Browser, room: Room, eli: Person) -> None:
    term_id = _make(room, eli, "Tee")
    entry_id = room.write(eli, term_ids=(term_id,))
    browser.sign_in(eli).get(f"/admin/terms/{term_id}")
    assert browser.submit("Save", name="Tea", slug="tea").status_code == 303
    browser.get(f"/admin/terms/{term_id}")
    assert "1 entry carries it and stays." in browser.text
    assert browser.submit("Remove").status_code == 303
    assert browser.get(f"/admin/terms/{term_id}").status_code == 404
    assert browser.get(f"/admin/entries/{entry_id}").status_code == 200


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
    for name in ("", "None such", "Tee"):
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
