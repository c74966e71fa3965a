"""Which passwords are good enough, and how they are kept."""

import pytest

from cms.accounts import passwords
from cms.errors import Rejected


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("eleven chars"[:11], "at least 12"),
        ("password1234", "too easy"),
        ("PassWord1234", "too easy"),
        ("aaaaaaaaaaaabbb", "too easy"),
        ("averylongname@example.org", "too easy"),
        ("averylongname", "too easy"),
        ("ü" * 600, "too long"),
    ],
)
def test_weak_passwords_are_refused_in_words(password: str, words: str) -> None:
    with pytest.raises(Rejected, match=words) as refusal:
        passwords.ensure_acceptable(password, email="averylongname@example.org")
    assert refusal.value.field == "password"


@pytest.mark.parametrize(
    "password", ["a quiet desk with good light", "пароль из слов", "🍵" * 7 + "teapot"]
)
def test_long_words_in_any_script_are_fine(password: str) -> None:
    passwords.ensure_acceptable(password)


def test_a_password_is_right_or_wrong() -> None:
    kept = passwords.hash_password("a quiet desk")
    assert kept.startswith("$argon2id$")
    assert passwords.is_right("a quiet desk", kept)
    assert not passwords.is_right("a loud desk", kept)


def test_composed_and_decomposed_letters_are_the_same_password() -> None:
    kept = passwords.hash_password("caf\u00e9 au lait")
    assert passwords.is_right("cafe\u0301 au lait", kept)


@pytest.mark.parametrize("kept", [None, "", "not a hash", "$argon2id$broken"])
def test_no_or_a_broken_hash_lets_nobody_in(kept: str | None) -> None:
    assert not passwords.is_right("anything at all", kept)
    assert not passwords.is_right("nobody's password", kept)


def test_an_endless_password_is_not_hashed() -> None:
    kept = passwords.hash_password("x")
    assert not passwords.is_right("x" * 5_000_000, kept)


def test_the_list_of_common_passwords_is_folded_and_long_enough() -> None:
    for password in passwords.common():
        assert password == password.casefold()
        assert len(password) >= passwords.MIN_LENGTH
