"""Sortable public ids (ULID: 48 bits of milliseconds, 80 random bits, Crockford base 32)."""

import secrets
import threading
import time
from datetime import UTC, datetime

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 26
_RANDOM_BITS = 80

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """A new ULID (github.com/ulid/spec); ids of one process sort in the order they were made."""
    global _last
    with _lock:
        value = (time.time_ns() // 1_000_000) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
        if value <= _last:
            value = _last + 1
        _last = value
    return _encode(value)


def made_at(id_: str) -> datetime:
    """When an id was made, to the millisecond."""
    value = 0
    for letter in id_:
        value = value << 5 | ALPHABET.index(letter)
    return datetime.fromtimestamp((value >> _RANDOM_BITS) / 1000, UTC)


def is_id(text: str) -> bool:
    """Whether the text has the form of an id; nothing is looked up."""
    return len(text) == LENGTH and text[0] <= "7" and all(letter in ALPHABET for letter in text)


def _encode(value: int) -> str:
    letters = []
    for _ in range(LENGTH):
        letters.append(ALPHABET[value & 31])
        value >>= 5
    return "".join(reversed(letters))
