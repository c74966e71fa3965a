"""Accounts at the terminal."""

import io

import pytest

from tests.cli.conftest import Manage

PASSWORD = "a long walk by the harbour"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A password on standard input."""
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))


def test_there_are_no_accounts_at_first(manage: Manage) -> None:
    assert "no accounts yet" in manage("user", "list").out


def test_an_account_without_a_password_gets_a_link(manage: Manage) -> None:
    ran = manage("user", "create", "ana@example.org", "--name", "Ana")
    assert ran.code == 0
    assert "/auth/reset/" in ran.out
    assert "ana@example.org  Ana   author  invited" in manage("user", "list").out


@pytest.mark.usefixtures("typed")
def test_an_account_with_a_password_is_active_at_once(manage: Manage) -> None:
    ran = manage("user", "create", "ada@example.org", "--role", "owner", "--password-stdin")
    assert ran.code == 0
    assert PASSWORD not in ran.out
    assert "owner  active" in manage("user", "list").out


def test_an_address_that_is_none_is_refused(manage: Manage) -> None:
    ran = manage("user", "create", "ana")
    assert ran.code == 1
    assert "not an email address" in ran.err
    assert "no accounts" in manage("user", "list").out


def test_an_account_can_be_closed_and_opened(manage: Manage) -> None:
    manage("user", "create", "rob@example.org")
    assert manage("user", "disable", "rob@example.org").code == 0
    assert "disabled" in manage("user", "list").out
    assert manage("user", "enable", "ROB@example.org").code == 0
    assert "invited" in manage("user", "list").out


@pytest.mark.usefixtures("typed")
def test_the_only_owner_cannot_be_closed(manage: Manage) -> None:
    manage("user", "create", "ada@example.org", "--role", "owner", "--password-stdin")
    ran = manage("user", "disable", "ada@example.org")
    assert ran.code == 1
    assert "only owner" in ran.err


def test_a_reset_prints_a_link(manage: Manage) -> None:
    manage("user", "create", "eli@example.org")
    assert "/auth/reset/" in manage("user", "reset-password", "eli@example.org").out


def test_a_stranger_is_not_found(manage: Manage) -> None:
    ran = manage("user", "reset-password", "zoe@example.org")
    assert ran.code == 1
    assert "no account zoe@example.org" in ran.err
