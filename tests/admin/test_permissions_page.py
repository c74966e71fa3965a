"""Why someone can or cannot do something."""

import pytest

from cms import clock
from cms.accounts.permissions import Permission, Person
from cms.content import profiles
from tests.admin.conftest import Room
from tests.browsing import Browser


def _why(browser: Browser, **query: str) -> str:
    answer = browser.get("/admin/permissions/", query_string=query)
    return browser.text if answer.status_code == 200 else str(answer.status_code)


def test_every_act_is_answered_with_the_reasons_of_the_permissions(
    browser: Browser, ada: Person, rob: Person
) -> None:
    words = _why(browser.sign_in(ada), person=rob.id)
    assert browser.heading == "What Rob may do"
    for permission in Permission:
        assert str(permission.label).lower() in words.lower()
    assert "The role Contributor may not publish their own entries." in words
    assert "Ask someone with the role Author." in words


def test_whose_an_entry_is_stands_among_the_reasons(
    browser: Browser, room: Room, ada: Person, ana: Person, rob: Person
) -> None:
    with room.open(write=True):
        own = profiles.ensure_own_profile(ana, now=clock.now())
        assert own is not None
    hers, named, other = (
        room.write(ana), room.write(ada, byline_ids=(own.id,)), room.write(ada)
    )  # fmt: skip
    browser.sign_in(ada)
    assert "Ana owns this entry." in _why(browser, person=ana.id, entry=hers)
    words = _why(browser, person=ana.id, entry=named)
    assert "Ana is named in its byline, so it counts as their own." in words
    assert "Author may publish their own entries." in words
    words = _why(browser, person=ana.id, entry=other)
    assert "Ana neither owns this entry nor is named in its byline." in words
    assert "The role Author may not publish anyone’s entries." in words
    words = _why(browser, person=rob.id, entry=hers)
    assert "The role Contributor may not publish anyone’s entries." in words


def test_what_keeps_everyone_from_publishing_is_said_too(
    browser: Browser, room: Room, ana: Person
) -> None:
    untitled = room.write(ana, title=None)
    assert "Give this a title before it is published." in _why(browser.sign_in(ana), entry=untitled)


def test_an_entry_leads_there(browser: Browser, room: Room, ana: Person) -> None:
    entry = room.write(ana)
    browser.sign_in(ana).get(f"/admin/entries/{entry}")
    assert f"/admin/permissions/?entry={entry}" in browser.page.text  # type: ignore[union-attr]


def test_nobody_asks_about_others_or_about_what_they_may_not_open(
    browser: Browser, room: Room, ada: Person, ana: Person, eli: Person
) -> None:
    secret = room.write(ada, "A secret title")
    browser.sign_in(ana)
    assert _why(browser, person=ada.id) == "403"
    assert _why(browser, entry=secret) == "403"
    browser.sign_in(eli)
    assert _why(browser, person=ada.id, entry=secret) == "403"
    assert "What Eli may do" in _why(browser, entry=secret)


@pytest.mark.parametrize("name", ["person", "entry"])
def test_what_is_unknown_is_not_found(browser: Browser, ada: Person, name: str) -> None:
    browser.sign_in(ada)
    assert _why(browser, **{name: "01ARZ3NDEKTSV4RRFFQ69G5FAV"}) == "404"
    assert _why(browser, **{name: "x' OR 1=1"}) == "404"
