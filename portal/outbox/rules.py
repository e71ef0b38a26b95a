"""When a mail is tried again, and what the answer of a mail server means for it."""

import base64
import hmac
import re
from datetime import UTC, datetime, timedelta
from enum import Enum
from uuid import UUID

DELAYS = (0, 30, 120, 300, 900, 1800, 3600)  # seconds before try 1, 2, 3 …; the last one repeats
SENDING_STEPS = 5  # sender, recipient, DATA, the mail itself, and the answer to its final dot
LEASE_MARGIN = timedelta(seconds=30)
LONGEST_SILENCE = 60  # seconds between two looks whether a server that is down is back
RETURN_PATH = "return path"  # what the key of these tokens is for (portal.keys)
SET_UP_SILENCE = 300  # a provider may block an account that keeps coming with a wrong password


class Verdict(Enum):
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"  # there was nothing to send
    SUPPRESSED = "suppressed"  # not sent: mail to this address comes back
    AGAIN = "again"  # surely not accepted now, perhaps later
    UNKNOWN = "unknown"  # the line broke after the final dot: accepted or not, nobody knows
    REFUSED = "refused"  # not now and not later
    PAUSE = "pause"  # our own set-up is wrong; no mail can help it


def delay(tries: int, chance: float) -> timedelta:
    """How long to wait after this many tries. `chance`, from 0 to 1, spreads it from half to one and a half."""
    return timedelta(seconds=DELAYS[min(tries, len(DELAYS) - 1)] * (0.5 + chance))


def silence(verdict: Verdict, failures: int) -> int:
    """How many seconds to leave a server alone that did not let us in, after so many failures in a row."""
    if verdict is Verdict.PAUSE:
        return SET_UP_SILENCE
    return min(5 * 2 ** (failures - 1), LONGEST_SILENCE) if failures < 10 else LONGEST_SILENCE


def lease(timeout: int) -> timedelta:
    """How long a worker may hold a mail: longer than the slowest server can take, step by step."""
    return timedelta(seconds=SENDING_STEPS * timeout) + LEASE_MARGIN


def verdict(phase: str, code: int | None, text: str = "") -> Verdict:
    """What it means that SMTP ended in this phase with this code; no code when the line fell silent or broke.

    Phases: set-up (certificates, settings), connect, tls, auth, from, rcpt, data, body (before the final dot), dot.
    """
    if phase == "set-up":
        return Verdict.PAUSE
    if code is None or not 400 <= code <= 599:
        return Verdict.UNKNOWN if phase == "dot" else Verdict.AGAIN
    if code < 500:
        return Verdict.AGAIN
    if phase in ("connect", "tls", "auth", "from") or (phase == "rcpt" and _blames_sender(code, text)):
        return Verdict.PAUSE
    return Verdict.REFUSED


def _blames_sender(code: int, text: str) -> bool:
    """Postfix keeps its answer about the sender until RCPT (smtpd_delay_reject)."""
    return code in (530, 535) or re.match(r"5\.1\.[78]\b", text) is not None


# Where a mail comes back to


def return_token(mail_id: UUID, stamped_at: datetime, key: bytes) -> str:
    """What a return path carries of one mail, as it went out at this moment: letters and digits in one case, for mail
    servers may change that."""
    moment = stamped_at.astimezone(UTC).isoformat(timespec="microseconds")
    signature = hmac.digest(key, f"{mail_id.hex} {moment}".encode(), "sha256")
    return f"{_letters(mail_id.bytes)}.{_letters(signature[:10])}"


def mail_of_token(token: str) -> UUID | None:
    """Which mail a return path says it is of. Whether that is true, `return_token` tells."""
    try:
        return UUID(bytes=base64.b32decode(token.partition(".")[0].upper() + "======"))
    except ValueError:
        return None


def _letters(content: bytes) -> str:
    return base64.b32encode(content).decode().rstrip("=").lower()
