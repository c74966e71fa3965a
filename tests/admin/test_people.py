"""People: the list, one person's page, and what can be done about them."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from cms import clock, db
from cms.accounts import people
from cms.accounts.permissions import Permission, Person, Role
from cms.history.models import Change, ChangeSet
from tests.admin.conftest import Room
from tests.browsing import Browser
from tests.conftest import PASSWORD


def _roles(room: Room, person: Person) -> set[Role]:
    with room.open():
        return set(people.roles_of(people.get_account(person.id)))


def _state(room: Room, person: Person) -> str:
    with room.open():
        return people.get_account(person.id).state


def _page(person: Person) -> str:
    return f"/admin/people/{person.id}"


# --- the list ---------------------------------------------------------------------------------


def test_everyone_is_listed_with_role_state_and_last_sight(
    browser: Browser, ada: Person, ana: Person, zoe: Person
) -> None:
    browser.sign_in(ada).get("/admin/people/")
    assert browser.heading == "People"
    for words in ("Ada (you)", "ana@example.org", "Author", "No role", "Active", "never"):
        assert words in browser.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=ANA", {"Ana"}),
        ("q=example.org", {"Ada", "Ana", "Rob"}),
        ("q=%25", set()),
        ("role=author", {"Ana"}),
        ("role=nothing-known", {"Ada", "Ana", "Rob"}),
        ("state=disabled", set()),
        ("q=ana&role=contributor", set()),
        ("q=%00%F0%9F%98%80", set()),
    ],
)
def test_the_list_is_narrowed(
    browser: Browser, ada: Person, ana: Person, rob: Person, query: str, found: set[str]
) -> None:
    browser.sign_in(ada).get(f"/admin/people/?{query}")
    assert browser.page is not None
    shown = {browser.page.words(each) for each in browser.page.all("a")}
    assert shown & {"Ada", "Ana", "Rob"} == found


def test_letters_of_every_script_are_found(browser: Browser, ada: Person, room: Room) -> None:
    with room.open(write=True):
        for number, name in enumerate(("Ödön", "نور", "Ünal_100%")):
            people.create_account(f"p{number}@example.org", name, roles=[], now=clock.now())
    browser.sign_in(ada)
    for words, name in (("Öd", "Ödön"), ("نو", "نور"), ("_100%", "Ünal_100%")):
        browser.get("/admin/people/", query_string={"q": words})
        assert name in browser.text
        assert "Rows" not in browser.text


def test_a_long_list_has_pages(browser: Browser, ada: Person, room: Room) -> None:
    with room.open(write=True):
        for number in range(60):
            people.create_account(f"p{number}@example.org", f"P{number:03}", roles=[],
                                  now=clock.now())  # fmt: skip
    browser.sign_in(ada).get("/admin/people/")
    assert "P010" in browser.text
    assert "P059" not in browser.text
    browser.get("/admin/people/?page=2")
    assert "P059" in browser.text
    assert browser.get("/admin/people/?page=9").status_code == 404


def test_the_list_can_be_taken_away_as_it_is_narrowed(
    browser: Browser, ada: Person, ana: Person, rob: Person
) -> None:
    browser.sign_in(ada).get("/admin/people/?role=author")
    assert browser.page is not None
    href = next(
        each.get("href") for each in browser.page.all("a") if "list.csv" in each.get("href", "")
    )
    lines = browser.get(href).get_data(as_text=True).splitlines()
    assert lines[0].startswith("\ufeffName,Email,Role,State")
    assert [line.split(",")[:4] for line in lines[1:]] == [
        ["Ana", "ana@example.org", "Author", "Active"]
    ]


def test_people_are_found_from_anywhere_by_who_may_see_them(
    browser: Browser, ada: Person, eli: Person, ana: Person
) -> None:
    browser.sign_in(ada).get("/admin/find/?q=ana@")
    assert "ana@example.org" in browser.text
    browser.sign_in(eli).get("/admin/find/?q=ana@")
    assert "ana@example.org" not in browser.text


# --- who may look -----------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/admin/people/", "/admin/people/{id}"])
def test_looking_needs_the_permission(
    browser: Browser, eli: Person, ana: Person, path: str
) -> None:
    path = path.format(id=ana.id)
    assert browser.get(path).status_code == 302
    assert browser.sign_in(eli).get(path).status_code == 403


@pytest.mark.parametrize("act", ["roles", "suspension", "reactivation", "signing-out"])
def test_acting_needs_the_permission(
    browser: Browser, room: Room, eli: Person, ana: Person, act: str
) -> None:
    assert browser.post(f"{_page(ana)}/{act}").status_code == 401
    answer = browser.sign_in(eli).send(f"{_page(ana)}/{act}", {"role": "editor"})
    assert answer.status_code == 403
    assert _roles(room, ana) == {Role.AUTHOR}


@pytest.mark.parametrize("act", ["", "/roles", "/suspension", "/reactivation", "/signing-out"])
@pytest.mark.parametrize("name", ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "1", "\u0661", "x" * 300])
def test_an_unknown_person_is_not_found(browser: Browser, ada: Person, act: str, name: str) -> None:
    browser.sign_in(ada)
    path = f"/admin/people/{name}{act}"
    answer = browser.send(path, {"role": "author"}) if act else browser.get(path)
    assert answer.status_code == 404


# --- the page ---------------------------------------------------------------------------------


def test_the_table_of_permissions_is_read_from_the_roles(
    browser: Browser, ada: Person, ana: Person
) -> None:
    browser.sign_in(ada).get(_page(ana))
    assert browser.page is not None
    rows = [browser.page.words(row) for row in browser.page.all("tr")]
    assert len(rows) == 1 + len(Permission)
    for permission in Permission:
        assert str(permission.label) in browser.text


def test_an_administrator_is_offered_no_role_above_their_own(
    browser: Browser, ada: Person, ana: Person, olga: Person
) -> None:
    browser.sign_in(ada).get(_page(ana))
    offered = {value for name, value in _radios(browser) if name == "role"}
    assert offered == {"administrator", "editor", "author", "contributor"}
    browser.get(_page(olga))
    assert "Only an owner can change" in browser.text
    assert not _radios(browser)


def _radios(browser: Browser) -> list[tuple[str | None, str | None]]:
    assert browser.page is not None
    inputs = browser.page.all("input")
    return [(each.get("name"), each.get("value")) for each in inputs if each.get("type") == "radio"]


# --- acts -------------------------------------------------------------------------------------


def test_another_role_is_given_and_signs_out(
    browser: Browser, room: Room, ada: Person, ana: Person
) -> None:
    hers = Browser(browser.app).sign_in(ana)
    browser.sign_in(ada).get(_page(ana))
    assert browser.submit("Change the role", role="editor").status_code == 303
    browser.follow()
    assert "Ana is now: Editor." in browser.text
    assert _roles(room, ana) == {Role.EDITOR}
    assert hers.get("/admin/").status_code == 302


def test_giving_a_role_stands_in_the_history_row_by_row(
    browser: Browser, room: Room, ada: Person, ana: Person
) -> None:
    browser.sign_in(ada).get(_page(ana))
    browser.submit("Change the role", role="editor")
    with room.open():
        act = db.session().scalars(sa.select(ChangeSet).order_by(ChangeSet.id.desc())).first()
        assert act is not None
        assert (act.label, act.account_id) == ("Gave Ana the role: Editor", ada.id)
        changes = db.session().scalars(sa.select(Change).where(Change.change_set_id == act.id))
        found = {(each.row_table, each.operation): each for each in changes}
        deleted, made = (found["account_grant", each] for each in ("delete", "insert"))
        assert (deleted.before["role"], deleted.before["account_id"]) == ("author", ana.id)
        assert (made.after["role"], made.after["account_id"]) == ("editor", ana.id)


def test_no_secret_ever_stands_in_the_history(
    browser: Browser, room: Room, ada: Person, ana: Person
) -> None:
    browser.sign_in(ada)
    for act in ("suspension", "reactivation", "signing-out"):
        browser.send(f"{_page(ana)}/{act}")
    with room.open():
        account = people.get_account(ana.id)
        kept = [(each.before, each.after) for each in db.session().scalars(sa.select(Change))]
        assert kept
        for secret in (account.password_hash, "password_hash", "ana@example.org", "argon2"):
            assert str(secret) not in str(kept)


@pytest.mark.parametrize("role", ["owner", "OWNER", "", "nothing", "author\x00", "administrator "])
def test_a_forged_role_changes_nothing(
    browser: Browser, room: Room, ada: Person, ana: Person, role: str
) -> None:
    browser.sign_in(ada)
    answer = browser.send(f"{_page(ana)}/roles", {"role": role, "seen": "author"})
    assert answer.status_code == (403 if role == "owner" else 422)
    assert _roles(room, ana) == {Role.AUTHOR}


def test_nobody_raises_themselves(browser: Browser, room: Room, ada: Person) -> None:
    browser.sign_in(ada)
    answer = browser.send(f"{_page(ada)}/roles", {"role": "owner", "seen": "administrator"})
    assert answer.status_code == 403
    assert _roles(room, ada) == {Role.ADMINISTRATOR}


@pytest.mark.parametrize("act", ["roles", "suspension", "reactivation", "signing-out"])
def test_only_owners_touch_owners(
    browser: Browser, room: Room, ada: Person, olga: Person, act: str
) -> None:
    browser.sign_in(ada)
    answer = browser.send(f"{_page(olga)}/{act}", {"role": "author", "seen": "owner"})
    assert answer.status_code == 403
    assert (_roles(room, olga), _state(room, olga)) == ({Role.OWNER}, "active")


def test_the_last_owner_stays(browser: Browser, room: Room, olga: Person) -> None:
    browser.sign_in(olga).get(_page(olga))
    assert browser.submit("Change the role", role="editor").status_code == 422
    assert "This is the only owner" in browser.text
    assert browser.send(f"{_page(olga)}/suspension").status_code == 422
    assert _roles(room, olga) == {Role.OWNER}


def test_nobody_suspends_themselves(browser: Browser, room: Room, ada: Person) -> None:
    assert browser.sign_in(ada).send(f"{_page(ada)}/suspension").status_code == 422
    assert _state(room, ada) == "active"


def test_a_form_that_is_too_old_is_shown_again(
    browser: Browser, room: Room, ada: Person, ana: Person, make_person: Callable[..., Person]
) -> None:
    other = Browser(browser.app).sign_in(make_person("Olaf", Role.OWNER))
    browser.sign_in(ada).get(_page(ana))
    other.get(_page(ana))
    assert other.submit("Change the role", role="contributor").status_code == 303
    assert browser.submit("Change the role", role="editor").status_code == 422
    assert "Someone gave another role meanwhile" in browser.text
    assert _roles(room, ana) == {Role.CONTRIBUTOR}
    assert browser.submit("Change the role", role="editor").status_code == 303


def test_a_suspended_person_is_out_at_once_and_comes_back(
    browser: Browser, room: Room, ada: Person, ana: Person
) -> None:
    hers = Browser(browser.app).sign_in(ana)
    assert hers.get("/admin/").status_code == 200
    browser.sign_in(ada).get(_page(ana))
    browser.submit("Suspend")
    browser.follow()
    assert "Ana is suspended and signed out." in browser.text
    assert hers.get("/admin/").status_code == 302
    hers.get("/auth/login")
    assert hers.submit("Sign in", email=ana.email, password=PASSWORD).status_code == 401

    browser.submit("Reactivate")
    assert _state(room, ana) == "active"
    assert hers.get("/admin/").status_code == 302, "the old session stays ended"
    hers.get("/auth/login")
    assert hers.submit("Sign in", email=ana.email, password=PASSWORD).status_code == 303


def test_signing_someone_out_leaves_the_account_as_it_is(
    browser: Browser, room: Room, ada: Person, ana: Person
) -> None:
    hers = Browser(browser.app).sign_in(ana)
    browser.sign_in(ada).get(_page(ana))
    assert "signed in on 1 device" in browser.text
    browser.submit("Sign out everywhere")
    assert hers.get("/admin/").status_code == 302
    assert _state(room, ana) == "active"


def test_a_form_without_the_token_does_nothing(
    browser: Browser, room: Room, ada: Person, ana: Person
) -> None:
    browser.sign_in(ada)
    assert browser.post(f"{_page(ana)}/suspension").status_code == 400
    evil = {"Origin": "https://evil.example"}
    assert browser.send(f"{_page(ana)}/suspension", headers=evil).status_code == 403
    assert _state(room, ana) == "active"
