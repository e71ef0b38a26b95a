"""The mail that the days of a child will go, with time to take them along."""

from uuid import UUID

from portal.outbox.actions import enqueue
from portal.outbox.models import CALM
from portal.retention.rules import NOTICE


def offer(account_id: UUID, child_id: UUID) -> None:
    enqueue("retention/offer", NOTICE, account_id, params={"child": child_id.hex}, priority=CALM)
