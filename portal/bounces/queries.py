"""The mails of one account, and which of them came back."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from portal.db import db
from portal.outbox.models import Mail


def mails_of(account_id: UUID, most: int = 20) -> Sequence[Mail]:
    """What was mailed to this person, or waits; the newest first."""
    statement = sa.select(Mail).where(Mail.account_id == account_id)
    return db.session.scalars(statement.order_by(Mail.created_at.desc(), Mail.id).limit(most)).all()
