"""Authors: what stands on their page, another address, two who are one."""

import pytest

from cms import clock, db
from cms.accounts.permissions import Person
from cms.content import editing, profiles, revisions
from cms.content.models import Profile
from cms.content.snapshot import Snapshot
from tests.admin.conftest import Room
from tests.browsing import Browser


def _author(room: Room, by: Person, name: str, **more: object) -> str:
    with room.open(write=True):
        return profiles.create_profile(name, by=by, now=clock.now(), **more).id  # type: ignore[arg-type]


def _post(room: Room, by: Person, *named: str) -> str:
    entry_id = room.write(by, "Tea", byline_ids=named)
    room.publish(entry_id, by)
    return entry_id


def test_picture_and_description_stand_on_the_page(
    browser: Browser, room: Room, eli: Person
) -> None:
    author = _author(room, eli, "Max Frisch")
    _post(room, eli, author)
    browser.sign_in(eli).get(f"/admin/authors/{author}")
    picture = "https://pictures.example/max.jpg"
    answer = browser.submit(
        "Save", image=picture, seo_description="A <writer>.", bio="*Writes*.",
        links="https://max.example",
    )  # fmt: skip
    assert answer.status_code == 303
    page = Browser(browser.app).get("/author/max-frisch/").get_data(as_text=True)
    assert picture in page
    assert "A &lt;writer&gt;." in page
    assert "<em>Writes</em>" in page


@pytest.mark.parametrize(
    "typed",
    [
        {"image": "http://pictures.example/a.jpg"},
        {"image": "javascript:alert(1)"},
        {"image": "https://x y"},
        {"links": "javascript:alert(1)"},
        {"links": "//evil.example"},
        {"seo_description": "x" * 501},
        {"name": ""},
        {"handle": "eli"},
    ],
)
def test_what_cannot_be_kept_comes_back(
    browser: Browser, room: Room, eli: Person, typed: dict[str, str]
) -> None:
    author, _other = _author(room, eli, "Max"), _author(room, eli, "Eli")
    browser.sign_in(eli).get(f"/admin/authors/{author}")
    assert browser.submit("Save", bio="Kept words.", **typed).status_code == 422
    assert "Kept words." in browser.text
    with room.open():
        assert db.session().get_one(Profile, author).bio == ""


def test_another_address_leads_on(browser: Browser, room: Room, eli: Person) -> None:
    author = _author(room, eli, "Max")
    _post(room, eli, author)
    browser.sign_in(eli).get(f"/admin/authors/{author}")
    browser.submit("Save", handle="moritz")
    answer = Browser(browser.app).get("/author/max/")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/author/moritz/")


def test_the_list_is_searched_and_paged(browser: Browser, room: Room, eli: Person) -> None:
    for number in range(55):
        _author(room, eli, f"Author {number:02}")
    browser.sign_in(eli).get("/admin/authors/")
    assert "Author 00" in browser.text
    assert "Author 54" not in browser.text
    browser.get("/admin/authors/?q=author-54")
    assert "Author 54" in browser.text
    assert browser.get("/admin/authors/?page=9").status_code == 404


def test_two_authors_become_one_and_nothing_leads_nowhere(
    browser: Browser, room: Room, eli: Person
) -> None:
    old, new = _author(room, eli, "M. Frisch"), _author(room, eli, "Max Frisch")
    one, both = _post(room, eli, old), _post(room, eli, old, new)
    linking = room.write(eli, "Links", path="/links/", source=f"[Him](profile:{old})\n")
    room.publish(linking, eli)
    browser.sign_in(eli).get(f"/admin/authors/{old}/merger")
    assert "2 bylines will name the other one." in browser.text
    assert browser.submit("Merge", into="max-frisch").status_code == 303

    guest = Browser(browser.app)
    answer = guest.get("/author/m-frisch/")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/author/max-frisch/")
    assert guest.get("/author/max-frisch/").status_code == 200
    assert 'href="/author/max-frisch/"' in guest.get("/links/").get_data(as_text=True)
    with room.open():
        assert [each.name for each in profiles.list_profiles()] == ["Max Frisch"]
        for entry_id in (one, both):
            head = revisions.get_head(editing.get_entry(entry_id))
            assert revisions.keep_existing(Snapshot.of(head)).byline_ids == (new,)
    assert browser.get(f"/admin/authors/{old}").headers["Location"].endswith(new)
    assert browser.get("/admin/choices/authors?q=frisch").json == ["Max Frisch"]


def test_a_name_that_was_merged_finds_who_stands_for_it(
    browser: Browser, room: Room, eli: Person
) -> None:
    old, new = _author(room, eli, "M. Frisch"), _author(room, eli, "Max Frisch")
    browser.sign_in(eli).get(f"/admin/authors/{old}/merger")
    browser.submit("Merge", into="@max-frisch")
    with room.open(write=True):
        found = profiles.find_by_name("m. frisch")
        assert found is not None
        assert found.id == new
        again = profiles.create_profile("M. Frisch", by=eli, now=clock.now(), handle="m-frisch")
        assert profiles.find_by_name("m. frisch") == again, "its address was free"


@pytest.mark.parametrize("into", ["", "nobody", "max", "x" * 200])
def test_what_cannot_be_merged_stays_two(
    browser: Browser, room: Room, eli: Person, into: str
) -> None:
    author = _author(room, eli, "Max")
    browser.sign_in(eli).get(f"/admin/authors/{author}/merger")
    assert browser.submit("Merge", into=into).status_code == 422
    with room.open():
        assert db.session().get_one(Profile, author).merged_into_id is None


def test_two_with_accounts_are_not_merged(
    browser: Browser, room: Room, eli: Person, ana: Person
) -> None:
    with room.open(write=True):
        mine, hers = (profiles.ensure_own_profile(each, now=clock.now()) for each in (eli, ana))
        assert mine
        assert hers
    browser.sign_in(eli).get(f"/admin/authors/{mine.id}/merger")
    assert browser.submit("Merge", into=hers.handle).status_code == 422
    assert "Both belong to accounts" in browser.text
