"""The mails about the account of a parent that the office changed."""

from datetime import timedelta
from uuid import UUID

from portal.outbox.actions import enqueue
from portal.outbox.models import Mail

NEWS_LIVES = timedelta(days=2)


def address_changed(account_id: UUID, old_address: str) -> Mail:
    """To the old address, which says nothing of the new one: it may be somebody else's (security.md, E7)."""
    return enqueue("parents/address_changed", NEWS_LIVES, account_id, address=old_address)


def address_new(account_id: UUID) -> Mail:
    """To the new address."""
    return enqueue("parents/address_new", NEWS_LIVES, account_id)
