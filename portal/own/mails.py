"""The mails about a change of address, and the one that tells the office of a correction."""

from datetime import timedelta
from uuid import UUID

from portal.outbox.actions import enqueue
from portal.outbox.models import Mail
from portal.own.rules import CONFIRM_LIVES

NEWS_LIVES = timedelta(days=2)


def confirm_address(account_id: UUID, change_id: UUID) -> Mail:
    """To the new address: a link to confirm it. To whoever has that address here already: that somebody wanted it.

    Which of the two is only looked up when the mail goes out, so that asking tells nothing (security.md, E5).
    """
    return enqueue("own/confirm_address", CONFIRM_LIVES, account_id, params={"change": change_id.hex})


def address_asked(account_id: UUID, change_id: UUID) -> Mail:
    """To the address that is still in use: another one was asked, and how to stop that."""
    return enqueue("own/address_asked", NEWS_LIVES, account_id, params={"change": change_id.hex})


def address_moved(account_id: UUID, change_id: UUID) -> Mail:
    """To the old address: from now on another one is used, and how to put it back."""
    return enqueue("own/address_moved", NEWS_LIVES, account_id, params={"change": change_id.hex})


def correction(account_id: UUID) -> Mail:
    """To the office: a parent says that something is wrong. What, and of whom, stands in the portal only (D8)."""
    return enqueue("own/correction", NEWS_LIVES, params={"by": account_id.hex})
