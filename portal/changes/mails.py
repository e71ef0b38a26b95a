"""The mails about changes: never what changes, for that can be about health."""

from datetime import timedelta
from uuid import UUID

from portal.outbox.actions import enqueue
from portal.outbox.models import Mail

NEWS_LIVES = timedelta(days=2)
WAITING = "changes/waiting"


def decided(account_id: UUID) -> Mail:
    """To the parent: the office looked at what was asked. What it said stands in the portal only."""
    return enqueue("changes/decided", NEWS_LIVES, account_id)


def iban_asked(account_id: UUID, bank_id: UUID, change_id: UUID | None = None) -> Mail:
    """To the parent: another bank account was asked, and how to stop that. With a change of e-mail address: to the
    address of before it."""
    params = {"bank": bank_id.hex, **({"change": change_id.hex} if change_id else {})}
    return enqueue("changes/iban_asked", NEWS_LIVES, account_id, params=params)


def waiting(account_id: UUID) -> Mail:
    """To somebody of the office: so many changes wait."""
    return enqueue(WAITING, timedelta(hours=10), account_id)
