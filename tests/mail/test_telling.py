"""Notices by letter: at once, or once a day in the morning of their reader, and never twice."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest
from flask import Flask

from cms import db, notices
from cms.accounts import closing, people, preferences
from cms.accounts.permissions import Person
from cms.config import Settings
from cms.jobs import chores
from cms.mail import sending, telling
from cms.notices import choices, kinds, reading
from cms.outbox import delivery
from tests.browsing import Browser

MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)
SUBJECT = ("entry", "01J00000000000000000000000")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[EmailMessage]:
    letters: list[EmailMessage] = []
    monkeypatch.setattr(sending, "send", lambda letter, _settings: letters.append(letter))
    return letters


@pytest.fixture
def daily(database: db.Database, ana: Person) -> Iterator[None]:
    """Ana wants one letter a day, about changes too."""
    with db.unit_of_work(database):
        choices.save(ana.id, {"entry-changed": "mail"}, choices.DAILY, now=MIDNIGHT)
        db.commit()
    return


def _tell(database: db.Database, to: Person, *, title: str = "Tea", number: int = 0) -> None:
    with db.unit_of_work(database):
        notices.tell(
            to.id,
            "entry-changed",
            values={"who": "Eli", "title": title},
            subject=("entry", f"01J0000000000000000000000{number}"),
            by=None,
            now=MIDNIGHT,
        )
        db.commit()


def _digest(database: db.Database, settings: Settings, at: datetime) -> int:
    chores.post_digests(chores.Round(database, settings, at))
    return delivery.drain(database, settings, worker="one", now=lambda: at)


def test_a_notice_at_once(
    database: db.Database, settings: Settings, ana: Person, sent: list[EmailMessage]
) -> None:
    with db.unit_of_work(database):
        choices.save(ana.id, {"entry-changed": "mail"}, choices.AT_ONCE, now=MIDNIGHT)
        db.commit()
    _tell(database, ana, title="Tea\nBcc: all@example.org")
    delivery.drain(database, settings, worker="one")
    (letter,) = sent
    assert letter["Subject"] == "Eli changed “Tea Bcc: all@example.org”."
    assert letter["Bcc"] is None
    assert f"{settings.site_url}/admin/entries/" in letter.get_content()
    assert letter["List-Unsubscribe"].startswith(f"<{settings.site_url}/auth/letters/{ana.id}/")


def test_one_that_was_read_meanwhile_is_not_sent(
    database: db.Database, settings: Settings, ana: Person, sent: list[EmailMessage]
) -> None:
    with db.unit_of_work(database):
        choices.save(ana.id, {"entry-changed": "mail"}, choices.AT_ONCE, now=MIDNIGHT)
        db.commit()
    _tell(database, ana)
    with db.unit_of_work(database):
        reading.mark_read(ana.id, now=MIDNIGHT)
        db.commit()
    delivery.drain(database, settings, worker="one")
    assert sent == []


def test_the_days_letter_comes_in_the_morning_and_once(
    database: db.Database, settings: Settings, ana: Person, daily: None, sent: list[EmailMessage]
) -> None:
    _tell(database, ana, number=1)
    _tell(database, ana, title="Cake", number=2)
    for hour in range(24):
        _digest(database, settings, MIDNIGHT + timedelta(hours=hour))
        assert len(sent) == (0 if hour < telling.HOUR else 1)
    text = sent[0].get_content()
    assert sent[0]["Subject"] == "2 notices from Carafe"
    assert "* Eli changed “Tea”." in text
    assert "* Eli changed “Cake”." in text
    assert "List-Unsubscribe" in sent[0]


def test_what_comes_after_it_waits_for_tomorrow(
    database: db.Database, settings: Settings, ana: Person, daily: None, sent: list[EmailMessage]
) -> None:
    _tell(database, ana, number=1)
    morning = MIDNIGHT + timedelta(hours=telling.HOUR)
    _digest(database, settings, morning)
    _tell(database, ana, number=2)
    _digest(database, settings, morning + timedelta(hours=3))
    assert len(sent) == 1
    _digest(database, settings, morning + timedelta(days=1))
    assert len(sent) == 2
    assert sent[1]["Subject"] == "1 notice from Carafe"


@pytest.mark.parametrize(
    ("zone", "hour"), [("Pacific/Auckland", 19), ("America/Los_Angeles", 16), ("Asia/Kolkata", 12)]
)
def test_morning_is_where_the_reader_is(
    database: db.Database,
    settings: Settings,
    ana: Person,
    daily: None,
    sent: list[EmailMessage],
    zone: str,
    hour: int,
) -> None:
    with db.unit_of_work(database):
        account = people.get_account(ana.id)
        preferences.save(account, timezone=zone, by=ana, now=MIDNIGHT)
        db.commit()
    _tell(database, ana)
    first = None
    # From noon in UTC on the day before, every half hour for two days.
    for step in range(96):
        at = MIDNIGHT - timedelta(hours=12) + timedelta(minutes=30 * step)
        _digest(database, settings, at)
        if sent and first is None:
            first = at
    assert len(sent) == 1
    assert first is not None
    assert first.hour == hour


def test_a_crash_between_posting_and_sending_doubles_nothing(
    database: db.Database, settings: Settings, ana: Person, daily: None, sent: list[EmailMessage]
) -> None:
    _tell(database, ana)
    morning = MIDNIGHT + timedelta(hours=telling.HOUR)
    for _ in range(3):
        chores.post_digests(chores.Round(database, settings, morning))
    delivery.drain(database, settings, worker="one", now=lambda: morning)
    assert len(sent) == 1


def test_nothing_unread_is_no_letter(
    database: db.Database, settings: Settings, ana: Person, daily: None, sent: list[EmailMessage]
) -> None:
    _tell(database, ana)
    with db.unit_of_work(database):
        reading.mark_read(ana.id, now=MIDNIGHT)
        db.commit()
    _digest(database, settings, MIDNIGHT + timedelta(hours=12))
    assert sent == []


def test_a_closed_account_gets_no_letters(
    database: db.Database, settings: Settings, ana: Person, daily: None, sent: list[EmailMessage]
) -> None:
    _tell(database, ana)
    with db.unit_of_work(database):
        closing.disable(people.get_account(ana.id), now=MIDNIGHT)
        db.commit()
    _digest(database, settings, MIDNIGHT + timedelta(hours=12))
    assert sent == []


def test_the_address_in_a_letter_ends_them(
    app: Flask, browser: Browser, database: db.Database, settings: Settings, ana: Person
) -> None:
    path = urlsplit(telling.stop_url(ana.id, settings)).path
    assert browser.get(path).status_code == 200
    with db.unit_of_work(database, write=False):
        assert choices.of(ana.id).channel("job-failed") is kinds.Channel.MAIL, (
            "looking ends nothing"
        )
    browser.submit("Send no more of them")
    assert "No more of them will come" in browser.text
    with db.unit_of_work(database, write=False):
        assert choices.of(ana.id).channel("job-failed") is kinds.Channel.ADMIN


def test_nobody_ends_the_letters_of_others(
    browser: Browser, ana: Person, eli: Person, settings: Settings
) -> None:
    mark = telling.stop_url(eli.id, settings).rsplit("/", 1)[1]
    assert browser.get(f"/auth/letters/{ana.id}/{mark}").status_code == 404
    assert browser.get(f"/auth/letters/{ana.id}/guessed").status_code == 404
    assert browser.get(f"/auth/letters/nobody/{mark}").status_code == 404
