"""A session that ends while someone writes: nothing typed is lost."""

import pytest
from flask import Blueprint, Flask, request
from flask.typing import ResponseReturnValue

from cms import clock, db
from cms.accounts import sessions
from cms.accounts.permissions import Permission, Person
from cms.web import gate, installation, urls
from tests.browsing import Browser
from tests.conftest import PASSWORD

LONG_TEXT = "A first line.\nA second line, with <b>brackets</b> & “quotes”.\n\nA last one."


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A browser on a site whose desk has a form that keeps what it is sent."""
    desk = Blueprint("desk", __name__, url_prefix="/admin/desk")
    app.extensions["kept"] = kept = []

    @desk.post("/")
    @gate.requires(Permission.WRITE)
    def create() -> ResponseReturnValue:
        kept.append(request.form.to_dict(flat=False))
        return urls.go_to("/admin/desk/")

    app.register_blueprint(desk)
    return Browser(app)


def _end_session(browser: Browser) -> None:
    for cookie in list(browser.client._cookies.values()):
        if cookie.key == "sid":
            with db.unit_of_work(installation.of(browser.app).database):
                sessions.end(cookie.value, now=clock.now())


def test_a_lost_form_is_carried_through_signing_in(
    browser: Browser, app: Flask, ana: Person
) -> None:
    browser.sign_in(ana)
    token = browser.token()
    _end_session(browser)

    lost = {"csrf_token": token, "source": LONG_TEXT, "tag": ["tea", "milk"], "password": "x"}
    answer = browser.post("/admin/desk/?draft=1", lost)
    assert answer.status_code == 401
    assert browser.heading == "Your session ended"

    answer = browser.submit("Sign in and go on", email=ana.email, password="wrong")
    assert answer.status_code == 401
    answer = browser.submit("Sign in and go on", email=ana.email, password=PASSWORD)
    assert answer.status_code == 200
    assert browser.heading == "Welcome back"

    answer = browser.submit("Send it now")
    assert answer.status_code == 303
    sent = app.extensions["kept"][0]
    assert sent["source"] == [LONG_TEXT]
    assert sent["tag"] == ["tea", "milk"]
    assert "password" not in sent


def test_a_stale_token_brings_the_form_back(browser: Browser, app: Flask, ana: Person) -> None:
    browser.sign_in(ana)
    stale = browser.token()
    browser.sign_in(ana)
    answer = browser.post("/admin/desk/", {"csrf_token": stale, "source": LONG_TEXT})
    assert answer.status_code == 400
    assert not app.extensions["kept"]
    assert browser.submit("Send it now").status_code == 303
    assert app.extensions["kept"][0]["source"] == [LONG_TEXT]


def test_a_form_from_another_site_is_not_carried(browser: Browser, ana: Person) -> None:
    browser.sign_in(ana)
    data = {"source": LONG_TEXT}
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}):
        answer = browser.post("/admin/desk/", data, headers=headers)
        assert answer.status_code == 403
        assert LONG_TEXT not in answer.text


def test_a_program_is_told_in_json(browser: Browser) -> None:
    answer = browser.post("/admin/desk/", {"source": "x"}, headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["status"] == 401


def test_someone_without_the_permission_is_refused(browser: Browser, zoe: Person) -> None:
    browser.sign_in(zoe)
    answer = browser.send("/admin/desk/", {"source": "x"})
    assert answer.status_code == 401, "an account without a role has no session"


def test_a_target_elsewhere_is_ignored(browser: Browser, ana: Person) -> None:
    browser.get("/auth/login")
    data = {"target": "//evil.example/", "carried.source": "x"}
    answer = browser.submit("Sign in", email=ana.email, password=PASSWORD, **data)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/admin/"


def test_whoever_signs_in_over_the_words_of_another_is_told(
    browser: Browser, app: Flask, ana: Person, eli: Person
) -> None:
    browser.sign_in(ana)
    token = browser.token()
    _end_session(browser)
    browser.post("/admin/desk/", {"csrf_token": token, "source": LONG_TEXT})
    browser.submit("Sign in and go on", email=eli.email, password="wrong wrong!")
    browser.submit("Sign in and go on", email=eli.email, password=PASSWORD)
    assert "Somebody else wrote this. Sent now, it is sent as Eli." in browser.text
    assert not app.extensions["kept"]


def test_the_same_person_is_not_warned(browser: Browser, ana: Person) -> None:
    browser.sign_in(ana)
    token = browser.token()
    _end_session(browser)
    browser.post("/admin/desk/", {"csrf_token": token, "source": LONG_TEXT})
    browser.submit("Sign in and go on", email=ana.email, password=PASSWORD)
    assert "Somebody else" not in browser.text


@pytest.mark.parametrize("mark", ["1", "forged", "", "IkFEQSI.aaaaaa.bbbbbb"])
def test_only_a_page_of_ours_may_send_much_to_the_sign_in_door(browser: Browser, mark: str) -> None:
    browser.get("/auth/login")
    answer = browser.send(f"/auth/login?carrying={mark}", {"carried.source": "x" * 100_000})
    assert answer.status_code == 413
