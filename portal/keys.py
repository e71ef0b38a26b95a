"""One key per purpose, derived from the secret key (HKDF, RFC 5869), so that no signature serves twice."""

import base64
import hmac
from collections.abc import Mapping
from functools import cache
from typing import Any

from flask import current_app


def keys(purpose: str) -> list[bytes]:
    """32-byte keys for this purpose, oldest first as itsdangerous wants them: the last signs, all verify."""
    return [derive(secret, purpose) for secret in _secrets(current_app.config)]


def key(purpose: str) -> bytes:
    return derive(current_app.config["SECRET_KEY"], purpose)


def pseudonym(purpose: str, *values: str) -> str:
    """The same 43 characters for the same values, telling nothing about them to who reads only the database."""
    return seed(purpose, *values).hex()[:43]


def seed(purpose: str, *values: str) -> bytes:
    """32 secret bytes that come out the same for the same values: a mail that goes twice carries the same secret."""
    return hmac.digest(key(purpose), "\0".join(values).encode(), "sha256")


def encrypt(purpose: str, words: str) -> str:
    """These words as only this installation reads them back (Fernet: AES-128-CBC with HMAC-SHA256)."""
    return str(_fernets(purpose)[0].encrypt(words.encode()).decode())


def decrypt(purpose: str, kept: str) -> str:
    """What was encrypted for this purpose, also with an earlier secret key. Raises ValueError when no key fits."""
    from cryptography.fernet import InvalidToken, MultiFernet

    try:
        return MultiFernet(_fernets(purpose)).decrypt(kept.encode()).decode()
    except InvalidToken:
        raise ValueError(f"No key fits what is kept for {purpose}.") from None


def _fernets(purpose: str) -> list[Any]:
    from cryptography.fernet import Fernet  # takes a while to load; most requests need none

    return [Fernet(base64.urlsafe_b64encode(each)) for each in reversed(keys(f"encrypt {purpose}"))]


@cache
def derive(secret: str, purpose: str) -> bytes:
    extracted = hmac.digest(b"ouderportaal", secret.encode(), "sha256")
    return hmac.digest(extracted, purpose.encode() + b"\x01", "sha256")


def _secrets(config: Mapping[str, Any]) -> list[str]:
    return [*config["SECRET_KEY_FALLBACKS"], config["SECRET_KEY"]]
