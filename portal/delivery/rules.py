"""What a row of the outbox says of its mail. Facts in, verdict out (mail.md, D4)."""

from datetime import datetime, timedelta

from portal.auth.models import Account
from portal.bounces.rules import FULL, GONE, status_of
from portal.outbox.models import UNSENT, Mail

STUCK_AFTER = timedelta(minutes=10)  # by then a mail server that works has taken it
WAITING = ("new", "busy")


def fate(mail: Mail, now: datetime) -> str:
    """One of the keys of `words.SENTENCES`."""
    if mail.state in WAITING:
        if mail.tries == 0 and mail.due_at > now:
            return "planned"
        return "stuck" if mail.tries > 1 or now > mail.created_at + STUCK_AFTER else "waiting"
    if mail.state in ("refused", "bounced"):
        return f"{mail.state}, {_cause(mail)}"
    return mail.state


def _cause(mail: Mail) -> str:
    """gone, full, distrusted or other: why a mail server did not want it."""
    status = mail.bounce_status or status_of(str(mail.smtp_code or ""), mail.smtp_text)
    if status in GONE or (mail.smtp_code is None and mail.state == "refused" and "address" in mail.smtp_text):
        return "gone"
    if status in FULL:
        return "full"
    return "distrusted" if status.startswith("5.7.") else "other"


def is_bad(mail: Mail) -> bool:
    return mail.state in UNSENT


def not_again_because(mail: Mail, account: Account | None, goes_again: bool) -> str:
    """Why the office cannot send this mail once more: a key of `words.NOT_AGAIN`; "" when it can."""
    if account is None or account.role or mail.state in WAITING:
        return "other"
    if not goes_again:
        return "moment"
    if not account.is_open:
        return "closed"
    return "flagged" if account.bounce_state else ""
