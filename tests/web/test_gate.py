"""The gate: closed unless a view says who may pass."""

from collections.abc import Callable

import pytest
from flask import Blueprint, Flask
from flask_login import current_user

from cms import application, clock, create_app, db
from cms.accounts import closing, granting, people
from cms.accounts.permissions import Permission, Person
from cms.config import Settings
from cms.errors import BadConfiguration
from cms.web import csrf, gate, installation
from tests.browsing import Browser

# Forms of anonymous visitors, guarded by their origin alone. Each new one is a decision.
ORIGIN_ONLY: set[str] = {"wall.create"}


@pytest.fixture
def app(app: Flask) -> Flask:
    """A site with three rooms behind the gate."""
    rooms = Blueprint("rooms", __name__, url_prefix="/admin/rooms")

    @rooms.get("/open")
    @gate.public
    def open_room() -> dict[str, bool]:
        return {"write": db.unit().write}

    @rooms.get("/people")
    @gate.requires(Permission.MANAGE_PEOPLE)
    def people_room() -> dict[str, str]:
        return {"name": gate.signed_in_person().name, "login": current_user.get_id()}

    @rooms.get("/forgotten")
    def forgotten_room() -> str:
        return "never shown"

    @rooms.post("/wall")
    @gate.public
    @csrf.protected_by_origin
    def wall() -> dict[str, bool]:
        return {"taken": True}

    @rooms.post("/writing")
    @gate.public
    def writing() -> dict[str, bool]:
        return {"write": db.unit().write}

    app.register_blueprint(rooms)
    return app


def test_an_undeclared_route_stops_the_start(app: Flask) -> None:
    with pytest.raises(BadConfiguration, match=r"rooms\.forgotten_room"):
        gate.ensure_declared(app)


def test_an_undeclared_route_stays_closed(app: Flask, browser: Browser, ada: Person) -> None:
    assert browser.sign_in(ada).get("/admin/rooms/forgotten").status_code == 403


def test_a_door_with_an_undeclared_route_does_not_open(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Door:
        @staticmethod
        def register(app: Flask) -> None:
            app.add_url_rule("/admin/back-way", "back_way", lambda: "in")

    monkeypatch.setattr(application, "DOORS", (*application.DOORS, Door))
    with pytest.raises(BadConfiguration, match="back_way"):
        create_app(settings)


def test_who_is_not_signed_in_is_sent_to_the_form(browser: Browser) -> None:
    answer = browser.get("/admin/rooms/people?a=1")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/auth/login?next=/admin/rooms/people?a%3D1"


def test_a_program_is_told_in_json(browser: Browser) -> None:
    answer = browser.get("/admin/rooms/people", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"


def test_a_piece_of_a_page_sends_the_whole_page_to_the_form(browser: Browser) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://127.0.0.1:8000/admin/entries/?q=a"}
    answer = browser.get("/admin/rooms/people", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/auth/login?next=/admin/entries/?q%3Da"


def test_the_permission_decides(app: Flask, ada: Person, eli: Person) -> None:
    answer = Browser(app).sign_in(ada).get("/admin/rooms/people")
    assert answer.json == {"name": "Ada", "login": ada.id}
    refused = Browser(app).sign_in(eli)
    assert refused.get("/admin/rooms/people").status_code == 403
    assert "Editor" in refused.text


@pytest.mark.parametrize(
    "act",
    [
        lambda account, by: closing.disable(account, now=clock.now(), by=by),
        lambda account, by: granting.change_roles(account, [], now=clock.now(), by=by),
    ],
)
def test_what_was_taken_away_is_gone_at_the_next_request(
    app: Flask,
    database: db.Database,
    ada: Person,
    olga: Person,
    act: Callable[..., None],
) -> None:
    browser = Browser(app).sign_in(ada)
    assert browser.get("/admin/rooms/people").status_code == 200
    with db.unit_of_work(database):
        act(people.get_account(ada.id), olga)
        db.commit()
    assert browser.get("/admin/rooms/people").status_code == 302


def test_a_made_up_cookie_opens_nothing(browser: Browser) -> None:
    for value in ("", "x", "a" * 3000, "é", "' OR 1=1"):
        browser.client.set_cookie("sid", value, domain="127.0.0.1")
        assert browser.get("/admin/rooms/people").status_code == 302


def test_reading_only_reads_and_writing_may_write(browser: Browser) -> None:
    assert browser.send("/admin/rooms/writing").json == {"write": True}
    assert browser.get("/admin/rooms/open").json == {"write": False}
    with pytest.raises(RuntimeError):
        db.unit()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://127.0.0.1:8000"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Referer": "http://127.0.0.1:8000/page"}, 200),
        ({}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://127.0.0.1:8000"}, 403),
        ({"Origin": "http://127.0.0.1:8001"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Referer": "https://evil.example/127.0.0.1:8000"}, 403),
        ({"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"}, 403),
    ],
)
def test_a_form_without_a_token_must_come_from_us(
    browser: Browser, headers: dict[str, str], status: int
) -> None:
    answer = browser._open("POST", "/admin/rooms/wall", headers=headers)
    assert answer.status_code == status
    assert not browser.cookies()


def test_a_token_does_not_help_a_form_from_elsewhere(browser: Browser, ada: Person) -> None:
    browser.sign_in(ada)
    answer = browser.send("/admin/rooms/writing", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


def test_a_token_of_another_session_does_not_fit(app: Flask, ada: Person, eli: Person) -> None:
    theirs = Browser(app).sign_in(eli).token()
    answer = Browser(app).sign_in(ada).post("/admin/rooms/writing", {"csrf_token": theirs})
    assert answer.status_code == 400


def test_forms_without_a_token_are_known(settings: Settings) -> None:
    made = create_app(settings)
    views = made.view_functions.items()
    assert {name for name, view in views if csrf.is_origin_only(view)} <= ORIGIN_ONLY
    installation.of(made).database.dispose()


def test_flask_login_cannot_be_switched_off(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cms.web import login_shell

    bare = Flask("x")
    bare.config["LOGIN_DISABLED"] = True
    with pytest.raises(BadConfiguration, match="LOGIN_DISABLED"):
        login_shell.install(bare)
