"""Letters: posted with their cause, written when they go, never with a secret at rest."""

import json
import logging
from datetime import timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from jinja2 import TemplateNotFound

from cms import clock, db, mail
from cms.accounts import forgotten, people
from cms.accounts.permissions import Person
from cms.config import Settings
from cms.mail import sending
from cms.outbox import delivery
from cms.outbox.models import Errand

NOW = clock.now()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[EmailMessage]:
    """The letters that a mail server would have got."""
    letters: list[EmailMessage] = []
    monkeypatch.setattr(sending, "send", lambda letter, _settings: letters.append(letter))
    return letters


def _post(to: str = "ana@example.org", **more: object) -> str | None:
    values = {"minutes": 30}
    return mail.post("reset", to=to, name="Ana", values=values, now=NOW, **more)  # type: ignore[arg-type]


def _drain(database: db.Database, settings: Settings) -> int:
    return delivery.drain(database, settings, worker="test", now=lambda: NOW + timedelta(seconds=1))


def test_a_letter_goes_out_after_the_commit(
    database: db.Database, settings: Settings, sent: list[EmailMessage]
) -> None:
    with db.unit_of_work(database):
        errand_id = _post()
        assert _drain_elsewhere(database, settings) == 0, "nothing is committed yet"
        db.commit()
    assert _drain(database, settings) == 1
    assert errand_id is not None
    assert sent[0]["To"] == "Ana <ana@example.org>"
    assert sent[0]["Subject"] == "A new password for Carafe"
    assert errand_id.lower() in sent[0]["Message-ID"]


def _drain_elsewhere(database: db.Database, settings: Settings) -> int:
    # SQLite lets nobody else write meanwhile, and there is nothing to write.
    return _drain(database, settings)


def test_a_letter_of_what_was_rolled_back_never_goes(
    database: db.Database, settings: Settings, sent: list[EmailMessage]
) -> None:
    with db.unit_of_work(database):
        _post()
    assert _drain(database, settings) == 0
    assert sent == []


def test_one_key_is_one_letter(
    database: db.Database, settings: Settings, sent: list[EmailMessage]
) -> None:
    for _ in range(2):
        with db.unit_of_work(database):
            _post(once_key="welcome:ana")
            db.commit()
    assert _drain(database, settings) == 1
    with db.unit_of_work(database):
        assert _post(once_key="welcome:ana") is None, "known although it was sent"


def test_nothing_of_a_letter_is_kept_once_it_is_sent(
    database: db.Database, settings: Settings, sent: list[EmailMessage]
) -> None:
    with db.unit_of_work(database):
        _post()
        db.commit()
    _drain(database, settings)
    with db.unit_of_work(database, write=False):
        errand = db.session().scalars(sa.select(Errand)).one()
        assert (errand.state, errand.payload) == ("done", {})


def test_the_secret_of_a_link_is_nowhere_in_the_database(
    database: db.Database, settings: Settings, sent: list[EmailMessage], ana: Person
) -> None:
    with db.unit_of_work(database):
        account = people.get_account(ana.id)
        link = forgotten.issue_link(account, settings=settings, now=NOW)
        _post(token_id=link.token_id)
        db.commit()
    secret = link.url.rsplit("/", 1)[1]
    with db.unit_of_work(database, write=False):
        rows = [
            [str(value) for value in row]
            for table in db.Base.metadata.sorted_tables
            for row in db.session().execute(sa.select(table))
        ]
    assert "ana@example.org" in json.dumps(rows)
    assert secret not in json.dumps(rows)
    _drain(database, settings)
    assert link.url in sent[0].get_content()


def test_a_link_that_was_overtaken_is_not_sent(
    database: db.Database, settings: Settings, sent: list[EmailMessage], ana: Person
) -> None:
    with db.unit_of_work(database):
        account = people.get_account(ana.id)
        for _ in range(2):
            link = forgotten.issue_link(account, settings=settings, now=NOW)
            _post(token_id=link.token_id)
        db.commit()
    assert _drain(database, settings) == 2
    assert len(sent) == 1
    assert link.url in sent[0].get_content()


def test_a_letter_to_nobody_goes_nowhere(
    database: db.Database, settings: Settings, sent: list[EmailMessage]
) -> None:
    with db.unit_of_work(database):
        _post(to="")
        db.commit()
    assert _drain(database, settings) == 1
    assert sent == []


def test_without_a_mail_server_it_stands_in_the_log(
    database: db.Database, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with db.unit_of_work(database):
        _post()
        db.commit()
    _drain(database, settings)
    assert "To: Ana <ana@example.org>" in caplog.text
    assert "your password stays as it is" in caplog.text


def test_an_unknown_template_is_refused_at_once(unit: db.UnitOfWork) -> None:
    with pytest.raises(TemplateNotFound):
        mail.post("nonsense", to="ana@example.org", now=NOW)


def test_an_address_of_two_lines_is_refused(unit: db.UnitOfWork) -> None:
    with pytest.raises(ValueError, match="one line"):
        _post("ana@example.org\nBcc: all@example.org")
