"""Sessions as rows: they end when they should, everywhere at once."""

from datetime import UTC, datetime, timedelta

import pytest

from cms import db
from cms.accounts import people, sessions, signing_in
from cms.accounts.models import Account
from cms.accounts.permissions import Person

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def account(unit: db.UnitOfWork, ana: Person) -> Account:
    return people.get_account(ana.id)


def test_a_session_knows_its_person(account: Account) -> None:
    secret = sessions.start(account, now=NOW, ip="192.0.2.1", user_agent="A browser\r\n")
    person = signing_in.find_person(secret, now=NOW)
    assert person is not None
    assert person.id == account.id
    assert person.session_id


def test_a_guess_finds_nobody(account: Account) -> None:
    secret = sessions.start(account, now=NOW)
    assert signing_in.find_person(secret[:-1], now=NOW) is None
    assert signing_in.find_person("", now=NOW) is None


def test_an_idle_session_ends(account: Account) -> None:
    secret = sessions.start(account, now=NOW)
    assert sessions.look_up(secret, now=NOW + sessions.IDLE - timedelta(seconds=1))
    assert not sessions.look_up(secret, now=NOW + 2 * sessions.IDLE)


def test_a_busy_session_lives_until_its_longest(account: Account) -> None:
    secret, at = sessions.start(account, now=NOW), NOW
    while at < NOW + sessions.LONGEST:
        assert sessions.look_up(secret, now=at), at
        at += timedelta(hours=7)
    assert not sessions.look_up(secret, now=at)


def test_being_seen_is_written_now_and_then_only(account: Account) -> None:
    secret = sessions.start(account, now=NOW)
    sessions.look_up(secret, now=NOW + timedelta(minutes=4))
    assert sessions.list_sessions(account, now=NOW)[0].seen_at == NOW
    later = NOW + timedelta(minutes=6)
    sessions.look_up(secret, now=later)
    assert sessions.list_sessions(account, now=later)[0].seen_at == later


def test_ending_one_leaves_the_others(account: Account) -> None:
    first, second = (sessions.start(account, now=NOW) for _ in range(2))
    sessions.end(first, now=NOW)
    assert not sessions.look_up(first, now=NOW)
    assert sessions.look_up(second, now=NOW)


def test_a_session_of_another_cannot_be_ended(eli: Person, account: Account) -> None:
    secret = sessions.start(account, now=NOW)
    row = sessions.list_sessions(account, now=NOW)[0]
    assert not sessions.end_by_id(row.id_hash, account_id=eli.id, now=NOW)
    assert sessions.look_up(secret, now=NOW)
    assert sessions.end_by_id(row.id_hash, account_id=account.id, now=NOW)


def test_a_new_secret_replaces_the_old_one(account: Account) -> None:
    old = sessions.start(account, now=NOW)
    fresh = sessions.rotate(old, epoch=0, now=NOW)
    assert fresh is not None
    assert not sessions.look_up(old, now=NOW)
    assert sessions.look_up(fresh, now=NOW)
    assert sessions.rotate(old, epoch=0, now=NOW) is None


def test_raising_the_epoch_ends_all(account: Account) -> None:
    secret = sessions.start(account, now=NOW)
    sessions.end_all(account)
    db.commit()
    assert signing_in.find_person(secret, now=NOW) is None


def test_of_rows_that_ended_long_ago_only_the_last_is_kept(account: Account) -> None:
    later = NOW + timedelta(hours=1)
    sessions.start(account, now=NOW, ip="203.0.113.9", user_agent="Firefox")
    sessions.start(account, now=later, ip="203.0.113.9", user_agent="Firefox")
    sessions.forget_ended(now=NOW + timedelta(days=60))
    [row] = sessions.list_sessions(account, now=later)
    assert (row.seen_at, row.ip, row.user_agent) == (later, "", "")
    assert sessions.last_seen([account.id, "nobody"]) == {account.id: later}


def test_a_session_goes_on_where_all_others_end(account: Account) -> None:
    mine, other = (sessions.start(account, now=NOW) for _ in range(2))
    sessions.end_all(account)
    db.commit()
    fresh = sessions.rotate(mine, epoch=account.session_epoch, now=NOW)
    assert fresh is not None
    assert signing_in.find_person(fresh, now=NOW) is not None
    assert signing_in.find_person(other, now=NOW) is None
    assert signing_in.find_person(mine, now=NOW) is None
    assert len(sessions.list_sessions(account, now=NOW)) == 1
