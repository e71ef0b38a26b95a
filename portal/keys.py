"""One key per purpose, derived from the secret key (HKDF, RFC 5869), so that no signature serves twice."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from flask import current_app


def keys(purpose: str) -> list[bytes]:
    """32-byte keys for this purpose, oldest first as itsdangerous wants them: the last signs, all verify."""
    return [derive(secret, purpose) for secret in _secrets(current_app.config)]


def key(purpose: str) -> bytes:
    return keys(purpose)[-1]


def pseudonym(purpose: str, *values: str) -> str:
    """The same 43 characters for the same values, telling nothing about them to who reads only the database."""
    return hmac.new(key(purpose), "\0".join(values).encode(), hashlib.sha256).hexdigest()[:43]


def seed(purpose: str, *values: str) -> bytes:
    """32 secret bytes that come out the same for the same values: a mail that goes twice carries the same secret."""
    return hmac.new(key(purpose), "\0".join(values).encode(), hashlib.sha256).digest()


def derive(secret: str, purpose: str) -> bytes:
    extracted = hmac.new(b"ouderportaal", secret.encode(), hashlib.sha256).digest()
    return hmac.new(extracted, purpose.encode() + b"\x01", hashlib.sha256).digest()


def _secrets(config: Mapping[str, Any]) -> list[str]:
    return [*config["SECRET_KEY_FALLBACKS"], config["SECRET_KEY"]]
