"""Codes of an app (TOTP, RFC 6238) and recovery codes. Secrets, codes and moments in, answers out."""

import base64
import re
from datetime import datetime, timedelta

import pyotp

SECONDS = 30  # how long one code shows
PAST_STEPS = 1  # a clock that is late, or a code typed slowly (security.md, O4: the documented departure from 30 s)
RECOVERY_CODES = 10
FEW_CODES = 3
RECOVERY_LETTERS = 16  # of Crockford's 32: 80 bits, where NIST 800-63B-4 (4.2.1.1) asks 64
RESET_WAITS = timedelta(hours=24)


def secret_from(seed: bytes) -> str:
    """The TOTP secret (160 bits, in base 32) that belongs to these 20 secret bytes or more."""
    return base64.b32encode(seed[:20]).decode()


def in_fours(secret: str) -> str:
    """A secret as one can type it over: "ABCD EFGH …"."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def app_address(secret: str, email: str, organisation: str) -> str:
    """What the QR code says: the otpauth address that every authenticator app reads."""
    return pyotp.TOTP(secret, interval=SECONDS).provisioning_uri(name=email, issuer_name=organisation)


def canonical_code(typed: str) -> str:
    """The six digits, without spaces; "" for what is no code. Only ASCII digits: an app shows no others (O4)."""
    code = re.sub(r"[\s\-]", "", typed)
    return code if re.fullmatch("[0-9]{6}", code) else ""


def code_now(secret: str, now: datetime) -> str:
    """What an app with this secret shows at this moment."""
    return pyotp.TOTP(secret, interval=SECONDS).generate_otp(int(now.timestamp()) // SECONDS)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step this code belongs to, now or just before; None when it is not a code of this secret."""
    current = int(now.timestamp()) // SECONDS
    totp = pyotp.TOTP(secret, interval=SECONDS)
    for step in range(current, current - PAST_STEPS - 1, -1):
        if code and pyotp.utils.strings_equal(totp.generate_otp(step), code):
            return step
    return None
