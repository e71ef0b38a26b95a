"""The mails about contracts: no name, no amount and no file is in them."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from portal.imports.queries import next_bulk_mail
from portal.outbox.actions import enqueue, enqueue_all
from portal.outbox.models import BULK

LIVES = timedelta(days=3)


def waiting(account_ids: Iterable[UUID], per_minute: int) -> int:
    """A contract waits for the agreement of each of these; the number of mails."""
    pause, start = timedelta(minutes=1) / per_minute, next_bulk_mail(per_minute)
    due = {account_id: start + number * pause for number, account_id in enumerate(dict.fromkeys(account_ids))}
    last = max(due.values(), default=start)
    return len(enqueue_all("contracts/waiting", due, last + LIVES, BULK))


def decided(account_id: UUID, request_id: UUID) -> None:
    """The office decided about what this parent asked; what, stands in the portal."""
    enqueue("contracts/decided", LIVES, account_id, params={"request": request_id.hex}, priority=BULK)
