"""The mail that tells guardians that somebody may fetch their child, or may not any more."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from portal.outbox.actions import enqueue

NEWS_LIVES = timedelta(days=2)


def changed(account_ids: Iterable[UUID], child_id: UUID, change: str) -> None:
    """Which change (added, once or ended), never who it is about, who did it or on which day (domain.md, F13, F14)."""
    for account_id in account_ids:
        enqueue("pickup/changed", NEWS_LIVES, account_id, params={"child": child_id.hex, "change": change})
