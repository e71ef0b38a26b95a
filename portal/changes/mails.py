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


def waiting(account_id: UUID) -> Mail:
    """To somebody of the office: so many changes wait."""
    return enqueue(WAITING, timedelta(hours=10), account_id)
