"""One message, one cost."""

from datetime import UTC, datetime

import pytest
from argon2 import PasswordHasher

from cms import db
from cms.accounts import passwords, people, signing_in
from cms.accounts.permissions import Person
from cms.errors import NotAllowed
from tests.conftest import PASSWORD

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _sign_in(email: str, password: str = PASSWORD) -> signing_in.SignedIn:
    return signing_in.sign_in(email, password, address="192.0.2.1", now=NOW)


def test_the_right_password_begins_a_session(unit: db.UnitOfWork, ana: Person) -> None:
    signed_in = _sign_in(ana.email)
    assert signed_in.person.id == ana.id
    assert signing_in.find_person(signed_in.secret, now=NOW) is not None


def test_unknown_and_wrong_cost_one_hash_each(
    unit: db.UnitOfWork, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = []

    class Counting(PasswordHasher):
        def verify(self, *args: object) -> bool:
            looked_at.append(args)
            return super().verify(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(passwords, "_hasher", Counting(time_cost=1, memory_cost=8, parallelism=1))
    messages = set()
    for email in ("nobody@example.org", ana.email):
        before = len(looked_at)
        with pytest.raises(NotAllowed) as refusal:
            _sign_in(email, "wrong")
        messages.add(refusal.value.message)
        assert len(looked_at) == before + 1
    assert len(messages) == 1


def test_an_outdated_hash_is_renewed(
    unit: db.UnitOfWork, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = people.get_account(ana.id).password_hash
    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", stronger)
    _sign_in(ana.email)
    db.commit()
    after = people.get_account(ana.id).password_hash
    assert after != before
    assert after is not None
    assert passwords.is_right(PASSWORD, after)


def test_no_writer_waits_while_a_password_is_hashed(
    database: db.Database, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_right(_password: str, _kept: str | None) -> bool:
        with db.unit_of_work(database) as other:
            other.session.connection()
        return True

    monkeypatch.setattr(passwords, "is_right", is_right)
    with db.unit_of_work(database):
        _sign_in(ana.email)
