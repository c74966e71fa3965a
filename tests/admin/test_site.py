"""Authors, settings and the first page."""

import pytest

from cms import clock
from cms.accounts.permissions import Person
from cms.content import profiles
from cms.site import settings
from tests.admin.conftest import Room
from tests.browsing import Browser

# --- authors ---------------------------------------------------------------------------------


def test_an_author_is_named_and_renamed(browser: Browser, room: Room, eli: Person) -> None:
    browser.sign_in(eli).get("/admin/authors/")
    assert "Nobody is named here yet." in browser.text
    browser.get("/admin/authors/new")
    browser.submit("Save", name="Ida Brandt", bio="Writes.", links="https://a.example\n")
    browser.follow()
    assert "/author/ida-brandt/" in browser.text
    with room.open():
        profile_id = profiles.list_profiles()[0].id
    browser.get(f"/admin/authors/{profile_id}")
    assert browser.submit("Save", name="Ida B.", handle="ida").status_code == 303
    browser.follow()
    assert "/author/ida/" in browser.text


@pytest.mark.parametrize(
    "fields",
    [{"name": ""}, {"name": "x" * 201}, {"handle": "taken"}, {"links": "javascript:alert(1)"},
     {"bio": "x" * 10_001}, {"name": "a\x00b"}],
)  # fmt: skip
def test_an_author_that_cannot_be_is_refused(
    browser: Browser, room: Room, eli: Person, fields: dict[str, str]
) -> None:
    with room.open(write=True):
        profiles.create_profile("Taken", by=eli, now=clock.now())
    browser.sign_in(eli).get("/admin/authors/new")
    assert browser.submit("Save", **{"name": "Ida", "bio": "Kept", **fields}).status_code == 422
    with room.open():
        assert len(profiles.list_profiles()) == 1


# --- settings --------------------------------------------------------------------------------


def test_settings_are_saved(browser: Browser, room: Room, ada: Person) -> None:
    browser.sign_in(ada).get("/admin/settings")
    browser.submit("Save", title="Tea & Light", timezone="Asia/Tokyo", social="https://a.example")
    browser.follow()
    assert "Tea & Light" in browser.text
    with room.open():
        kept = settings.load()
    assert (kept.title, kept.timezone) == ("Tea & Light", "Asia/Tokyo")
    assert kept.social == ("https://a.example",)


def test_two_people_change_different_settings(browser: Browser, room: Room, ada: Person) -> None:
    browser.sign_in(ada).get("/admin/settings")
    with room.open(write=True):
        settings.save({"tagline": "By Olga"}, by=ada, now=clock.now())
    assert browser.submit("Save", title="By Ada").status_code == 303
    with room.open():
        assert (settings.load().title, settings.load().tagline) == ("By Ada", "By Olga")


@pytest.mark.parametrize(
    "fields",
    [{"title": ""}, {"title": "x" * 121}, {"locale": "no such"}, {"timezone": "Mars/Olympus"},
     {"post_path": "/{year}/"}, {"post_path": "/{slug.__class__}/"}, {"post_path": "{slug}"},
     {"posts_per_page": "0"}, {"posts_per_page": "many"}, {"posts_per_page": "1e9"},
     {"front": "page"}, {"front": "nonsense"}, {"access": "nobody"}, {"theme": "../../etc"},
     {"social": "javascript:x"}, {"title": "a\x00b"}, {"posts_path": "/admin/"}],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused(
    browser: Browser, room: Room, ada: Person, fields: dict[str, str]
) -> None:
    browser.sign_in(ada).get("/admin/settings")
    assert browser.submit("Save", **{"tagline": "Kept", **fields}).status_code == 422
    assert "Kept" in str(browser.page and browser.page.text)
    with room.open():
        assert settings.load() == settings.DEFAULTS


# --- the first page --------------------------------------------------------------------------


def test_the_first_page_leads_a_newcomer(browser: Browser, room: Room, ada: Person) -> None:
    browser.sign_in(ada).get("/admin/")
    assert browser.heading == "Hello, Ada"
    assert "First steps" in browser.text
    assert "0 of 4" in browser.text


def test_the_first_page_shows_what_to_go_on_with(
    browser: Browser, room: Room, ana: Person, eli: Person
) -> None:
    room.write(ana, "Mine")
    room.write(eli, "Not mine")
    browser.sign_in(ana).get("/admin/")
    assert "Mine" in browser.text
    assert "Not mine" not in browser.text
    assert "First steps" not in browser.text
