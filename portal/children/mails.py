"""The mails about children."""

from datetime import timedelta
from uuid import UUID

from portal.outbox.actions import enqueue
from portal.outbox.models import Mail

NEWS_LIVES = timedelta(days=2)


def child_added(account_id: UUID, child_id: UUID) -> Mail:
    """For who has an account already: one more child is seen with it (security.md, P3)."""
    return enqueue("children/child_added", NEWS_LIVES, account_id, params={"child": str(child_id)})
