"""Refusals and accidents: the right status, words, nothing half-saved, no stack trace."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Blueprint, Flask, abort, request
from sqlalchemy import exc

from cms import clock, db
from cms.accounts import people
from cms.accounts.permissions import Person, Role
from cms.accounts.throttling import Throttled
from cms.config import Settings
from cms.errors import Conflict, NotAllowed, NotFound, Rejected
from cms.web import errors, gate, installation
from tests import databases
from tests.browsing import Browser

REFUSALS = {
    "not-found": (NotFound("No such tea."), 404),
    "gone": (NotFound("It was drunk.", gone=True), 410),
    "not-allowed": (NotAllowed("Not your tea."), 403),
    "rejected": (Rejected("Too hot."), 422),
    "conflict": (Conflict("Someone drank it."), 409),
    "throttled": (Throttled(7), 429),
}


@pytest.fixture
def app(app: Flask) -> Flask:
    """A site with views that go wrong in every way, behind both doors."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    for door in ("/admin", ""):
        app.register_blueprint(_trouble(door or "/shop"), name=f"trouble{door}")
    return app


def _trouble(prefix: str) -> Blueprint:
    trouble = Blueprint("trouble", __name__, url_prefix=f"{prefix}/trouble")

    @trouble.get("/refuse/<name>")
    @gate.public
    def refuse(name: str) -> str:
        raise REFUSALS[name][0]

    @trouble.get("/abort/<int:status>")
    @gate.public
    def abort_with(status: int) -> str:
        abort(status)

    @trouble.get("/fault")
    @gate.public
    def fault() -> str:
        raise ZeroDivisionError("secret details")

    @trouble.get("/behind")
    @gate.public
    def behind() -> str:
        db.session().execute(sa.text("SELECT secret_column FROM no_such_table"))
        return "never"

    @trouble.get("/gone")
    @gate.public
    def gone() -> str:
        raise exc.OperationalError("SELECT secret", {}, Exception("connection refused"))

    @trouble.post("/half")
    @gate.public
    def half() -> str:
        people.create_account("half@example.org", "Half", roles=[Role.AUTHOR], now=clock.now())
        raise Rejected("Not today.")

    @trouble.post("/form")
    @gate.public
    def form() -> dict[str, int]:
        return {"fields": len(request.form)}

    return trouble


@databases.on_sqlite
@pytest.mark.parametrize("door", ["/admin", "/shop"])
@pytest.mark.parametrize("name", REFUSALS)
def test_refusals_become_pages_with_their_words(browser: Browser, door: str, name: str) -> None:
    error, status = REFUSALS[name]
    answer = browser.get(f"{door}/trouble/refuse/{name}")
    assert answer.status_code == status
    assert error.message in browser.text


def test_who_is_throttled_is_told_how_long(browser: Browser) -> None:
    answer = browser.get("/admin/trouble/refuse/throttled")
    assert answer.headers["Retry-After"] == "7"


@databases.on_sqlite
@pytest.mark.parametrize("door", ["/admin", "/shop"])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 413, 415, 418, 422, 501])
def test_every_status_has_a_page(browser: Browser, door: str, status: int) -> None:
    assert browser.get(f"{door}/trouble/abort/{status}").status_code == status


@databases.on_sqlite
@pytest.mark.parametrize("door", ["/admin", "/shop"])
def test_a_fault_tells_nothing_but_its_id(
    browser: Browser, door: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = browser.get(f"{door}/trouble/fault")
    assert answer.status_code == 500
    assert "secret details" not in answer.text
    assert "Traceback" not in answer.text
    assert "secret details" in caplog.text, "the log has it all"


@pytest.mark.parametrize("door", ["/admin", "/shop"])
@pytest.mark.parametrize("name", ["behind", "gone"])
def test_trouble_with_the_database_is_said_in_words(browser: Browser, door: str, name: str) -> None:
    answer = browser.get(f"{door}/trouble/{name}")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "database" in browser.text
    assert "secret" not in answer.text


def test_programs_get_problems_as_json(browser: Browser) -> None:
    headers = {"Accept": "application/json"}
    for path, status in (("refuse/rejected", 422), ("fault", 500), ("behind", 503)):
        answer = browser.get(f"/admin/trouble/{path}", headers=headers)
        assert answer.status_code == status
        assert answer.mimetype == "application/problem+json"
        body = json.loads(answer.text)
        assert body["status"] == status
        assert body["request_id"] == answer.headers["X-Request-Id"]


def test_a_refused_act_leaves_nothing_behind(browser: Browser, database: db.Database) -> None:
    assert browser.send("/admin/trouble/half").status_code == 422
    with db.unit_of_work(database, write=False):
        assert people.count_accounts() == 0


def test_the_visitors_door_may_draw_its_own_pages(app: Flask, browser: Browser) -> None:
    errors.show_public_errors(
        app,
        lambda status, message, _error: (
            f'<!doctype html><html lang="en"><title>t</title><h1>{status} of Folio</h1>{message}'
        ),
    )
    assert browser.get("/nowhere").status_code == 404
    assert browser.heading == "404 of Folio"
    browser.get("/admin/nowhere")
    assert "Folio" not in browser.text
    browser.get("/shop/trouble/fault")
    assert "Folio" not in browser.text, "a fault may lie in the theme itself"


def test_a_broken_error_page_is_replaced_by_a_plain_one(app: Flask, browser: Browser) -> None:
    def broken(_status: int, _message: str, _error: Exception) -> str:
        raise KeyError("theme")

    errors.show_public_errors(app, broken)
    assert browser.get("/nowhere").status_code == 404
    assert browser.heading == "There is nothing at this address"


@databases.on_sqlite
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "x y", ""])
def test_unknown_hosts_are_refused(app: Flask, host: str) -> None:
    client = app.test_client()
    answer = client.get("/healthz", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.text


@databases.on_sqlite
def test_too_much_is_refused_before_it_is_read(browser: Browser) -> None:
    browser.get("/auth/login")
    answer = browser.send("/admin/trouble/form", {"source": "x" * (10 * 1024 * 1024)})
    assert answer.status_code == 413
    assert "browser still holds" in browser.text


@databases.on_sqlite
def test_a_long_text_is_taken(browser: Browser) -> None:
    assert browser.send("/admin/trouble/form", {"source": "x" * 3_900_000}).status_code == 200


@databases.on_sqlite
def test_too_many_fields_are_refused(browser: Browser) -> None:
    data = {f"field-{n}": "x" for n in range(3000)}
    content_type = "multipart/form-data"
    answer = browser.send("/admin/trouble/form", data, content_type=content_type)
    assert answer.status_code == 413


@databases.on_sqlite
def test_another_content_type_is_no_form(browser: Browser, ana: Person) -> None:
    browser.sign_in(ana)
    answer = browser.post("/admin/trouble/form", b"{", content_type="application/json")
    assert answer.status_code == 400


def test_a_site_without_a_database_still_answers(tmp_path: Path) -> None:
    from cms import create_app

    url = "postgresql://nobody@127.0.0.1:1/nothing"
    settings = Settings.from_environment(
        {"DATABASE_URL": url, "INSTANCE_PATH": str(tmp_path), "SECRET_KEY": "k" * 40}
    )
    lost = create_app(settings)
    browser = Browser(lost)
    assert browser.get("/healthz").status_code == 200
    assert browser.get("/readyz").status_code == 503
    assert browser.get("/auth/login").status_code == 503
    assert "cannot reach its database" in browser.text
    installation.of(lost).database.dispose()
