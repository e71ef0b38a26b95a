"""The mails about the second step."""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from portal.outbox.actions import enqueue
from portal.outbox.models import Mail

NEWS_LIVES = timedelta(days=2)
What = Literal["set", "replaced", "codes", "code_used", "off", "reset"]


def second_step_changed(account_id: UUID, what: What) -> Mail:
    """Something about the second step is other than it was, or a recovery code was used."""
    return enqueue("factors/second_step_changed", NEWS_LIVES, account_id, params={"what": what})


def second_step_goes(account_id: UUID, reset_id: UUID) -> Mail:
    """In a day the second step is taken away; here is how to stop that."""
    return enqueue("factors/second_step_goes", NEWS_LIVES, account_id, params={"reset": reset_id.hex})
