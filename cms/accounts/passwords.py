"""Passwords: which are good enough, and how they are kept (argon2id). Pure, but slow on purpose."""

import threading
from functools import lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cms import text
from cms.errors import Rejected
from cms.i18n import gettext as _

MIN_LENGTH = 12  # characters
MAX_BYTES = 1024  # more would let a stranger keep the processor busy
FEWEST_DIFFERENT = 5  # letters; "aaaaaaaaaaaa" is twelve long and no password
HASHES_AT_ONCE = 4  # each takes MEMORY, so a flood of sign-ins must wait its turn
MEMORY = 46 * 1024  # KiB
_COMMON = Path(__file__).with_name("common_passwords.txt")

_hasher = PasswordHasher(time_cost=2, memory_cost=MEMORY, parallelism=1)
_turns = threading.BoundedSemaphore(HASHES_AT_ONCE)


def ensure_acceptable(password: str, *, email: str = "", field: str = "password") -> None:
    """Pass, or raise Rejected with what to change."""
    if len(password) < MIN_LENGTH:
        message = _("Use at least {n} characters; a few words in a row are easy to remember.")
        raise Rejected(message.format(n=MIN_LENGTH), field=field)
    if _is_too_long(password):
        raise Rejected(_("This password is too long; stay under 1,000 characters."), field=field)
    folded = password.casefold().strip()
    mine = {email.casefold(), email.casefold().split("@")[0]} - {""}
    if folded in mine or folded in common() or len(set(folded)) < FEWEST_DIFFERENT:
        raise Rejected(_("This password is too easy to guess. Choose another one."), field=field)


def hash_password(password: str) -> str:
    """The text to keep; takes about a tenth of a second."""
    with _turns:
        return _hasher.hash(_prepare(password))


def is_right(password: str, kept: str | None) -> bool:
    """Whether the password is the kept one; no kept one costs as much time as a wrong one."""
    prepared = b"" if _is_too_long(password) else _prepare(password)
    kept = kept if prepared else None
    with _turns:
        try:
            return _hasher.verify(kept or _nobodys(), prepared) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(kept: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(kept)


@lru_cache(maxsize=1)
def common() -> frozenset[str]:
    """Passwords that are tried first by everyone, in folded letters."""
    return frozenset(_COMMON.read_text("utf-8").split("\n")) - {""}


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _hasher.hash(b"nobody's password")


def _is_too_long(password: str) -> bool:
    # As it was typed first, so that nobody can make the preparing itself costly.
    typed = len(password.encode("utf-8", "surrogatepass"))
    return typed > MAX_BYTES or len(_prepare(password)) > MAX_BYTES


def _prepare(password: str) -> bytes:
    # The same letters typed on another keyboard may arrive composed or decomposed.
    return text.normalise(password, "NFKC").encode("utf-8", "surrogatepass")
