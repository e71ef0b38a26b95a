"""Hashing and checking passwords with argon2id, a few at a time."""

import os
import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from portal.passwords.rules import normalise

LONGEST_WAIT = 2.0  # seconds for a free slot


class Busy(Exception):
    """Too many passwords at once. The web answers 503 with Retry-After; a worker tries again later."""


def hash_password(password: str) -> str:
    """The PHC string to store. Raises Busy, or UnicodeEncodeError for what `cannot_be_hashed` warns of."""
    secret = normalise(password).encode()
    with _slot():
        return _hasher.hash(secret)


def matches(stored: str | None, typed: str) -> bool:
    """Whether this was the password. Raises Busy.

    Costs exactly one verification, also without a good hash: the time must not tell who exists (L2, L3).
    """
    secret = normalise(typed).encode("utf-8", "surrogatepass")
    own = _hash_in(stored)
    with _slot():
        try:
            _hasher.verify(own or _NOBODY, secret)
        except (VerificationError, InvalidHashError):  # the second is not a kind of the first
            return False
    return own is not None


def is_outdated(stored: str | None) -> bool:
    """Whether to hash again at the next successful login, because our parameters have changed since."""
    own = _hash_in(stored)
    return own is None or _hasher.check_needs_rehash(own)


def slots_for(workers: int) -> int:
    """How many verifications one process may run at once: all processes together keep the processors busy."""
    return max(1, (os.cpu_count() or 1) // workers)


def set_slots(slots: int) -> None:
    """Called once at the start of a process. Each slot takes 19 MiB while it is in use."""
    global _slots
    _slots = threading.BoundedSemaphore(slots)


# OWASP's parameters: 23 ms and 19 MiB. The library's own default takes 190 ms on the same machine.
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, salt_len=16, hash_len=32, type=Type.ID)

# Exactly what _hasher writes, to the unused bits of the last letters: argon2 refuses anything else at once,
# and that would be quicker than a wrong password. No other scheme, and no parameters that fill the memory.
_PHC = re.compile(
    r"\$argon2id\$v=19\$m=[1-9][0-9]{2,5},t=[1-9],p=[1-9]"
    r"\$[A-Za-z0-9+/]{21}[AQgw]\$[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]"
)

_NOBODY = _hasher.hash(secrets.token_bytes(32))

_slots = threading.BoundedSemaphore(slots_for(workers=1))


@contextmanager
def _slot() -> Iterator[None]:
    slots = _slots  # set_slots may put another in its place meanwhile
    if not slots.acquire(timeout=LONGEST_WAIT):
        raise Busy
    try:
        yield
    finally:
        slots.release()


def _hash_in(stored: str | None) -> str | None:
    return stored if stored and _PHC.fullmatch(stored) else None
