"""The mail about one's work here."""

from datetime import timedelta
from uuid import UUID

from portal.outbox.actions import enqueue
from portal.outbox.models import Mail


def role_changed(account_id: UUID) -> Mail:
    """Somebody may do other things here than before."""
    return enqueue("staff/role_changed", timedelta(days=2), account_id)
