"""The mail about annual statements."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from portal import clock
from portal.imports.queries import next_bulk_mail
from portal.outbox.actions import enqueue_all
from portal.outbox.models import BULK

LIVES = timedelta(days=7)


def ready(account_ids: Iterable[UUID], per_minute: int) -> None:
    """One for each payer, however many children: no name, no amount and no file is in it."""
    pause, start = timedelta(minutes=1) / per_minute, next_bulk_mail(per_minute)
    due = {account_id: start + number * pause for number, account_id in enumerate(account_ids)}
    enqueue_all("statements/ready", due, max(due.values(), default=clock.now()) + LIVES, BULK)
