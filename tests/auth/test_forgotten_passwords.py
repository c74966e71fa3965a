"""A forgotten password: a letter, its link, another password."""

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from cms import clock, db
from cms.accounts import closing, forgotten, passwords, people
from cms.accounts.models import Token
from cms.accounts.permissions import Person, Role
from cms.mail import letters
from cms.outbox.models import Errand
from cms.web import installation
from tests.browsing import Browser
from tests.conftest import PASSWORD

FRESH = "another desk with a better chair"


def _link(caplog: pytest.LogCaptureFixture) -> str:
    found = re.search(r"http://\S+/auth/reset/\S+", caplog.text)
    assert found is not None
    return urlsplit(found[0]).path


@pytest.fixture
def link(browser: Browser, ana: Person, caplog: pytest.LogCaptureFixture) -> str:
    caplog.set_level(logging.INFO)
    browser.get("/auth/reset")
    assert browser.submit("Send the link", email=ana.email).status_code == 200
    assert "a letter is on its way" in browser.text
    return _link(caplog)


def test_the_link_sets_another_password_and_signs_in(
    browser: Browser, ana: Person, link: str
) -> None:
    browser.get(link)
    answer = browser.submit("Save and sign in", password=FRESH)
    assert answer.headers["Location"] == "/admin/"
    browser.send("/auth/logout")
    browser.get("/auth/login")
    assert browser.submit("Sign in", email=ana.email, password=PASSWORD).status_code == 401
    assert browser.submit("Sign in", email=ana.email, password=FRESH).status_code == 303


def test_the_person_is_told_that_the_password_was_changed(
    browser: Browser, link: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    browser.get(link)
    browser.submit("Save and sign in", password=FRESH)
    assert "To: Ana <ana@example.org>" in caplog.text
    assert "was changed a moment ago" in caplog.text
    assert "If it was not you, choose another one now" in caplog.text
    assert FRESH not in caplog.text


def test_whoever_chooses_their_first_password_is_not_told(
    browser: Browser, database: db.Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    settings = installation.of(browser.app).settings
    with db.unit_of_work(database):
        account = people.create_account(
            "new@example.org", "New", roles=[Role.AUTHOR], now=clock.now()
        )
        invitation = forgotten.invite(account, settings=settings, now=clock.now())
        db.commit()
    browser.get(urlsplit(invitation.url).path)
    assert browser.submit("Save and sign in", password=FRESH).status_code == 303
    assert "was changed" not in caplog.text


def test_asking_costs_the_same_whoever_is_asked_for(
    app: Flask,
    database: db.Database,
    ana: Person,
    rob: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hashed: list[str] = []
    for name in ("hash_password", "is_right"):
        monkeypatch.setattr(passwords, name, lambda *_args, name=name: hashed.append(name))
    with db.unit_of_work(database):
        closing.disable(people.get_account(rob.id), now=clock.now())
        db.commit()
    # This network address is new only once.
    _ask(app, "somebody@example.org")
    work = {}
    for email in (ana.email, rob.email, "nobody@example.org", "not an address"):
        with _statements() as asked:
            _ask(app, email)
        work[email] = asked
    assert work[ana.email], "it was counted at all"
    assert len({tuple(asked) for asked in work.values()}) == 1, work
    assert hashed == []
    with db.unit_of_work(database, write=False):
        counted = sa.select(sa.func.count()).where(Errand.kind == letters.KIND)
        assert db.session().scalar(counted) == 5


def _ask(app: Flask, email: str) -> None:
    browser = Browser(app)
    browser.get("/auth/reset")
    assert browser.submit("Send the link", email=email).status_code == 200


@contextmanager
def _statements() -> Iterator[list[str]]:
    """What this thread asks of the databases, each by how it begins."""
    asked: list[str] = []
    mine = threading.get_ident()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if threading.get_ident() == mine and "sa_savepoint" not in statement:
            asked.append(re.sub(r"\s+", " ", statement)[:60])
        elif threading.get_ident() == mine:
            asked.append("savepoint")

    event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(sa.Engine, "before_cursor_execute", note)


def test_the_link_works_once(browser: Browser, link: str) -> None:
    browser.get(link)
    browser.submit("Save and sign in", password=FRESH)
    assert browser.get(link).status_code == 404


def test_every_other_session_ends(browser: Browser, ana: Person, link: str) -> None:
    other = Browser(browser.app).sign_in(ana)
    browser.get(link)
    browser.submit("Save and sign in", password=FRESH)
    assert other.get("/auth/login").status_code == 200, "signed out"
    assert browser.get("/auth/login").status_code == 303, "signed in"


def test_a_weak_password_is_refused_and_the_link_stays(browser: Browser, link: str) -> None:
    browser.get(link)
    assert browser.submit("Save and sign in", password="short").status_code == 422
    assert browser.submit("Save and sign in", password=FRESH).status_code == 303


def test_the_page_says_the_same_to_strangers(
    browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    browser.get("/auth/reset")
    assert browser.submit("Send the link", email="nobody@example.org").status_code == 200
    assert "a letter is on its way" in browser.text
    assert "/auth/reset/" not in caplog.text


def test_a_link_of_a_disabled_account_is_dead(
    browser: Browser, ana: Person, link: str, database: db.Database
) -> None:
    with db.unit_of_work(database):
        closing.disable(people.get_account(ana.id), now=clock.now())
        db.commit()
    assert browser.get(link).status_code == 404


def test_letters_are_not_sent_without_end(browser: Browser, ana: Person) -> None:
    for _ in range(3):
        browser.get("/auth/reset")
        assert browser.submit("Send the link", email=ana.email).status_code == 200
    browser.get("/auth/reset")
    assert browser.submit("Send the link", email=ana.email).status_code == 429


def test_an_unknown_link_is_not_found(browser: Browser) -> None:
    assert browser.get("/auth/reset/guessed").status_code == 404
    assert browser.send("/auth/reset/guessed", {"password": FRESH}).status_code == 404


def test_asking_for_a_letter_does_not_end_an_invitation(
    browser: Browser, ana: Person, database: db.Database
) -> None:
    settings = installation.of(browser.app).settings
    with db.unit_of_work(database):
        account = people.get_account(ana.id)
        invitation = forgotten.invite(account, settings=settings, now=clock.now())
        db.commit()
    browser.get("/auth/reset")
    browser.submit("Send the link", email=ana.email)
    path = urlsplit(invitation.url).path
    browser.get(path)
    assert browser.submit("Save and sign in", password=FRESH).status_code == 303
    assert browser.get(path).status_code == 404


def test_the_page_says_how_long_the_link_works(browser: Browser) -> None:
    browser.get("/auth/reset")
    browser.submit("Send the link", email="nobody@example.org")
    minutes = int(forgotten.LIFETIME.total_seconds() // 60)
    assert f"works for {minutes} minutes" in browser.text


def test_asking_for_nobody_leaves_nothing_behind(browser: Browser, database: db.Database) -> None:
    browser.get("/auth/reset")
    browser.submit("Send the link", email="nobody@example.org")
    with db.unit_of_work(database, write=False):
        assert db.session().query(Token).count() == 0
