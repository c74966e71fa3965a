"""Invitations: offered by letter or by a link, taken once."""

import logging
import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine

from cms import clock
from cms.accounts import closing, granting, invitations, people
from cms.accounts.permissions import Person, Role
from tests.admin.conftest import Room
from tests.browsing import Browser

FRESH = "another desk with a better chair"
NEW = "new@example.org"


@pytest.fixture(autouse=True)
def letters(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Without a mail server, letters stand in the log."""
    caplog.set_level(logging.INFO)
    return caplog


def _invite(browser: Browser, by: Person, **typed: str) -> str:
    """Invite by the form; the path of the link when it is shown, else an empty text."""
    browser.sign_in(by).get("/admin/invitations/new")
    answer = browser.submit("Invite", **typed)
    assert answer.status_code in (201, 303), browser.text
    found = re.search(r'value="(http[^"]+/auth/invitation/[^"]+)"', answer.get_data(as_text=True))
    return urlsplit(found[1]).path if found else ""


def _take(browser: Browser, path: str, **typed: str) -> int:
    browser.get(path)
    sent = {"name": "Nia", "password": FRESH, **typed}
    return browser.submit("Make my account", **sent).status_code


def test_a_link_is_shown_once_with_a_drawing_and_makes_an_account(
    browser: Browser, room: Room, ada: Person
) -> None:
    path = _invite(browser, ada, role="editor")
    assert browser.page is not None
    [figure] = browser.page.all("figure")
    drawing = figure[0]
    assert drawing.get("viewBox")
    assert not [each for each in drawing.iter() if each.get("style") or "style" in str(each.tag)]
    assert path not in browser.get("/admin/invitations/").text

    guest = Browser(browser.app)
    assert _take(guest, path, email=NEW) == 303
    assert guest.follow().status_code == 200
    with room.open():
        account = people.find_by_email(NEW)
        assert account is not None
        assert (account.display_name, people.roles_of(account)) == ("Nia", {Role.EDITOR})
    assert Browser(browser.app).get(path).status_code == 404, "it works once"


def test_a_letter_goes_to_the_address_and_the_link_is_not_shown(
    browser: Browser, room: Room, ada: Person, letters: pytest.LogCaptureFixture
) -> None:
    assert _invite(browser, ada, email=NEW, role="author") == ""
    browser.follow()
    assert f"A letter is on its way to {NEW}." in browser.text
    assert "Ada invites you" in letters.text
    link = next(word for word in letters.text.split() if "/auth/invitation/" in word)
    guest = Browser(browser.app)
    assert _take(guest, urlsplit(link).path, email="evil@example.org") == 303
    with room.open():
        assert people.find_by_email(NEW) is not None
        assert people.find_by_email("evil@example.org") is None, "the letter's address counts"


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ({"role": ""}, 422, "Choose a role."),
        ({"role": "king"}, 422, "Choose a role."),
        ({"role": "author", "email": "nobody"}, 422, "not an email address"),
        ({"role": "author", "email": "rob@example.org"}, 422, "already"),
        ({"role": "author", "email": "x" * 300}, 422, "Please look at this again"),
        ({"role": "owner"}, 403, "Only an owner can make someone an owner"),
    ],
)
def test_what_cannot_be_offered_is_refused(
    browser: Browser,
    room: Room,
    ada: Person,
    rob: Person,
    typed: dict[str, str],
    status: int,
    said: str,
) -> None:
    browser.sign_in(ada).get("/admin/invitations/new")
    assert browser.submit("Invite", **typed).status_code == status
    assert said in browser.text
    with room.open():
        assert invitations.count_open() == 0


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "Enter a name."),
        ({"password": "short"}, "at least 12 characters"),
        ({"email": "nobody"}, "not an email address"),
        ({"email": "rob@example.org"}, "This address cannot be used."),
        ({"email": "\uff32OB@example.org"}, "This address cannot be used."),
    ],
)
def test_a_refused_acceptance_keeps_what_was_typed_and_the_link(
    browser: Browser, ada: Person, rob: Person, typed: dict[str, str], said: str
) -> None:
    path = _invite(browser, ada, role="author")
    guest = Browser(browser.app)
    assert _take(guest, path, **{"email": NEW, **typed}) == 422
    assert said in guest.text
    assert "already" not in guest.text, "who has an account is the inviter's business"
    assert guest.submit("Make my account", name="Nia", email=NEW, password=FRESH).status_code == 303


def test_trying_addresses_out_is_slowed_down(browser: Browser, ada: Person, rob: Person) -> None:
    path = _invite(browser, ada, role="author")
    guest = Browser(browser.app)
    answers = {_take(guest, path, email=rob.email) for _ in range(22)}
    assert answers == {422, 429}


def test_an_invitation_is_taken_back_at_once(browser: Browser, ada: Person) -> None:
    path = _invite(browser, ada, role="author")
    browser.get("/admin/invitations/")
    assert browser.submit("Take back: Whoever has the link").status_code == 303
    assert Browser(browser.app).get(path).status_code == 404
    browser.get("/admin/invitations/")
    assert "Nobody is invited" in browser.text


def test_a_renewed_link_ends_the_one_before(browser: Browser, ada: Person) -> None:
    path = _invite(browser, ada, role="author")
    browser.get("/admin/invitations/")
    answer = browser.submit("New link")
    found = re.search(r"/auth/invitation/[\w-]+", answer.get_data(as_text=True))
    assert found is not None
    assert Browser(browser.app).get(path).status_code == 404
    assert Browser(browser.app).get(found[0]).status_code == 200


def test_it_is_too_old_after_a_week_and_can_be_sent_again(browser: Browser, ada: Person) -> None:
    path = _invite(browser, ada, role="author")
    with time_machine.travel(clock.now() + timedelta(days=7, minutes=1), tick=False):
        assert Browser(browser.app).get(path).status_code == 404
        browser.sign_in(ada).get("/admin/invitations/")
        assert "too old since" in browser.text
        assert browser.submit("New link").status_code == 201


def test_a_second_invitation_of_an_address_ends_the_first(
    browser: Browser, ada: Person, letters: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        _invite(browser, ada, email=NEW, role="author")
    first, second = re.findall(r"/auth/invitation/[\w-]+", letters.text)
    assert Browser(browser.app).get(first).status_code == 404
    assert Browser(browser.app).get(second).status_code == 200


@pytest.mark.parametrize("fallen", ["demoted", "suspended", "removed"])
def test_nobody_comes_in_by_the_word_of_someone_who_may_not_invite_any_more(
    browser: Browser, room: Room, ada: Person, olga: Person, fallen: str
) -> None:
    path = _invite(browser, ada, role="administrator")
    with room.open(write=True):
        account, now = people.get_account(ada.id), clock.now()
        if fallen == "demoted":
            granting.change_roles(account, [Role.EDITOR], by=olga, now=now)
        elif fallen == "suspended":
            closing.disable(account, by=olga, now=now)
        else:
            closing.remove(account, by=olga, now=now)
    assert Browser(browser.app).get(path).status_code == 404


@pytest.mark.parametrize("secret", ["", "x", "../../admin", "%00", "0" * 4000])
def test_a_guessed_link_is_not_found(browser: Browser, secret: str) -> None:
    assert browser.get(f"/auth/invitation/{secret}").status_code == 404
    answer = browser.send(f"/auth/invitation/{secret}", {"name": "x", "password": FRESH})
    assert answer.status_code in (404, 405)


def test_an_unknown_invitation_is_not_found(browser: Browser, ada: Person) -> None:
    browser.sign_in(ada)
    for act in ("renewal", "revocation"):
        for name in ("01ARZ3NDEKTSV4RRFFQ69G5FAV", "1"):
            assert browser.send(f"/admin/invitations/{name}/{act}").status_code == 404


def test_taking_a_place_replaces_the_session_of_the_browser(
    browser: Browser, ada: Person, rob: Person
) -> None:
    path = _invite(browser, ada, role="author")
    guest = Browser(browser.app).sign_in(rob)
    planted = {cookie.value for cookie in guest.client._cookies.values() if cookie.key == "sid"}
    assert _take(guest, path, email=NEW) == 303
    kept = {cookie.value for cookie in guest.client._cookies.values() if cookie.key == "sid"}
    assert planted.isdisjoint(kept)
    guest.get("/admin/me/")
    assert NEW in guest.text
