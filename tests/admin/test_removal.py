"""Trashing what others use: the page shows where, and asks what becomes of it."""

import pytest

from cms import clock
from cms.accounts.permissions import Person
from cms.content import editing, trash, uses
from tests.admin.conftest import Room
from tests.browsing import Browser


@pytest.fixture
def about(room: Room, eli: Person) -> str:
    """A page that a published post links to."""
    about = room.write(eli, "About", "page", path="/about/")
    room.publish(about, eli)
    writer = room.write(eli, "Writer", source=f"Read [us](entry:{about}).\n")
    room.publish(writer, eli)
    room.write(eli, "Team", "page", path="/team/")
    return about


def trash_it(browser: Browser, entry_id: str) -> None:
    browser.get(f"/admin/entries/{entry_id}")
    assert browser.submit("Move to trash").status_code == 303
    browser.follow()


def test_what_nothing_uses_goes_at_once(browser: Browser, room: Room, eli: Person) -> None:
    entry_id = room.write(eli, "Tea")
    trash_it(browser.sign_in(eli), entry_id)
    assert room.entry(entry_id).trashed_at is not None


def test_what_is_used_shows_its_uses_first(
    browser: Browser, room: Room, about: str, eli: Person
) -> None:
    trash_it(browser.sign_in(eli), about)
    assert room.entry(about).trashed_at is None
    assert "Writer" in browser.text
    assert "In the text" in browser.text


def test_what_visitors_see_is_named_where_the_draft_differs_and_undo_brings_it_back(
    browser: Browser, room: Room, about: str, eli: Person
) -> None:
    with room.open():
        (use,) = uses.list_uses("entry", {about}, now=clock.now())
    browser.sign_in(eli).get(f"/admin/entries/{use.entry_id}")
    browser.submit("Save", source="No link.")
    trash_it(browser, about)
    assert "as visitors see it, not in the draft" in browser.text
    browser.submit("Move to trash", choice="unlink", with_="")
    assert browser.follow().status_code == 200
    with room.open():
        assert uses.list_uses("entry", {about}, now=clock.now()) == ()
    assert browser.submit("Undo").status_code == 303
    with room.open():
        (back,) = uses.list_uses("entry", {about}, now=clock.now())
        assert (back.entry_id, back.only_public) == (use.entry_id, True)
    assert room.entry(about).trashed_at is None


@pytest.mark.parametrize(
    ("choice", "with_"), [("replace", "/team/"), ("replace", "team"), ("unlink", ""), ("leave", "")]
)
def test_each_choice_works_without_scripts(
    browser: Browser, room: Room, about: str, eli: Person, choice: str, with_: str
) -> None:
    browser.sign_in(eli).get(f"/admin/entries/{about}/removal")
    assert browser.submit("Move to trash", choice=choice, with_=with_).status_code == 303
    browser.follow()
    assert "“About” is in the trash." in browser.text
    assert room.entry(about).trashed_at is not None


def test_a_redirect_needs_something_that_visitors_can_read(
    browser: Browser, room: Room, about: str, eli: Person
) -> None:
    browser.sign_in(eli).get(f"/admin/entries/{about}/removal")
    assert browser.submit("Move to trash", choice="redirect", with_="/team/").status_code == 422
    assert "Publish it first." in browser.text
    assert 'value="/team/"' in browser.response.text, "what was typed is kept"
    assert room.entry(about).trashed_at is None


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "Decide what becomes of the links."),
        ({"choice": "replace"}, "Choose what the links lead to."),
        ({"choice": "replace", "with_": "/nowhere/"}, "Nothing stands at /nowhere/."),
        ({"choice": "replace", "with_": "About"}, "This goes away itself."),
        ({"choice": "replace", "with_": "No such title"}, "There is nothing with this title."),
    ],
)
def test_bad_input_is_refused_with_words(
    browser: Browser, room: Room, about: str, eli: Person, typed: dict[str, str], words: str
) -> None:
    browser.sign_in(eli).get(f"/admin/entries/{about}/removal")
    assert browser.submit("Move to trash", **typed).status_code == 422
    assert words in browser.text
    assert room.entry(about).trashed_at is None


def test_deleting_for_good_asks_for_a_choice_and_the_count(
    browser: Browser, room: Room, about: str, ada: Person
) -> None:
    with room.open(write=True):
        trash.trash(editing.get_entry(about), by=ada, now=clock.now())
    browser.sign_in(ada).get(f"/admin/trash/{about}/purge")
    browser.follow()
    assert "Leave them" not in browser.text
    assert browser.submit("Delete for good", choice="unlink", count="2").status_code == 422
    assert "Type 1 to go on." in browser.text
    assert browser.submit("Delete for good", choice="unlink", count="1").status_code == 303
    with room.open():
        assert editing.find_entry(about) is None


def test_it_needs_the_right_to_trash_it(
    browser: Browser, room: Room, about: str, ana: Person, rob: Person
) -> None:
    assert browser.get(f"/admin/entries/{about}/removal").status_code == 302, "sign in first"
    assert browser.sign_in(ana).get(f"/admin/entries/{about}/removal").status_code == 403
    assert browser.sign_in(rob).get(f"/admin/entries/{about}/removal").status_code == 403
    unknown = "/admin/entries/01J00000000000000000000009/removal"
    assert browser.sign_in(ana).get(unknown).status_code == 404
