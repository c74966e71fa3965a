"""One's own account: what can be chosen, where one is signed in, another address or password."""

import logging

import pytest

from cms import clock
from cms.accounts import people, sessions
from cms.accounts.models import Account
from cms.accounts.permissions import Person, Role
from cms.admin import devices
from tests.admin.conftest import Room
from tests.browsing import Browser
from tests.conftest import PASSWORD

FRESH = "another desk with a better chair"


def _account(room: Room, person: Person) -> Account:
    with room.open():
        return people.get_account(person.id)


def _others(browser: Browser, person: Person, room: Room) -> list[str]:
    with room.open():
        found = sessions.list_sessions(people.get_account(person.id), now=clock.now())
    return [row.id_hash for row in found]


@pytest.fixture(autouse=True)
def letters(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Without a mail server, letters stand in the log."""
    caplog.set_level(logging.INFO)
    return caplog


# --- what can be chosen -----------------------------------------------------------------------


def test_the_name_in_the_bar_leads_to_the_own_account(browser: Browser, rob: Person) -> None:
    browser.sign_in(rob).get("/admin/")
    assert browser.page is not None
    links = {each.get("href"): browser.page.words(each) for each in browser.page.all("a")}
    assert "Rob" in links["/admin/me/"]


def test_preferences_are_kept(browser: Browser, room: Room, rob: Person) -> None:
    browser.sign_in(rob).get("/admin/me/")
    answer = browser.submit("Save", name="Robert", timezone="Asia/Tokyo", theme="dark")
    assert answer.status_code == 303
    browser.follow()
    account = _account(room, rob)
    assert (account.display_name, account.timezone, account.theme) == (
        "Robert",
        "Asia/Tokyo",
        "dark",
    )
    assert browser.page is not None
    assert browser.page.all("html")[0].get("data-theme") == "dark"


def test_shortcuts_can_be_switched_off_and_on(browser: Browser, room: Room, rob: Person) -> None:
    browser.sign_in(rob).get("/admin/me/")
    browser.submit("Save", shortcuts=[])
    browser.follow()
    assert browser.page is not None
    assert browser.page.all("html")[0].get("data-keys") == "off"
    browser.submit("Save", shortcuts="y")
    browser.follow()
    assert browser.page.all("html")[0].get("data-keys") == "on"


@pytest.mark.parametrize(
    "typed",
    [
        {"name": ""},
        {"name": "x" * 121},
        {"name": "Rob\x07"},
        {"timezone": "Moon/Base"},
        {"theme": "pink"},
        {"language": "tlh"},
    ],
)
def test_what_cannot_be_kept_comes_back(
    browser: Browser, room: Room, rob: Person, typed: dict[str, str]
) -> None:
    browser.sign_in(rob).get("/admin/me/")
    sent = {"name": "Robert", **typed}
    assert browser.submit("Save", **sent).status_code == 422
    assert "Please look at this again" in browser.text
    assert _account(room, rob).display_name == "Rob"
    if "name" not in typed:
        assert 'value="Robert"' in browser.page.text  # type: ignore[union-attr]


@pytest.mark.parametrize("path", ["", "email", "password"])
def test_it_needs_signing_in(browser: Browser, path: str) -> None:
    assert browser.get(f"/admin/me/{path}").status_code == 302
    assert browser.post(f"/admin/me/{path}", {"name": "x"}).status_code == 401


def test_nobody_names_another_account_in_a_form(
    browser: Browser, room: Room, rob: Person, ana: Person
) -> None:
    browser.sign_in(rob).get("/admin/me/")
    browser.submit("Save", name="Mine", id=ana.id, account_id=ana.id, role="owner")
    assert _account(room, ana).display_name == "Ana"
    with room.open():
        assert people.roles_of(people.get_account(rob.id)) == {Role.CONTRIBUTOR}


# --- sessions ---------------------------------------------------------------------------------


def test_one_sees_where_one_is_signed_in(browser: Browser, room: Room, rob: Person) -> None:
    with room.open():
        agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) AppleWebKit Version/19.0 Safari/604.1"
        sessions.start(
            people.get_account(rob.id), now=clock.now(), ip="203.0.113.77", user_agent=agent
        )
    browser.sign_in(rob).get("/admin/me/")
    assert "Safari on iPhone" in browser.text
    assert "203.0.113.…" in browser.text
    assert "203.0.113.77" not in browser.text
    assert browser.text.count("This one") == 1


def test_another_session_is_ended(browser: Browser, room: Room, rob: Person) -> None:
    other = Browser(browser.app).sign_in(rob)
    browser.sign_in(rob).get("/admin/me/")
    assert browser.submit("Sign out: Unknown device").status_code == 303
    assert other.get("/admin/").status_code == 302
    assert browser.get("/admin/").status_code == 200


def test_ending_the_present_one_signs_out(browser: Browser, room: Room, rob: Person) -> None:
    browser.sign_in(rob).get("/admin/me/")
    [mine] = _others(browser, rob, room)
    answer = browser.send(f"/admin/me/sessions/{mine}/end")
    assert answer.headers["Location"] == "/auth/login"
    assert browser.get("/admin/").status_code == 302


def test_the_session_of_another_cannot_be_ended(
    browser: Browser, room: Room, rob: Person, ana: Person
) -> None:
    hers = Browser(browser.app).sign_in(ana)
    [id_] = _others(browser, ana, room)
    browser.sign_in(rob)
    for name in (id_, "unknown", "x" * 500):
        assert browser.send(f"/admin/me/sessions/{name}/end").status_code == 404
    assert hers.get("/admin/").status_code == 200


def test_signing_out_everywhere_else_leaves_this_one(browser: Browser, rob: Person) -> None:
    others = [Browser(browser.app).sign_in(rob) for _ in range(2)]
    browser.sign_in(rob).get("/admin/me/")
    before = {cookie.value for cookie in browser.client._cookies.values() if cookie.key == "sid"}
    assert browser.submit("Sign out everywhere else").status_code == 303
    after = {cookie.value for cookie in browser.client._cookies.values() if cookie.key == "sid"}
    assert before.isdisjoint(after), "the session goes on under a new secret"
    assert browser.follow().status_code == 200
    assert "everywhere but here" in browser.text
    assert [other.get("/admin/").status_code for other in others] == [302, 302]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Firefox/140.0", "Firefox on Windows"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/140 Safari/537.36 Edg/140",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit Chrome/140 Mobile", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Version/19 Safari/605", "Safari on macOS"),
        ("curl/8.1", "curl"),
        ("", "Unknown device"),
        ("<script>alert(1)</script>", "Unknown device"),
    ],
)
def test_devices_are_put_into_words(agent: str, words: str) -> None:
    assert devices.device_words(agent) == words


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("203.0.113.77", "203.0.113.…"),
        ("::ffff:203.0.113.77", "203.0.113.…"),
        ("2001:db8:12:34::1", "2001:db8:12:…"),
        ("127.0.0.1", "this machine"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_an_address_is_shown_as_a_range(address: str, shown: str) -> None:
    assert devices.address_range(address) == shown


# --- password ---------------------------------------------------------------------------------


def _sign_in(browser: Browser, email: str, password: str) -> int:
    browser.get("/auth/login")
    return browser.submit("Sign in", email=email, password=password).status_code


def test_another_password_ends_all_other_sessions_and_is_told(
    browser: Browser, rob: Person, letters: pytest.LogCaptureFixture
) -> None:
    other = Browser(browser.app).sign_in(rob)
    browser.sign_in(rob).get("/admin/me/password")
    answer = browser.submit("Change the password", present=PASSWORD, password=FRESH)
    assert answer.headers["Location"] == "/admin/me/"
    assert browser.follow().status_code == 200
    assert other.get("/admin/").status_code == 302
    assert "rob@example.org" in letters.text
    assert "was changed a moment ago" in letters.text
    assert FRESH not in letters.text
    assert _sign_in(Browser(browser.app), rob.email, PASSWORD) == 401
    assert _sign_in(Browser(browser.app), rob.email, FRESH) == 303


@pytest.mark.parametrize(
    ("present", "password", "said"),
    [
        ("wrong wrong wrong", FRESH, "This is not your password."),
        ("", FRESH, "Enter your present password."),
        (PASSWORD, "", "Choose a password."),
        (PASSWORD, "short", "Use at least 12 characters"),
        (PASSWORD, "rob@example.org", "too easy to guess"),
        (PASSWORD, "x" * 5000, "too long"),
    ],
)
def test_a_password_that_cannot_be_changed_stays(
    browser: Browser, room: Room, rob: Person, present: str, password: str, said: str
) -> None:
    before = _account(room, rob)
    browser.sign_in(rob).get("/admin/me/password")
    answer = browser.submit("Change the password", present=present, password=password)
    assert answer.status_code == 422
    assert said in browser.text
    after = _account(room, rob)
    assert after.password_hash == before.password_hash
    assert after.session_epoch == before.session_epoch
    for typed in (present, password):
        assert not typed or f'value="{typed}"' not in answer.text


def test_guessing_the_present_password_is_slowed_down(
    browser: Browser, room: Room, rob: Person
) -> None:
    browser.sign_in(rob).get("/admin/me/password")
    answers = [
        browser.submit("Change the password", present="wrong wrong!", password=FRESH)
        for _ in range(6)
    ]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    right = browser.submit("Change the password", present=PASSWORD, password=FRESH)
    assert right.status_code == 429, "the right one is not told from a wrong one meanwhile"


# --- address ----------------------------------------------------------------------------------


def _link(letters: pytest.LogCaptureFixture, part: str) -> str:
    """The path of the last link of this kind that stands in a letter."""
    found = [word for word in letters.text.split() if part in word]
    return found[-1].partition("8000")[2]


def test_another_address_counts_when_its_link_is_followed(
    browser: Browser, room: Room, rob: Person, letters: pytest.LogCaptureFixture
) -> None:
    other = Browser(browser.app).sign_in(rob)
    browser.sign_in(rob).get("/admin/me/email")
    answer = browser.submit("Send the link", email="Robert@Example.org", password=PASSWORD)
    assert answer.status_code == 303
    browser.follow()
    assert "A letter is on its way to Robert@example.org" in browser.text
    assert "Waits for its link to be followed" in browser.text
    assert "To: Robert@example.org" in letters.text
    assert "To: Rob <rob@example.org>" in letters.text
    assert _account(room, rob).email == rob.email
    assert other.get("/admin/").status_code == 200

    browser.get(_confirmation(letters))
    assert browser.submit("Yes, use it").status_code == 200
    assert "From now on you sign in with Robert@example.org" in browser.text
    assert browser.get("/admin/").status_code == 200, "this browser stays"
    assert other.get("/admin/").status_code == 302
    assert _account(room, rob).email_key == "robert@example.org"
    assert "This address gets no more letters" in letters.text
    assert _sign_in(Browser(browser.app), "robert@example.org", PASSWORD) == 303
    assert browser.get(_confirmation(letters)).status_code == 404


def _confirmation(letters: pytest.LogCaptureFixture) -> str:
    found = [word for word in letters.text.split() if "/auth/email/" in word]
    return next(word for word in found if "/stop/" not in word).partition("8000")[2]


def test_whoever_has_the_new_mailbox_alone_gets_nowhere(
    browser: Browser,
    room: Room,
    rob: Person,
    ana: Person,
    letters: pytest.LogCaptureFixture,
) -> None:
    browser.sign_in(rob).get("/admin/me/email")
    browser.submit("Send the link", email="mistyped@example.org", password=PASSWORD)
    path = _confirmation(letters)
    stranger = Browser(browser.app)
    answer = stranger.get(path)
    assert answer.headers["Location"] == f"/auth/login?next={path}"
    assert stranger.send(path).status_code == 303
    assert Browser(browser.app).sign_in(ana).get(path).status_code == 403
    assert _account(room, rob).email == rob.email


def test_the_old_address_stops_it_and_puts_it_back(
    browser: Browser, room: Room, rob: Person, letters: pytest.LogCaptureFixture
) -> None:
    browser.sign_in(rob).get("/admin/me/email")
    browser.submit("Send the link", email="thief@example.org", password=PASSWORD)
    browser.get(_confirmation(letters))
    browser.submit("Yes, use it")
    owner = Browser(browser.app)
    path = _link(letters, "/auth/email/stop/")
    assert owner.get(path).status_code == 200
    assert owner.heading == "Put your address back?"
    assert _account(room, rob).email == "thief@example.org", "looking alone does nothing"
    assert owner.submit("Put it back").status_code == 200
    assert "Choose another password" in owner.text
    assert _account(room, rob).email == rob.email
    assert browser.get("/admin/").status_code == 302, "the thief is out"
    assert owner.get(path).status_code == 404


def test_what_waits_can_be_called_off(
    browser: Browser, room: Room, rob: Person, letters: pytest.LogCaptureFixture
) -> None:
    browser.sign_in(rob).get("/admin/me/email")
    browser.submit("Send the link", email="robert@example.org", password=PASSWORD)
    browser.follow()
    assert browser.submit("Keep this one").status_code == 303
    assert "Your address stays rob@example.org" in browser.follow().text
    assert browser.get(_confirmation(letters)).status_code == 404


def test_an_administrator_changes_the_address_of_somebody(
    browser: Browser, room: Room, ada: Person, rob: Person, letters: pytest.LogCaptureFixture
) -> None:
    browser.sign_in(ada).get(f"/admin/people/{rob.id}/email")
    assert browser.submit("Send the link", email="r@example.org", password="no").status_code == 422
    assert (
        browser.submit("Send the link", email="r@example.org", password=PASSWORD).status_code == 303
    )
    assert "Waits for its link" in browser.follow().text
    assert "Ada asked that you sign in" in letters.text
    assert _account(room, rob).email == rob.email
    his = Browser(browser.app)
    his.get(_confirmation(letters))
    assert his.submit("Yes, use it").status_code == 200
    assert _account(room, rob).email == "r@example.org"
    assert his.get("/admin/").status_code == 302, "the link signs nobody in"


def test_an_administrator_does_not_reach_for_an_owners_address(
    browser: Browser, room: Room, ada: Person, olga: Person
) -> None:
    browser.sign_in(ada).get(f"/admin/people/{olga.id}/email")
    typed = {"email": "ada2@example.org", "password": PASSWORD}
    assert browser.submit("Send the link", **typed).status_code == 403
    assert browser.send(f"/admin/people/{olga.id}/email/cancellation").status_code == 403


@pytest.mark.parametrize(
    ("email", "password", "said"),
    [
        ("ana@example.org", PASSWORD, "already"),
        ("ANA@example.org", PASSWORD, "already"),
        ("\uff41na@example.org", PASSWORD, "already"),
        ("nobody", PASSWORD, "not an email address"),
        ("x\r\nBcc: all@example.org", PASSWORD, "Please look at this again"),
        ("new@example.org", "wrong wrong!", "not your password"),
    ],
)
def test_an_address_that_cannot_be_taken_is_refused(
    browser: Browser,
    room: Room,
    rob: Person,
    ana: Person,
    letters: pytest.LogCaptureFixture,
    email: str,
    password: str,
    said: str,
) -> None:
    browser.sign_in(rob).get("/admin/me/email")
    answer = browser.submit("Send the link", email=email, password=password)
    assert answer.status_code == 422
    assert said in browser.text
    assert _account(room, rob).email == "rob@example.org"
    assert "To:" not in letters.text


def test_a_link_sent_to_the_old_address_ends_with_it(
    browser: Browser, room: Room, rob: Person, letters: pytest.LogCaptureFixture
) -> None:
    browser.get("/auth/reset")
    browser.submit("Send the link", email=rob.email)
    link = next(word for word in letters.text.split() if "/auth/reset/" in word)
    browser.sign_in(rob).get("/admin/me/email")
    browser.submit("Send the link", email="robert@example.org", password=PASSWORD)
    browser.get(_confirmation(letters))
    browser.submit("Yes, use it")
    assert Browser(browser.app).get(link.partition("8000")[2]).status_code == 404
